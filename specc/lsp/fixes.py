"""Quick fixes: what a problem suggests, where that can be written mechanically.

A fix is offered only after it was tried: with it the problem must be gone, and the fix
itself be right. Only a word of the language for one that is unknown needs no trial.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from ..diagnostics.model import Level, Problem, Source
from ..pipeline import check_source
from ..syntax import tree
from ..syntax.parse import parse
from ..syntax.search import around
from .document import Document

__all__ = ["Fix", "fixes"]

#: Problems that one request looks at, and suggestions that are tried for each.
_MOST_PROBLEMS = 8
_MOST_WAYS = 4

_ARGUMENT = re.compile(r"(\w+) = (.+)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BRACKET = frozenset("()[]{}")


@dataclass(frozen=True)
class Fix:
    """A replacement of a stretch of the text that mends a problem."""

    title: str
    problem: Problem
    start: int
    end: int
    text: str
    preferred: bool = True


def fixes(document: Document, start: int, end: int) -> list[Fix]:
    """The fixes for the problems that a stretch of a document touches."""
    near = [
        problem
        for problem in document.checked.problems
        if problem.span is not None
        and problem.span.source == document.source
        and problem.span.start <= end
        and start <= problem.span.end
    ]
    found: list[Fix] = []
    for problem in near[:_MOST_PROBLEMS]:
        ways = islice(_ways(document, problem), _MOST_WAYS)
        firsts = (
            next((fix for fix in way if _holds(document, fix)), None) for way in ways
        )
        once: dict[tuple[int, int, str], Fix] = {}
        for fix in firsts:
            if fix is not None:
                once.setdefault((fix.start, fix.end, fix.text), fix)
        mending = list(once.values())
        if len(mending) > 1:  # none that an editor may take unasked
            mending = [replace(fix, preferred=False) for fix in mending]
        found += mending
        found += _allowance(document, problem)
    return found


# What may be meant -------------------------------------------------------------------


def _ways(document: Document, problem: Problem) -> Iterator[Iterator[Fix]]:
    """What each suggestion of a problem may mean, likeliest first."""
    span, suggestion = problem.span, problem.suggestion
    assert span is not None
    if problem.rule.startswith("unused-"):
        yield _removal(document, problem)
    if problem.rule == "unclosed-bracket" and problem.expected in _BRACKET:
        sign = problem.expected
        yield iter([Fix(f"Insert {sign}", problem, span.start, span.start, sign)])
    if problem.fix:
        yield _given(document, problem)
    elif suggestion is not None:
        for text in dict.fromkeys([suggestion, *suggestion.split(" or ")]):
            if "…" not in text:  # no form to fill in
                yield _meanings(document, problem, text)
    elif problem.rule == "unmatched-bracket":
        yield iter([Fix("Remove it", problem, span.start, span.end, "")])


def _given(document: Document, problem: Problem) -> Iterator[Fix]:
    """The correction that the checker itself makes, where it is a single one."""
    text = problem.suggestion or "what is meant"
    title = f"Set {text}" if _ARGUMENT.fullmatch(text) else f"Replace by {text}"
    if len(problem.fix) == 1 and problem.fix[0].span.source == document.source:
        (edit,) = problem.fix
        yield Fix(title, problem, edit.span.start, edit.span.end, edit.text)


def _meanings(document: Document, problem: Problem, text: str) -> Iterator[Fix]:
    """An argument to set, or what should stand in the place of what is underlined."""
    span = problem.span
    assert span is not None
    argument = _ARGUMENT.fullmatch(text)
    if argument is not None:
        yield from _argument(document, problem, argument[1], argument[2])
    yield Fix(f"Replace by {text}", problem, span.start, span.end, text)


def _argument(
    document: Document, problem: Problem, name: str, value: str
) -> Iterator[Fix]:
    """An argument of the layer that is underlined, or of that around it."""
    span = problem.span
    assert span is not None
    call = _call(document, span.start, span.end)
    if call is None:
        return
    title = f"Set {name} = {value}"
    if isinstance(call, tree.Name):
        yield Fix(title, problem, call.span.end, call.span.end, f"({name} = {value})")
        return
    for given in call.arguments:
        if given.name is not None and given.name.text == name:
            place = given.value.span
            yield Fix(title, problem, place.start, place.end, value)
            return
    if not call.arguments:
        at, text = call.span.end - 1, f"{name} = {value}"
        yield Fix(title, problem, at, at, text)
        return
    at = call.arguments[-1].span.end
    yield Fix(title, problem, at, at, f", {name} = {value}")


def _call(document: Document, start: int, end: int) -> tree.Call | tree.Name | None:
    """The smallest call, or bare word of a flow, around a stretch of the text."""
    if document.current is None:
        return None
    path = around(document.current, start, end)
    for above, node in reversed(list(pairwise(path))):
        if isinstance(node, tree.Call):
            return node
        if isinstance(node, tree.Name) and isinstance(above, tree.Flow):
            return node
    return None


def _removal(document: Document, problem: Problem) -> Iterator[Fix]:
    """Leave out the statement that nothing uses."""
    span = problem.span
    assert span is not None
    for node in reversed(_path(document, problem)):
        if not isinstance(node, tree.Block | tree.InputDecl | tree.Flow):
            continue
        if isinstance(node, tree.Block) and node.span.start != span.start:
            return  # something in its head
        start, end = _lines(document.text, node.span.start, node.span.end)
        yield Fix("Remove it", problem, start, end, "")
        return


def _path(document: Document, problem: Problem) -> list[tree.Node]:
    """The nodes around the place of a problem."""
    span, file = problem.span, document.current
    return around(file, span.start, span.end) if span and file else []


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch with the rest of its lines, where there is nothing else on them.

    Of the empty lines around it one is left.
    """
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    if text[begin:start].strip() or text[end:stop].strip():
        return start, end
    if text[:begin].endswith("\n\n") and text[stop:].startswith("\n"):
        stop += 1
    return begin, stop


