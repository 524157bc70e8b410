"""Which rows of a source a data block chooses, and whether any are left to train on."""

from __future__ import annotations

from collections.abc import Iterable

from ..catalog.families import Source, Transform
from ..catalog.settings import DataSettings
from ..catalog.sources import BuiltinSource
from ..catalog.transforms.rows import Keep, Take, kept_classes
from ..ir import Origins
from .bind import Bound
from .report import Report, one_of

__all__ = ["check_parts", "check_rows"]


def check_rows(source: Source, transforms: Iterable[Bound], report: Report) -> None:
    """See that ``keep`` compares a field that the source has, of one number a row.

    Class numbers must be left where it compares a field of them.
    """
    if not isinstance(source, BuiltinSource):
        return
    fields = {item.name: item for item in source.data_fields}
    steps: list[Transform] = []
    emptied: set[str] = set()
    for bound in transforms:
        if not isinstance(bound.construct, Keep):
            continue
        steps.append(bound.construct)
        name, span = bound.construct.where.field, bound.given["where"].span
        known = fields.get(name)
        if known is None:
            message = f"{source.keyword} has no field {name}"
            expected, fix = one_of(fields), report.near(name, fields)
            report.error(
                "unknown-field", message, span, expected=expected, suggestion=fix
            )
        elif known.shape:
            message = f"{name} has several numbers in a row and cannot be compared"
            report.error("wrong-type", message, span, expected="a field of one number")
        elif known.classes is not None and name not in emptied:
            if kept_classes(steps, name, known.classes):
                continue
            emptied.add(name)
            last = known.classes - 1
            message = f"no class of {name}, 0 to {last}, is left after this keep"
            report.error("out-of-range", message, span)


def check_parts(
    settings: DataSettings,
    transforms: Iterable[Transform],
    origins: Origins,
    report: Report,
) -> None:
    """See that test and validation parts leave something to train on."""
    left = _examples(settings.source, transforms)
    for name, part in (("test", settings.test), ("validation", settings.validation)):
        if part is None:
            continue
        origin = origins.find("data", name)
        span = origin.span if origin else None
        if part.unit == "%" and part.value >= 100:
            message = f"{name} = {part} leaves nothing to train on"
            report.error("out-of-range", message, span, expected="less than 100%")
            return
        if part.unit == "examples" and part.value != int(part.value):
            message = f"{name} = {part} is not a whole number of examples"
            report.error("out-of-range", message, span)
            return
        if left is None:
            continue
        count = part.count(left)
        if count >= left:
            message = f"{name} = {part} leaves none of {left} examples to train on"
            report.error("out-of-range", message, span)
            return
        left -= count


def _examples(source: Source, transforms: Iterable[Transform]) -> int | None:
    """How many rows there are before the split; None where only the data can say."""
    total = source.examples if isinstance(source, BuiltinSource) else None
    for transform in transforms:
        if isinstance(transform, Take):
            total = transform.count if total is None else min(total, transform.count)
        elif transform.chooses_rows:
            # What is left is known when the rows are read; a later `take` bounds it.
            return None
    return total
