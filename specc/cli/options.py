"""Arguments and options that several verbs share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import click

from .exits import Exit, Stop

__all__ = [
    "MEMORY",
    "backend_option",
    "device_option",
    "file_argument",
    "format_option",
    "name_argument",
    "reuse_option",
    "run_argument",
    "run_folder",
    "set_option",
    "specs",
    "threads_option",
    "which_option",
]

#: The key of the memory budget in the context of a command.
MEMORY = "specc.memory_budget"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

file_argument: Decorator = click.argument("file", metavar="FILE")
name_argument: Decorator = click.argument("name", metavar="[NAME]", required=False)


class _Folder(click.Path):
    """A path that is not empty, as that of a shell's unset variable is."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        if not str(value):
            self.fail("the name of the run folder is empty", param, ctx)
        return super().convert(value, param, ctx)


run_folder = _Folder(path_type=Path)
run_argument: Decorator = click.argument("run", metavar="RUN", type=run_folder)
device_option: Decorator = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
)
threads_option: Decorator = click.option(
    "--threads",
    type=click.IntRange(1, 4096),
    help="How many the framework may use. [default: 1 for a small model, else all processors]",
)
which_option: Decorator = click.option(
    "--which",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="The weights that training ended with, or those of the best epoch.",
)


def format_option(help: str | None = None, *others: str) -> Decorator:
    """``--format``: text, JSON, or another one."""
    formats = click.Choice(["text", "json", *others])
    return click.option(
        "--format", "form", type=formats, default="text", show_default=True, help=help
    )


def _pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form name=value")
        if name.strip() in pairs:
            raise click.BadParameter(f"{name.strip()} is given twice")
        pairs[name.strip()] = text.strip()
    return pairs


class _Size(click.ParamType[int]):
    """A number of bytes with its unit."""

    name = "size"
    _UNITS: ClassVar[dict[str, int]] = {
        "b": 1,
        **{f"{prefix}ib": 1024**power for power, prefix in enumerate("kmgt", 1)},
        **{f"{prefix}b": 1000**power for power, prefix in enumerate("kmgt", 1)},
    }

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        found = re.fullmatch(
            r"([0-9]{1,15}(?:\.[0-9]{1,3})?)\s*([A-Za-z]+)", str(value)
        )
        scale = self._UNITS.get(found[2].lower()) if found else None
        if found is None or scale is None:
            self.fail(f"{value!r} is no size with its unit, such as 8GiB", param, ctx)
        return int(float(found[1]) * scale)


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Leave the value to `open_spec`, which reads every spec of the command."""
    context.meta[MEMORY] = value


reuse_option: Decorator = click.option(
    "--reuse",
    metavar="TRAINING=DIR",
    multiple=True,
    callback=_pairs,
    help="The run whose weights are reused (repeatable). [default: the newest in runs/]",
)
_memory: Decorator = click.option(
    "--memory-budget",
    metavar="SIZE",
    type=_Size(),
    expose_value=False,
    callback=_keep,
    help="Refuse what needs more memory, such as 8GiB. [default: 16GiB]",
)
_set: Decorator = click.option(
    "--set",
    "params",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_pairs,
    help="Give a param of the spec another value (repeatable).",
)


def specs(file: str) -> list[str]:
    """The file, or the specs in a folder.

    Raises:
        Stop: with status 2, for a folder without any.
    """
    if not os.path.isdir(file):  # also a name that no file can have
        return [file]
    found = sorted(str(path) for path in Path(file).glob("*.nnspec") if path.is_file())
    if not found:
        raise Stop(f"there is no .nnspec file in {file}", Exit.USAGE)
    return found


def set_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--set NAME=VALUE` and `--memory-budget SIZE`: how a spec is to be checked."""
    return _set(_memory(function))


def backend_option(*, required: bool = True) -> Decorator:
    """`--backend NAME`; which names exist is known when the verb runs."""
    return click.option(
        "--backend",
        "-b",
        metavar="NAME",
        required=required,
        help="The backend: torch, keras, reference or another that is installed.",
    )
