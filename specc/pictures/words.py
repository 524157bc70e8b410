"""What pictures say of layers, blocks, shapes and sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from ..catalog.construct import Construct
from ..catalog.families import Activation, Constraint, Initializer, Regularizer
from ..catalog.types import Shape
from ..catalog.wrappers import TimeDistributed
from ..diagnostics.visible import visible
from ..ir import Block
from ..reference.values import spell

__all__ = ["clean", "count", "layer", "over_time", "shape", "short", "unit"]

#: Characters of a label; the whole is in the tooltip.
LONGEST = 44
#: What must not stand in XML, though it may be shown elsewhere.
_NONCHARACTERS = re.compile("[\\ufffe\\uffff]")
#: How a weight begins, ends and is held says nothing about what is computed.
_ASIDE = (Initializer, Regularizer, Constraint)


def clean(text: str) -> str:
    """A text on one line, without what must not be shown as it is."""
    shown = _NONCHARACTERS.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
    return visible(shown.replace("\n", " "))


def short(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text that is too long for a label."""
    return text if len(text) <= longest else text[: longest - 1].rstrip(" ,") + "…"


def shape(sizes: Shape) -> str:
    """``8×8×16``; a single number is ``1``."""
    return "×".join(map(str, sizes)) or "1"


def count(parameters: int) -> str:
    """``1,152 parameters``."""
    return f"{parameters:,} parameter{'' if parameters == 1 else 's'}"


def layer(construct: Construct) -> str:
    """A layer with its main arguments: ``Conv2D 16, 3×3, relu``.

    These are the leading ones, and of the others those that differ from their defaults,
    but for what is only about initial values, penalties and bounds of weights.
    """
    return _listed(construct.keyword, _main(construct))


def over_time(text: str, axes: int) -> str:
    """What is said of a layer that is applied at every step: ``TimeDistributed Dense 8``."""
    return f"{TimeDistributed.keyword} {text}" if axes else text


def unit(block: Block) -> str:
    """A block with its arguments: ``Stage 16``."""
    said = (_value(value) for _, value in block.arguments)
    return _listed(block.unit, said)


def _listed(keyword: str, arguments: Iterable[str]) -> str:
    return short(clean(f"{keyword} {', '.join(arguments)}".rstrip()))


def _main(construct: Construct) -> Iterator[str]:
    leading = (*construct.positional, construct.variadic)
    for name, field in construct.fields():
        value = getattr(construct, name)
        default = field.get_default(call_default_factory=True)
        given = field.is_required() or value != default
        if isinstance(value, _ASIDE) or not (given or name in construct.positional):
            continue
        if name in leading or isinstance(value, Activation):
            yield _value(value)
        else:
            yield f"{name} {_value(value)}"


def _value(value: Any) -> str:
    """A value; sizes along axes as ``3×3``."""
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        whole = bool(items) and all(type(item) is int for item in items)
        return ("×" if whole else " ").join(map(spell, items))
    return spell(value)
