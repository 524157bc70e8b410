"""The sections that compute: masks, loss, gradients, update, evaluation, prediction."""

from __future__ import annotations

from collections.abc import Iterator

from specc.catalog.types import Dim
from specc.emit.source import Collection, assign, call, literal

from .plan import Node, Plan
from .text import function
from .updates import (
    clip_sections,
    constraint_sections,
    has_penalties,
    prepare_section,
)

__all__ = ["mask_sections", "predict_section", "training_sections"]

_BATCH = "batch: Arrays"
_FIGURES = "Figures"


def mask_sections(plan: Plan) -> Iterator[str]:
    """`draw_masks`, where layers take masks."""
    body: list[str] = []
    for node in plan.nodes:
        for slot, rate in node.submodule.masks.items():
            body += _mask(plan, node, slot, rate)
    if not body:
        return
    parameters = ["state: State", _BATCH, "step: int"]
    about = "Give each dropout layer its mask of a training step, drawn on the host."
    head = ["    model, rows = state.model, len(batch[INPUTS[0]])"]
    yield function("draw_masks", parameters, "None", about, [*head, *body])


def _mask(plan: Plan, node: Node, slot: str, rate: float) -> list[str]:
    shape = (*node.site.steps, *node.site.shapes[0])
    number = sum(
        other.layer.name == node.layer.name
        for other in plan.nodes[: plan.nodes.index(node)]
    )
    sizes = (_size(plan, size) for size in shape)
    value = call(
        "draw_keep",
        "state.seed",
        literal(f"{node.layer.name}/{slot}"),
        Collection("()", (), ("rows", *sizes)),
        literal(rate),
        "step",
        "state.device",
        **({"call": literal(number)} if number else {}),
    )
    target = f"model.{node.module}.{slot}"
    then = f".flatten(0, {len(node.site.steps)})" if node.site.steps else ""
    if node.site.layout == "first":
        then += ".permute(0, 3, 1, 2)"
    if not then:
        return [assign(target, value, 4)]
    return [assign("keep", value, 4), f"    {target} = keep{then}"]


def _size(plan: Plan, size: Dim) -> str:
    """A size of a batch; one that is known only at run time is that of an input."""
    if isinstance(size, int):
        return str(size)
    name, axis = plan.network.sizes[size]
    return f"batch[{literal(name)}].shape[{axis + 1}]"


def training_sections(plan: Plan) -> Iterator[str]:
    """Everything that a training step and an evaluation step consist of."""
    yield from _gradients(plan)
    yield from clip_sections(plan)
    yield prepare_section(plan)
    yield from constraint_sections(plan)
    yield _train_step(plan)
    yield _evaluate_step(plan)


def _gradients(plan: Plan) -> Iterator[str]:
    """`gradients`; where they are clipped the figures stay tensors up to the norm."""
    masks = any(node.submodule.masks for node in plan.nodes)
    penalties = has_penalties(plan)
    body = ["    state.model.train()"]
    if masks:
        body.append("    draw_masks(state, batch, step)")
    body += [
        "    state.optimizer.zero_grad()",
        "    loss, metrics = compute_loss(state, batch)",
        "    loss.backward()",
    ]
    if set(plan.unreached) - set(plan.frozen):
        body += [
            "    for weight in state.parameters.values():",
            "        if weight.grad is None:  # no loss depends on it",
            "            weight.grad = torch.zeros_like(weight)",
        ]
    if penalties:
        body.append("    add_penalty_gradients(state.model)")
    body.append(
        "    grads = {path: weight.grad for path, weight in state.parameters.items()}"
    )
    if penalties:
        body += [
            "    with torch.no_grad():",
            "        loss = loss + penalty(state.model)",
        ]
    about = "Return the gradients by canonical path, and the figures of the batch."
    more = "\n\nThe model runs in training mode, so running statistics move."
    parameters = ["state: State", _BATCH, "step: int"]
    returns = f"tuple[dict[str, Tensor], {_FIGURES}]"
    figures = '{"loss": loss, **metrics}'
    if not any(clip_sections(plan)):
        body.append(f"    return grads, to_floats({figures})")
        yield function("gradients", parameters, returns, about + more, body)
        return
    body.append(f"    return grads, {figures}")
    tensors = "tuple[dict[str, Tensor], dict[str, Tensor]]"
    name = "compute_gradients"
    yield function(name, parameters, tensors, about[:-1] + " as tensors." + more, body)
    body = [
        "    grads, figures = compute_gradients(state, batch, step)",
        "    return grads, to_floats(figures)",
    ]
    yield function("gradients", parameters, returns, about, body)


def _train_step(plan: Plan) -> str:
    clips = any(clip_sections(plan))
    given = "grads, state.phase" if plan.phased else "grads"
    body = ["    _, figures = gradients(state, batch, step)"]
    if clips:
        body = [
            "    grads, figures = compute_gradients(state, batch, step)",
            f'    _, figures["gradient_norm"] = clip_gradients({given})',
        ]
    body += ["    prepare_update(state, step)", "    state.optimizer.step()"]
    if any(constraint_sections(plan)):
        body.append("    apply_constraints(state.model)")
    body.append(f"    return state, {'to_floats(figures)' if clips else 'figures'}")
    about = (
        "Make one update, in place; return the state and the figures of the batch.\n\n"
        "`step` counts the updates made before; it is not advanced in the state."
    )
    parameters = ["state: State", _BATCH, "step: int"]
    returns = f"tuple[State, {_FIGURES}]"
    return function("train_step", parameters, returns, about, body)


def _evaluate_step(plan: Plan) -> str:
    body = [
        "    state.model.eval()",
        "    loss, metrics = compute_loss(state, batch)",
    ]
    end = "loss + penalty(state.model)" if has_penalties(plan) else "loss"
    body.append(f'    return to_floats({{"loss": {end}, **metrics}})')
    about = "Return the figures of a batch in inference mode, penalties included."
    parameters = ["state: State", _BATCH]
    return function(
        "evaluate_step", parameters, _FIGURES, about, body, "torch.no_grad()"
    )


def predict_section(plan: Plan) -> str:
    """`predict`."""
    body = ["    state.model.eval()"]
    result = "state.model(*model_inputs(state, batch))"
    outputs = plan.network.outputs
    if len(outputs) == 1:
        key = literal(outputs[0].name)
        body += [
            f"    output = {result}",
            f"    return {{{key}: output.contiguous().cpu().numpy()}}",
        ]
    else:
        body += [
            f"    outputs = {result}",
            "    return {name: output.contiguous().cpu().numpy()"
            " for name, output in outputs.items()}",
        ]
    about = "Return the model's outputs for a batch, by name, in inference mode."
    parameters = ["state: State", _BATCH]
    returns = "Arrays"
    return function(
        "predict", parameters, returns, about, body, "torch.inference_mode()"
    )
