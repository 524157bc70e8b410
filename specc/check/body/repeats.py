"""``repeat``: a body several times."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable
from dataclasses import replace

from ...syntax import tree
from ...syntax.gaps import broken
from ..bind import Binder
from ..expressions import evaluate, names_in
from ..scope import Named, Outline, Scope
from ..statements import head
from ..values import Absent, Param, Unknown, kind_of
from .allowance import Allowance
from .choices import enter

__all__ = ["Repeats"]

#: A body is not repeated further where its rounds would have more problems than that.
FAULTS = 2_000
#: The work of a round in itself, whatever the body holds.
ROUND = 4


class Repeats:
    """Reads repetitions.

    Args:
        binder: has the params and the report.
        outline: takes what the rounds say.
        allowance: what the rounds may ask for.
        read: takes in the statements of a scope.
        lose: stands in for a statement with a problem.
    """

    def __init__(
        self,
        binder: Binder,
        outline: Outline,
        allowance: Allowance,
        read: Callable[[Iterable[tree.Statement], Scope], None],
        lose: Callable[[tree.Broken, Scope], None],
    ) -> None:
        self.binder, self.params, self.report = binder, binder.params, binder.report
        self.outline, self.allowance = outline, allowance
        self._read, self._lose = read, lose

    def read(self, block: tree.Block, scope: Scope) -> None:
        """The body once for each number, layers named in it with the number behind."""
        numbers = self.numbers(block)
        if numbers is None:
            self._give_up(block, scope)
            return
        params, known = self.params, self.report.errors
        work, calls = params.work, len(self.outline.calls)
        for index, number in enumerate(numbers):
            faults = self.report.errors - known
            if index == 1:  # each time takes about what the first one took
                rounds = numbers.stop - numbers.start
                faults *= rounds
                calls += (len(self.outline.calls) - calls) * rounds
                most = self.allowance.nodes
                if calls > most or (work - params.work) * rounds > work:
                    self.allowance.refuse(head(block))
                    return
            if faults > FAULTS:
                self._give_up(block, scope)
                return
            going = self.allowance.spend(ROUND, head(block))
            if not going or self.allowance.full(block.span):
                return
            self.round(block, scope, number)

    def round(self, block: tree.Block, scope: Scope, number: int | Unknown) -> None:
        """The body once."""
        enter(block.body, self.binder)
        table = dict(self.params.table)
        if block.variable is not None:
            word = block.variable
            table[word.text] = Param(word.text, word.span, number)
        own: dict[str, Named] = {}
        inner = replace(
            scope,
            names=ChainMap(own, scope.names),
            suffix=f"{scope.suffix}_{number}",
        )
        with self.params.within(table):
            self._read(block.body, inner)
        scope.current = inner.current
        for name, named in own.items():
            scope.names[f"{name}_{number}"] = named

    def _give_up(self, block: tree.Block, scope: Scope) -> None:
        """What a repetition leads to is not known; what it may have named is no mistake."""
        gap = broken(block)
        enter(block.body, self.binder)
        self.report.gaps.names |= frozenset(gap.names)
        self._lose(gap, scope)

    def numbers(self, block: tree.Block) -> range | None:
        """What a repetition counts: ``repeat 3`` from 1, ``repeat i in a..b`` both ends.

        None, and a problem, where that is wrong.
        """
        subject = block.subject
        if subject is None:
            message = "repeat needs a number"
            self.report.error(
                "missing-argument", message, head(block), suggestion="repeat 3 { … }"
            )
            return None
        if block.variable is None:
            count = self._whole(subject, "the number of repetitions")
            if count is not None and count < 0:
                message = f"a body cannot be repeated {count} times"
                self.report.error(
                    "out-of-range", message, subject.span, expected="at least 0"
                )
                return None
            return None if count is None else range(1, count + 1)
        if not isinstance(subject, tree.Range):
            message = "a repetition with a variable needs a range"
            fix = f"repeat {block.variable.text} in 1..3 {{ … }}"
            self.report.error("wrong-type", message, subject.span, suggestion=fix)
            return None
        low = self._whole(subject.low, "the first number")
        high = self._whole(subject.high, "the last number")
        if low is None or high is None:
            return None
        if high < low and not any(names_in(subject)):
            message = f"there is no number from {low} up to {high}"
            fix = f"{high}..{low}"
            self.report.error("out-of-range", message, subject.span, suggestion=fix)
            return None
        return range(low, high + 1)

    def _whole(self, node: tree.Expression, what: str) -> int | None:
        value = evaluate(node, self.params, self.report)
        if type(value) is int:
            return value
        self.outline.faulty = True
        strange = isinstance(value, Unknown) and not value.may_be(int)
        if strange or not isinstance(value, Absent):
            message = f"{what} must be whole, and this is {kind_of(value)}"
            self.report.error("wrong-type", message, node.span)
        return None
