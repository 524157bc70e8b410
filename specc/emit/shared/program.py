"""The order of an emitted file: what its reader looks for first, then what that uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..pieces import Import, Known, Piece, select
from ..source import module
from .section import Section

__all__ = ["GUARD", "heading", "whole_program"]

#: What ends a file that has a `main()`.
GUARD = """\
if __name__ == "__main__":
    main()"""

#: What stands above the pieces of the package that all backends share.
_SHARED_TITLE = {"specc.runtime": "The same on every backend"}

#: The file of a runtime package that holds names of types.
_TYPES = "types.py"


def heading(title: str) -> str:
    """A comment line that begins a part of the file."""
    return f"# {title} ".ljust(80, "-")


def whole_program(
    docstring: str,
    first: Sequence[Section],
    last: Sequence[Section],
    packages: Sequence[str],
    titles: Mapping[str, str],
    environment: str = "",
) -> str:
    """The text of a program.

    Args:
        docstring: of the file.
        first: constants, model, training: what people come for.
        last: what the backend itself writes about arrays and initial weights.
        packages: where the pieces are.
        titles: what stands above the pieces of each package.
        environment: statements that stand before the imports of other packages.
    """
    sections = [*first, *last]
    known = Known()
    for section in sections:
        known |= section.known
    wanted = {name for section in sections for name in section.pieces}
    chosen = select(packages, sorted(wanted), known)
    used = {item for section in sections for item in section.imports}
    # Names of types are read with the settings, before everything else.
    types = [piece.text for piece in chosen.pieces if piece.place[0] == _TYPES]
    pieces = [piece for piece in chosen.pieces if piece.place[0] != _TYPES]
    text = [first[0].text, "\n".join(types)] if types else [first[0].text]
    text += [section.text for section in first[1:]]
    if last:
        text += [heading("Weights and state as arrays")]
        text += [section.text for section in last]
    text += _titled(pieces, {**_SHARED_TITLE, **titles})
    if any(section.text.startswith("def main(") for section in first):
        text.append(GUARD)
    if environment:
        used.add(Import("os"))
    return module(docstring, used | chosen.imports, text, environment)


def _titled(pieces: Iterable[Piece], titles: Mapping[str, str]) -> Iterator[str]:
    """The pieces, with a heading where those of another package begin."""
    package = None
    for piece in pieces:
        if piece.package != package and piece.package in titles:
            yield heading(titles[piece.package])
        package = piece.package
        yield piece.text
