"""The parts of a text that its layout is made from: statements, brackets and comments.

Unlike the syntax tree they hold every token and every comment, and nothing of meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .tokens import CLOSERS, OPENERS, Token

__all__ = ["Body", "Entry", "Group", "Item", "Part", "Remark", "Statement", "entries"]

_ENDS = frozenset({"NEWLINE", "SEMICOLON", "LBRACE", "RBRACE", "$END"})
#: What stands before the bracket of a list that may end with a comma.
_LISTED_AFTER = frozenset({"WORD", "ALLOW"})


@dataclass
class Item:
    """An item between commas, or a link of a chain, with the comments around it."""

    before: list[str] = field(default_factory=list[str])
    parts: list[Part] = field(default_factory=list["Part"])
    after: list[str] = field(default_factory=list[str])

    @property
    def remarked(self) -> bool:
        """Whether a comment is in it, at any depth."""
        inside = (part.remarked for part in self.parts if isinstance(part, Group))
        return bool(self.before or self.after) or any(inside)


@dataclass
class Group:
    """A pair of ( ) or [ ] and what is in it; `listed` if a comma may end it."""

    opener: Token
    closer: Token
    listed: bool
    items: list[Item]
    dangling: list[str]

    @property
    def remarked(self) -> bool:
        """Whether a comment is in it, at any depth."""
        return bool(self.dangling) or any(item.remarked for item in self.items)


Part = Token | Group


@dataclass
class Remark:
    """A comment on a line of its own."""

    text: str
    blank: bool


@dataclass
class Body:
    """What stands between braces; `comment` is on the line of the opening one."""

    entries: list[Entry]
    comment: list[str]
    one_line: bool


@dataclass
class Statement:
    """A statement: its chain of links, or heads and bodies in turn.

    `blank` says whether an empty line is above it, `comment` what follows on its line.
    """

    blank: bool
    pieces: list[list[Item] | Body] = field(default_factory=list["list[Item] | Body"])
    comment: list[str] = field(default_factory=list[str])

    @property
    def is_block(self) -> bool:
        """Whether it has a body."""
        return any(isinstance(piece, Body) for piece in self.pieces)


Entry = Remark | Statement


def entries(tokens: list[Token], comments: list[Token]) -> list[Entry]:
    """The entries of a file whose brackets pair; `tokens` end with ``$END``."""
    merged = sorted([*tokens, *comments], key=lambda token: (token.start, token.end))
    return _Reader(merged).entries()


class _Reader:
    """Goes through tokens and comments in their order."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        #: The line on which the last token or comment ended; 0 at the beginning.
        self.line = 0
        self.last = ""

    @property
    def kind(self) -> str:
        return self.tokens[self.at].type

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        if token.type != "NEWLINE":
            self.line = token.line
            self.last = token.type
        return token

    def beside(self) -> bool:
        """Whether a comment comes next that stands beside what was read last."""
        token = self.tokens[self.at]
        return token.type == "COMMENT" and token.line == self.line

    def beside_texts(self) -> list[str]:
        return [self.take().text] if self.beside() else []

    # Statements -----------------------------------------------------------------

    def entries(self) -> list[Entry]:
        found: list[Entry] = []
        while self.kind not in ("RBRACE", "$END"):
            if self.kind in ("NEWLINE", "SEMICOLON"):
                self.skip_end(found)
                continue
            blank = bool(found) and self.tokens[self.at].line > self.line + 1
            if self.kind == "COMMENT":
                found.append(Remark(self.take().text, blank))
            else:
                found.append(self.statement(blank))
        return found

    def skip_end(self, found: list[Entry]) -> None:
        """Pass the end of a statement; a comment may stand beside a semicolon."""
        semicolon = self.take().type == "SEMICOLON"
        if semicolon and self.beside() and found:
            last = found[-1]
            assert isinstance(last, Statement)
            last.comment += self.beside_texts()

    def statement(self, blank: bool) -> Statement:
        found = Statement(blank)
        while True:
            found.pieces.append(self.chain())
            if self.kind != "LBRACE":
                break
            found.pieces.append(self.body())
            if not self.at_else():
                break
        if self.beside():
            found.comment = self.beside_texts()
        return found

    def at_else(self) -> bool:
        return self.kind == "ELSE"

    def body(self) -> Body:
        opener = self.take()
        comment = self.beside_texts()
        inside = self.entries()
        closer = self.take()
        plain = all(isinstance(e, Statement) and not e.is_block for e in inside)
        one_line = opener.line == closer.line and plain and not comment
        return Body(inside, comment, one_line)

    # Links and brackets ---------------------------------------------------------

    def chain(self) -> list[Item]:
        """The links of a statement or head, the arrows left out."""
        links, waiting = [Item()], list[str]()
        while self.kind not in _ENDS:
            if self.kind == "ARROW":
                self.take()
                links.append(Item(before=waiting))
                waiting = []
            elif self.kind != "COMMENT":
                self.part(links[-1].parts)
            elif not self.arrow_ahead():
                break
            else:
                free = self.beside() and not links[-1].after
                (links[-1].after if free else waiting).append(self.take().text)
        return links

    def arrow_ahead(self) -> bool:
        """Whether only comments stand before the next arrow."""
        at = self.at
        while self.tokens[at].type == "COMMENT":
            at += 1
        return self.tokens[at].type == "ARROW"

    def part(self, parts: list[Part]) -> None:
        if self.kind not in OPENERS:
            parts.append(self.take())
            return
        before = parts[-1] if parts else None
        square = self.kind == "LSQB"
        called = isinstance(before, Token) and before.type in _LISTED_AFTER
        parts.append(self.group(square or called))

    def group(self, listed: bool) -> Group:
        opener, items, current = self.take(), list[Item](), Item()
        below: list[str] = []
        while self.kind not in CLOSERS:
            if self.kind == "COMMA":
                self.take()
                items.append(current)
                current, below = Item(before=below), []
            elif self.kind == "COMMENT":
                self.comment(items, current, below)
            else:
                self.part(current.parts)
        dangling = below if current.parts else current.before
        items += [current] if current.parts else []
        return Group(opener, self.take(), listed, items, dangling)

    def comment(self, items: list[Item], current: Item, below: list[str]) -> None:
        """A comment inside brackets: beside an item, above it, or below."""
        owner = current if current.parts else items[-1] if items else None
        if self.last == "COMMENT" and not current.parts:
            owner = None
        if owner is not None and self.beside() and not owner.after:
            owner.after.append(self.take().text)
        else:
            (below if current.parts else current.before).append(self.take().text)
