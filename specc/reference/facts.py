"""What the pages of a construct are made of, whatever their form."""

from __future__ import annotations

from collections.abc import Iterator

from ..backend import backend, backends
from ..catalog import Construct, catalog
from ..diagnostics import RULES
from .statements import STATEMENTS

__all__ = [
    "arguments",
    "docstring",
    "family_of",
    "heading",
    "lowerings",
    "unnamed",
    "words",
]

_TITLES = {
    "layer": "Layers",
    "wrapper": "Around a layer",
    "activation": "Activations",
    "initializer": "Initializers",
    "regularizer": "Regularizers",
    "constraint": "Constraints",
    "loss": "Losses",
    "metric": "Metrics",
    "optimizer": "Optimizers",
    "schedule": "Learning-rate schedules",
    "callback": "Callbacks",
    "source": "Sources of data",
    "transform": "Steps that prepare data",
    "settings": "Settings of a block",
}


def heading(family: str) -> str:
    """The family's name as a heading; an unknown family's own name."""
    return _TITLES.get(family, family.capitalize())


def words() -> tuple[str, ...]:
    """What can be explained: constructs, rules, statements, families and settings.

    Arguments of constructs can be too (`arguments`).
    """
    settings = catalog().family("settings").values()
    found = [
        *(kind.keyword for kind in catalog()),
        *STATEMENTS,
        *catalog().families(),
        *(name for kind in settings for name, _ in kind.fields()),
        *RULES,
    ]
    return tuple(dict.fromkeys(found))


def arguments() -> tuple[str, ...]:
    """The names of all arguments of constructs."""
    return tuple(dict.fromkeys(name for kind in catalog() for name, _ in kind.fields()))


def family_of(word: str) -> str | None:
    """The family that a word names, in the singular or the plural."""
    for family in catalog().families():
        if word.lower() in (family, f"{family}s", f"{family}es"):
            return family
    return None


def docstring(kind: type[Construct]) -> str:
    """The construct's documentation, its indentation taken away."""
    lines = (kind.__doc__ or "").strip().split("\n")
    return "\n".join(line.strip() for line in lines).replace("``", "`")


def unnamed(kind: type[Construct]) -> str:
    """How arguments may be given without their name; empty if they may not."""
    if kind.variadic:
        return f"Unnamed arguments are gathered in `{kind.variadic}`."
    if kind.positional:
        order = ", ".join(f"`{name}`" for name in kind.positional)
        return f"Without a name, in this order: {order}."
    return ""


def lowerings(kind: type[Construct]) -> Iterator[tuple[str, str]]:
    """For each backend that writes `kind`: its title, and how it is computed there.

    A backend that just writes the formula is left out.
    """
    for name in backends():
        found = backend(name)
        for lowering in found.table:
            if lowering.kind is kind and lowering.how != kind.formula:
                written = "" if lowering.exact else "written out: "
                yield found.title, written + lowering.how
