"""From a data block to prepared arrays; reads top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..catalog.families import Transform
from ..catalog.transforms import OneHot
from ..catalog.transforms.rows import kept_classes
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem, Span
from ..ir import Data, Origins
from .bound import Bound, bind, differing
from .fields import read_field, resolve
from .fingerprint import fingerprint
from .fitting import Fitting, Target, fit, targets
from .outside import load_outside
from .places import Places
from .prepared import Arrays, Prepared
from .rows import choose, split
from .sources import open_source
from .steps import Encoded, Fitted, Step
from .table import Opened, Table
from .values import (
    cast,
    check_classes,
    check_finite,
    check_some_weight,
    check_weights,
)

__all__ = ["prepare", "transform"]


def prepare(
    data: Data,
    base: Path,
    origins: Origins | None = None,
    fitted: Fitted | None = None,
) -> Prepared:
    """Read, filter, divide and transform the data of a training.

    Args:
        data: the data block.
        base: the folder that relative paths are relative to: that of the spec.
        origins: places for problems.
        fitted: what the transforms were fitted to before; None: they are fitted to the
            training part.

    Raises:
        Fault: the data is not there (status 3) or does not fit (status 1).
    """
    load_outside()
    places = Places(origins or Origins())
    opened = open_source(data.source, base, places.setting("source"))
    columns = resolve(data, opened.names, places)
    changes = _changes(data, columns, places)
    table = _read(data, opened, columns, places)
    rows, warnings = choose(data, table, opened.names, places)
    parts = split(data, rows, places)
    bounds = _bind(data, columns, table, changes, places)
    _check(bounds, rows)
    for bound in bounds:
        if bound.binding.role == "sample_weight":
            check_some_weight(bound, parts["training"])
    if fitted is None:
        fitted = _fit(bounds, parts["training"], changes)
    arrays = {part: _arrays(bounds, numbers, fitted) for part, numbers in parts.items()}
    return Prepared(
        training=arrays["training"],
        validation=arrays.get("validation"),
        test=arrays.get("test"),
        rows=parts,
        columns=columns,
        fitted=fitted,
        fingerprint=fingerprint(data, bounds, parts, fitted),
        warnings=(*warnings, *_absent_classes(bounds, parts["training"], data)),
        lines=table.lines,
    )


def transform(data: Data, arrays: Arrays, fitted: Fitted) -> Arrays:
    """Raw inputs that come later, prepared as those of the training were.

    Args:
        data: the data block of the training.
        arrays: an array for each input, by binding name.
        fitted: what the training's transforms were fitted to.

    Raises:
        Fault: values or shapes do not fit.
    """
    bounds: list[Bound] = []
    for binding in data.bindings:
        if binding.role != "input":
            continue
        alone = binding.model_copy(update={"columns": (binding.name,)})
        table = Table({binding.name: arrays[binding.name]})
        steps = fitted.steps.get(binding.name, ())
        encoded = [step for step in steps if isinstance(step, Encoded)]
        encoding = None
        if encoded:
            classes = int(encoded[0].classes)
            encoding = OneHot(names=alone.columns, classes=classes)
        bounds.append(bind(alone, alone.columns, table, encoding, None))
    problems = list(differing(bounds))
    if problems:
        raise Fault(problems)
    rows = np.arange(len(bounds[0].table))
    _check(tuple(bounds), rows)
    return _arrays(tuple(bounds), rows, fitted)


@dataclass(frozen=True)
class _Change:
    """A transform that changes values, and of what."""

    transform: Transform
    targets: tuple[Target, ...]
    span: Span | None

    def target(self, binding: str) -> Target | None:
        """What it changes of a binding."""
        return next((t for t in self.targets if t.binding == binding), None)


def _changes(
    data: Data, columns: dict[str, tuple[str, ...]], places: Places
) -> tuple[_Change, ...]:
    """The transforms that change values, with what they change."""
    changes: list[_Change] = []
    encoded: set[str] = set()
    for position, transform in enumerate(data.transforms):
        if transform.chooses_rows:
            continue
        span = places.transform(position)
        chosen = targets(transform, data.bindings, columns, span)
        changes.append(_Change(transform, chosen, span))
        for target in chosen if isinstance(transform, OneHot) else ():
            if target.columns is not None or target.binding in encoded:
                why = f"{target.binding} cannot be one-hot encoded: it must be a single"
                problem = Problem("data-shape", f"{why} field, encoded once", span)
                raise Fault(problem)
            encoded.add(target.binding)
    return tuple(changes)


def _encoding(binding: str, changes: tuple[_Change, ...]) -> OneHot | None:
    for change in changes:
        if isinstance(change.transform, OneHot) and change.target(binding):
            return change.transform
    return None


def _read(
    data: Data, opened: Opened, columns: dict[str, tuple[str, ...]], places: Places
) -> Table:
    """All fields that are bound or that a filter looks at."""
    names = [name for fields in columns.values() for name in fields]
    for transform in data.transforms:
        names += [read_field(name, data, opened.names) for name in transform.reads()]
    table = opened.read(tuple(dict.fromkeys(names)))
    if not len(table):
        span = places.setting("source")
        raise Fault(Problem("data-empty-part", "the source has no examples", span))
    return table


def _bind(
    data: Data,
    columns: dict[str, tuple[str, ...]],
    table: Table,
    changes: tuple[_Change, ...],
    places: Places,
) -> tuple[Bound, ...]:
    """All bindings with their fields; every misfit is reported."""
    bounds: list[Bound] = []
    problems: list[Problem] = []
    for binding in data.bindings:
        encoding = _encoding(binding.name, changes)
        span = places.binding(binding.name)
        try:
            fields = columns[binding.name]
            bounds.append(bind(binding, fields, table, encoding, span))
        except Fault as fault:
            problems += fault.problems
    problems += differing(bounds)
    if problems:
        raise Fault(problems)
    return tuple(bounds)


def _check(bounds: tuple[Bound, ...], rows: np.ndarray) -> None:
    """Hold the raw values of all rows in use against what they are for."""
    problems: list[Problem] = []
    for bound in bounds:
        try:
            for numbers, raw in bound.blocks(rows):
                check_finite(bound, numbers, raw)
                if bound.binding.role == "sample_weight":
                    check_weights(bound, numbers, raw)
        except Fault as fault:
            problems += fault.problems
    if problems:
        raise Fault(problems)


def _fit(
    bounds: tuple[Bound, ...], rows: np.ndarray, changes: tuple[_Change, ...]
) -> Fitted:
    """Every transform in order, each fitted on what those before it make of the rows."""
    steps: dict[str, tuple[Step, ...]] = {bound.name: () for bound in bounds}
    for change in changes:
        for bound in bounds:
            target = change.target(bound.name)
            if target is not None:
                before = steps[bound.name]
                fitting = Fitting(bound, target, before, rows, change.span)
                step = fit(change.transform, fitting)
                steps[bound.name] = (*before, step)
    return Fitted({name: done for name, done in steps.items() if done})


def _arrays(bounds: tuple[Bound, ...], rows: np.ndarray, fitted: Fitted) -> Arrays:
    """The prepared arrays of a part."""
    arrays: Arrays = {}
    problems: list[Problem] = []
    for bound in bounds:
        values = np.empty((len(rows), *bound.final), bound.binding.dtype)
        done = 0
        try:
            for numbers, raw in bound.blocks(rows):
                block = _final(bound, numbers, raw, fitted.steps.get(bound.name, ()))
                values[done : done + len(block)] = block
                done += len(block)
        except Fault as fault:
            problems += fault.problems
        arrays[bound.name] = values
    if problems:
        raise Fault(problems)
    return arrays


def _final(
    bound: Bound, rows: np.ndarray, raw: np.ndarray, steps: tuple[Step, ...]
) -> np.ndarray:
    """Raw values of some rows, transformed, checked and cast."""
    values = raw
    for step in steps:
        values = np.asarray(values, np.float64)
        if isinstance(step, Encoded):
            check_classes(bound, rows, values, int(step.classes))
        values = _changed(bound, step, values)
    encoded = any(isinstance(step, Encoded) for step in steps)
    if bound.binding.classes is not None and not encoded:
        check_classes(bound, rows, values, bound.binding.classes)
    return cast(bound, rows, values).reshape(len(rows), *bound.final)


def _changed(bound: Bound, step: Step, values: np.ndarray) -> np.ndarray:
    """What a step makes of values; only an encoding may change their shape."""
    changed = step.apply(values)
    if changed.shape != values.shape and not isinstance(step, Encoded):
        why = (
            f"{step.kind} makes {changed.shape[1:]} of {bound.name}, which is"
            f" {values.shape[1:]} in each example"
        )
        raise Fault(Problem("data-shape", why, bound.span))
    return changed


def _absent_classes(
    bounds: tuple[Bound, ...], rows: np.ndarray, data: Data
) -> Iterator[Problem]:
    """A warning where classes that ``keep`` leaves have no example in the training part."""
    for bound in bounds:
        classes = bound.binding.classes
        if classes is None:
            continue
        seen: set[int] = set()
        for _, raw in bound.blocks(rows):
            seen.update(int(label) for label in np.unique(raw))
        steps = data.transforms if len(bound.columns) == 1 else ()
        left = kept_classes(steps, bound.columns[0], classes)
        absent = [str(k) for k in left if k not in seen]
        if absent:
            shown = ", ".join(absent[:10]) + (", …" if len(absent) > 10 else "")
            why = f"no training example of {bound.name} is of class {shown}"
            yield Problem("data-class-absent", why, bound.span, Level.WARNING)
