"""The names that a file declares, read off its syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..catalog import catalog
from ..catalog.sources import BuiltinSource
from ..catalog.sources.builtin import DataField
from ..check.statements import as_flow, as_setting
from ..syntax import tree

__all__ = ["Names", "data_fields", "keywords", "sizes", "targets", "unit_names"]


class Names:
    """Params, blocks, models, data and trainings of a file, with their declarations."""

    def __init__(
        self, file: tree.File | None, imported: Iterable[tree.File] = ()
    ) -> None:
        self.params: dict[str, tree.InputDecl] = {}
        self.defaults: list[tree.Block] = []
        self.blocks: dict[str, tree.Block] = {}
        self.models: dict[str, tree.Block] = {}
        self.data: dict[str, tree.Block] = {}
        self.trainings: list[tree.Block] = []
        for one in (*((file,) if file else ()), *imported):
            for statement in one.statements:
                self._take(statement)
        self.outputs = {
            name: tuple(item.text for item in targets(block.body, "output"))
            for name, block in self.models.items()
        }

    def _take(self, statement: tree.Statement) -> None:
        if isinstance(statement, tree.InputDecl) and statement.kind.text == "param":
            self.params.setdefault(statement.name.text, statement)
        if not isinstance(statement, tree.Block):
            return
        tables = {"block": self.blocks, "model": self.models, "data": self.data}
        kind = statement.kind.text
        if kind == "defaults":
            self.defaults.append(statement)
        elif kind == "train":
            self.trainings.append(statement)
        elif kind in tables and statement.name is not None:
            tables[kind].setdefault(statement.name.text, statement)

    def unit(self, name: str) -> tree.Block | None:
        """The block or model of that name."""
        return self.blocks.get(name) or self.models.get(name)

    def trained(self, training: str) -> str | None:
        """The model of the training of that name."""
        for block in self.trainings:
            pair = block.bindings
            if pair is not None and (pair.name or pair.model).text == training:
                return pair.model.text
        return None

    def inputs(self, model: str) -> tuple[str, ...]:
        """The names of a model's inputs."""
        block = self.models.get(model)
        found = inputs(block.body) if block else ()
        return tuple(item.name.text for item in found)

    def sides(self) -> frozenset[str]:
        """The names of all inputs and outputs of models."""
        found = [name for model in self.models for name in self.inputs(model)]
        return frozenset(found).union(*self.outputs.values())

    def of_data(self, data: str) -> list[str]:
        """The models that learn from a data block."""
        pairs = [t.bindings for t in self.trainings if t.bindings is not None]
        return [pair.model.text for pair in pairs if pair.data.text == data]


def within(statements: Iterable[tree.Statement]) -> Iterator[tree.Statement]:
    """Statements and those in repetitions, residuals and choices among them."""
    todo = list(statements)[::-1]
    while todo:
        statement = todo.pop()
        yield statement
        if isinstance(statement, tree.Block) and statement.kind.text != "defaults":
            todo += [*statement.body, *(statement.otherwise or ())][::-1]


def inputs(statements: Iterable[tree.Statement]) -> Iterator[tree.InputDecl]:
    """The inputs that statements declare."""
    for statement in within(statements):
        if isinstance(statement, tree.InputDecl) and statement.kind.text == "input":
            yield statement


def targets(
    statements: Iterable[tree.Statement], kind: str | None = None
) -> Iterator[tree.Word]:
    """The names that flows are given; of ``output`` statements alone, where asked."""
    for statement in within(statements):
        if isinstance(statement, tree.Reuse) and kind is None:
            yield statement.target
        flow = as_flow(statement)
        if flow is None or flow.target is None:
            continue
        if kind is None or (flow.kind is not None and flow.kind.text == kind):
            yield flow.target


def unit_names(block: tree.Block) -> frozenset[str]:
    """The inputs, named layers and flows of a model or a block."""
    flows = {word.text for word in targets(block.body)}
    return frozenset(flows | {item.name.text for item in inputs(block.body)})


def sizes(block: tree.Block) -> Iterator[tuple[str, int]]:
    """The names in the shapes of a model's inputs, and where each stands first."""
    known: set[str] = set()
    for item in inputs(block.body):
        for size in item.type.dims or ():
            if isinstance(size, tree.Name) and size.text not in known:
                known.add(size.text)
                yield size.text, size.span.start


def data_fields(block: tree.Block | None) -> tuple[DataField, ...]:
    """The fields of a data block's built-in source; those of files are not looked up."""
    for statement in block.body if block else ():
        setting = as_setting(statement)
        if setting is None or setting.kind or setting.key.text != "source":
            continue
        for word in keywords(setting.value):
            kind = catalog().family("source").get(word)
            if kind is not None and issubclass(kind, BuiltinSource):
                return kind.data_fields
    return ()


def keywords(value: tree.Expression) -> list[str]:
    """The words of constructs in a value."""
    match value:
        case tree.Name():
            return [value.text]
        case tree.Call():
            return [value.name.text]
        case tree.ListExpr():
            return [word for item in value.items for word in keywords(item)]
        case _:
            return []
