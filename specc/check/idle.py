"""What nothing in a file leads to: what is wrong with it whatever params and arguments are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..catalog import catalog
from ..diagnostics.model import Span
from ..ir import Origins
from ..syntax import tree
from ..syntax.gaps import broken
from .bind import Binder, Inherited
from .blocks import DeclaredUnit
from .body.choices import every, has_outputs, unread, without_inputs
from .body.reader import BodyReader
from .body.repeats import Repeats
from .checked import Budget
from .declarations import Declarations
from .defaults import Defaults, layered, read_defaults
from .expectation import signature
from .names import Names
from .order import in_order
from .report import Report
from .reuse import RunReader, Sources
from .scope import Instance, Named, Reference, Scope, Unit
from .statements import as_setting
from .types import CONSTRUCTS, PLAIN
from .values import ABSENT, Param, Params, Unknown

__all__ = ["check_idle"]

#: What depends on the values of arguments: how much there is, and, where a choice is
#: open, whether a name is given twice.
_AMOUNTS = frozenset({"too-much-work"})
_TWICE = frozenset({"duplicate-name", "name-clash"})


def check_idle(
    file: tree.File,
    found: Declarations,
    units: Mapping[str, DeclaredUnit],
    budget: Budget,
    run: RunReader,
    binder: Binder,
) -> None:
    """Check the bodies of a file that have been read for no model.

    These are blocks that nothing uses, and in others, and in models, branches that are not
    chosen and repetitions of no round. Params and arguments are of their type, and may have
    any value; every branch of a choice is looked at, and a repetition once. Shapes are not
    looked at.

    Args:
        file: the spec.
        found: all declarations.
        units: blocks and models in the place of layers.
        budget: what reading the bodies may ask for.
        run: reads the program of a run.
        binder: what was read with it; its report takes the problems.
    """
    todo = [*_todo(file, found, units, binder)]
    if not todo:
        return
    # Nothing that is used here is used by a model.
    copies = {name: replace(unit) for name, unit in units.items()}
    table = {decl.name.text: _unknown(decl.name, decl.type) for decl in found.params}
    aside, params, gaps = Report(), Params(work=budget.work), binder.report.gaps
    sources = Sources(found.trainings, _no_network, run, aside)
    used: dict[str, dict[str, Span]] = {}
    defaults = _open(units[_name(todo[0][0])].defaults)
    anywhere = _anywhere(defaults, found, file.span)
    for block, idle in todo:
        name, known = _name(block), len(aside.problems)
        own = {
            item.name.text: _unknown(item.name, item.type) for item in block.parameters
        }
        unit = units[name].unit
        scope = _beginning(unit, anywhere if unit.kind == "block" else defaults)
        aside.gaps = replace(gaps, names=gaps.names | frozenset(_repeated(block)))
        reader = _IdleReader(Binder(aside, params), copies, budget.nodes, sources)
        used[name] = reader.flows.used
        with params.within({**table, **own}), reader.nested.within(name):
            reader.read(without_inputs(unit), scope)
        if params.exhausted:
            return  # what was not read may be what is missed
        left = _AMOUNTS | _TWICE if _chooses(block) else _AMOUNTS
        for problem in aside.problems[known:]:
            if problem.rule not in left and _lies(problem.span, idle):
                binder.report.follow(problem)
    _circles(used, binder.report)


def _todo(
    file: tree.File,
    found: Declarations,
    units: Mapping[str, DeclaredUnit],
    binder: Binder,
) -> Iterator[tuple[tree.Block, tuple[Span, ...] | None]]:
    """The units with bodies that were not read, and these; None for all of a unit."""
    for name, block in (*found.blocks.items(), *found.models.items()):
        if block.span.source is not file.span.source or name not in units:
            continue
        unit = units[name].unit
        if unit.whole != block.span or (unit.kind == "model" and not unit.inputs):
            continue  # another of that name, or one with the inputs of another model
        if unit.kind == "block" and not units[name].opened:
            yield block, None
        elif bodies := tuple(unread(block, binder)):
            yield block, bodies


def _circles(used: Mapping[str, Mapping[str, Span]], report: Report) -> None:
    """Report units that contain themselves; `used` has the places of units in units."""
    left = dict(used)
    while circle := in_order({name: [*own] for name, own in left.items()})[1]:
        span = left[circle[0]][circle[1 % len(circle)]]
        way = " -> ".join([*circle, circle[0]])
        message = f"{circle[0]} would contain itself: {way}"
        report.error("cycle", message, span, expected="blocks within others only")
        for name in circle:
            del left[name]


def _beginning(unit: Unit, defaults: Defaults) -> Scope:
    """The scope that the body of a unit begins with."""
    names = {
        item.name.text: Named(item.name.span, edge=item.name.text)
        for item in unit.inputs
    } or {"input": Named(unit.span, edge="input")}
    return Scope(
        names=names,
        file=defaults,
        sequential=unit.kind == "block"
        or (len(unit.inputs) < 2 and not has_outputs(unit.body)),
        current=Reference(next(iter(names)), unit.span),
    )


def _lies(span: Span | None, bodies: tuple[Span, ...] | None) -> bool:
    """Whether a problem is one of what is looked at; None stands for everything."""
    if bodies is None or span is None:
        return bodies is None
    return any(body.start <= span.start < body.end for body in bodies)


def _name(block: tree.Block) -> str:
    assert block.name is not None, "blocks without a name are not declared"
    return block.name.text


def _unknown(word: tree.Word, type_: tree.TypeExpr) -> Param:
    """What a name stands for that can have any value of its type."""
    sort = PLAIN.get(type_.name.text)
    if sort is None and type_.name.text in CONSTRUCTS:
        return Param(word.text, word.span, Unknown(type_.name.text))
    return Param(word.text, word.span, Unknown(sort))


def _no_network(model: str, training: str, span: Span) -> None:
    """What a part of a trained model would be taken of: blocks have none."""


def _anywhere(defaults: Defaults, found: Declarations, place: Span) -> Defaults:
    """The defaults of a block that is used where others may give what its layers need.

    These are all in sight, or any, in a file of blocks for models of other files.
    """
    given = _defaulted(found)
    values = {
        keyword: {
            name: Inherited(ABSENT, place, "")
            for name, parameter in signature(kind).parameters.items()
            if parameter.required and ((keyword, name) in given or not found.models)
        }
        for keyword, kind in catalog().family("layer").items()
    }
    for keyword, items in defaults.values.items():
        values[keyword] = {**values.get(keyword, {}), **items}
    return Defaults(values, dict(defaults.blocks))


def _defaulted(found: Declarations) -> set[tuple[str, str]]:
    """The layers and arguments of which some ``defaults`` block says something."""
    todo: list[tree.Statement] = [*found.blocks.values(), *found.models.values()]
    todo += [block for own in found.defaults.values() for block in own]
    given: set[tuple[str, str]] = set()
    while todo:
        item = todo.pop()
        if not isinstance(item, tree.Block):
            continue
        if item.kind.text == "defaults" and item.name is not None:
            settings = (as_setting(statement) for statement in item.body)
            given |= {(item.name.text, s.key.text) for s in settings if s is not None}
        else:
            todo += [*item.body, *(item.otherwise or ())]
    return given


def _open(defaults: Defaults) -> Defaults:
    """The defaults with values that are not known."""
    values = {
        keyword: {name: replace(item, value=ABSENT) for name, item in items.items()}
        for keyword, items in defaults.values.items()
    }
    return Defaults(values, dict.fromkeys(values, ()))


def _within(block: tree.Block) -> Iterable[tree.Block]:
    """The blocks in a block; of what is repeated only the outermost."""
    todo: list[tree.Statement] = [*block.body]
    while todo:
        item = todo.pop()
        if isinstance(item, tree.Block):
            yield item
            if item.kind.text != "repeat":
                todo += [*item.body, *(item.otherwise or ())]


def _repeated(block: tree.Block) -> Iterable[str]:
    """The names that are given in repetitions, each with the number of its round behind."""
    for item in _within(block):
        if item.kind.text == "repeat":
            yield from broken(item).names


def _chooses(block: tree.Block) -> bool:
    """Whether a condition leaves something open in a block."""
    todo: list[tree.Statement] = [*block.body]
    while todo:
        item = todo.pop()
        if isinstance(item, tree.Block):
            if item.kind.text == "if":
                return True
            todo += item.body
    return False


class _Once(Repeats):
    """Reads the body of a repetition once, for any number."""

    def read(self, block: tree.Block, scope: Scope) -> None:
        """The body once; what its numbers are is looked at too."""
        self.numbers(block)
        self.round(block, scope, Unknown(int))


class _IdleReader(BodyReader):
    """Reads a body whose params may have any value; units in it are not opened."""

    def __init__(
        self,
        binder: Binder,
        units: Mapping[str, DeclaredUnit],
        nodes: int,
        sources: Sources,
    ) -> None:
        super().__init__(binder, units, Names(binder.report), Origins(), nodes, sources)
        self.flows.inline = self._passed
        self.repeats = _Once(
            binder, self.outline, self.allowance, self.read, self.missing
        )

    def chosen(self, statements: Iterable[tree.Statement]) -> Iterable[tree.Statement]:
        """The statements of every branch."""
        return every(statements, self.binder)

    def settle(self, blocks: list[tree.Block], scope: Scope) -> None:
        """Each defaults block by itself: they may stand in different branches."""
        for block in blocks:
            own = _open(read_defaults([block], self.binder))
            scope.under(layered(scope.nearer, own))

    def claim(self, word: tree.Word | None, scope: Scope) -> str | None:
        """The name of a flow; one that several branches give is the same in all."""
        name = super().claim(word, scope)
        if name is None and word is not None and word.text in scope.names:
            return word.text
        return name

    def _passed(
        self,
        scope: Scope,
        instance: Instance,
        incoming: list[Reference],
        span: Span,
        again: bool,
    ) -> Reference:
        """Where a unit ends that is not looked into."""
        return self.calls.lost(scope, span, inputs=incoming)
