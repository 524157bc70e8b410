"""What the place of a cursor takes: a statement, a layer, an argument, a value, a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog import Construct, catalog
from ..catalog.settings import DataSettings, PhaseSettings, TrainSettings
from ..check.expectation import (
    Expectation,
    Flag,
    Maybe,
    MemberOf,
    Real,
    Sequence,
    Text,
    Whole,
    signature,
)
from ..check.types import CONSTRUCTS
from ..syntax import tree
from ..syntax.tokens import Token
from .cursor import Cursor, Frame
from .places import (
    Arguments,
    Callee,
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
from .units import Names

__all__ = ["CALLED", "Slots", "expected", "inner"]

#: The family of what is called as a statement, in bodies that hold no layers.
CALLED = {"data": "transform", "train": "callback", "phase": "callback"}


@dataclass
class Slots:
    """Tells the slot of a cursor; `names` are those of the file."""

    cursor: Cursor
    names: Names
    bodies: list[str] = field(default_factory=list[str])

    def at_cursor(self) -> Slot:
        """The slot of the cursor."""
        depth = len(self.cursor.frames) - 1
        return self._slot(depth, self.cursor.top.tokens)

    def unit(self) -> tuple[str, str] | None:
        """The kind and name of the model or block around the cursor."""
        return self._named(("model", "block"))

    def around(self, kind: str) -> str | None:
        """The name of the block of a kind around the cursor."""
        found = self._named((kind,))
        return found[1] if found else None

    def head(self, kind: str) -> list[str]:
        """The words before the brace of the nearest body of a kind."""
        for frame in reversed(self.cursor.bodies()):
            words = [token.text for token in frame.head]
            if words[:1] == [kind]:
                return words
        return []

    def _named(self, kinds: tuple[str, ...]) -> tuple[str, str] | None:
        for frame in reversed(self.cursor.bodies()):
            words = [token.text for token in frame.head]
            if len(words) > 1 and words[0] in kinds:
                return words[0], words[1]
        return None

    def _slot(self, depth: int, tokens: list[Token]) -> Slot:
        """The slot behind some tokens in a frame."""
        frame = self.cursor.frames[depth]
        if frame.type == "LPAR":
            return self._in_call(depth, frame, tokens)
        if self._asserts(depth):
            return Words("figure")
        if frame.type == "LSQB":
            return self._in_list(depth, frame, tokens)
        return self._in_body(frame, [t for t in tokens if t.type != "RBRACE"])

    def _asserts(self, depth: int) -> bool:
        """Whether a place is in the condition of an assertion."""
        body = next(f for f in reversed(self.cursor.frames[: depth + 1]) if not f.round)
        return bool(body.tokens) and body.tokens[0].text == "assert"

    # Bodies -------------------------------------------------------------------------

    def _in_body(self, frame: Frame, tokens: list[Token]) -> Slot:
        words = [token.text for token in tokens]
        kind = frame.head[0].text if frame.head else "file"
        if kind == "defaults":
            return self._in_defaults(frame, tokens)
        if not words:
            return Statement(kind)
        match kind:
            case "file":
                return _in_file(words, tokens)
            case "data":
                return _in_data(words, tokens)
            case "train":
                return _in_train(words, tokens)
            case "phase":
                return _in_phase(words, tokens)
            case _:
                return _in_layers(words, tokens)

    def _in_defaults(self, frame: Frame, tokens: list[Token]) -> Slot:
        name = frame.head[1].text if len(frame.head) > 1 else ""
        kind = catalog().family("layer").get(name)
        if kind is None:
            return Nothing()
        if not tokens:
            return Arguments(kind, statement=True)
        return _setting(kind, tokens)

    # Brackets -----------------------------------------------------------------------

    def _in_call(self, depth: int, frame: Frame, tokens: list[Token]) -> Slot:
        callee = frame.head[-1] if frame.head else None
        if callee is None or callee.type != "WORD":
            return Value(Real(), tuple(tokens))
        if len(frame.head) == 2 and frame.head[0].text == "block":
            return _declared("block", tokens)
        if callee.text == "allow" and len(frame.head) == 1:
            return Nothing() if tokens or frame.parts else Rules()
        outer = self._slot(depth - 1, frame.head[:-1])
        if isinstance(outer, Columns):
            return Columns(callee.text)
        if _layers_go(outer) and callee.text in catalog().family("wrapper"):
            return Nothing() if tokens or frame.parts else Step()
        if _layers_go(outer) and callee.text in self.names.models:
            return Nothing() if tokens else Words("flow")
        found = self._callee(callee.text, outer)
        if found is None:
            return Value(Real(), tuple(tokens))
        return _argument(found, frame.parts, tokens)

    def _callee(self, word: str, outer: Slot) -> Callee | None:
        """What is called, by what its place takes."""
        if isinstance(outer, Arguments):
            outer = Value(outer.unnamed) if outer.unnamed is not None else Nothing()
        family = ""
        if _layers_go(outer):
            family = "layer"
        elif isinstance(outer, Statement):
            family = CALLED[outer.body]
        elif isinstance(outer, Value):
            expects = inner(outer.expects)
            family = expects.family if isinstance(expects, MemberOf) else ""
        if family == "layer" and word in self.names.blocks:
            return self.names.blocks[word]
        return catalog().family(family).get(word)

    def _in_list(self, depth: int, frame: Frame, tokens: list[Token]) -> Slot:
        if frame.head and frame.head[-1].type == "WORD":  # the sizes of a type
            return Words("size") if not tokens else Value(Whole(), tuple(tokens))
        outer = self._slot(depth - 1, frame.head)
        if isinstance(outer, Arguments) and outer.unnamed is not None:
            outer = Value(outer.unnamed)
        if not isinstance(outer, Value):
            return Nothing()
        expects = outer.expects
        while isinstance(expects, Maybe):
            expects = expects.inner
        item = expects.item if isinstance(expects, Sequence) else expects
        return Value(item, tuple(tokens))


def _layers_go(slot: Slot) -> bool:
    """Whether a layer can stand in a place."""
    statement = isinstance(slot, Statement) and slot.body not in CALLED
    return statement or isinstance(slot, Step)


def inner(expects: Expectation) -> Expectation:
    """What one item is expected to be, where several or none are possible."""
    while isinstance(expects, Maybe | Sequence):
        expects = expects.inner if isinstance(expects, Maybe) else expects.item
    return expects


def expected(callee: Callee, name: str) -> Expectation | None:
    """What an argument is expected to be; None for one that there is not."""
    if not isinstance(callee, tree.Block):
        found = signature(callee).parameters.get(name)
        return found.expects if found else None
    for item in callee.parameters:
        if item.name.text == name:
            return of_type(item.type.name.text)
    return None


def of_type(name: str) -> Expectation:
    """What a value of a param's type is."""
    plain = {"int": Whole(), "float": Real(), "bool": Flag(), "str": Text()}
    return MemberOf(name) if name in CONSTRUCTS else plain.get(name, Real())


