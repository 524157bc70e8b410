"""What is told of the word under the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from ..catalog import Construct, catalog
from ..check.declarations import declarations
from ..check.expectation import Choice, Expectation, MemberOf, Text
from ..check.params import declare_params
from ..check.report import Report
from ..check.summary import Summary
from ..check.values import Absent, Params
from ..diagnostics.rules import RULES
from ..reference import construct_page, rule_page
from ..reference.statements import STATEMENTS
from ..reference.values import spell
from ..syntax import tree
from ..syntax.tokens import Token
from .cursor import Cursor, locate
from .document import Document
from .index import Occurrence, Symbol
from .items import described, parameters, wording
from .layers import Use
from .places import Arguments, Rules, Statement, Value
from .slots import CALLED, Slots, expected, inner
from .units import Names, data_fields

__all__ = ["hover"]

#: Of more uses of one layer only the first are listed.
_MOST_USES = 6


def hover(document: Document, position: types.Position) -> types.Hover | None:
    """What is known of the word at a position; None for nothing."""
    offset = document.lines.offset(position)
    word = _word(document, offset)
    if word is None:
        return None
    parts = list(_Told(document, word).parts())
    if not parts:
        return None
    return types.Hover(
        types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(parts)),
        document.lines.range(word.start, word.end),
    )


def _word(document: Document, offset: int) -> Token | None:
    """The word that an offset is in, or right behind."""
    comments = document.scanned.comments
    if any(item.start < offset < item.end for item in comments):
        return None
    for token in document.scanned.tokens:
        if token.start <= offset <= token.end and token.type in ("WORD", "SLUG"):
            return token
    return None


class _Told:
    """What is told of one word."""

    def __init__(self, document: Document, word: Token) -> None:
        self.document, self.word = document, word
        self.names = Names(document.file)

    def parts(self) -> Iterator[str]:
        """Pieces of Markdown."""
        found = self.document.index.at(self.word.start)
        if found is not None and self.word.end < found.start:
            found = None
        if found is not None and found.symbol.kind != "layer":
            yield from self._name(found)
            return
        yield from self._inferred()
        yield from self._language()

    # Names of the file ---------------------------------------------------------------

    def _name(self, found: Occurrence) -> Iterator[str]:
        symbol = found.symbol
        match symbol.kind:
            case "param":
                yield from self._param(symbol.name)
            case "block":
                block = self.names.blocks[symbol.name]
                yield _code(f"block {symbol.name}{parameters(block)}")
                yield from self._inferred()
            case "model":
                yield _code(f"model {symbol.name}")
                summary = self.document.layers.summaries.get(symbol.name)
                yield from _summary(summary)
            case "flow":
                yield from self._flow(symbol)
            case "parameter":
                yield from self._parameter(symbol)
            case "variable":
                yield f"the number of the repetition, `{symbol.name}`"
            case "size":
                yield f"a size that is known only at run time, `{symbol.name}`"
            case _:
                yield from self._declared(symbol)

    def _param(self, name: str) -> Iterator[str]:
        declared = self.names.params.get(name)
        if declared is None:
            return
        text = declared.span.source.text[declared.span.start : declared.span.end]
        yield _code(text)
        value = _values(self.document.file).get(name)
        written = declared.default
        if value is not None and not isinstance(written, tree.Number | tree.Boolean):
            yield f"= {value}"
        yield f"`--set {name}=…` replaces it"

    def _flow(self, symbol: Symbol) -> Iterator[str]:
        """A flow by what is known of the edge that it names."""
        yield _code(f"{symbol.name}    # in {symbol.owner}")
        here = list(self._inferred())
        if here:  # a layer that is called again, with a shape of its own
            yield from here
            return
        layers = self.document.layers
        summaries = layers.summaries
        own = [s for name, s in summaries.items() if name == symbol.owner]
        uses = [
            Use(summary.model, row)
            for summary in own or summaries.values()
            for row in (*summary.rows, *layers.blocks.get(summary.model, ()))
            if _called(row.name, symbol.name, inside=not own)
            or summary.outputs.get(symbol.name) == row.name
        ]
        yield from _uses(uses)

    def _parameter(self, symbol: Symbol) -> Iterator[str]:
        block = self.names.blocks.get(symbol.owner)
        for item in block.parameters if block else ():
            if item.name.text == symbol.name:
                text = item.span.source.text[item.span.start : item.span.end]
                yield _code(f"{text}    # parameter of {symbol.owner}")

    def _declared(self, symbol: Symbol) -> Iterator[str]:
        """Data, trainings and bindings: the line that declares them."""
        for place in self.document.index.definitions(symbol):
            yield _code(_line(self.document.text, place.start))
            return
        for field in data_fields(self.names.data.get(symbol.owner)):
            if field.name == symbol.name:
                sizes = f"[{', '.join(map(str, field.shape))}]" if field.shape else ""
                yield _code(f"{field.name}: {field.dtype}{sizes}    # of the source")

    # Layers and words of the language --------------------------------------------------

    def _inferred(self) -> Iterator[str]:
        """Output shape and weights of the layer whose keyword the word is."""
        found = self.document.layers.around(self.word.start)
        if found is not None and found[0][0] == self.word.start:
            yield from _uses(found[1])

    def _language(self) -> Iterator[str]:
        """What the word means where it stands."""
        scanned, word = self.document.scanned, self.word
        cursor = locate(scanned, word.end)
        slots = Slots(cursor, self.names)
        slot = slots.at_cursor()
        text = word.text
        follows = self.document.text[word.end :].lstrip(" \t")
        set_here = follows.startswith("=") and not follows.startswith("==")
        if isinstance(slot, Rules) and text in RULES:
            yield rule_page(RULES[text])
        elif isinstance(slot, Arguments) and set_here:
            yield from _argument(slot, text)
        elif isinstance(slot, Arguments) and slot.unnamed is not None:
            yield from _value(slot.unnamed, text)
        elif isinstance(slot, Value):
            yield from _value(slot.expects, text)
        elif isinstance(slot, Statement):
            yield from _statement(slot.body, text, set_here)
        else:
            yield from self._other(cursor)

    def _other(self, cursor: Cursor) -> Iterator[str]:
        """Layers in flows and heads, words of statements, types."""
        text = self.word.text
        kind = next(_constructs(text, ("layer", "wrapper", "settings")), None)
        if kind is not None:
            yield kind
        elif text in STATEMENTS and cursor.start == self.word.start:
            yield wording(text)


def _argument(slot: Arguments, name: str) -> Iterator[str]:
    callee = slot.callee
    if isinstance(callee, tree.Block):
        return
    if expected(callee, name) is not None:
        about = callee.model_fields[name].description or ""
        title = f"**{name}** of {callee.keyword}: {described(callee, name)}"
        yield f"{title}\n\n{about}"


def _value(expects: Expectation, text: str) -> Iterator[str]:
    expects = inner(expects)
    if isinstance(expects, MemberOf):
        yield from _constructs(text, (expects.family,))
    elif isinstance(expects, Choice | Text):
        yield str(expects)


def _statement(body: str, text: str, set_here: bool) -> Iterator[str]:
    """The first word of a statement."""
    if set_here and body in ("data", "train", "phase"):
        kind = catalog().find("settings", body)
        if text in dict(kind.fields()):
            yield from _argument(Arguments(kind), text)
            return
    if text in STATEMENTS:
        yield wording(text)
        return
    settings = ("settings",) if body == "file" else ("layer", "wrapper")
    yield from _constructs(text, (CALLED[body],) if body in CALLED else settings)


def _constructs(text: str, families: Iterable[str]) -> Iterator[str]:
    for family in families:
        kind: type[Construct] | None = catalog().family(family).get(text)
        if kind is not None:
            yield construct_page(kind, computed=False)


def _uses(uses: list[Use]) -> Iterator[str]:
    """Shapes and weights, in a line for each use."""
    lines = [f"`{use.row.name}` in {use.model}: {_row(use)}" for use in uses]
    if len(uses) == 1:
        yield f"→ {_row(uses[0])}"
    elif lines:
        rest = len(lines) - _MOST_USES
        more = [f"and {rest} more"] if rest > 0 else []
        yield "\n".join(f"- {line}" for line in [*lines[:_MOST_USES], *more])


def _row(use: Use) -> str:
    row = use.row
    shape = f"({', '.join(map(str, row.shape))})"
    if row.kind == "input":
        return f"input {shape}"
    counts = f"{row.parameters:,} parameters" if row.parameters else "no parameters"
    if row.trainable != row.parameters:
        counts += f", {row.trainable:,} of them trained"
    return f"output {shape}, {counts}"


def _summary(summary: Summary | None) -> Iterator[str]:
    if summary is not None:
        outputs = ", ".join(summary.outputs)
        layers = sum(row.kind != "input" for row in summary.rows)
        yield f"{layers} layers, {summary.parameters:,} parameters; outputs: {outputs}"


def _called(name: str, word: str, inside: bool) -> bool:
    """Whether an edge is called so in the text; `inside` of a block or a repetition."""
    return name == word or (inside and name.rpartition("/")[2] == word)


def _values(file: tree.File | None) -> dict[str, str]:
    """The values of the params of a file, where they have one."""
    if file is None:
        return {}
    params, report = Params(), Report()
    declare_params(declarations([file], report).params, {}, params, report)
    return {
        name: spell(param.value)
        for name, param in params.table.items()
        if not isinstance(param.value, Absent)
    }


def _code(text: str) -> str:
    return f"```nnspec\n{text}\n```"


def _line(text: str, offset: int) -> str:
    """The line of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return text[start : end if end >= 0 else None].strip()
