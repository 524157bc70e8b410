"""A small model of Python source, and its printer.

Only what emitted programs need: calls and collections that break over lines in the one
way that the common formatters print them (88 columns, four spaces, double quotes).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .pieces import Import

__all__ = [
    "WIDTH",
    "Call",
    "Collection",
    "Expression",
    "assign",
    "call",
    "define",
    "entry",
    "import_block",
    "literal",
    "module",
    "statement",
]

WIDTH = 88


@dataclass(frozen=True)
class Call:
    """``function(arguments)``; each argument is an expression or ``name=expression``.

    `then` is text right behind it, such as the ``(x)`` of ``Dense(3)(x)``.
    """

    function: str
    arguments: tuple[tuple[str, Expression], ...]
    then: str = ""


@dataclass(frozen=True)
class Collection:
    """A tuple, list or dict display; `keys` are the texts before each item (``"k": ``)."""

    brackets: str
    keys: tuple[str, ...]
    items: tuple[Expression, ...]


Expression = str | Call | Collection


def call(function: str, *arguments: Expression, **named: Expression) -> Call:
    """A call; arguments are expressions, text being taken as it is."""
    plain = (("", argument) for argument in arguments)
    keywords = ((f"{name}=", value) for name, value in named.items())
    return Call(function, (*plain, *keywords))


def literal(value: object) -> Expression:
    """The display of a Python value: None, numbers, text, tuples, lists, dicts."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        keys = tuple(f"{_flat(literal(key))}: " for key in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return Collection("{}", keys, tuple(literal(v) for v in value.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        items = tuple(literal(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return Collection("()" if isinstance(value, tuple) else "[]", (), items)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def _text(value: str) -> str:
    """A string in double quotes; anything but printable ASCII is escaped."""
    quoted = repr(value.encode("unicode_escape").decode("ascii"))[1:-1]
    # repr doubled the backslashes that unicode_escape had made and chose its quotes.
    plain = quoted.replace("\\\\", "\\").replace("\\'", "'")
    return '"' + plain.replace('"', '\\"') + '"'


