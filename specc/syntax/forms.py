"""The forms of statements: how each kind is written, and blocks that are not so written.

A block of a kind that is not listed here is left to the checker, which knows what may
stand where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..diagnostics.model import Note, Problem, Span
from . import tree

__all__ = ["ELSEWHERE", "FORMS", "Form", "elsewhere", "head_span", "misfit"]


@dataclass(frozen=True)
class Form:
    """How a statement is written; for a block, what its head consists of."""

    usage: str
    head: frozenset[str] | None = None


def _block(usage: str, *head: str) -> Form:
    return Form(f"{usage} {{ … }}", frozenset(head))


FORMS: dict[str, Form] = {
    "model": _block("model NAME", "name"),
    "data": _block("data NAME", "name"),
    "train": _block("train MODEL on DATA", "bindings"),
    "block": _block("block NAME(size: int)", "name"),
    "defaults": _block("defaults LAYER", "name"),
    "phase": _block("phase NAME", "name"),
    "repeat": _block("repeat COUNT", "subject"),
    "if": _block("if CONDITION", "subject"),
    "residual": _block("residual"),
    "shortcut": _block("shortcut"),
    "augment": _block("augment"),
    "input": Form("input NAME: float32[SIZES]"),
    "param": Form("param NAME: TYPE = VALUE"),
    "import": Form('import "FILE.nnspec"'),
    "nnspec": Form("nnspec 1"),
    "reuse": Form("reuse NAME = TRAINING to LAYER"),
    "assert": Form("assert CONDITION"),
    "allow": Form('allow(RULE, "REASON")'),
}

#: Words that begin a block in other languages, and what does in this one.
ELSEWHERE = {
    "for": "repeat i in FIRST..LAST { … }",
    "while": "repeat 3 { … }",
    "elif": "} else if CONDITION { … }",
    "elseif": "} else if CONDITION { … }",
    "def": "block NAME(size: int) { … }",
    "function": "block NAME(size: int) { … }",
    "class": "model NAME { … }",
    "network": "model NAME { … }",
    "dataset": "data NAME { … }",
    "training": "train MODEL on DATA { … }",
    "fit": "train MODEL on DATA { … }",
}

_LOOP = re.compile(
    r"for\s+(?P<name>\w+)\s+in\s+(?:range\s*\("
    r"(?:(?P<low>[^,()\n]{1,40}),)?(?P<stop>[^,()\n]{1,40})\)"
    r"|(?P<range>[^{}().\n]{1,40}\.\.[^{}().\n]{1,40}))\s*\{"
)


def elsewhere(first: Span) -> Problem:
    """The problem of a word that begins a block in other languages."""
    text = first.source.text
    word = text[first.start : first.end]
    message = f"{word} begins no block"
    loop = _LOOP.match(text, first.start)
    if loop is None:
        return Problem("syntax", message, first, suggestion=ELSEWHERE[word])
    if loop["range"]:
        bounds, notes = loop["range"].strip(), ()
    else:
        bounds = f"{(loop['low'] or '0').strip()}..{_last(loop['stop'].strip())}"
        notes = (Note("both ends of a range are included"),)
    fix = f"repeat {loop['name']} in {bounds} {{ … }}"
    return Problem("syntax", message, first, suggestion=fix, notes=notes)


def _last(stop: str) -> str:
    """The last number before one."""
    return str(int(stop) - 1) if stop.isdecimal() else f"{stop} - 1"


def misfit(block: tree.Block) -> Problem | None:
    """What is wrong with the form of a block, if anything is."""
    kind = block.kind.text
    if kind == "else":
        message = "else stands on the line of the } before it"
        return Problem("syntax", message, block.kind.span, expected="} else {")
    if kind in ELSEWHERE and kind not in FORMS:
        return elsewhere(block.kind.span)
    form = FORMS.get(kind)
    if form is None or form.head is None:
        return None
    if _head(block) == form.head and (kind == "block" or not _has_brackets(block)):
        return None
    article = "an" if kind[0] in "aeio" else "a"
    message = f"this is not how {article} {kind} block begins"
    return Problem("syntax", message, head_span(block), expected=form.usage)


def _head(block: tree.Block) -> frozenset[str]:
    """What the head of a block consists of, apart from parameters."""
    parts = {
        "name": block.name,
        "bindings": block.bindings,
        "subject": block.subject,
    }
    return frozenset(name for name, part in parts.items() if part is not None)


def _has_brackets(block: tree.Block) -> bool:
    """Whether parameters, or none, are given in brackets after the name."""
    if block.name is None:
        return False
    rest = block.span.source.text[block.name.span.end : block.span.end]
    return rest.lstrip().startswith("(")


def head_span(block: tree.Block) -> Span:
    """The head of a block, as far as its parts say."""
    ends = (block.kind, block.name, block.bindings, block.subject)
    *_, last = (end for end in ends if end is not None)
    return block.kind.span.to(last.span)
