"""The sections that compute: masks, loss, gradients, update, evaluation, prediction."""

from __future__ import annotations

from collections.abc import Iterator

from specc.catalog.construct import Construct
from specc.catalog.optimizers import ClippedOptimizer
from specc.emit.shared import only_phase
from specc.emit.source import Call, Collection, assign, call, literal, statement
from specc.ir import Objective, Weight

from .plan import TABLE, Node, Plan
from .site import LossSite, MetricSite
from .state import has_rates, update_of
from .text import function, sum_lines

__all__ = ["input_sections", "predict_section", "training_sections"]

_BATCH = "batch: dict[str, np.ndarray]"
_FIGURES = "dict[str, float]"


def _model_inputs() -> str:
    body = [
        "    return [",
        "        torch.as_tensor(batch[name], dtype=state.dtype, device=state.device)",
        "        for name in INPUTS",
        "    ]",
    ]
    parameters = ["state: State", "batch: dict[str, np.ndarray]"]
    about = "Return the model's inputs as tensors."
    return function("model_inputs", parameters, "list[Tensor]", about, body)


def input_sections(plan: Plan) -> Iterator[str]:
    """`model_inputs`, and `draw_masks` where layers take masks."""
    yield _model_inputs()
    body: list[str] = []
    for node in plan.nodes:
        for slot, rate in node.submodule.masks.items():
            body += _mask(plan, node, slot, rate)
    if not body:
        return
    parameters = ["state: State", "rows: int", "step: int"]
    about = "Give each dropout layer its mask of a training step, drawn on the host."
    yield function(
        "draw_masks", parameters, "None", about, ["    model = state.model", *body]
    )


def _mask(plan: Plan, node: Node, slot: str, rate: float) -> list[str]:
    shape = node.site.shapes[0]
    number = sum(
        other.layer.name == node.layer.name
        for other in plan.nodes[: plan.nodes.index(node)]
    )
    sizes = ", ".join(["rows", *map(str, shape)])
    value = call(
        "draw_keep",
        "state.seed",
        literal(f"{node.layer.name}/{slot}"),
        f"({sizes})" if shape else "(rows,)",
        literal(rate),
        "step",
        "state.device",
        **({"call": literal(number)} if number else {}),
    )
    target = f"model.{node.module}.{slot}"
    if node.site.layout == "last":
        return [assign(target, value, 4)]
    return [assign("keep", value, 4), f"    {target} = keep.permute(0, 3, 1, 2)"]


def training_sections(plan: Plan) -> Iterator[str]:
    """Everything that a training step and an evaluation step consist of."""
    yield _compute_loss(plan)
    yield from _penalties(plan)
    yield _gradients(plan)
    yield from _clip(plan)
    yield _prepare(plan)
    yield from _constraints(plan)
    yield _train_step(plan)
    yield _evaluate_step(plan)


def _objectives(plan: Plan) -> tuple[Objective, ...]:
    training = plan.program.training
    assert training is not None, "a model alone has no loss"
    return training.objectives


def _compute_loss(plan: Plan) -> str:
    objectives = _objectives(plan)
    method = "state.model.logits" if plan.fused_outputs else "state.model"
    value = f"{method}(*model_inputs(state, batch))"
    body = [assign("outputs" if _many(plan) else "output", value, 4)]
    training = plan.program.training
    if training is not None and training.sample_weight is not None:
        value = call(
            "torch.as_tensor",
            "batch[SAMPLE_WEIGHT]",
            dtype="state.dtype",
            device="state.device",
        )
        body.append(assign("weights", value, 4))
    several = len(objectives) > 1
    body += _several(plan) if several else _single(plan, *objectives)
    about = "Return the loss, without penalties on weights, and what else is reported."
    parameters = ["state: State", _BATCH]
    returns = "tuple[Tensor, dict[str, Tensor]]"
    return function("compute_loss", parameters, returns, about, body)


def _many(plan: Plan) -> bool:
    """Whether the model returns a dictionary of outputs."""
    return len(plan.network.outputs) > 1


def _single(plan: Plan, objective: Objective) -> list[str]:
    """The statements for the only loss."""
    weight = _weight(objective.loss)
    return [
        *_chosen(plan, objective),
        *_objective(plan, objective, "loss"),
        *([f"    loss = {weight!r} * loss"] if weight != 1.0 else []),
        f"    return loss, {'metrics' if objective.metrics else '{}'}",
    ]