def _flat(expression: Expression) -> str:
    """The expression on one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Call):
        inner = ", ".join(key + _flat(value) for key, value in expression.arguments)
        return f"{expression.function}({inner}){expression.then}"
    keys = expression.keys or ("",) * len(expression.items)
    parts = [
        key + _flat(item) for key, item in zip(keys, expression.items, strict=True)
    ]
    one_tuple = expression.brackets == "()" and len(parts) == 1
    inner = ", ".join(parts) + ("," if one_tuple else "")
    return expression.brackets[0] + inner + expression.brackets[1]


def _opening(expression: Call | Collection) -> str:
    """What stands before the items."""
    if isinstance(expression, Call):
        return expression.function + "("
    return expression.brackets[0]


def _layout(before: str, expression: Expression, after: str, indent: int) -> list[str]:
    """Lines of ``before expression after``, broken at the outermost brackets."""
    pad = " " * indent
    line = pad + before + _flat(expression) + after
    if len(line) <= WIDTH:
        return [line]
    head = "" if isinstance(expression, str) else _opening(expression)
    if before.endswith(": ") and len(pad + before + (head or line)) > WIDTH:
        # The value of a long key; formatters leave such brackets where they are.
        inner = _layout("", expression, "", indent + 4)
        return [f"{pad}{before}(", *inner, f"{pad}){after}"]
    if isinstance(expression, str):
        return [line]
    if isinstance(expression, Call):
        opening, closing = expression.function + "(", ")" + expression.then
        items = expression.arguments
        inner = ", ".join(key + _flat(value) for key, value in items)
        # One argument to a line and a comma after the last: the layout of a call that is
        # called again would else depend on the length of what it is called with.
        if not expression.then and len(pad) + 4 + len(inner) <= WIDTH:
            return [pad + before + opening, f"{pad}    {inner}", pad + closing + after]
    else:
        opening, closing = expression.brackets
        keys = expression.keys or ("",) * len(expression.items)
        items = tuple(zip(keys, expression.items, strict=True))
    if not items:
        return [line]
    body = [
        text for key, value in items for text in _layout(key, value, ",", indent + 4)
    ]
    return [pad + before + opening, *body, pad + closing + after]


def statement(expression: Expression, indent: int = 0, before: str = "") -> str:
    """The expression as a statement, after a word such as ``return`` if given."""
    return "\n".join(_layout(before, expression, "", indent))


def entry(key: str, value: Expression, indent: int) -> str:
    """A line of a dict display: ``"key": value,``."""
    return "\n".join(_layout(f"{_text(key)}: ", value, ",", indent))


def assign(target: str, value: Expression, indent: int = 0) -> str:
    """``target = value``; in parentheses where the line would else begin too long."""
    lines = _layout(f"{target} = ", value, "", indent)
    if len(lines) > 1 and len(lines[0]) > WIDTH:
        pad = " " * indent
        inner = _layout("", value, "", indent + 4)
        if max(map(len, inner)) <= WIDTH:
            lines = [f"{pad}{target} = (", *inner, f"{pad})"]
    return "\n".join(lines)


def define(name: str, parameters: Iterable[str], returns: str, indent: int = 0) -> str:
    """The head of a function: ``def name(parameters) -> returns:``."""
    head = Call(name, tuple(("", parameter) for parameter in parameters))
    lines = _layout("def ", head, f" -> {returns}:", indent)
    if len(head.arguments) == 1 and len(lines) > 1:
        # Formatters put a comma after a lone parameter.
        lines[1] = lines[1].rstrip(",") + ","
    return "\n".join(lines)


def import_block(imports: Iterable[Import], between: str = "") -> str:
    """Import statements, sorted and grouped: standard library first, then the rest.

    `between` are statements that come before the rest.
    """
    groups: dict[bool, list[tuple[tuple[bool, str, str], str]]] = {True: [], False: []}
    joined: dict[str, list[str]] = {}
    for item in set(imports):
        standard = item.module.split(".")[0] in sys.stdlib_module_names
        if item.name is None:
            suffix = f" as {item.alias}" if item.alias else ""
            key = (False, item.module, item.alias or "")
            groups[standard].append((key, f"import {item.module}{suffix}"))
        else:
            suffix = f" as {item.alias}" if item.alias else ""
            joined.setdefault(item.module, []).append(item.name + suffix)
    for name, names in joined.items():
        standard = name.split(".")[0] in sys.stdlib_module_names
        listed = ", ".join(sorted(names, key=_import_order))
        groups[standard].append(((True, name, ""), f"from {name} import {listed}"))
    blocks = [
        "\n".join(text for _, text in sorted(groups[standard]))
        for standard in (True, False)
        if groups[standard]
    ]
    return "\n\n".join([*blocks[:1], *([between] if between else []), *blocks[1:]])


def _import_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as import sorters have it."""
    plain = name.split(" ")[0]
    if plain.isupper() and len(plain) > 1:
        return 0, name
    return (1 if plain[:1].isupper() else 2), name


def module(
    docstring: str,
    imports: Iterable[Import],
    sections: Iterable[str],
    environment: str = "",
) -> str:
    """A whole file: docstring, imports, and sections.

    `environment` are statements that stand before the imports of other packages.

    Annotations are not evaluated, so definitions may stand in the order in which they
    are read. Sections whose text begins with ``def``, ``class``, ``@`` or a comment
    before them are set off by two blank lines.
    """
    head = docstring.strip()
    if "\n" in head:
        head += "\n"
    text = f'"""{head}"""\n\nfrom __future__ import annotations\n\n'
    text += f"{import_block(imports, environment)}\n"
    previous_is_definition = False
    for section in sections:
        is_definition = _is_definition(section)
        gap = "\n\n" if is_definition or previous_is_definition else "\n"
        text += gap + section.rstrip("\n") + "\n"
        previous_is_definition = is_definition
    return text


def _is_definition(section: str) -> bool:
    for line in section.split("\n"):
        if line.startswith("#") or not line.strip():
            continue
        return line.startswith(("def ", "class ", "@", "async def "))
    return False
