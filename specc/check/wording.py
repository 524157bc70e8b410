"""Words for messages: short forms of expressions, and what they could have been."""

from __future__ import annotations

from typing import Any

from ..syntax import tree

__all__ = ["COMPARISONS", "plain_text", "with_units"]

#: The signs that compare two values.
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def plain_text(node: tree.Expression) -> str:
    """A short form of an expression for messages."""
    match node:
        case tree.Number() | tree.Name():
            return node.text
        case tree.String():
            return f'"{node.value[:40]}"'
        case tree.Boolean():
            return "true" if node.value else "false"
        case tree.Call():
            return node.name.text if node.bare else f"{node.name.text}(…)"
        case tree.Quantity():
            gap = "" if node.unit.text == "%" else " "
            return f"{plain_text(node.value)}{gap}{node.unit.text}"
        case tree.ListExpr():
            return "a list"
        case tree.Range():
            return "a range"
        case tree.Binary() if node.operator in COMPARISONS:
            return "a comparison"
        case _:
            return "(…)"


def with_units(value: Any, units: tuple[str, ...], least: float = 1) -> str:
    """A bare number with each unit that it could mean: ``20 epochs or 20 steps``."""
    found: list[str] = []
    for unit in units:
        if unit == "%":
            found.append(f"{value * 100:g}%" if 0 < value < 1 else f"{value:g}%")
        elif value >= least:
            found.append(f"{value:g} {unit}")
    return " or ".join(found) or f"1 {units[-1]}"
