"""The docstring of an emitted file."""

from __future__ import annotations

import textwrap

from ...ir import Program
from ..lowering import Table
from ..uses import as_written
from .reuse import reused_lines

__all__ = ["docstring"]


def _listing(title: str, items: dict[str, str]) -> list[str]:
    """A list of keywords; those of which the same is said share an entry."""
    if not items:
        return []
    keywords: dict[str, list[str]] = {}
    for keyword, how in items.items():
        keywords.setdefault(how, []).append(keyword)
    lines = ["", title]
    for how, words in keywords.items():
        lines += textwrap.wrap(
            f"{', '.join(words)}: {how}",
            width=86,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def docstring(program: Program, title: str, table: Table) -> str:
    """The file's docstring: what it is, how to run it, and what is exact or emulated."""
    network, training, data = program.network, program.training, program.data
    if training is None:
        lines = [*_first(f"{network.name}, a model in {title}.")]
    else:
        on = f" on {data.name}" if data is not None else ""
        lines = [
            *_first(f"{network.name}{on}: model and training in {title}."),
            "",
            "Run it with the prepared arrays in an .npz file: python THIS_FILE data.npz",
        ]
    lines += _reuse(program)
    exact, emulated = as_written(table, program)
    lines += _listing("Exact by a call of a library:", exact)
    lines += _listing(
        "Written out here, for the framework differs or lacks it:", emulated
    )
    return "\n".join(lines)


def _reuse(program: Program) -> list[str]:
    """What trained weights are needed, and how they are given."""
    network = program.network
    if not network.reused:
        return []
    lines = [line for text in reused_lines(network) for line in _first(text)]
    names = network.sources()
    if program.training is not None:
        given = [f"{name}=FILE" for name in names] if len(names) > 1 else ["FILE"]
        how = " ".join(f"--reuse {item}" for item in given)
        lines.append(
            "They are given as .safetensors files, without which it does not run:"
        )
        lines.append(f"python THIS_FILE data.npz {how}")
    else:
        lines.append("They are given by name: build_model(reused={NAME: arrays}).")
    return ["", *lines]


def _first(line: str) -> list[str]:
    """The first line, or as many as long names take."""
    return textwrap.wrap(line, 85, break_long_words=False, break_on_hyphens=False)
