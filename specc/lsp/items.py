"""The items of a completion: what is shown of a word, and what is written for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from lsprotocol import types

from ..catalog import Construct, catalog
from ..diagnostics.rules import RULES
from ..reference import construct_page, rule_page
from ..reference.statements import STATEMENTS
from ..reference.values import spell, takes
from ..syntax import tree
from ..syntax.forms import FORMS

__all__ = ["Items", "described", "parameters", "resolve", "wording"]

Kind = types.CompletionItemKind
_KINDS = {
    "layer": Kind.Class,
    "activation": Kind.Function,
    "settings": Kind.Property,
    "source": Kind.Module,
}


class Items:
    """Makes items that replace a stretch of text.

    Args:
        range: what is replaced.
        snippets: whether the editor fills in placeholders.
        called: whether brackets follow the cursor already.
    """

    def __init__(self, range: types.Range, snippets: bool, called: bool) -> None:
        self.range, self.snippets, self.called = range, snippets, called

    def make(
        self,
        label: str,
        kind: types.CompletionItemKind,
        detail: str = "",
        text: str | None = None,
        order: int = 5,
        note: str | None = None,
        data: Any = None,
    ) -> types.CompletionItem:
        """One item; `text` may be a snippet, `order` sorts, `note` is documentation."""
        snippet = text is not None and "$" in text and self.snippets
        if text is None or ("$" in text and not snippet):
            text = label
        return types.CompletionItem(
            label=label,
            kind=kind,
            detail=detail or None,
            documentation=_markdown(note) if note else None,
            sort_text=f"{order}{label}",
            insert_text_format=types.InsertTextFormat.Snippet
            if snippet
            else types.InsertTextFormat.PlainText,
            text_edit=types.TextEdit(self.range, text),
            data=data,
        )

    def members(self, family: str, order: int = 5) -> Iterator[types.CompletionItem]:
        """The constructs of a family, with placeholders for what they need."""
        for keyword, kind in catalog().family(family).items():
            yield self.make(
                keyword,
                _KINDS.get(family, Kind.Function),
                detail=kind.summary().partition(". ")[0].rstrip("."),
                text=None if self.called else _call(keyword, _needed(kind)),
                order=order,
                data={"family": family, "keyword": keyword},
            )

    def units(
        self, blocks: Iterable[tree.Block], kind: str, order: int = 4
    ) -> Iterator[types.CompletionItem]:
        """Blocks or models of the file in the place of a layer."""
        for block in blocks:
            assert block.name is not None
            name = block.name.text
            needed = [
                (item.name.text, True)
                for item in block.parameters
                if item.default is None
            ]
            yield self.make(
                name,
                Kind.Class,
                detail=f"{kind} {name}{parameters(block)}",
                text=None if self.called else _call(name, needed),
                order=order,
            )

    def names(
        self, names: Iterable[str], detail: str, order: int = 2
    ) -> Iterator[types.CompletionItem]:
        """Names of the file."""
        for name in dict.fromkeys(names):
            yield self.make(name, Kind.Variable, detail, order=order)

    def words(
        self, words: Iterable[str], kind: types.CompletionItemKind, detail: str = ""
    ) -> Iterator[types.CompletionItem]:
        """Plain words."""
        for word in words:
            yield self.make(word, kind, detail, order=1)

    def statement(self, word: str, text: str) -> types.CompletionItem:
        """A statement by its first word."""
        known = STATEMENTS.get(word)
        usage = FORMS[word].usage if word in FORMS else ""
        note = wording(word) if known else None
        return self.make(word, Kind.Keyword, usage, text, order=3, note=note)

    def arguments(
        self, kind: type[Construct], given: Iterable[str], statement: bool
    ) -> Iterator[types.CompletionItem]:
        """The arguments of a construct that are not given yet."""
        taken = set(given)
        for name, field in kind.fields():
            if name in taken:
                continue
            yield self.make(
                name,
                Kind.Property if statement else Kind.Field,
                detail=described(kind, name),
                text=f"{name} = $0" if self.snippets else f"{name} = ",
                order=1 if field.is_required() else 2,
                note=field.description,
            )


def described(kind: type[Construct], name: str) -> str:
    """What an argument takes, and its default."""
    field = kind.model_fields[name]
    end = "required" if field.is_required() else f"default {spell(field.default)}"
    return f"{takes(kind, name)}; {end}"


def parameters(block: tree.Block) -> str:
    """The parameters of a block, as its head has them."""
    text = block.span.source.text
    listed = [text[item.span.start : item.span.end] for item in block.parameters]
    return f"({', '.join(listed)})" if listed else ""


def resolve(item: types.CompletionItem) -> types.CompletionItem:
    """The item with its documentation."""
    given: Any = item.data
    data = cast("dict[str, str]", given if isinstance(given, dict) else {})
    kind = catalog().family(data.get("family", "")).get(data.get("keyword", ""))
    if kind is not None:
        item.documentation = _markdown(construct_page(kind, computed=False))
    elif data.get("rule") in RULES:
        item.documentation = _markdown(rule_page(RULES[data["rule"]]))
    return item


def wording(word: str) -> str:
    """What a word says that is no construct."""
    item = STATEMENTS[word]
    return f"{item.meaning}\n\n```nnspec\n{item.example}\n```"


def _needed(kind: type[Construct]) -> list[tuple[str, bool]]:
    """The arguments that a construct needs, and whether they go without their name."""
    required = [name for name, field in kind.fields() if field.is_required()]
    lead: list[str] = []
    for name in kind.positional:
        if name not in required:
            break
        lead.append(name)
    return [
        (name, name in lead or name == kind.variadic)
        for name in required
        if kind.family != "settings"
    ]


def _call(keyword: str, needed: list[tuple[str, bool]]) -> str | None:
    """A call with placeholders; None where it needs no arguments."""
    if not needed:
        return None
    holes = [
        f"${{{at}:{name}}}" if bare else f"{name} = ${{{at}:{name}}}"
        for at, (name, bare) in enumerate(needed, 1)
    ]
    return f"{keyword}({', '.join(holes)})"


def _markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)
