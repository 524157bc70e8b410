"""The statements of a body of layers: flows, repetitions, choices, residuals, blocks."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ..catalog import catalog
from ..catalog.layers import Layer
from ..catalog.types import Dim
from ..diagnostics.model import Note, Span
from ..ir import Block, Origins
from ..syntax import tree
from ..syntax.gaps import broken
from .allow import is_allow
from .assertions import Demand
from .bind import Binder
from .blocks import DeclaredUnit
from .copies import Copies
from .defaults import read_defaults
from .expressions import Absent, Param, evaluate, kind_of, names_in
from .flows import FlowReader
from .gaps import has_gap
from .inputs import read_input
from .names import Names
from .reuse import Sources, inherited
from .scope import Instance, Named, Outline, Reference, Scope, Unit, Wanted
from .statements import as_flow, head, misplaced

__all__ = ["BodyReader", "chosen", "has_outputs", "without_inputs"]

#: Blocks within blocks within …: deeper than anybody reads.
DEEPEST = 40
#: What an assertion costs beside its expressions, as many of these as take that long.
DEMAND = 5
#: What reading a block once takes of the work that a file may ask for.
_UNIT_WORK = 50
#: A body is not repeated further where its rounds would have more problems than that.
FAULTS = 2_000
#: The work of a round in itself, whatever the body holds.
ROUND = 4
_EXPECTED = "a layer, a flow, defaults, repeat, residual, if or assert"


class BodyReader:
    """Reads the statements of one model, and of the blocks that it uses, into an outline.

    Args:
        binder: makes layers; problems go to its report.
        units: the blocks and models that can stand in the place of a layer.
        names: what names are taken.
        origins: takes the places of layers and their arguments.
        nodes: how many calls there may be.
        sources: the trained models that parts can be taken of.
    """

    def __init__(
        self,
        binder: Binder,
        units: Mapping[str, DeclaredUnit],
        names: Names,
        origins: Origins,
        nodes: int,
        sources: Sources,
    ) -> None:
        self.binder, self.report, self.names = binder, binder.report, names
        self.units, self.nodes = units, nodes
        self.outline = Outline()
        #: Assertions, in the order in which they were read.
        self.demands: list[Demand] = []
        self.flows = FlowReader(
            binder, units, names, origins, self.outline, self._inline
        )
        self.copies = Copies(sources, names, origins, self.outline)
        #: The units that are being read, from the outermost.
        self._open: list[str] = []
        #: How many times the layers of each path are used.
        self._uses: dict[str, int] = {}
        self._exhausted = False
        #: Whether a statement was left out, in which flows may have led anywhere.
        self._gap = False

    @contextmanager
    def within(self, name: str) -> Generator[None]:
        """The unit of that name is being read."""
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()

    def read(self, statements: Iterable[tree.Statement], scope: Scope) -> None:
        """Take in the statements of a scope; first of all what they name."""
        found = list(chosen(statements, self.binder))
        blocks = [s for s in found if isinstance(s, tree.Block)]
        own = [b for b in blocks if b.kind.text == "defaults"]
        if own:
            scope.under(read_defaults(own, self.binder, scope.nearer))
        flows = {
            index: flow
            for index, statement in enumerate(found)
            if (flow := self._flow(statement, scope)) is not None
        }
        targets = {
            index: self._claim(flow.target, scope) for index, flow in flows.items()
        }
        reuses = [s for s in found if isinstance(s, tree.Reuse) and self._in_model()]
        names = {s.span: self._claim(s.target, scope) for s in reuses}
        declared = {
            index
            for index, flow in flows.items()
            if self.flows.declare(scope, flow, targets[index])
        }
        for statement in () if scope.sequential else reuses:
            self._reuse(statement, scope, names[statement.span])
        for index, statement in enumerate(found):
            if index in flows and index not in declared and not self._spent(statement):
                self.flows.read(scope, flows[index], targets[index])
            elif isinstance(statement, tree.Reuse) and statement.span in names:
                if scope.sequential:
                    self._reuse(statement, scope, names[statement.span])
            elif index not in flows:
                self._other(statement, scope)
        if not self._gap:
            self._uncalled(scope)

    def _flow(self, statement: tree.Statement, scope: Scope) -> tree.Flow | None:
        """The statement as a flow; outputs are for models."""
        flow = as_flow(statement)
        if flow is None or is_allow(statement):
            return None
        output = flow.kind is not None and flow.kind.text == "output"
        return flow if flow.kind is None or (output and self._in_model()) else None

    def _in_model(self) -> bool:
        return self.units[self._open[-1]].unit.kind == "model"

    def _claim(self, word: tree.Word | None, scope: Scope) -> str | None:
        """The name of a flow, where it has a valid one; from now on it is known."""
        if word is None:
            return None
        full = scope.full(word.text)
        if not scope.again and not self.names.claim(full, word.span):
            self.outline.faulty = True
            return None
        scope.names[word.text] = Named(word.span, edge=full)
        return word.text

    def _other(self, statement: tree.Statement, scope: Scope) -> None:
        """Take in a statement that is no flow."""
        kind = statement.kind.text if isinstance(statement, tree.Block) else ""
        if is_allow(statement) or kind == "defaults":
            return
        if isinstance(statement, tree.Broken):
            self._missing(statement, scope)
        elif isinstance(statement, tree.Assertion):
            self._demand(statement, scope)
        elif isinstance(statement, tree.Block) and kind == "repeat":
            self._repeat(statement, scope)
        elif isinstance(statement, tree.Block) and kind == "residual":
            self._residual(statement, scope)
        else:
            where = "a model" if self._in_model() else "a block"
            misplaced(statement, where, _EXPECTED, self.report)
            self.outline.faulty = True
            if isinstance(statement, tree.Reuse):
                self._lost(statement, scope, None)

    def _missing(self, statement: tree.Broken, scope: Scope) -> None:
        """Stand in for a statement with a problem: what comes out of it is not known."""
        if has_gap([statement]):
            self._gap = self.outline.faulty = True
            if scope.sequential and not _declares(statement):
                node = tree.Name(statement.span, statement.kind)
                scope.current = self.flows.lost(scope, node, None, [])

    def _demand(self, statement: tree.Assertion, scope: Scope) -> None:
        """Remember an assertion until the shapes are known."""
        self.binder.params.spend(DEMAND, statement.span, self.report)
        edges: dict[str, str] = {}
        for word in names_in(statement.condition):
            name = word.text.removesuffix(".shape")
            edge = scope.names[name].edge if name in scope.names else None
            if edge is not None:
                edges[name] = edge
        params = dict(self.binder.params.table)
        self.demands.append(
            Demand(statement, params, edges, scope.uses, scope.wanted, scope.around)
        )

    def _uncalled(self, scope: Scope) -> None:
        """Report layers that were named and that nothing flows into."""
        names = scope.names
        # Those around a repetition may yet be called.
        own = names.maps[0] if isinstance(names, ChainMap) else names
        for name, named in own.items():
            alone = named.edge is None and not named.called
            if alone and (named.instance is not None or named.layer is not None):
                named.called = self.outline.faulty = True
                self.report.error(
                    "missing-source",
                    f"nothing flows into {name}",
                    named.span,
                    expected="a flow that leads to it, because the model has several"
                    " inputs or an output statement",
                    suggestion=f"flow -> {name}",
                )

    def _spent(self, statement: tree.Node) -> bool:
        """Whether the model has as many calls as it may have; reported once."""
        if len(self.outline.calls) < self.nodes:
            return False
        if not self._exhausted:
            message = f"the model has more than the {self.nodes} layers allowed"
            self.report.error("too-much-work", message, statement.span)
        self._exhausted = self.outline.faulty = True
        return True

    # Repetitions -----------------------------------------------------------------

    def _repeat(self, block: tree.Block, scope: Scope) -> None:
        """The body once for each number, layers named in it with the number behind."""
        numbers = self._numbers(block)
        if numbers is None:
            self._give_up(block, scope)
            return
        params, known = self.binder.params, self.report.errors
        work, calls = params.work, len(self.outline.calls)
        for index, number in enumerate(numbers):
            faults = self.report.errors - known
            if index == 1:  # each time takes about what the first one took
                rounds = numbers.stop - numbers.start
                faults *= rounds
                calls += (len(self.outline.calls) - calls) * rounds
                if calls > self.nodes or (work - params.work) * rounds > work:
                    self._multiplies(block)
                    return
            if faults > FAULTS:
                self._give_up(block, scope)
                return
            if not params.spend(ROUND, head(block), self.report):
                self._exhausted = self.outline.faulty = True
            if self._exhausted or self._spent(block):
                return
            table = dict(params.table)
            if block.variable is not None:
                word = block.variable
                table[word.text] = Param(word.text, word.span, number)
            own: dict[str, Named] = {}
            inner = replace(
                scope,
                names=ChainMap(own, scope.names),
                suffix=f"{scope.suffix}_{number}",
            )
            with params.within(table):
                self.read(block.body, inner)
            scope.current = inner.current
            for name, named in own.items():
                scope.names[f"{name}_{number}"] = named

    def _give_up(self, block: tree.Block, scope: Scope) -> None:
        """What a repetition leads to is not known; what it may have named is no mistake."""
        gap = broken(block)
        self.report.gaps.names |= frozenset(gap.names)
        self._missing(gap, scope)

    def _multiplies(self, block: tree.Block) -> None:
        """Report, once, that a repetition goes beyond what a model may have."""
        if not self._exhausted:
            message = f"the model has more than the {self.nodes} layers allowed"
            if not self.outline.calls:
                message = "this file asks for too much work"
            self.report.error("too-much-work", message, head(block))
        self._exhausted = self.outline.faulty = True

    def _numbers(self, block: tree.Block) -> range | None:
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
        return None if low is None or high is None else range(low, high + 1)

    def _whole(self, node: tree.Expression, what: str) -> int | None:
        value = evaluate(node, self.binder.params, self.report)
        if type(value) is int:
            return value
        self.outline.faulty = True
        if not isinstance(value, Absent):
            message = f"{what} must be whole, and this is {kind_of(value)}"
            self.report.error("wrong-type", message, node.span)
        return None

    # Residuals -------------------------------------------------------------------

    def _residual(self, block: tree.Block, scope: Scope) -> None:
        """input + body(input), or shortcut(input) + body(input)."""
        start = scope.current if scope.sequential else None
        if start is None:
            if not scope.sequential:
                self.report.error(
                    "missing-source",
                    "nothing flows into this residual",
                    head(block),
                    expected="a body whose layers follow one another: that of a block,"
                    " or of a model with one input and no output statement",
                    suggestion="put it into a block, and lead a flow to that",
                )
                self.outline.faulty = True
            return
        ways = [
            s
            for s in block.body
            if isinstance(s, tree.Block) and s.kind.text == "shortcut"
        ]
        for extra in ways[1:]:
            note = Note("the first one is here", head(ways[0]))
            message = "a residual has one shortcut"
            self.report.error("duplicate-name", message, head(extra), notes=(note,))
        rest = [s for s in block.body if s not in ways]
        end = self._branch(rest, scope, start, head(block))
        other = (
            self._branch(ways[0].body, scope, start, head(ways[0])) if ways else start
        )
        hint = None if ways else "shortcut { … } changes the shape of what is added"
        add = catalog().find("layer", "Add")()
        assert isinstance(add, Layer)
        span = head(block)
        owner, name = self.flows.called(scope, None, add.keyword, span)
        self.flows.origins.put(owner, "", span)
        scope.current = self.flows.place(
            scope, name, owner, span, add, [end, other], hint=hint
        )

    def _branch(
        self,
        statements: Iterable[tree.Statement],
        scope: Scope,
        start: Reference,
        span: Span,
    ) -> Reference:
        """One of the two ways through a residual."""
        scope.current, before = start, scope.nearer
        self.read(statements, scope)
        scope.under(before)
        end = scope.current
        if end.name == start.name:
            self.outline.faulty = True
            word = span.source.text[span.start : span.end]
            message = f"this {word} has no layers"
            self.report.error(
                "empty-model",
                message,
                span,
                expected="a layer at least, such as Dense(10)",
            )
        return end

    # Parts of trained models -----------------------------------------------------

    def _reuse(self, asked: tree.Reuse, scope: Scope, target: str | None) -> None:
        """A part of a trained model under a name; in a sequence it stands here as well."""
        part = self.copies.sources.part(asked)
        if part is None or target is None:
            self._lost(asked, scope, target)
            return
        named = scope.names[target]
        named.edge, named.instance = None, self.copies.instance(asked, part, scope)
        if not scope.sequential or scope.current is None:
            return
        named.called, again = True, scope.again
        incoming = [scope.current]
        end = self._inline(scope, named.instance, incoming, asked.span, again)
        if end is None:
            self._lost(asked, scope, target)
        else:
            scope.current = self.flows.alias(scope, target, end, asked.span)

    def _lost(self, asked: tree.Reuse, scope: Scope, target: str | None) -> None:
        """Stand in for a part that there is none of."""
        node = tree.Name(asked.span, asked.target.text)
        end = self.flows.lost(scope, node, None, [])
        if target is not None:
            scope.names[target].edge = end.name
        if scope.sequential:
            scope.current = end

    # Blocks and models in the place of a layer -----------------------------------

    def _inline(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
    ) -> Reference | None:
        """Put the layers of a unit behind flows; where they end, or None and a problem."""
        unit = instance.unit
        if instance.part is not None:
            return self._copied(scope, instance, incoming, span, again)
        if unit.name in self._open:
            circle = " -> ".join(
                [*self._open[self._open.index(unit.name) :], unit.name]
            )
            message = f"{unit.name} would contain itself: {circle}"
            self.report.error(
                "cycle", message, span, expected="blocks within others only"
            )
            return None
        if len(self._open) >= DEEPEST:
            message = f"blocks lie within one another more than {DEEPEST} deep"
            self.report.error("too-much-work", message, span)
            return None
        known = len(self.outline.wanted)
        names = self._inputs(instance.unit, incoming, span, scope)
        if names is None:
            return None
        sequential = unit.kind == "block" or not has_outputs(unit.body)
        inner = Scope(
            names=names,
            file=self.units[unit.name].defaults,
            nearer=instance.defaults,
            sequential=sequential and len(incoming) == 1,
            current=incoming[0],
            path=instance.path,
            again=again,
            around=scope.over_time,
            over_time=scope.over_time,
            uses=(*scope.uses, Note(f"{unit.name} is used here", span)),
            blocks=(*scope.blocks, self._used(instance)),
            wanted=tuple(self.outline.wanted[known:]) or scope.wanted,
        )
        if not self.binder.params.spend(_UNIT_WORK, span, self.report):
            self._exhausted = self.outline.faulty = True
        if self._exhausted:
            return None
        with self.within(unit.name), self.binder.params.within(instance.arguments):
            self.read(without_inputs(unit), inner)
        self.units[unit.name].note(instance.arguments)
        return self._end(unit, inner, span)

    def _copied(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
    ) -> Reference | None:
        """Put a part of a trained model behind flows."""
        name = instance.path.removesuffix("/")
        if not self._takes(name, instance.flows, incoming, span):
            return None
        if self._spent(tree.Node(span)):
            return None
        return self.copies.place(
            scope, instance, incoming, span, again, self._used(instance)
        )

    def _used(self, instance: Instance) -> Block:
        """One more use of a unit."""
        path, unit = instance.path.removesuffix("/"), instance.unit.name
        self._uses[path] = self._uses.get(path, 0) + 1
        places = self.units[unit].places if instance.part is None else ()
        given = [(name, instance.arguments[name].value) for name in places]
        return Block(path, unit, tuple(given), self._uses[path])

    def _takes(
        self, name: str, flows: tuple[str, ...], incoming: list[Reference], span: Span
    ) -> bool:
        """Whether a unit gets as many flows as it takes."""
        wanted = len(flows)
        if len(incoming) == wanted:
            return True
        what = "one flow" if wanted == 1 else f"{wanted} flows"
        message = f"{name} takes {what}, and here are {len(incoming)}"
        fix = f"{name}({', '.join(flows)})" if wanted > 1 else None
        self.report.error("missing-source", message, span, suggestion=fix)
        return False

    def _inputs(
        self,
        unit: Unit,
        incoming: list[Reference],
        span: Span,
        scope: Scope,
    ) -> dict[str, Named] | None:
        """What names the flows have within a unit."""
        if unit.kind == "model" and has_gap(unit.body):
            return None
        if unit.kind == "block":
            if not self._takes(unit.name, ("input",), incoming, span):
                return None
            return {"input": Named(unit.span, edge=incoming[0].name)}
        with self.binder.params.within(self.units[unit.name].params):
            inputs = [read_input(item, self.binder) for item in unit.inputs]
        inputs = inputs or inherited(unit.body, self.copies.sources)
        if not inputs:
            return None  # which is reported at the model
        if not self._takes(
            unit.name, tuple(item.name for item in inputs), incoming, span
        ):
            return None
        found: dict[str, Named] = {}
        bound: dict[str, Dim] = {}
        for declared, flow in zip(inputs, incoming, strict=True):
            found[declared.name] = Named(declared.span, edge=flow.name)
            here = Reference(flow.name, span)
            wanted = Wanted(
                here, unit.name, declared, scope.uses, scope.over_time, bound
            )
            self.outline.wanted.append(wanted)
        return found

    def _end(self, unit: Unit, inner: Scope, span: Span) -> Reference | None:
        """Where the layers of a unit end."""
        if inner.sequential or unit.kind == "block":
            return inner.current
        if len(inner.outputs) == 1:
            return next(iter(inner.outputs.values()))
        message = f"{unit.name} has {len(inner.outputs)} outputs, and a layer has one"
        self.report.error("missing-output", message, span)
        return None


def _declares(statement: tree.Broken) -> bool:
    """Whether it is a statement that nothing flows through."""
    return statement.kind in ("input", "param", "defaults", "import", "block", "model")


def without_inputs(unit: Unit) -> list[tree.Statement]:
    """The statements of a unit but for its inputs."""
    return [statement for statement in unit.body if statement not in unit.inputs]


def chosen(
    statements: Iterable[tree.Statement], binder: Binder
) -> Iterator[tree.Statement]:
    """The statements with those of each ``if`` in its place that its condition chooses."""
    todo = list(statements)[::-1]
    while todo:
        statement = todo.pop()
        if not isinstance(statement, tree.Block) or statement.kind.text != "if":
            yield statement
            continue
        if statement.subject is None:
            message, fix = "if needs a condition", "if depth > 2 { … }"
            binder.report.error(
                "missing-argument", message, head(statement), suggestion=fix
            )
            continue
        value = evaluate(statement.subject, binder.params, binder.report)
        if not isinstance(value, bool):
            gap = broken(statement)
            binder.report.gaps.names |= frozenset(gap.names)
            yield gap
        if isinstance(value, Absent):
            continue
        if not isinstance(value, bool):
            binder.report.error(
                "wrong-type",
                f"the condition of if is {kind_of(value)}",
                statement.subject.span,
                expected="a comparison, or a param that is true or false",
            )
            continue
        todo += (statement.body if value else statement.otherwise or ())[::-1]


def has_outputs(statements: Iterable[tree.Statement]) -> bool:
    """Whether a model says what its outputs are, in whatever choice or repetition."""
    todo = list(statements)
    while todo:
        statement = todo.pop()
        if isinstance(statement, tree.Block):
            if statement.kind.text in ("if", "repeat"):
                todo += [*statement.body, *(statement.otherwise or ())]
            continue
        flow = as_flow(statement)
        if flow is not None and flow.kind is not None and flow.kind.text == "output":
            return True
    return False