def _allowance(document: Document, problem: Problem) -> list[Fix]:
    """Silence a warning in the block where it stands."""
    if problem.level is Level.ERROR or problem.span is None:
        return []
    blocks = [n for n in _path(document, problem) if isinstance(n, tree.Block)]
    if not blocks or not blocks[-1].body:
        return []
    first = blocks[-1].body[0].span.start
    begin = document.text.rfind("\n", 0, first) + 1
    indent = document.text[begin:first]
    if indent.strip():
        return []  # a body on one line
    text = f'{indent}allow({problem.rule}, "reason")\n'
    title = f"Allow {problem.rule} in this block"
    fix = Fix(title, problem, begin, begin, text, preferred=False)
    return [fix]


# Trying ------------------------------------------------------------------------------


def _holds(document: Document, fix: Fix) -> bool:
    """Whether a fix may be offered; each is tried once."""
    if fix not in document.tried:
        document.tried[fix] = _is_word(document, fix) or _mends(document, fix)
    return document.tried[fix]


def _is_word(document: Document, fix: Fix) -> bool:
    """Whether a word that is known stands for one that is not: that needs no trial."""
    unknown = fix.problem.rule.startswith("unknown-")
    old = document.text[fix.start : fix.end]
    return unknown and all(map(_WORD.fullmatch, (old, fix.text)))


def _mends(document: Document, fix: Fix) -> bool:
    """Whether a problem is gone with a fix, and the fix itself is not wrong."""
    text = document.text[: fix.start] + fix.text + document.text[fix.end :]
    source, before = Source(document.source.name, text), document.checked
    if before.tree is None and len(parse(source)[1]) >= len(parse(document.source)[1]):
        return False
    after = check_source(source)
    if after.tree is None and before.tree is not None:
        return False
    if not _fewer(before.problems, after.problems, fix.problem):
        return False
    new = Counter(map(_kind, after.problems)) - Counter(map(_kind, before.problems))
    if fix.problem.level is not Level.ERROR:
        return not new
    end = fix.start + len(fix.text)
    spans = [p.span for p in after.problems if p.span is not None and _kind(p) in new]
    # What could not be read before may be wrong as a whole now.
    unread = before.tree is None
    return not any(
        fix.start <= (span.end if unread else span.start) and span.start < end
        for span in spans
    )


def _fewer(before: Iterable[Problem], after: Iterable[Problem], one: Problem) -> bool:
    """Whether there are fewer problems of the kind of one."""
    old, new = list(map(_kind, before)), list(map(_kind, after))
    return new.count(_kind(one)) < old.count(_kind(one))


def _kind(problem: Problem) -> tuple[str, str]:
    return problem.rule, problem.level
