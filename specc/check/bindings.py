"""The bindings of a program: what of the source each input and target is, and its type."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalog.layers import is_real
from ..ir import Binding, Edge
from .bind import Bound
from .joint import Joint, entries
from .matching import Match
from .network import shape_text
from .sizes import open_sizes
from .targets import bind_target

__all__ = ["bind_fields"]


def bind_fields(
    joint: Joint, losses: Mapping[str, Bound]
) -> tuple[Binding, ...] | None:
    """The bindings of a program, or None and problems.

    `losses` holds the loss of every output; they decide what targets are.
    """
    found: list[Binding | None] = []
    for item in joint.network.inputs:
        edge = joint.network.edge(item.name)
        found.append(_input(edge, joint.matches.inputs[item.name], joint))
    for output in joint.network.outputs:
        match = joint.matches.targets[output.name]
        found.append(bind_target(output, match, losses[output.name], joint))
    if joint.matches.sample_weight is not None:
        found.append(_weight(joint.matches.sample_weight, joint))
    complete = [binding for binding in found if binding is not None]
    return tuple(complete) if len(complete) == len(found) else None


def _input(edge: Edge, match: Match, joint: Joint) -> Binding | None:
    known = joint.known(match).entries
    if known not in (None, entries(edge.shape)) and not open_sizes([edge.shape]):
        joint.report.error(
            "shape-mismatch",
            f"the input {edge.name} is {shape_text(edge.shape)}, but"
            f" {joint.described(match)}",
            joint.place(edge.name),
            expected=f"a shape of {known} numbers in all",
            notes=(joint.source_note(),),
        )
        return None
    found = None if is_real(edge.dtype) else joint.measured(match)
    if found is not None:
        transform, name = found
        keyword = transform.construct.keyword
        joint.report.error(
            "wrong-type",
            f"{keyword} makes real numbers of {name}, and the input {edge.name} is"
            f" {edge.dtype}",
            transform.span,
            suggestion=f"leave {name} out of {keyword}, or declare the input as float32",
        )
        return None
    return Binding(
        name=match.name,
        role="input",
        columns=match.columns,
        through=match.through,
        dtype=edge.dtype,
        shape=edge.shape,
    )


def _weight(match: Match, joint: Joint) -> Binding | None:
    known = joint.known(match).entries
    if match.through or known not in (None, 1):
        message = "a sample weight is one number for each example"
        joint.report.error("shape-mismatch", message, match.span)
        return None
    return Binding(
        name=match.name,
        role="sample_weight",
        columns=match.columns,
        dtype="float32",
        shape=(),
    )
