"""The params of a file: their types, their defaults, and what replaces these."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from sys import float_info
from typing import Any

from ..diagnostics.model import Note, Source, Span
from ..syntax import tree
from .expressions import evaluate, names_in
from .names import RESERVED
from .order import in_order
from .report import Report, one_of
from .types import ParamType, read_type
from .values import ABSENT, LARGEST, Absent, Param, Params, Value, kind_of

__all__ = ["Override", "declare_params", "override", "read_setting"]

_WORDS = {"true": True, "false": False}


class Override:
    """A value that a caller gives from outside (``--set width=512``), with a place."""

    def __init__(self, name: str, text: str, option: str = "--set") -> None:
        written = f"{name}={text}"
        self.name = name
        self.text = text
        source = Source(option, written)
        self.span = Span(source, 0, len(written), 1, 1, 1, len(written) + 1)
        start = len(name) + 1
        self.value_span = Span(
            source, start, len(written), 1, start + 1, 1, len(written) + 1
        )


def override(given: Mapping[str, str], option: str = "--set") -> dict[str, Override]:
    """Replacements by name, each with a place in the text that a user typed."""
    return {name: Override(name, text, option) for name, text in given.items()}


def declare_params(
    declarations: list[tree.InputDecl],
    given: Mapping[str, str],
    params: Params,
    report: Report,
) -> None:
    """Evaluate the params of a file into `params`, in an order that their defaults allow."""
    known = _collect(declarations, report)
    overrides = override(given)
    for name, item in overrides.items():
        if name not in known:
            _unknown(item, known, report)
    needs = {
        name: [word.text for word in chain(*map(names_in, _expressions(decl)))]
        for name, decl in known.items()
    }
    order, cycle = in_order(needs)
    if cycle:
        message = f"the defaults of {' and '.join(cycle)} need each other"
        report.error("cycle", message, known[cycle[0]].name.span)
    for name, decl in known.items():
        params.table[name] = Param(name, decl.name.span, ABSENT)
    for name in order:
        value = _value(known[name], overrides.get(name), params, report)
        params.table[name].value = value


def _expressions(decl: tree.InputDecl) -> list[tree.Expression]:
    """What a declaration is computed from: its default, and the limits of its type."""
    return [*([decl.default] if decl.default else []), *(decl.type.dims or ())]


def _collect(
    declarations: list[tree.InputDecl], report: Report
) -> dict[str, tree.InputDecl]:
    known: dict[str, tree.InputDecl] = {}
    for decl in declarations:
        name = decl.name.text
        if name in known:
            first = Note("it is declared here first", known[name].name.span)
            message = f"the param {name} is declared twice"
            report.error("duplicate-name", message, decl.name.span, notes=(first,))
        elif name in RESERVED:
            message = f"{name} is a word of the language and cannot be a name"
            report.error("reserved-name", message, decl.name.span)
        else:
            known[name] = decl
    return known


def _unknown(
    item: Override, known: Mapping[str, tree.InputDecl], report: Report
) -> None:
    expected = one_of(known) if known else "a file that declares params"
    report.error(
        "unknown-param",
        f"there is no param called {item.name}",
        item.span,
        expected=expected,
        suggestion=report.near(item.name, known),
    )


def _value(
    decl: tree.InputDecl, given: Override | None, params: Params, report: Report
) -> Value | Absent:
    kind = read_type(decl.type, params, report)
    if kind is None:
        return ABSENT
    default = _default(decl, kind, params, report)
    return default if given is None else _given(given, kind, decl, report)


def _default(
    decl: tree.InputDecl, kind: ParamType, params: Params, report: Report
) -> Value | Absent:
    if decl.default is None:
        message = f"the param {decl.name.text} needs a default"
        report.error("missing-argument", message, decl.span)
        return ABSENT
    value = evaluate(decl.default, params, report)
    if isinstance(value, Absent):
        return ABSENT
    fitted = _fit(value, kind)
    if isinstance(fitted, Absent):
        message = f"the default of {decl.name.text} is {value}, {kind_of(value)}"
        report.error(
            "wrong-type", message, decl.default.span, expected=kind.described()
        )
    elif not kind.holds(fitted):
        message = f"the default of {decl.name.text} is {value}"
        report.error("out-of-range", message, decl.default.span, expected=str(kind))
    return fitted


def _fit(value: Value, kind: ParamType) -> Value | Absent:
    """The value as that type: whole numbers are numbers too, nothing else is converted."""
    if type(value) is kind.kind:
        return value
    if kind.kind is float and type(value) is int:
        return float(value)
    return ABSENT


def _given(
    given: Override, kind: ParamType, decl: tree.InputDecl, report: Report
) -> Value | Absent:
    value = read_setting(given.text, kind.kind)
    message = f"{given.name} cannot be {given.text}"
    if isinstance(value, Absent):
        rule, expected = "wrong-type", kind.described()
        if _too_large(given.text, kind.kind):
            message += ", which is too large"
    elif not kind.holds(value):
        rule, expected = "out-of-range", str(kind)
    else:
        return value
    note = Note("the param is declared here", decl.span)
    report.error(rule, message, given.value_span, expected=expected, notes=(note,))
    return ABSENT


def _too_large(text: str, kind: type | None) -> bool:
    """Whether a text is a number that is only too large for a param of that type."""
    if kind not in (int, float):
        return False
    try:
        return abs(float(text)) > (LARGEST if kind is int else float_info.max)
    except ValueError:
        return False


def read_setting(text: str, kind: Any) -> Value | Absent:
    """A value that a user typed outside of any file, as one of the types of params."""
    if kind is str:
        return text
    if kind is bool:
        return _WORDS.get(text, ABSENT)
    try:
        readable = len(text) < 400 and text.isascii()
        value = kind(text) if readable else ABSENT
    except ValueError:
        return ABSENT
    finite = isinstance(value, int | float) and abs(value) <= (
        LARGEST if kind is int else float_info.max
    )
    return value if finite else ABSENT