def _several(plan: Plan) -> list[str]:
    """The statements for several losses."""
    body = ["    figures: dict[str, Tensor] = {}"]
    terms: list[str] = []
    for objective in _objectives(plan):
        key = f"figures[{literal(objective.output + '_loss')}]"
        weight = _weight(objective.loss)
        terms.append(key if weight == 1.0 else f"{weight!r} * {key}")
        body += ["", *_chosen(plan, objective), *_objective(plan, objective, key)]
    return [*body, "", *sum_lines("loss", terms, 4), "    return loss, figures"]


def _chosen(plan: Plan, objective: Objective) -> list[str]:
    """The statement that takes one of several outputs."""
    if not _many(plan):
        return []
    return [f"    output = outputs[{literal(objective.output)}]"]


def _weight(loss: Construct) -> float:
    """The factor of a loss in the sum."""
    return float(getattr(loss, "weight", 1.0))


def _objective(plan: Plan, objective: Objective, name: str) -> list[str]:
    """The statements that compute the loss and the metrics of one output."""
    classes = objective.loss.target == "classes"
    target = call(
        "torch.as_tensor",
        f"batch[{literal(objective.target)}]",
        dtype="torch.int64" if classes else "state.dtype",
        device="state.device",
    )
    shape = "output.shape[:-1]" if classes else "output.shape"
    return [
        assign("target", target, 4),
        f"    target = target.reshape({shape})",
        assign(name, _loss(plan, objective), 4),
        *_metrics(plan, objective),
    ]


def _loss(plan: Plan, objective: Objective) -> Call:
    (edge,) = (o.edge for o in plan.network.outputs if o.name == objective.output)
    shape = plan.network.edge(edge).shape
    weighted = plan.program.training and plan.program.training.sample_weight
    site = LossSite(
        output="output",
        target="target",
        logits=objective.logits or getattr(objective.loss, "from_logits", False),
        rank=len(shape),
        classes=shape[-1] if shape else 1,
        reduction="none" if weighted else "mean",
    )
    value = TABLE.lowering(objective.loss).write(objective.loss, site)
    return call("weighted_mean", value, "weights") if weighted else value


def _metrics(plan: Plan, objective: Objective) -> list[str]:
    if not objective.metrics:
        return []
    lines = ["    with torch.no_grad():"]
    prediction = "output"
    if objective.logits:
        prediction = "prediction"
        (edge,) = (o.edge for o in plan.network.outputs if o.name == objective.output)
        (node,) = (node for node in plan.nodes if node.call.name == edge)
        value = call(f"state.model.{node.activation}", "output")
        lines.append(assign(prediction, value, 8))
    site = MetricSite(prediction, "target", objective.loss)
    values = {
        metric.keyword: TABLE.lowering(metric).write(metric, site)
        for metric in objective.metrics
    }
    if len(_objectives(plan)) == 1:
        keys = tuple(f"{literal(keyword)}: " for keyword in values)
        display = Collection("{}", keys, tuple(values.values()))
        return [*lines, assign("metrics", display, 8)]
    for keyword, value in values.items():
        key = literal(f"{objective.output}_{keyword}")
        lines.append(assign(f"figures[{key}]", value, 8))
    return lines


def _trained(plan: Plan) -> Iterator[tuple[Weight, str, tuple[int, ...]]]:
    """The weights that are trained, the expression for each, and its canonical axes."""
    for weight in plan.network.weights():
        if weight.path not in plan.frozen:
            name, axes = plan.parameter(weight.path)
            yield weight, f"model.{name}", axes


def _penalty_calls(plan: Plan) -> list[tuple[Call, Call]]:
    return [
        TABLE.lowering(weight.regularizer).write(weight.regularizer, name)
        for weight, name, _ in _trained(plan)
        if weight.regularizer is not None
    ]


def _penalties(plan: Plan) -> Iterator[str]:
    calls = _penalty_calls(plan)
    if not calls:
        return
    values = [value for value, _ in calls]
    parameters = [f"model: {plan.class_name}"]
    about = "Return the penalties on weights, which count once a batch."
    body = [statement(values[0], 4, "return ")]
    if len(values) > 1:
        terms = Collection("[]", (), tuple(values))
        body = [assign("terms", terms, 4), "    return torch.stack(terms).sum()"]
    yield function("penalty", parameters, "Tensor", about, body)
    about = "Add the derivatives of the penalties to the gradients of the loss."
    body = [statement(gradient, 4) for _, gradient in calls]
    yield function(
        "add_penalty_gradients", parameters, "None", about, body, "torch.no_grad()"
    )


