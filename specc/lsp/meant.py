"""The names of a file that can be meant at a cursor."""

from __future__ import annotations

from collections.abc import Iterator

from ..check.expectation import MemberOf
from ..check.monitor import figures
from ..check.statements import as_setting
from ..check.types import CONSTRUCTS
from ..syntax import tree
from .slots import Slots
from .units import data_fields, keywords, sizes, unit_names

__all__ = ["Meant"]


class Meant:
    """Names for the slots of one cursor."""

    def __init__(self, slots: Slots) -> None:
        self.slots, self.names = slots, slots.names

    def _unit(self) -> tree.Block | None:
        """The block or model around."""
        unit = self.slots.unit()
        return self.names.unit(unit[1]) if unit else None

    def flows(self) -> list[str]:
        """The flows of the unit around."""
        unit, block = self.slots.unit(), self._unit()
        found = sorted(unit_names(block)) if block else []
        return [*found, "input"] if unit and unit[0] == "block" else found

    def params(self, member: MemberOf | None = None) -> Iterator[str]:
        """The params, parameters and variables that could be meant."""
        for name, declared in self.names.params.items():
            if member is None or declared.type.name.text in ("int", "float", "str"):
                yield name
        block = self._unit()
        for item in block.parameters if block else ():
            constructs = item.type.name.text in CONSTRUCTS
            if constructs == (member is not None) and (
                member is None or item.type.name.text == member.family
            ):
                yield item.name.text
        for frame in self.slots.cursor.bodies():
            words = [token.text for token in frame.head]
            if words[:1] == ["repeat"] and words[2:3] == ["in"] and member is None:
                yield words[1]

    def sizes(self) -> Iterator[str]:
        """The sizes that the inputs of the unit around name."""
        block = self._unit()
        yield from (name for name, _ in sizes(block)) if block else ()

    def sides(self, kind: str) -> Iterator[str]:
        """Inputs or outputs of the models that the block around is about."""
        data, pair = self.slots.around("data"), self.pair()
        models = self.names.of_data(data) if data else pair[:1]
        for model in models or self.names.models:
            sides = self.names.inputs(model) if kind == "input" else None
            yield from self.names.outputs.get(model, ()) if sides is None else sides

    def pair(self) -> list[str]:
        """The model and the data of the training around."""
        words = self.slots.head("train")
        if "on" not in words:
            return []
        at = words.index("on")
        return [words[at - 1], *words[at + 1 : at + 2]]

    def figures(self) -> list[str]:
        """The keys of the history of the training around."""
        pair = self.pair()
        outputs = self.names.outputs.get(pair[0], ()) if pair else ()
        asked: dict[str, list[str]] = {name: [] for name in outputs or ("output",)}
        for training in self.names.trainings:
            head = training.bindings
            if head is None or [head.model.text, head.data.text] != pair:
                continue
            for statement in training.body:
                setting = as_setting(statement)
                if setting is None:
                    continue
                key = (setting.kind or setting.key).text
                name = setting.key.text if setting.kind else next(iter(asked))
                if key == "metrics" and name in asked:
                    asked[name] += keywords(setting.value)
        return figures(asked, validates=True)

    def fields(self) -> Iterator[str]:
        """The names that a step of a data block can be about."""
        data = self.slots.around("data")
        block = self.names.data.get(data or "")
        for statement in block.body if block else ():
            setting = as_setting(statement)
            if setting is not None and setting.kind is not None:
                yield setting.key.text
        for model in self.names.of_data(data) if data else ():
            yield from self.names.inputs(model)
            yield from self.names.outputs.get(model, ())
        yield from (field.name for field in data_fields(block))
