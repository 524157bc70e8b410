"""A walk through a syntax tree that tells what each name in it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..catalog import Construct, catalog
from ..catalog.settings import DataSettings, PhaseSettings, TrainSettings
from ..check.expectation import MemberOf
from ..check.expressions import names_in
from ..check.statements import as_setting, statement_call
from ..syntax import tree
from .index import Occurrence, Symbol
from .units import Names, sizes, unit_names
from .values import Values, path_head

__all__ = ["Walk"]


class Walk:
    """The names of a file."""

    def __init__(self, file: tree.File) -> None:
        self.file = file
        self.units = Names(file)

    def occurrences(self) -> Iterator[Occurrence]:
        """Every occurrence of a name, in no particular order."""
        params = {name: Symbol("param", "", name) for name in self.units.params}
        for statement in self.file.statements:
            yield from self._declaration(statement, params)

    def _declaration(
        self, statement: tree.Statement, params: Mapping[str, Symbol]
    ) -> Iterator[Occurrence]:
        values = Values(params)
        match statement:
            case tree.InputDecl():
                yield _defined(Symbol("param", "", statement.name.text), statement.name)
                yield from values.type(statement.type)
                if statement.default is not None:
                    yield from values.of(statement.default, None)
            case tree.Block() if statement.kind.text == "defaults":
                yield from self._defaults(statement, values)
            case tree.Block() if statement.kind.text in ("model", "block"):
                yield from self._unit(statement, params)
            case tree.Block() if statement.kind.text == "data":
                yield from self._data(statement, params)
            case tree.Block() if statement.bindings is not None:
                yield from self._train(statement, params)
            case _:
                return

    # Blocks of defaults, models, blocks --------------------------------------------

    def _defaults(self, block: tree.Block, values: Values) -> Iterator[Occurrence]:
        if block.name is None:
            return
        yield _defined(Symbol("layer", "", block.name.text), block.name)
        kind = catalog().family("layer").get(block.name.text)
        for statement in block.body:
            setting = as_setting(statement)
            if setting is not None:
                yield from values.field(kind, setting.key.text, setting.value)

    def _unit(
        self, block: tree.Block, params: Mapping[str, Symbol]
    ) -> Iterator[Occurrence]:
        if block.name is None:
            return
        name = block.name.text
        yield _defined(Symbol(block.kind.text, "", name), block.name)
        inner = dict(params)
        for item in block.parameters:
            symbol = Symbol("parameter", name, item.name.text)
            yield _defined(symbol, item.name)
            yield from Values(params).type(item.type)
            if item.default is not None:
                yield from Values(params).of(item.default, None)
            inner[item.name.text] = symbol
        opened = {size: at for size, at in sizes(block) if size not in inner}
        inner |= {size: Symbol("size", name, size) for size in opened}
        for found in self._body(block.body, name, unit_names(block), inner):
            new = found.start == opened.get(found.symbol.name)
            size = found.symbol.kind == "size"
            yield replace(found, defines=True) if size and new else found

    def _body(
        self,
        statements: Iterable[tree.Statement],
        unit: str,
        names: frozenset[str],
        params: Mapping[str, Symbol],
    ) -> Iterator[Occurrence]:
        values = Values(params)
        for statement in statements:
            match statement:
                case tree.InputDecl():
                    symbol = Symbol("flow", unit, statement.name.text)
                    yield _defined(symbol, statement.name)
                    yield from values.type(statement.type)
                case tree.Flow():
                    if statement.target is not None:
                        symbol = Symbol("flow", unit, statement.target.text)
                        yield _defined(symbol, statement.target)
                    for step in statement.steps:
                        yield from self._step(step, unit, names, values)
                case tree.Reuse():
                    yield from self._reuse(statement, unit)
                case tree.Assertion():
                    for word in names_in(statement.condition):
                        head = word.text.removesuffix(".shape")
                        flow = _flow(head, word.span.start, unit, names)
                        if flow is not None:
                            yield flow
                        else:
                            yield from values.of(word, None)
                case tree.Block():
                    yield from self._inner(statement, unit, names, params)
                case _:
                    continue

    def _reuse(self, asked: tree.Reuse, unit: str) -> Iterator[Occurrence]:
        """A part of a trained model: its name, the training, layers at its ends."""
        yield _defined(Symbol("flow", unit, asked.target.text), asked.target)
        if not isinstance(asked.origin, tree.Name):
            return
        model = self.units.trained(asked.origin.text)
        named = asked.origin.text != model
        symbol = Symbol("training" if named else "model", "", asked.origin.text)
        yield _used(symbol, asked.origin)
        block = self.units.models.get(model or "")
        known = unit_names(block) if block is not None else frozenset[str]()
        for end in (asked.first, asked.last):
            written = end is not None and end.span.end - end.span.start == len(end.text)
            if end is not None and written and end.text in known:
                yield _used(Symbol("flow", model or "", end.text), end)
            elif end is not None and not written:
                yield from path_head(tree.String(end.span, end.text), model or "")
        for path in asked.without:
            yield from path_head(path, model or "")

    def _inner(
        self,
        block: tree.Block,
        unit: str,
        names: frozenset[str],
        params: Mapping[str, Symbol],
    ) -> Iterator[Occurrence]:
        """A block of statements within a model or a block."""
        if block.kind.text == "defaults":
            yield from self._defaults(block, Values(params))
            return
        if block.subject is not None:
            yield from Values(params).of(block.subject, None)
        inner = dict(params)
        if block.variable is not None:
            owner = f"{unit}:{block.variable.span.start}"
            symbol = Symbol("variable", owner, block.variable.text)
            yield _defined(symbol, block.variable)
            inner[block.variable.text] = symbol
        yield from self._body(block.body, unit, names, inner)
        yield from self._body(block.otherwise or (), unit, names, inner)

    def _step(
        self, step: tree.Expression, unit: str, names: frozenset[str], values: Values
    ) -> Iterator[Occurrence]:
        """A step of a flow: a flow, a named layer, a unit or a construct."""
        word = _head(step)
        if word is None:
            return
        arguments = step.arguments if isinstance(step, tree.Call) else ()
        flow = _flow(word.text, word.span.start, unit, names)
        if flow is not None:
            yield flow
            return
        if word.text in self.units.blocks or word.text in self.units.models:
            kind = "block" if word.text in self.units.blocks else "model"
            yield _used(Symbol(kind, "", word.text), word)
            yield from self._unit_arguments(word.text, arguments, unit, names, values)
            return
        if word.text == "allow":
            return
        yield _used(Symbol("layer", "", word.text), word)
        if word.text in catalog().family("wrapper"):
            for argument in arguments:
                yield from self._step(argument.value, unit, names, values)
            return
        construct = catalog().family("layer").get(word.text)
        many = construct is not None and getattr(construct, "takes", "one") == "many"
        for argument in arguments:
            flow = _argument_flow(argument, unit, names)
            if many and flow is not None:
                yield flow
        rest = [a for a in arguments if not (many and _argument_flow(a, unit, names))]
        yield from values.arguments(construct, rest)

    def _unit_arguments(
        self,
        name: str,
        arguments: Iterable[tree.Argument],
        unit: str,
        names: frozenset[str],
        values: Values,
    ) -> Iterator[Occurrence]:
        """What is given to a block, or the flows that are given to a model."""
        for argument in arguments:
            if argument.name is not None:
                symbol = Symbol("parameter", name, argument.name.text)
                yield _used(symbol, argument.name)
            flow = _argument_flow(argument, unit, names)
            if flow is not None and name in self.units.models:
                yield flow
            else:
                yield from values.of(argument.value, None)

    # Data and trainings --------------------------------------------------------------

    def _data(
        self, block: tree.Block, params: Mapping[str, Symbol]
    ) -> Iterator[Occurrence]:
        if block.name is None:
            return
        name = block.name.text
        yield _defined(Symbol("data", "", name), block.name)
        values = Values(params, data=name)
        for statement in block.body:
            setting, call = as_setting(statement), statement_call(statement)
            if setting is not None and setting.kind is not None:
                yield _defined(Symbol("binding", name, setting.key.text), setting.key)
            elif setting is not None:
                yield from values.field(DataSettings, setting.key.text, setting.value)
            elif call is not None:
                kind = catalog().family("transform").get(call.name.text)
                yield from values.arguments(kind, call.arguments)

    def _train(
        self, block: tree.Block, params: Mapping[str, Symbol]
    ) -> Iterator[Occurrence]:
        pair = block.bindings
        assert pair is not None
        if pair.name is not None:
            yield _defined(Symbol("training", "", pair.name.text), pair.name)
        yield _used(Symbol("model", "", pair.model.text), pair.model)
        yield _used(Symbol("data", "", pair.data.text), pair.data)
        outputs = self.units.outputs.get(pair.model.text, ())
        values = Values(params, outputs=(pair.model.text, outputs))
        for statement in block.body:
            setting, call = as_setting(statement), statement_call(statement)
            if setting is not None:
                yield from self._setting(setting, pair.model.text, values)
            elif call is not None:
                kind = catalog().family("callback").get(call.name.text)
                yield from values.arguments(kind, call.arguments)
            elif isinstance(statement, tree.Block) and statement.kind.text == "phase":
                if statement.name is not None:
                    owner = str(block.span.start)
                    phase = Symbol("phase", owner, statement.name.text)
                    yield _defined(phase, statement.name)
                yield from self._phase(statement, values)

    def _phase(self, block: tree.Block, values: Values) -> Iterator[Occurrence]:
        for statement in block.body:
            setting, call = as_setting(statement), statement_call(statement)
            if setting is not None:
                yield from values.field(PhaseSettings, setting.key.text, setting.value)
            elif call is not None:
                kind = catalog().family("callback").get(call.name.text)
                yield from values.arguments(kind, call.arguments)

    def _setting(
        self, setting: tree.Setting, model: str, values: Values
    ) -> Iterator[Occurrence]:
        word = (setting.kind or setting.key).text
        if word not in ("loss", "metrics"):
            kind: type[Construct] = TrainSettings
            yield from values.field(kind, setting.key.text, setting.value)
            return
        if setting.kind is not None:
            yield _used(Symbol("flow", model, setting.key.text), setting.key)
        family = "loss" if word == "loss" else "metric"
        yield from values.of(setting.value, MemberOf(family))


def _defined(symbol: Symbol, word: tree.Word) -> Occurrence:
    return Occurrence(symbol, word.span.start, word.span.end, defines=True)


def _used(symbol: Symbol, word: tree.Word | tree.Name) -> Occurrence:
    return Occurrence(symbol, word.span.start, word.span.end)


def _head(step: tree.Expression) -> tree.Word | None:
    """The word that a step of a flow begins with."""
    if isinstance(step, tree.Name):
        return tree.Word(step.span, step.text)
    return step.name if isinstance(step, tree.Call) else None


def _flow(word: str, start: int, unit: str, names: frozenset[str]) -> Occurrence | None:
    """A flow by its name, or by that of a layer in a repetition with its number."""
    match = re.fullmatch(r"(\w+?)((?:_\d+)+)", word)
    found = word if word in names else match[1] if match is not None else ""
    if found not in names:
        return None
    return Occurrence(Symbol("flow", unit, found), start, start + len(found))


def _argument_flow(
    argument: tree.Argument, unit: str, names: frozenset[str]
) -> Occurrence | None:
    if argument.name is not None or not isinstance(argument.value, tree.Name):
        return None
    return _flow(argument.value.text, argument.value.span.start, unit, names)
