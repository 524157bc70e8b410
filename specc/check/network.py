"""From the outline of a model to a network: order, use of every flow, shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..catalog.layers import is_real
from ..catalog.types import DType, Shape
from ..diagnostics.model import Note
from ..ir import Edge, Network
from .graph import Misfit, NetworkBuilder, Step
from .inputs import DeclaredInput
from .order import in_order
from .report import Report
from .reuse import reused_arrays
from .scope import Outline, PendingCall, Wanted
from .sizes import fits, size_notes
from .values import LARGEST

__all__ = ["assemble", "shape_text", "type_text"]


def shape_text(shape: Shape) -> str:
    """``[28, 28]``."""
    return f"[{', '.join(str(dim) for dim in shape)}]"


def type_text(edge: Edge) -> str:
    """``[28, 28]``, or ``int32[28, 28]`` where it does not hold real numbers."""
    return f"{'' if is_real(edge.dtype) else edge.dtype}{shape_text(edge.shape)}"


def assemble(
    name: str,
    inputs: Iterable[DeclaredInput],
    outline: Outline,
    report: Report,
) -> Network | None:
    """The network of a model, or None and problems."""
    declared = {item.name: item for item in inputs}
    order = _ordered(outline, report)
    if order is None:
        return None
    targets = _resolve(outline, order)
    outputs = {
        key: targets.get(reference.name, reference.name)
        for key, reference in outline.outputs.items()
    }
    complete = not outline.faulty
    if complete:
        complete = _all_used(declared, outline, targets, outputs, report)
    calls = [outline.calls[key] for key in order if key in outline.calls]
    builder = _infer(declared, calls, targets, outline.wanted, report)
    if builder is None or not complete:
        return None
    return reused_arrays(outline.parts, builder.network(name, outputs), report)


def _ordered(outline: Outline, report: Report) -> list[str] | None:
    needs: dict[str, list[str]] = {
        name: [reference.name for reference in call.inputs]
        for name, call in outline.calls.items()
    }
    needs.update((name, [ref.name]) for name, ref in outline.aliases.items())
    order, cycle = in_order(needs)
    if not cycle:
        return order
    place = outline.calls.get(cycle[0]) or outline.aliases[cycle[0]]
    if len(cycle) == 1:
        message = f"{cycle[0]} flows into itself"
    else:
        message = f"flows go in a circle: {' -> '.join((*reversed(cycle), cycle[-1]))}"
    expected = "flows that begin at the inputs"
    report.error("cycle", message, place.span, expected=expected)
    return None


def _resolve(outline: Outline, order: list[str]) -> dict[str, str]:
    """For each second name of an edge, its first one."""
    targets: dict[str, str] = {}
    for name in order:
        if name in outline.aliases:
            meant = outline.aliases[name].name
            targets[name] = targets.get(meant, meant)
    return targets


def _all_used(
    declared: Mapping[str, DeclaredInput],
    outline: Outline,
    targets: Mapping[str, str],
    outputs: Mapping[str, str],
    report: Report,
) -> bool:
    """Whether every input and flow reaches an output; what does not is reported."""
    reached: set[str] = set()
    todo = list(outputs.values())
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        if name in outline.calls:
            todo += [targets.get(r.name, r.name) for r in outline.calls[name].inputs]
    taken = {
        targets.get(reference.name, reference.name)
        for call in outline.calls.values()
        for reference in call.inputs
    }
    for item in declared.values():
        if item.name not in reached and item.name not in taken:
            message = f"the input {item.name} is not used"
            report.error("unused-input", message, item.span)
    second = {targets.get(name, name): name for name in outline.aliases}
    for call in outline.calls.values():
        if call.name not in reached and call.name not in taken:
            report.error(
                "unused-flow",
                f"nothing uses {second.get(call.name, call.name)}",
                call.named or call.span,
                expected="every flow leads to an output",
                notes=call.uses,
                suggestion=_as_output(call),
            )
    return len(reached) == len(declared) + len(outline.calls)


def _as_output(call: PendingCall) -> str | None:
    """How a flow of the model itself becomes an output; blocks have none."""
    return None if call.uses else f"output {call.name} = … makes it one"


def _infer(
    declared: Mapping[str, DeclaredInput],
    calls: Iterable[PendingCall],
    targets: Mapping[str, str],
    wanted: Iterable[Wanted],
    report: Report,
) -> NetworkBuilder | None:
    """Shapes along the calls; what follows a wrong call is not looked at."""
    builder = NetworkBuilder()
    complete = True
    for item in declared.values():
        if item.shape is None:
            complete = False
        else:
            builder.take(item.name, item.shape, item.dtype)
    made = {call.name: call for call in calls}
    strange: dict[str, list[Wanted]] = {}
    for item in wanted:
        edge_name = targets.get(item.flow.name, item.flow.name)
        strange.setdefault(edge_name, []).append(item)
    for call in calls:
        inputs = tuple(targets.get(ref.name, ref.name) for ref in call.inputs)
        known = all(
            name in builder.edges
            and not _refused(builder.edges[name].shape, call, strange.get(name, ()))
            for name in inputs
        )
        if (
            call.layer is None
            or not known
            or not _place(builder, call, inputs, declared.values(), made, report)
        ):
            complete = False
    for item in wanted:
        edge = builder.edges.get(targets.get(item.flow.name, item.flow.name))
        if edge is not None and is_real(edge.dtype) != is_real(item.input.dtype):
            _of_another_type(item, edge.dtype, report)
            complete = False
        elif edge is not None and not item.takes(edge.shape):
            _unwanted(item, edge.shape[item.over_time :], report)
            complete = False
    return builder if complete else None


def _with_sequences(call: PendingCall | None) -> str | None:
    """How what follows a recurrent layer gets all of its states, where it gives the last."""
    layer = call.layer if call is not None else None
    if layer is None or getattr(layer, "return_sequences", True):
        return None
    return f"return_sequences = true in the {layer.keyword} before it"


def _refused(shape: Shape, call: PendingCall, wanted: Iterable[Wanted]) -> bool:
    """Whether a call is in a nested model that takes another shape, which is reported."""
    places = {note.span for note in call.uses}
    return any(item.flow.span in places and not item.takes(shape) for item in wanted)


def _of_another_type(item: Wanted, dtype: DType, report: Report) -> None:
    """Report a flow into a nested model whose input holds something else."""
    name, wanted = item.input.name, item.input.dtype
    report.error(
        "shape-mismatch",
        f"{item.model} takes {wanted}, and what flows into it is {dtype}",
        item.flow.span,
        notes=(
            Note(f"{name} of {item.model} is {wanted}", item.input.span),
            *item.uses,
        ),
    )


def _unwanted(item: Wanted, shape: Shape, report: Report) -> None:
    """Report a flow into a nested model whose input has another shape."""
    declared = item.input.shape or ()
    needs = shape_text(declared)
    name = item.input.name
    if fits(declared, shape, {}):
        known = (n for n in dict.fromkeys(declared) if n in item.bound)
        needs += f", where {', '.join(f'{n} is {item.bound[str(n)]}' for n in known)}"
    report.error(
        "shape-mismatch",
        f"{item.model} takes {needs}, and what flows into it is {shape_text(shape)}"
        f"{' at each step' if item.over_time else ''}",
        item.flow.span,
        notes=(Note(f"{name} of {item.model} is {needs}", item.input.span), *item.uses),
    )


def _place(
    builder: NetworkBuilder,
    call: PendingCall,
    inputs: tuple[str, ...],
    declared: Iterable[DeclaredInput],
    made: Mapping[str, PendingCall],
    report: Report,
) -> bool:
    assert call.layer is not None
    keyword = call.layer.keyword
    if call.layer.takes == "many" and len(inputs) < 2:
        message = f"{keyword} joins two flows or more, and here is one"
        report.error("missing-source", message, call.span)
        return False
    try:
        builder.place(Step(call.name, call.layer, inputs, call.owner, call.over_time))
    except Misfit as misfit:
        notes = tuple(
            Note(
                f"{reference.name} is {type_text(builder.edges[name])}", reference.span
            )
            for reference, name in zip(call.inputs, inputs, strict=True)
        )
        report.error(
            "shape-mismatch",
            str(misfit),
            call.span,
            notes=(*notes, *size_notes(misfit.shapes, declared), *call.uses),
            suggestion=call.hint or _with_sequences(made.get(inputs[0])),
        )
        return False
    shape = builder.edges[call.name].shape
    largest = max((size for size in shape if isinstance(size, int)), default=0)
    if largest > LARGEST:
        message = f"the output of {keyword} is too large"
        report.error("number-too-large", message, call.span)
        del builder.edges[call.name]
    return largest <= LARGEST
