"""What a target is, by its loss: yes or no, class numbers, one-hot rows, or values."""

from __future__ import annotations

from ..catalog.families import Loss
from ..catalog.layers import is_real
from ..catalog.types import Shape
from ..diagnostics.model import Note
from ..ir import Binding, ModelOutput
from .bind import Bound
from .joint import Joint, Known, entries
from .matching import Match
from .network import shape_text

__all__ = ["bind_target", "target_entries"]


def bind_target(
    output: ModelOutput, match: Match, loss: Bound, joint: Joint
) -> Binding | None:
    """The binding of an output's target, or None and a problem."""
    construct: Loss = loss.construct
    edge = joint.network.edge(output.edge)
    shape = edge.shape
    if not is_real(edge.dtype):
        joint.report.error(
            "loss-target-mismatch",
            f"{construct.keyword} takes real numbers, and the output {output.name} holds"
            f" {edge.dtype}",
            joint.place(output.edge),
            suggestion="Rescaling(1), or a layer that learns something of it",
            notes=(Note("the loss is given here", loss.span),),
        )
        return None
    if construct.target in ("classes", "one_hot") and not shape:
        message = f"{construct.keyword} needs an output with an axis of classes"
        joint.report.error("shape-mismatch", message, joint.place(output.edge))
        return None
    if construct.target in ("classes", "one_hot") and isinstance(shape[-1], str):
        joint.report.error(
            "shape-mismatch",
            f"{construct.keyword} needs a known number of classes, and the last axis of"
            f" {shape_text(shape)} is known only at run time",
            joint.place(output.edge),
            suggestion="a Dense layer with a unit for each class",
        )
        return None
    if _spoiled(match, loss, joint):
        return None
    known = joint.known(match)
    if construct.target == "classes":
        fits = _classes(output, match, loss, known, joint)
        return _binding(match, shape[:-1], int(shape[-1])) if fits else None
    fits = (
        _one_hot(output, match, loss, known, joint)
        if construct.target == "one_hot"
        else _values(output, match, loss, known, joint)
    )
    return _binding(match, shape, None) if fits else None


def _spoiled(match: Match, loss: Bound, joint: Joint) -> bool:
    """Whether a transform makes measurements of what the loss takes as classes."""
    construct: Loss = loss.construct
    found = joint.measured(match)
    if found is None or construct.target == "values":
        return False
    transform, name = found
    takes = {
        "binary": "targets from 0 to 1",
        "classes": "class numbers",
        "one_hot": "one-hot rows",
    }
    wanted = takes[construct.target]
    keyword = transform.construct.keyword
    joint.report.error(
        "loss-target-mismatch",
        f"{keyword} makes measurements of {name}, but {construct.keyword} takes"
        f" {wanted}",
        transform.span,
        suggestion=f"leave {name} out of {keyword}",
        notes=(Note("the loss is given here", loss.span),),
    )
    return True


def _binding(match: Match, shape: Shape, classes: int | None) -> Binding:
    return Binding(
        name=match.name,
        role="target",
        columns=match.columns,
        through=match.through,
        dtype="float32" if classes is None else "int64",
        shape=shape,
        classes=classes,
    )


def _classes(
    output: ModelOutput, match: Match, loss: Bound, known: Known, joint: Joint
) -> bool:
    keyword = loss.construct.keyword
    shape = joint.network.edge(output.edge).shape
    one_hot = joint.one_hot(match)
    if one_hot is not None:
        joint.report.error(
            "loss-target-mismatch",
            f"{keyword} takes class numbers, but one_hot makes rows of them",
            loss.span,
            suggestion="categorical_crossentropy, or leave out one_hot",
            notes=(Note("the rows are made here", one_hot.span),),
        )
        return False
    if known.continuous:
        joint.report.error(
            "loss-target-mismatch",
            f"{keyword} takes class numbers, but {match.columns[0]} holds measurements",
            loss.span,
            suggestion="mse",
            notes=(joint.source_note(),),
        )
        return False
    if not known.fits(int(shape[-1])):
        _class_count(output, match, known, joint)
        return False
    return _entries(output, match, known.entries, shape[:-1], joint)


