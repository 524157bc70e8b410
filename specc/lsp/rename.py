"""Renaming with all uses, held against the checker: what it would break is refused."""

from __future__ import annotations

import re
from collections import Counter

from ..check.checked import Checked, Settings
from ..check.names import RESERVED
from ..diagnostics.model import Level, Problem
from ..pipeline import check_source
from ..syntax.limits import MAX_IDENTIFIER
from .document import Document
from .index import Occurrence
from .units import Names

__all__ = ["RefusedError", "renamable", "rename"]

_KINDS = frozenset(
    {
        *("param", "block", "model", "data", "training"),
        *("parameter", "variable", "flow", "binding", "size", "phase"),
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class RefusedError(Exception):
    """Something cannot be renamed, or not so; the message is fit for a user."""


def renamable(document: Document, offset: int) -> Occurrence:
    """The name at an offset.

    Raises:
        RefusedError: there is none that this text introduces.
    """
    if document.parsed.problems:
        first = document.parsed.problems[0]
        line = first.span.line if first.span else 1
        raise RefusedError(f"the text does not parse: line {line}: {first.message}")
    found = document.index.at(offset)
    if found is None or found.symbol.kind not in _KINDS:
        raise RefusedError("only names that the text itself introduces can be changed")
    if not document.index.definitions(found.symbol):
        raise RefusedError(f"{found.symbol.name} is not introduced in this text")
    return found


def rename(document: Document, offset: int, name: str) -> list[Occurrence]:
    """The places to write a new name to.

    Raises:
        RefusedError: it is no name, it is taken, or the spec would mean another thing.
    """
    found = renamable(document, offset)
    if not _NAME.fullmatch(name):
        raise RefusedError(
            f"{name!r} is no name: a letter or _, then letters, digits and _"
        )
    if len(name) > MAX_IDENTIFIER:
        raise RefusedError(f"a name has at most {MAX_IDENTIFIER} letters")
    if name in RESERVED:
        raise RefusedError(f"{name} is a word of the language and cannot be a name")
    places = document.index.of(found.symbol)
    if name != found.symbol.name:
        _hold(document, places, name)
    return places


def _hold(document: Document, places: list[Occurrence], name: str) -> None:
    """See that the text with the new name says what it said."""
    changed, moved = _written(document.text, places, name)
    after = Document(document.source.name, changed)
    # Programs have other names then, and nothing else that could be doubtful.
    checked = check_source(after.source, Settings(lints=False), after.parsed)
    if any(problem.level is not Level.NOTE for problem in checked.problems):
        _no_new_problem(document.checked, checked)
    sides = Names(document.file).sides()
    sided = any(place.symbol.name in sides for place in places)
    if sided and _fields(document.checked) != _fields(checked):
        old = places[0].symbol.name
        raise RefusedError(
            f"{old} is also the name of a field of the data: bind that first, with"
            f' input {old} = column("{old}") or the like in the data block'
        )
    if _chosen(document.checked) != _chosen(checked):
        old = places[0].symbol.name
        raise RefusedError(
            f"a name with * or [ ] in this text chooses layers: it would choose others"
            f" if {old} were called {name}"
        )
    symbols = {i.symbol for i in after.index.occurrences if (i.start, i.end) in moved}
    uses = {
        (item.start, item.end) for symbol in symbols for item in after.index.of(symbol)
    }
    if uses != moved:
        raise RefusedError(f"{name} is taken")


def _written(
    text: str, places: list[Occurrence], name: str
) -> tuple[str, set[tuple[int, int]]]:
    """The text with a name at some places, and where these are then."""
    parts: list[str] = []
    moved: set[tuple[int, int]] = set()
    at = length = 0
    for place in sorted(places, key=lambda item: item.start):
        parts += [text[at : place.start], name]
        length += place.start - at
        moved.add((length, length + len(name)))
        length += len(name)
        at = place.end
    return "".join([*parts, text[at:]]), moved


def _no_new_problem(before: Checked, after: Checked) -> None:
    new = Counter(map(_kind, after.problems)) - Counter(map(_kind, before.problems))
    for problem in after.problems:
        if _kind(problem) in new:
            raise RefusedError(problem.message)


def _kind(problem: Problem) -> tuple[str, str]:
    return problem.rule, problem.level


def _fields(checked: Checked) -> list[list[tuple[str, tuple[str, ...]]]]:
    """The fields of the data that every training reads."""
    return [
        [(binding.role, binding.columns) for binding in item.program.data.bindings]
        for item in checked.programs
        if item.program.data is not None
    ]


def _chosen(checked: Checked) -> list[tuple[set[int], ...]]:
    """The weights and buffers by number that each phase freezes, and each part brings."""
    found: list[tuple[set[int], ...]] = []
    for item in checked.programs:
        program = item.program
        arrays = (*program.network.weights(), *program.network.buffers())
        number = {array.path: index for index, array in enumerate(arrays)}
        parts = program.network.reused
        phases = program.training.phases if program.training else ()
        found.append(
            (
                *({number[path] for path in phase.frozen} for phase in phases),
                *({number[array.path] for array in part.arrays} for part in parts),
            )
        )
    return found
