"""``column("a")``, ``columns("a" .. "z")``, ``array("x")``: what a binding is made of."""

from __future__ import annotations

from collections import Counter

from ..catalog.families import Source
from ..catalog.sources import BuiltinSource
from ..catalog.sources.files import Csv
from ..diagnostics.model import Span
from ..syntax import tree
from .report import Report, one_of
from .statements import as_call
from .wording import plain_text

__all__ = ["read_columns"]

_WORDS = ("column", "columns", "array")


def read_columns(
    node: tree.Expression, source: Source | None, report: Report
) -> tuple[tuple[str, ...], bool] | None:
    """The names of fields, and whether two of them are the ends of a run of columns.

    None, and a problem, where the expression names none. `source` is None where that is
    not known.
    """
    call = as_call(node)
    table = source is None or isinstance(source, Csv)
    words = ("column", "columns") if table else ("array",)
    if call is None or call.name.text not in _WORDS:
        example = 'column("price")' if table else 'array("image")'
        report.error(
            "wrong-type",
            f"a binding cannot be {plain_text(node)}",
            node.span,
            expected=f"fields of the source, such as {example}",
            suggestion=f'{words[0]}("{plain_text(node).strip(chr(34))}")'
            if isinstance(node, tree.Name | tree.String)
            else None,
        )
        return None
    if source is not None and call.name.text not in words:
        what = "a table has columns" if table else f"{source.keyword} has arrays"
        message = f"{call.name.text} does not fit the source: {what}"
        fix = words[0] + call.name.span.source.text[call.name.span.end : node.span.end]
        report.error("wrong-type", message, call.name.span, suggestion=fix)
        return None
    found = _names(call, report)
    if found is None or not _known(found[0], call.span, source, report):
        return None
    return found


def _names(call: tree.Call, report: Report) -> tuple[tuple[str, ...], bool] | None:
    values = [argument.value for argument in call.arguments]
    expected = f'names in quotes, such as {call.name.text}("first")'
    if len(values) == 1 and isinstance(values[0], tree.Range):
        ends = _text(values[0].low), _text(values[0].high)
        if call.name.text == "columns" and ends[0] is not None and ends[1] is not None:
            return (ends[0], ends[1]), True
    names = [_text(value) for value in values]
    one = call.name.text == "column" and len(values) != 1
    if not names or None in names or one or any(arg.name for arg in call.arguments):
        message = f"{call.name.text} needs {'one name' if one else 'names'} of fields"
        if call.name.text == "columns":
            expected += ' or a run of columns, such as columns("first" .. "last")'
        report.error("wrong-type", message, call.span, expected=expected)
        return None
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        message = f"{twice[0]} is named twice"
        report.error("duplicate-name", message, call.span)
        return None
    return tuple(map(str, names)), False


def _text(node: tree.Expression) -> str | None:
    if isinstance(node, tree.String) and node.value:
        return node.value
    return node.text if isinstance(node, tree.Name) else None


def _known(
    names: tuple[str, ...], span: Span, source: Source | None, report: Report
) -> bool:
    """Whether a built-in set has the fields; what a file has is known when it is read."""
    if not isinstance(source, BuiltinSource):
        return True
    fields = [field.name for field in source.data_fields]
    for name in names:
        if name not in fields:
            message = f"{source.keyword} has no field {name}"
            expected, fix = one_of(fields), report.near(name, fields)
            report.error(
                "unknown-field", message, span, expected=expected, suggestion=fix
            )
            return False
    return True
