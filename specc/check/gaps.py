"""What statements with problems leave open, so that nothing is reported twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..catalog import catalog
from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import nearest
from ..syntax import tree

__all__ = ["Gaps", "gaps_of", "has_gap"]

#: What may be declared in a file that is not there, or under a name that is not legible.
_ELSEWHERE = frozenset(
    {
        "unknown-data",
        "unknown-layer",
        "unknown-model",
        "unknown-param",
        "unknown-training",
    }
)
#: Which of these a block declares whose head is not legible but for its first word.
_NAMELESS = {
    "block": frozenset({"unknown-layer"}),
    "data": frozenset({"unknown-data"}),
    "model": frozenset({"unknown-layer", "unknown-model"}),
    "train": frozenset({"unknown-training"}),
}
#: Rules about what a block lacks; reported at its head.
_LACKING = frozenset(
    {
        "empty-model",
        "missing-argument",
        "missing-input",
        "missing-loss",
        "missing-output",
    }
)
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?:_\d+)+$")
#: Statements that declare nothing and compute nothing.
_IDLE = frozenset({"allow", "assert"})


@dataclass
class Gaps:
    """What is not known of a spec because statements have problems.

    `names` may be declared, `heads` begin blocks that may have more in them, `read` are
    values that were read as what they do not say; `open` are rules about declarations,
    of which there may be others of any name, and `nameless` those of which there is one
    whose name is left out.
    """

    names: frozenset[str] = frozenset()
    read: frozenset[Span] = frozenset()
    heads: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    open: frozenset[str] = frozenset()
    nameless: frozenset[str] = frozenset()

    def explain(self, rule: str, span: Span, suggestion: str | None) -> bool:
        """Whether a breach may follow from a problem that is reported already."""
        if rule in _LACKING:
            return (span.source.name, span.start) in self.heads
        if rule == "wrong-type" and span in self.read:
            return True
        if not self.names and not self.open and not self.nameless:
            return False
        if rule in self.open and suggestion is None:
            return True
        if rule in self.nameless and not _is_layer(suggestion):
            return True
        written = span.source.text[span.start : span.end]
        bare = rule == "wrong-type" and written.isidentifier()
        if not bare and not rule.startswith("unknown-"):
            return False
        match = _WORD.search(written)
        word = match[0] if match else ""
        return bool(word) and (
            word in self.names or _NUMBER.sub("", word) in self.names
        )


def gaps_of(
    files: Iterable[tree.File], complete: bool, problems: Iterable[Problem]
) -> Gaps:
    """The gaps of a spec.

    Args:
        files: the spec, and what it imports.
        complete: whether all that it imports could be read.
        problems: those of its text.
    """
    names: set[str] = set()
    places = [problem.span for problem in problems if problem.span is not None]
    found = Gaps(read=frozenset(places), open=frozenset() if complete else _ELSEWHERE)
    todo: list[tree.Statement] = []
    for file in files:
        todo += file.statements
        for statement in file.statements:
            if isinstance(statement, tree.Broken):
                found.open |= _declared(statement)
                found.nameless |= _nameless(statement)
    while todo:
        item = todo.pop()
        if isinstance(item, tree.Broken):
            names.update(item.names)
        elif isinstance(item, tree.Block):
            todo += [*item.body, *(item.otherwise or ())]
            headless = item.kind.text == "train" and item.bindings is None
            if headless or has_gap(item.body):
                place = item.kind.span
                found.heads.add((place.source.name, place.start))
    found.names = frozenset(names)
    return found


def _declared(statement: tree.Broken) -> frozenset[str]:
    """The rules about what a broken statement of a file may declare under any name."""
    if nearest(statement.kind, ["import"]) or statement.kind == "import":
        return _ELSEWHERE
    unknown = statement.block and statement.kind not in _NAMELESS
    return _ELSEWHERE if unknown and not statement.names else frozenset()


def _nameless(statement: tree.Broken) -> frozenset[str]:
    """The rules about what the head of a broken block declares without its name."""
    names = [name for name in statement.names if name != statement.kind]
    if not statement.block or (names and names[0] != "on"):
        return frozenset()
    return _NAMELESS.get(statement.kind, frozenset())


def _is_layer(suggestion: str | None) -> bool:
    """Whether a layer of the language was probably meant."""
    match = _WORD.match(suggestion or "")
    return match is not None and match[0] in catalog().family("layer")


def has_gap(statements: Iterable[tree.Statement]) -> bool:
    """Whether a statement is missing that may matter to those beside it."""
    return any(
        isinstance(item, tree.Broken) and item.kind not in _IDLE for item in statements
    )
