"""Edits of emitted text that plant a fault, each sure to have been applied.

An edit takes the text of a program and returns another. It raises `Unplanted` where what
it looks for is not there as often as it should be, where it changes nothing, and where
the result is no Python: a fault that was never planted must not count as survived.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from ...emit.parsing import parse

__all__ = [
    "Edit",
    "Unplanted",
    "add",
    "argument",
    "in_definition",
    "meaning",
    "plant",
    "remove",
    "swap",
    "then",
]

Edit = Callable[[str], str]


class Unplanted(LookupError):
    """The edit does not apply to this text."""


def plant(edit: Edit, text: str) -> str:
    """Apply an edit, and make sure that it changed the meaning of the text.

    Raises:
        Unplanted: it did not.
    """
    changed = edit(text)
    try:
        same = meaning(changed) == meaning(text)
    except SyntaxError as error:
        raise Unplanted(f"the edited text is no Python: {error}") from None
    if same:
        raise Unplanted("the edit changes nothing")
    return changed


def meaning(text: str) -> str:
    """The syntax of a module without what stands in its head and its comments."""
    module = parse(text)
    if ast.get_docstring(module) is not None:
        del module.body[0]
    return ast.dump(module)


def swap(pattern: str, replacement: str, times: int | None = 1) -> Edit:
    """Replace what a regular expression matches, so many times (None: once or more).

    The dot matches no newline; ``^`` and ``$`` match at lines.
    """

    def edit(text: str) -> str:
        changed, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count == 0 or (times is not None and count != times):
            raise Unplanted(f"{pattern!r} is there {count} times")
        return changed

    return edit


def remove(pattern: str, times: int | None = 1) -> Edit:
    """Replace whole lines that match by ``pass``, at their indentation."""
    return swap(rf"^( *){pattern}$", r"\1pass", times)


def add(code: str) -> Edit:
    """Write definitions behind all others."""
    return lambda text: f"{text}\n\n{code}\n"


def in_definition(name: str, edit: Edit) -> Edit:
    """Apply an edit to one function or class only; ``Class.method`` names a method."""

    def edit_within(text: str) -> str:
        first, last = _lines(text, name)
        lines = text.split("\n")
        within = edit("\n".join(lines[first - 1 : last]))
        return "\n".join([*lines[: first - 1], within, *lines[last:]])

    return edit_within


def argument(call: str, name: str, value: str, times: int | None = None) -> Edit:
    """Give a keyword argument of all calls whose function ends in `call` another value.

    The argument is added where it is not given.
    """

    def edit(text: str) -> str:
        found = list(_calls(parse(text), call))
        if not found or (times is not None and len(found) != times):
            raise Unplanted(f"{call}(…) is there {len(found)} times")
        for node in sorted(found, key=_position, reverse=True):
            text = _with_argument(text, node, name, value)
        return text

    return edit


def then(*edits: Edit) -> Edit:
    """Several edits, one after another."""

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def _lines(text: str, name: str) -> tuple[int, int]:
    nodes: list[ast.stmt] = parse(text).body
    found: ast.stmt | None = None
    for word in name.split("."):
        found = next(
            (node for node in nodes if getattr(node, "name", None) == word), None
        )
        if found is None:
            raise Unplanted(f"there is no definition of {name}")
        nodes = getattr(found, "body", [])
    assert found is not None
    assert found.end_lineno is not None
    return found.lineno, found.end_lineno


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            if function == name or function.endswith("." + name):
                yield node


def _position(node: ast.Call) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _with_argument(text: str, node: ast.Call, name: str, value: str) -> str:
    for keyword in node.keywords:
        if keyword.arg == name:
            return _spliced(text, keyword.value, value)
    lines = text.split("\n")
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    row, column = node.end_lineno - 1, node.end_col_offset - 1
    line = lines[row]
    before = line[:column].rstrip()
    comma = "" if before.endswith(("(", ",")) or not before.strip() else ", "
    lines[row] = f"{before}{comma}{name}={value}{line[column:]}"
    return "\n".join(lines)


def _spliced(text: str, node: ast.expr, value: str) -> str:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = text.split("\n")
    head = lines[node.lineno - 1][: node.col_offset]
    tail = lines[node.end_lineno - 1][node.end_col_offset :]
    lines[node.lineno - 1 : node.end_lineno] = [head + value + tail]
    return "\n".join(lines)