def _one_hot(
    output: ModelOutput, match: Match, loss: Bound, known: Known, joint: Joint
) -> bool:
    shape = joint.network.edge(output.edge).shape
    transform = joint.one_hot(match)
    if transform is None:
        if known.classes is None and not known.continuous:
            return _entries(output, match, known.entries, shape, joint)
        if (near := joint.near_one_hot(match)) is not None:
            name, bound, meant = near
            given = bound.given.get("names")
            joint.report.error(
                "unknown-name",
                f"there is no binding or field called {name}",
                given.span if given else bound.span,
                suggestion=meant,
            )
            return False
        what = "class numbers" if known.classes is not None else "measurements"
        columns = known.nearest(shape[-1])
        rows = f"one_hot({match.columns[0]}, classes = {columns}) in the data block"
        fix = f"sparse_categorical_crossentropy, or {rows}"
        joint.report.error(
            "loss-target-mismatch",
            f"{loss.construct.keyword} takes one-hot rows, but {match.columns[0]} holds"
            f" {what}",
            loss.span,
            suggestion=fix if known.classes is not None else "mse",
            notes=(joint.source_note(),),
        )
        return False
    classes = transform.construct.classes
    if not _rows_fit(transform, match, known, shape[-1], joint):
        return False
    if classes != shape[-1]:
        made = Known(classes=classes, kept=tuple(range(classes)))
        _class_count(output, match, made, joint)
        return False
    return _entries(output, match, known.entries, shape[:-1], joint)


def _rows_fit(
    transform: Bound, match: Match, known: Known, size: object, joint: Joint
) -> bool:
    """Whether one-hot rows have a place for every class of the labels."""
    classes = transform.construct.classes
    if known.fits(classes):
        return True
    given = transform.given["classes"].span
    message = f"one_hot makes {classes} classes, but {match.columns[0]} has"
    fix, text = str(known.nearest(size)), f"{message} {known.told()}"
    joint.report.error("wrong-classes", text, given, suggestion=fix)
    return False


def target_entries(shape: Shape, loss: Loss) -> int | None:
    """How many numbers an example's target has, before one-hot rows are made of it.

    None where a size is known only at run time.
    """
    return entries(shape[:-1] if loss.target in ("classes", "one_hot") else shape)


def _values(
    output: ModelOutput, match: Match, loss: Bound, known: Known, joint: Joint
) -> bool:
    shape = joint.network.edge(output.edge).shape
    transform = joint.one_hot(match)
    binary = loss.construct.target == "binary" and transform is None
    if binary and known.least > 2:
        joint.report.error(
            "loss-target-mismatch",
            f"{loss.construct.keyword} takes targets 0 and 1, but {match.columns[0]} has"
            f" {known.told(' classes')}",
            loss.span,
            suggestion=f"sparse_categorical_crossentropy, with {known.least} softmax"
            " units",
            notes=(joint.source_note(),),
        )
        return False
    total = known.entries
    if transform is not None:
        size = shape[-1] if shape else None
        if not _rows_fit(transform, match, known, size, joint):
            return False
        total = None if total is None else total * transform.construct.classes
    return _entries(output, match, total, shape, joint)


def _class_count(output: ModelOutput, match: Match, known: Known, joint: Joint) -> None:
    """Report that an output has units for too many or too few classes."""
    layer = joint.endings.of(output.edge).layer
    size = joint.network.edge(output.edge).shape[-1]
    span = joint.place(layer or output.edge)
    for name in ("units", "filters"):
        origin = joint.origins.table.get((layer or "", name))
        span = origin.span if origin else span
    field = match.columns[0]
    joint.report.error(
        "wrong-classes",
        f"the output has {size} classes, but {field} has {known.told()}",
        span,
        suggestion=str(known.least),
        notes=(joint.source_note(),),
    )


def _entries(
    output: ModelOutput,
    match: Match,
    known: int | None,
    shape: Shape,
    joint: Joint,
) -> bool:
    """Whether an example's target has as many numbers as the output asks for."""
    if known is None or entries(shape) in (None, known):
        return True
    wanted, classes = entries(shape), joint.known(match).least
    fix = f"sparse_categorical_crossentropy, as these are {classes} classes"
    held, rows = joint.described(match), joint.one_hot(match)
    if rows is not None:
        held = (
            f"{match.columns[0]} has {_numbers(known)} after {rows.construct.keyword}"
        )
    joint.report.error(
        "shape-mismatch",
        f"the target of this output is {shape_text(shape)}, {_numbers(wanted)}, but"
        f" {held}",
        joint.place(output.edge),
        expected=f"an output whose target has {_numbers(known)}",
        suggestion=fix if classes and rows is None else None,
        notes=(joint.source_note(),),
    )
    return False


def _numbers(count: int | None) -> str:
    return f"{count} number{'' if count == 1 else 's'}"
