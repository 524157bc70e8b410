"""The statements of a body of layers: flows, repetitions, choices, residuals, blocks."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping

from ...ir import Origins
from ...syntax import tree
from ..allow import is_allow
from ..assertions import Demand
from ..bind import Binder
from ..blocks import DeclaredUnit
from ..defaults import read_defaults
from ..expressions import names_in
from ..gaps import has_gap
from ..names import Names
from ..reuse import Sources
from ..scope import Named, Outline, Scope
from ..statements import as_flow, misplaced
from .allowance import Allowance
from .calls import Calls
from .choices import chosen
from .copies import Copies
from .flows import FlowReader
from .repeats import Repeats
from .residuals import Residuals
from .units import UnitReader

__all__ = ["BodyReader"]

#: What an assertion costs beside its expressions, as many of these as take that long.
DEMAND = 5
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
        self.outline = Outline()
        #: Assertions, in the order in which they were read.
        self.demands: list[Demand] = []
        self.calls = calls = Calls(names, origins, self.outline)
        self.copies = Copies(sources, calls)
        self.allowance = allowance = Allowance(nodes, binder, self.outline)
        self.nested = UnitReader(
            binder, units, self.outline, self.copies, allowance, self.read
        )
        self.flows = FlowReader(binder, units, calls, self.nested.place)
        self.residuals = Residuals(self.report, calls, self.read)
        self.repeats = Repeats(binder, self.outline, allowance, self.read, self.missing)
        #: Whether a statement was left out, in which flows may have led anywhere.
        self._gap = False

    def read(self, statements: Iterable[tree.Statement], scope: Scope) -> None:
        """Take in the statements of a scope; first of all what they name."""
        found = list(self.chosen(statements))
        blocks = [s for s in found if isinstance(s, tree.Block)]
        own = [b for b in blocks if b.kind.text == "defaults"]
        if own:
            self.settle(own, scope)
        flows = {
            index: flow
            for index, statement in enumerate(found)
            if (flow := self._flow(statement, scope)) is not None
        }
        targets = {
            index: self.claim(flow.target, scope) for index, flow in flows.items()
        }
        reuses = [
            s for s in found if isinstance(s, tree.Reuse) and self.nested.in_model()
        ]
        names = {s.span: self.claim(s.target, scope) for s in reuses}
        declared = {
            index
            for index, flow in flows.items()
            if self.flows.declare(scope, flow, targets[index])
        }
        for statement in () if scope.sequential else reuses:
            self._reuse(statement, scope, names[statement.span])
        for index, statement in enumerate(found):
            asked = index in flows and index not in declared
            if asked and not self.allowance.full(statement.span):
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
        may_be = flow.kind is None or (output and self.nested.in_model())
        return flow if may_be else None

    def chosen(self, statements: Iterable[tree.Statement]) -> Iterable[tree.Statement]:
        """The statements that conditions choose."""
        return chosen(statements, self.binder)

    def settle(self, blocks: list[tree.Block], scope: Scope) -> None:
        """Put the defaults of a scope in force."""
        scope.under(read_defaults(blocks, self.binder, scope.nearer))

    def claim(self, word: tree.Word | None, scope: Scope) -> str | None:
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
            self.missing(statement, scope)
        elif isinstance(statement, tree.Assertion):
            self._demand(statement, scope)
        elif isinstance(statement, tree.Block) and kind == "repeat":
            self.repeats.read(statement, scope)
        elif isinstance(statement, tree.Block) and kind == "residual":
            self.residuals.read(statement, scope)
        else:
            where = "a model" if self.nested.in_model() else "a block"
            misplaced(statement, where, _EXPECTED, self.report)
            self.outline.faulty = True
            if isinstance(statement, tree.Reuse):
                self.report.gaps.names |= {statement.target.text}
                self._lost(statement, scope, None)

    def missing(self, statement: tree.Broken, scope: Scope) -> None:
        """Stand in for a statement with a problem: what comes out of it is not known."""
        if has_gap([statement]):
            self._gap = self.outline.faulty = True
            if scope.sequential and not _declares(statement):
                scope.current = self.calls.lost(scope, statement.span)

    def _demand(self, statement: tree.Assertion, scope: Scope) -> None:
        """Remember an assertion until the shapes are known."""
        self.binder.params.spend(DEMAND, statement.span, self.report)
        edges: dict[str, list[str]] = {}
        for word in names_in(statement.condition):
            name = word.text.removesuffix(".shape")
            if (named := scope.names.get(name)) is not None:
                # What is only called below has no results yet.
                edges[name] = [named.edge] if named.edge is not None else named.results
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
        end = self.nested.place(scope, named.instance, incoming, asked.span, again)
        if end is None:
            self._lost(asked, scope, target)
        else:
            scope.current = self.calls.alias(scope, target, end, asked.span)

    def _lost(self, asked: tree.Reuse, scope: Scope, target: str | None) -> None:
        """Stand in for a part that there is none of."""
        end = self.calls.lost(scope, asked.span)
        if target is not None:
            scope.names[target].edge = end.name
            scope.names[target].lost = True
        if scope.sequential:
            scope.current = end


def _declares(statement: tree.Broken) -> bool:
    """Whether it is a statement that nothing flows through."""
    return statement.kind in ("input", "param", "defaults", "import", "block", "model")