def _gradients(plan: Plan) -> str:
    masks = any(node.submodule.masks for node in plan.nodes)
    penalties = bool(_penalty_calls(plan))
    body = ["    state.model.train()"]
    if masks:
        body.append("    draw_masks(state, len(batch[INPUTS[0]]), step)")
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
    body += [
        "    grads = {path: weight.grad for path, weight in state.parameters.items()}",
        *_figures(penalties, "return grads, "),
    ]
    about = (
        "Return the gradients by canonical path, and the figures of the batch.\n\n"
        "The model runs in training mode, so running statistics move."
    )
    parameters = ["state: State", _BATCH, "step: int"]
    returns = f"tuple[dict[str, Tensor], {_FIGURES}]"
    return function("gradients", parameters, returns, about, body)


def _figures(penalties: bool, before: str) -> list[str]:
    """The statements that end with the figures as numbers."""
    if not penalties:
        return [f'    {before}to_floats({{"loss": loss, **metrics}})']
    return [
        "    with torch.no_grad():",
        "        loss = loss + penalty(state.model)",
        f'    {before}to_floats({{"loss": loss, **metrics}})',
    ]


def _rule(plan: Plan) -> ClippedOptimizer:
    training = plan.program.training
    assert training is not None, "a model alone is not trained"
    optimizer = only_phase(training).optimizer
    assert isinstance(optimizer, ClippedOptimizer), "all optimizers may clip"
    return optimizer


def _clip(plan: Plan) -> Iterator[str]:
    """`clip_gradients`, where the optimizer clips."""
    optimizer = _rule(plan)
    ways = {
        "clip_each": (optimizer.clipnorm, "each gradient to a norm of at most"),
        "clip_entries": (
            optimizer.clipvalue,
            "each entry to an absolute value of at most",
        ),
        "clip_together": (
            optimizer.global_clipnorm,
            "all gradients together to a norm of at most",
        ),
    }
    for name, (limit, what) in ways.items():
        if limit is not None:
            yield function(
                "clip_gradients",
                ["gradients: dict[str, Tensor]"],
                "dict[str, Tensor]",
                f"Clip {what} {limit!r}, in place.",
                [
                    statement(call(name, "gradients.values()", literal(limit)), 4),
                    "    return gradients",
                ],
            )


def _prepare(plan: Plan) -> str:
    update = update_of(plan)
    assert update is not None, "a model alone is not trained"
    rates = has_rates(plan)
    body = ["    rate = learning_rate(step, state.steps_per_epoch)"]
    about = "Set the optimizer for the update that `step` others came before."
    if update.scales_gradients:
        about = "Multiply the gradients by the learning rate, which the velocity holds."
        if rates:
            body += [
                "    for path, weight in state.parameters.items():",
                "        weight.grad.mul_(rate * RATES.get(path, 1.0))",
            ]
        else:
            body += [
                "    for weight in state.parameters.values():",
                "        weight.grad.mul_(rate)",
            ]
    else:
        body += [
            "    for group in state.optimizer.param_groups:",
            '        group["lr"] = rate' + (' * group["rate"]' if rates else ""),
            *(f"        {line}" for line in update.group),
        ]
    if update.slot_lines:
        body.append("    for slots in state.optimizer.state.values():")
        body += [f"        {line}" for line in update.slot_lines]
    return function(
        "prepare_update", ["state: State", "step: int"], "None", about, body
    )


def _constraint_calls(plan: Plan) -> list[Call]:
    return [
        TABLE.lowering(weight.constraint).write(weight.constraint, name, axes)
        for weight, name, axes in _trained(plan)
        if weight.constraint is not None
    ]


def _constraints(plan: Plan) -> Iterator[str]:
    calls = _constraint_calls(plan)
    if calls:
        yield function(
            "apply_constraints",
            [f"model: {plan.class_name}"],
            "None",
            "Project the weights that have a constraint, in place.",
            [statement(value, 4) for value in calls],
            "torch.no_grad()",
        )


def _train_step(plan: Plan) -> str:
    clips = any(_clip(plan))
    body = ["    grads, figures = gradients(state, batch, step)"]
    if clips:
        body.append("    clip_gradients(grads)")
    body += ["    prepare_update(state, step)", "    state.optimizer.step()"]
    if _constraint_calls(plan):
        body.append("    apply_constraints(state.model)")
    body.append("    return state, figures")
    if not clips:
        body[0] = "    _, figures = gradients(state, batch, step)"
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
    end = "loss + penalty(state.model)" if _penalty_calls(plan) else "loss"
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
    returns = "dict[str, np.ndarray]"
    return function(
        "predict", parameters, returns, about, body, "torch.inference_mode()"
    )
