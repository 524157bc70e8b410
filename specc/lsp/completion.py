"""What can stand at a cursor, as the items of a completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from lsprotocol import types

from ..catalog import catalog
from ..catalog.types import DType
from ..check.assertions import FIGURES
from ..check.expectation import (
    Anything,
    Choice,
    Compared,
    Expectation,
    Flag,
    Maybe,
    Measure,
    MemberOf,
    Real,
    Sequence,
    Spell,
    Text,
    Whole,
)
from ..check.types import CONSTRUCTS, PLAIN
from ..diagnostics.model import Level
from ..diagnostics.rules import RULES
from ..syntax import tree
from .cursor import locate
from .document import Document
from .items import Items, Kind
from .meant import Meant
from .places import (
    Arguments,
    Columns,
    Nothing,
    Parts,
    Rules,
    Slot,
    Statement,
    Step,
    Types,
    Value,
    Words,
)
from .slots import Slots
from .snippets import DATA, FILE, LAYERS, MODEL, TRAIN
from .units import Names, data_fields, targets, unit_names

__all__ = ["complete"]

_NUMERIC = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "POWER", "MODULO", "COMPARE", "DOTS"}
)


def complete(
    document: Document, position: types.Position, snippets: bool
) -> list[types.CompletionItem]:
    """The items for a place in a document; none in comments."""
    offset = document.lines.offset(position)
    cursor = locate(document.scanned, offset)
    if cursor.inside == "comment":
        return []
    text = document.text
    follows = text[cursor.end :].lstrip(" \t")[:1]
    range = document.lines.range(cursor.start, cursor.end)
    items = Items(range, snippets, called=follows == "(")
    slots = Slots(cursor, Names(document.file, document.imported))
    slot = slots.at_cursor()
    if cursor.inside == "string" and not isinstance(slot, Columns):
        return []
    found = {item.label: item for item in _Completion(slots, items).of(slot)}
    return list(found.values())


class _Completion:
    """Items for the slots of one cursor."""

    def __init__(self, slots: Slots, items: Items) -> None:
        self.slots, self.items, self.names = slots, items, slots.names
        self.meant = Meant(slots)

    def of(self, slot: Slot) -> Iterator[types.CompletionItem]:
        """The items of a slot."""
        items = self.items
        match slot:
            case Statement():
                yield from self._statement(slot.body)
            case Step():
                yield from self._steps()
            case Arguments():
                yield from self._arguments(slot)
            case Value():
                yield from self._value(slot)
            case Columns():
                yield from self._columns(slot)
            case Words():
                yield from self._words(slot.kind)
            case Parts():
                block = self.names.models.get(self.names.trained(slot.training) or "")
                named = targets(block.body) if block else ()
                yield from items.names(sorted({word.text for word in named}), "flow")
            case Types():
                plain = [*PLAIN, *CONSTRUCTS] if slot.of == "block" else list(PLAIN)
                known = get_args(DType) if slot.of == "input" else plain
                yield from items.words(known, Kind.TypeParameter)
            case Rules():
                for slug, rule in RULES.items():
                    if rule.level is not Level.ERROR:
                        data = {"rule": slug}
                        yield items.make(slug, Kind.Enum, rule.summary, data=data)
            case Nothing():
                return

    # Statements ----------------------------------------------------------------------

    def _statement(self, body: str) -> Iterator[types.CompletionItem]:
        items = self.items
        unit = self.slots.unit()
        inside = unit is not None and body not in ("file", "data", "train", "phase")
        model = body == "model" or (inside and unit is not None and unit[0] == "model")
        bodies = {"file": FILE, "data": DATA, "train": TRAIN}
        words = bodies.get(body, {})
        if inside:
            words = MODEL if model else LAYERS
        if body == "residual":
            words = {**words, "shortcut": "shortcut {\n  $0\n}"}
        for word, text in words.items():
            yield items.statement(word, text)
        if body in ("data", "train", "phase"):
            kind = catalog().find("settings", body)
            yield from items.arguments(kind, (), statement=True)
            yield from items.members("transform" if body == "data" else "callback")
        elif inside:
            yield from self._steps()

    def _steps(self) -> Iterator[types.CompletionItem]:
        """Layers, units, and the flows of the unit around."""
        items, unit = self.items, self.slots.unit()
        yield from items.members("layer")
        yield from items.members("wrapper")
        own = unit[1] if unit else ""
        for kind, table in (("block", self.names.blocks), ("model", self.names.models)):
            others = [block for name, block in table.items() if name != own]
            yield from items.units(others, kind)
        yield from items.names(self.meant.flows(), "flow")

    # Arguments and values ------------------------------------------------------------

    def _arguments(self, slot: Arguments) -> Iterator[types.CompletionItem]:
        items, callee = self.items, slot.callee
        if isinstance(callee, tree.Block):
            for item in callee.parameters:
                name, text = item.name.text, item.span.source.text
                if name not in slot.given:
                    detail = text[item.span.start : item.span.end]
                    full = f"{name} = $0"
                    yield items.make(name, Kind.Field, detail, full, order=1)
        else:
            yield from items.arguments(callee, slot.given, slot.statement)
            if getattr(callee, "takes", "one") == "many":
                yield from items.names(self.meant.flows(), "flow")
        if slot.unnamed is not None:
            yield from self._value(Value(slot.unnamed))

    def _value(self, slot: Value) -> Iterator[types.CompletionItem]:
        last = slot.before[-1].type if slot.before else ""
        if not last:
            yield from self._expected(slot.expects)
        elif last in _NUMERIC:
            compared = isinstance(slot.expects, Compared)
            yield from self._expected(Real() if not compared else slot.expects)
        elif last in ("NUMBER", "RPAR", "WORD"):
            yield from self._units(slot)

    def _units(self, slot: Value) -> Iterator[types.CompletionItem]:
        """What can follow a number."""
        expects: Expectation = slot.expects
        while isinstance(expects, Maybe | Sequence):
            expects = expects.inner if isinstance(expects, Maybe) else expects.item
        words = [token.text for token in slot.before]
        if isinstance(expects, Measure):
            yield from self.items.words(expects.units, Kind.Unit)
        elif isinstance(expects, Spell) and "for" in words:
            yield from self.items.words(("epochs", "steps"), Kind.Unit)
        elif isinstance(expects, Spell):
            yield from self.items.words(("for",), Kind.Keyword)

    def _expected(self, expects: Expectation) -> Iterator[types.CompletionItem]:
        items = self.items
        match expects:
            case Maybe():
                yield from self._expected(expects.inner)
                yield from items.words(("none",), Kind.Constant)
            case Sequence(single=True):
                yield from self._expected(expects.item)
            case Sequence(item=MemberOf() as member):
                for keyword, kind in catalog().family(member.family).items():
                    yield items.make(f"[{keyword}]", Kind.Function, kind.summary())
            case Flag():
                yield from items.words(("true", "false"), Kind.Constant)
                yield from items.names(self.meant.params(), "param")
            case Choice():
                yield from items.words(expects.words, Kind.EnumMember)
            case MemberOf():
                yield from items.members(expects.family, order=1)
                yield from items.names(self.meant.params(expects), "param")
            case Text():
                yield from self._texts(expects.thing)
            case Compared():
                yield from self._texts("field")
            case Whole() | Real() | Measure() | Spell() | Anything():
                yield from items.names(self.meant.params(), "param")
            case _:
                return

    # Names of other parts -------------------------------------------------------------

    def _words(self, kind: str) -> Iterator[types.CompletionItem]:
        items = self.items
        if kind == "layer":
            yield from items.words(catalog().family("layer"), Kind.Class)
        elif kind == "on":
            yield from items.words(("on",), Kind.Keyword)
        elif kind == "part":
            yield from items.words(("to", "from", "except"), Kind.Keyword)
        elif kind == "training":
            pairs = [block.bindings for block in self.names.trainings]
            names = [(pair.name or pair.model).text for pair in pairs if pair]
            yield from items.names(names, kind)
            yield from items.words(("from",), Kind.Keyword)
        elif kind == "flow":
            yield from items.names(self.meant.flows(), kind)
        elif kind == "size":
            yield from items.names(self.meant.sizes(), kind)
            yield from items.names(self.meant.params(), "param")
        elif kind == "figure":
            yield from self._asserted()
        elif kind in ("model", "data"):
            table = self.names.models if kind == "model" else self.names.data
            yield from items.names(table, kind)
        else:
            yield from items.names(self.meant.sides(kind), kind)

    def _asserted(self) -> Iterator[types.CompletionItem]:
        """What an assertion can be about: figures, shapes, sizes, params."""
        items, unit = self.items, self.slots.unit()
        yield from items.words(FIGURES, Kind.Field)
        ends = ["output"] if unit and unit[0] == "model" else []
        shapes = (
            [f"{name}.shape" for name in (*self.meant.flows(), *ends)] if unit else []
        )
        yield from items.names(shapes, "shape")
        yield from items.names(self.meant.sizes(), "size")
        yield from items.names(self.meant.params(), "param")

    def _texts(self, thing: str | None) -> Iterator[types.CompletionItem]:
        if thing == "figure":
            yield from self.items.names(self.meant.figures(), "figure")
        elif thing == "layer or weight":
            pair = self.meant.pair()
            block = self.names.models.get(pair[0]) if pair else None
            names = sorted(unit_names(block)) if block else []
            yield from self.items.names(names, thing)
        elif thing is not None:
            yield from self.items.names(self.meant.fields(), thing)
        else:
            yield from self.items.names(self.meant.params(), "param")

    def _columns(self, slot: Columns) -> Iterator[types.CompletionItem]:
        block = self.names.data.get(self.slots.around("data") or "")
        arrays = [field.name for field in data_fields(block)]
        if slot.called is None:
            words = ("array",) if arrays else ("column", "columns", "array")
            for word in words:
                text = None if self.items.called else f'{word}("$0")'
                yield self.items.make(word, Kind.Function, text=text, order=1)
        elif self.slots.cursor.inside == "string":
            yield from self.items.names(arrays, "field")
        else:
            for name in arrays:
                yield self.items.make(f'"{name}"', Kind.Field, "field")
