"""A name that is declared once and called otherwise wherever it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from ..diagnostics.model import Level, Note, Problem, Source, Span
from ..syntax import tree
from ..syntax.scan import scan

__all__ = ["misnamed"]

#: So many uses are shown.
_SHOWN = 3


@dataclass(frozen=True)
class _Declared:
    """A name where it is declared; that of a parameter means something in its block."""

    word: tree.Word
    block: Span | None = None

    def holds(self, span: Span) -> bool:
        """Whether the name means something at a place."""
        block = self.block
        return block is None or (
            block.source is span.source and block.start <= span.start < block.end
        )


def misnamed(problems: list[Problem], files: Iterable[tree.File]) -> list[Problem]:
    """The problems, with one at a declaration in place of those of all that mean it.

    Where a name is not known though it stands in several places, and the one that it is
    near to is declared and stands nowhere else, the declaration is what is misspelt.
    """
    meant: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if (pair := _pair(problem)) is not None:
            meant.setdefault(pair, []).append(problem)
    if not meant:
        return problems
    files = list(files)
    wanted = {word for pair in meant for word in pair}
    declared: dict[str, list[_Declared]] = {}
    for found in chain.from_iterable(map(_declarations, files)):
        if found.word.text in wanted:
            declared.setdefault(found.word.text, []).append(found)
    places: dict[str, list[Span]] = {}
    instead: dict[int, Problem] = {}
    for (used, near), found in meant.items():
        if len(declared.get(near, ())) != 1:
            continue
        (only,) = declared[near]
        if any(other.block in (None, only.block) for other in declared.get(used, ())):
            continue
        places = places or _places([file.span.source for file in files])
        uses = [span for span in places.get(used, ()) if only.holds(span)]
        if len(uses) > 1 and len(list(filter(only.holds, places.get(near, ())))) == 1:
            within = [p for p in found if p.span is not None and only.holds(p.span)]
            for problem in within:
                instead[id(problem)] = _moved(within[0], used, only.word.span, uses)
    return [instead.get(id(problem), problem) for problem in problems]


def _pair(problem: Problem) -> tuple[str, str] | None:
    """The name that a problem is about, and the one that was probably meant."""
    span, near = problem.span, problem.suggestion
    if span is None or near is None or problem.level is not Level.ERROR:
        return None
    match = re.match(r"\w+", span.source.text[span.start : span.end])
    return (match[0], near) if match and near.isidentifier() else None


def _moved(problem: Problem, used: str, place: Span, uses: list[Span]) -> Problem:
    notes = tuple(Note(f"{used} is used here", span) for span in uses[:_SHOWN])
    message = f"what is called {used} in {len(uses)} places has another name here"
    return replace(
        problem,
        message=message,
        span=place,
        expected=None,
        suggestion=used,
        notes=notes,
    )


def _places(sources: list[Source]) -> dict[str, list[Span]]:
    """Where each word stands."""
    found: dict[str, list[Span]] = {}
    for source in sources:
        for token in scan(source).tokens:
            if token.type == "WORD":
                found.setdefault(token.text, []).append(token.span)
    return found


def _declarations(file: tree.File) -> Iterator[_Declared]:
    """The names that a file declares."""
    todo: list[tree.Statement] = [*file.statements]
    while todo:
        item = todo.pop()
        match item:
            case tree.InputDecl():
                yield _Declared(item.name)
            case tree.Reuse():
                yield _Declared(item.target)
            case tree.Flow(target=tree.Word() as target):
                yield _Declared(target)
            case tree.Block():
                for parameter in item.parameters:
                    yield _Declared(parameter.name, item.span)
                named = item.bindings.name if item.bindings else item.name
                if named is not None and item.kind.text != "defaults":
                    yield _Declared(named)
                todo += [*item.body, *(item.otherwise or ())]
            case _:
                pass