def positional(callee: Callee, count: int) -> str | None:
    """The name of the argument that stands without one, after `count` others."""
    if isinstance(callee, tree.Block):
        names = tuple(item.name.text for item in callee.parameters)
    else:
        names = callee.positional
        if callee.variadic is not None:
            return callee.variadic
    return names[count] if count < len(names) else None


def _argument(callee: Callee, parts: list[list[Token]], tokens: list[Token]) -> Slot:
    names = [_name(part) for part in parts]
    given = [name for name in names if name]
    unnamed = names.count(None)
    if name := _name(tokens):
        expects = expected(callee, name)
        return Value(expects, tuple(tokens[2:])) if expects else Nothing()
    position = positional(callee, unnamed)
    expects = expected(callee, position) if position and not given else None
    if tokens:
        return Value(inner(expects), tuple(tokens)) if expects else Nothing()
    used = {positional(callee, number) or "" for number in range(unnamed)}
    return Arguments(callee, frozenset({*given, *used}), expects)


def _name(tokens: list[Token]) -> str | None:
    """The name of an argument, where it has one."""
    if len(tokens) > 1 and tokens[0].type == "WORD" and tokens[1].type == "EQUAL":
        return tokens[0].text
    return None


def _setting(kind: type[Construct], tokens: list[Token]) -> Slot:
    """Behind ``key =`` in a block whose lines are the arguments of a construct."""
    name = _name(tokens)
    expects = expected(kind, name) if name else None
    return Value(expects, tuple(tokens[2:])) if expects else Nothing()


def _declared(of: str, tokens: list[Token]) -> Slot:
    """Behind a name with its type: ``width: int = …``."""
    if len(tokens) > 1 and tokens[1].type == "COLON":
        if len(tokens) == 2:
            return Types(of)
        if tokens[-1].type == "EQUAL":
            return Value(of_type(tokens[2].text))
    return Nothing()


def _in_file(words: list[str], tokens: list[Token]) -> Slot:
    match words[0]:
        case "train" if words[-1] == "on":
            return Words("data")
        case "train" if len(words) == 1 or words[-1] == ":":
            return Words("model")
        case "train" if len(words) in (2, 4):
            return Words("on")
        case "param":
            return _declared("param", tokens[1:])
        case "defaults" if len(words) == 1:
            return Words("layer")
        case _:
            return Nothing()


def _in_layers(words: list[str], tokens: list[Token]) -> Slot:
    if words[0] == "input" and len(words) > 1 and words[1] != "->":
        return _declared("input", tokens[1:])
    if words == ["defaults"]:
        return Words("layer")
    if words[0] == "reuse" and words[1:2] not in (["="], ["->"]):
        return _in_reuse(words)
    if tokens[-1].type in ("ARROW", "EQUAL"):
        return Step()
    if words[0] in ("if", "repeat"):
        return Value(Real(), tuple(tokens[1:]))
    return Nothing()


def _in_reuse(words: list[str]) -> Slot:
    if len(words) < 4:
        return Words("training") if words[-1] == "=" else Nothing()
    if words[-1] in ("to", "from"):
        return Parts(words[3]) if words[3] != "from" else Nothing()
    return Nothing() if words[-1] in ("except", ",") else Words("part")


def _in_data(words: list[str], tokens: list[Token]) -> Slot:
    if words in (["input"], ["target"]):
        return Words("input" if words == ["input"] else "output")
    if words[0] in ("input", "target", "sample_weight") and words[-1] == "=":
        return Columns()
    return _setting(DataSettings, tokens)


def _in_train(words: list[str], tokens: list[Token]) -> Slot:
    if words in (["loss"], ["metrics"]):
        return Words("output")
    if words[0] in ("loss", "metrics") and "=" in words[1:3]:
        member = MemberOf("loss" if words[0] == "loss" else "metric")
        expects = member if words[0] == "loss" else Sequence(member, None, False)
        return Value(expects, tuple(tokens[words.index("=") + 1 :]))
    return _setting(TrainSettings, tokens)


def _in_phase(words: list[str], tokens: list[Token]) -> Slot:
    return _setting(PhaseSettings, tokens)
