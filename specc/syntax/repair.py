"""Where a bracket is missing, or one too many, by the indentation of lines.

Used only where the brackets of a text do not pair. It reports each fault and returns
tokens that do pair, so that the rest of the text can be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics.model import Note, Problem, Span
from .forms import FORMS
from .limits import MAX_PROBLEMS
from .tokens import CLOSERS, OPENERS, Token

__all__ = ["repaired"]

_SIGN = {
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
}
#: After these a brace stands in the place of a value and begins no body.
_BEFORE_VALUE = frozenset(
    {
        "LPAR",
        "LSQB",
        "COMMA",
        "EQUAL",
        "COLON",
        "PLUS",
        "MINUS",
        "STAR",
        "SLASH",
        "FLOOR",
        "MODULO",
        "POWER",
    }
)


@dataclass
class _Open:
    """A bracket that is open, and the column in which its line begins."""

    token: Token
    indent: int
    #: Whether the line after a brace begins further in, so that columns say something.
    indented: bool = True

    @property
    def round(self) -> bool:
        """Whether it is ( or [."""
        return self.token.type != "LBRACE"


def repaired(tokens: list[Token]) -> tuple[list[Token], list[Problem]]:
    """Tokens whose brackets pair, and the problems of those that did not."""
    return _Repair(tokens).run()


class _Repair:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.out: list[Token] = []
        self.open: list[_Open] = []
        self.problems: list[Problem] = []
        self.indent = 1
        self.heads: set[int] = set()
        kinds = [token.type for token in tokens]
        #: How many closing braces there are more than opening ones.
        self.surplus = kinds.count("RBRACE") - kinds.count("LBRACE")

    def run(self) -> tuple[list[Token], list[Problem]]:
        line = 0
        self.heads = self._heads() if self.surplus > 0 else set[int]()
        for index, token in enumerate(self.tokens):
            if token.type == "NEWLINE":
                self.out.append(token)
                continue
            first, line = token.line != line, token.line
            if first:
                self.indent = token.column
            if token.type == "$END":
                self._close_all(token)
            elif first:
                self._close_before_line(token)
            self._take(index, token, first)
            if index in self.heads:
                self._insert_brace(token)
        return self.out, self.problems

    def _heads(self) -> set[int]:
        """The last tokens of heads of blocks that lack their brace, by what follows them."""
        found: set[int] = set()
        begin = 0
        for index, token in enumerate(self.tokens):
            if token.type not in ("NEWLINE", "$END"):
                continue
            line = self.tokens[begin:index]
            following = self.tokens[index + 1 : index + 2]
            begin = index + 1
            if not line or not following or following[0].type in ("LBRACE", "$END"):
                continue
            plain = all(t.type in ("WORD", "COLON", "NUMBER") for t in line)
            indented = following[0].column > line[0].column
            form = FORMS.get(line[0].text)
            if plain and indented and form is not None and form.head is not None:
                found.add(index - 1)
        return found

    def _insert_brace(self, before: Token) -> None:
        """Open a body where the head ends."""
        self.surplus -= 1
        brace = before.after("LBRACE", "{")
        self.out.append(brace)
        self.open.append(_Open(brace, self.indent))
        message = "the { of this body is missing"
        self._report(Problem("syntax", message, brace.span, expected="{"))

    # What a line shows ----------------------------------------------------------

    def _close_before_line(self, token: Token) -> None:
        """Close what the first token of a line shows to be closed."""
        while self.open and self._ended_by(token):
            self._insert(self.open[-1])

    def _ended_by(self, token: Token) -> bool:
        top = self.open[-1]
        if top.round:
            closes = token.type == OPENERS[top.token.type]
            return token.column <= top.indent and not closes
        if not top.indented or token.column > top.indent or token.type == "ARROW":
            return False
        if token.type != "RBRACE":
            return True
        # A closing brace further out: is it that of a block around this one?
        around = (other for other in self.open[:-1] if not other.round)
        return token.column < top.indent and any(
            other.indent == token.column for other in around
        )

    # One token ------------------------------------------------------------------

    def _take(self, index: int, token: Token, first: bool) -> None:
        kind = token.type
        if kind == "LBRACE":
            self._open_body(index, token)
        elif kind in OPENERS:
            self.open.append(_Open(token, self.indent))
        elif kind in CLOSERS:
            self._close(index, token, first)
            return
        self.out.append(token)

    def _open_body(self, index: int, token: Token) -> None:
        if not (self.out and self.out[-1].type in _BEFORE_VALUE):
            while self.open and self.open[-1].round:
                self._insert(self.open[-1])
        self.open.append(_Open(token, self.indent, self._indented(index, token)))

    def _indented(self, index: int, token: Token) -> bool:
        following = self.tokens[index + 1 : index + 3]
        if not following or following[0].type != "NEWLINE":
            return False
        return following[-1].column > self.indent

    def _close(self, index: int, token: Token, first: bool) -> None:
        kind = token.type
        if kind == "RBRACE" and (
            self._surplus(token) if first else self._doubled(index, token)
        ):
            self._unmatched(token)
            return
        while self.open and self.open[-1].token.type != CLOSERS[kind]:
            if not self._closes_outer(kind) or self._mistaken(index, kind):
                break
            self._insert(self.open[-1])
        if not self.open or (not self.open[-1].round and kind != "RBRACE"):
            self._unmatched(token)
            return
        top = self.open.pop()
        if OPENERS[top.token.type] != kind:
            self._crossed(top, token)
            token = _like(token, OPENERS[top.token.type])
        self.out.append(token)

    def _closes_outer(self, kind: str) -> bool:
        """Whether a closing bracket belongs to one further out than the last."""
        for other in reversed(self.open):
            if other.token.type == CLOSERS[kind]:
                return True
            if not other.round:
                return False
        return False

    def _mistaken(self, index: int, kind: str) -> bool:
        """Whether more brackets of a kind are closed here than are open: ``[3, 3))``."""
        closing = 0
        while self.tokens[index + closing].type == kind:
            closing += 1
        around = 0
        for other in reversed(self.open):
            if not other.round and kind != "RBRACE":
                break
            around += other.token.type == CLOSERS[kind]
        return kind != "RBRACE" and closing > around

    def _doubled(self, index: int, token: Token) -> bool:
        """Whether this closing brace follows another one, and is one too many."""
        before = self.tokens[index - 1]
        top = next((other for other in reversed(self.open) if not other.round), None)
        wrong = before.type == "RBRACE" and (top is None or top.token.line < token.line)
        if self.surplus > 0 and wrong:
            self.surplus -= 1
            return True
        return False

    def _surplus(self, token: Token) -> bool:
        """Whether this closing brace is one too many, by its column."""
        top = next((other for other in reversed(self.open) if not other.round), None)
        wrong = top is not None and top.indented and token.column > top.indent
        if self.surplus > 0 and wrong:
            self.surplus -= 1
            return True
        return False

    # Mending --------------------------------------------------------------------

    def _close_all(self, end: Token) -> None:
        while self.open:
            self._insert(self.open[-1])

    def _insert(self, top: _Open) -> None:
        """Close the last open bracket where the text so far ends."""
        self.open.pop()
        at = len(self.out)
        while self.out[at - 1].type == "NEWLINE":
            at -= 1
        closer = OPENERS[top.token.type]
        before = self.out[at - 1]
        self.out.insert(at, before.after(closer, _SIGN[closer]))
        self._report(_unclosed(top.token, before))

    def _report(self, problem: Problem) -> None:
        if len(self.problems) <= MAX_PROBLEMS:
            self.problems.append(problem)

    def _unmatched(self, token: Token) -> None:
        sign = _SIGN[token.type]
        opener = _SIGN[CLOSERS[token.type]]
        message = f"this {sign} closes nothing"
        expected = f"a {opener} before it, or no {sign}"
        self._report(
            Problem("unmatched-bracket", message, token.span, expected=expected)
        )

    def _crossed(self, top: _Open, token: Token) -> None:
        opener, right = _SIGN[top.token.type], _SIGN[OPENERS[top.token.type]]
        same = top.token.line == token.line
        note = Note(f"the {opener} that is open here", top.token.span)
        self._report(
            Problem(
                "unmatched-bracket",
                f"{_SIGN[token.type]} cannot close {opener}",
                token.span,
                expected=right,
                notes=() if same else (note,),
            )
        )


def _unclosed(opener: Token, before: Token) -> Problem:
    """A bracket that should be closed after `before`."""
    sign, closer = _SIGN[opener.type], _SIGN[OPENERS[opener.type]]
    if opener.line == before.line:
        message, notes = f"the {sign} is not closed", ()
    else:
        message = f"the {sign} of line {opener.line} is not closed"
        notes = (Note(f"the {sign}", opener.span),)
    place = _line_after(opener, before) or before.after("").span
    return Problem("unclosed-bracket", message, place, expected=closer, notes=notes)


def _line_after(opener: Token, before: Token) -> Span | None:
    """The next line where it is empty, and the closing bracket has one of its own."""
    text = before.source.text
    end = text.find("\n", before.end)
    stop = text.find("\n", end + 1)
    stop = len(text) if stop < 0 else stop
    empty = text[end + 1 : stop].strip(" \t\r")
    if opener.line == before.line or end < 0 or empty or end + 1 >= len(text):
        return None
    line, column = before.line + 1, stop - end
    return Span(before.source, stop, stop, line, column, line, column)


def _like(token: Token, kind: str) -> Token:
    """A closing bracket of another kind in the same place."""
    place = (token.start, token.end, token.line, token.column, token.source)
    return Token(kind, _SIGN[kind], *place)
