"""The section that computes the loss and the figures of a batch."""

from __future__ import annotations

from specc.emit.source import Call, Collection, assign, call, literal
from specc.ir import Objective

from .plan import TABLE, Plan
from .site import LossSite, MetricSite
from .text import LONG, function, sum_lines

__all__ = ["inputs_section", "loss_section"]


def inputs_section(plan: Plan) -> str:
    """`model_inputs`."""
    if plan.network.input_types:
        body: list[str] = [*_TYPED_INPUTS.strip("\n").split("\n")]
        return _model_inputs(body)
    body = [
        "    return [",
        "        torch.as_tensor(batch[name], dtype=state.dtype, device=state.device)",
        "        for name in INPUTS",
        "    ]",
    ]
    return _model_inputs(body)


_TYPED_INPUTS = """
    arrays = {name: in_type(batch[name], kind) for name, kind in INPUT_TYPES.items()}
    types = {name: getattr(torch, kind) for name, kind in INPUT_TYPES.items()}
    return [
        torch.as_tensor(
            arrays.get(name, batch[name]),
            dtype=types.get(name, state.dtype),
            device=state.device,
        )
        for name in INPUTS
    ]
"""


def _model_inputs(body: list[str]) -> str:
    parameters = ["state: State", "batch: Arrays"]
    about = "Return the model's inputs as tensors."
    return function("model_inputs", parameters, "list[Tensor]", about, body)


def _objectives(plan: Plan) -> tuple[Objective, ...]:
    training = plan.program.training
    assert training is not None, "a model alone has no loss"
    return training.objectives


def loss_section(plan: Plan) -> str:
    """`compute_loss`."""
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
    parameters = ["state: State", "batch: Arrays"]
    returns = "tuple[Tensor, dict[str, Tensor]]"
    return function("compute_loss", parameters, returns, about, body)


def _many(plan: Plan) -> bool:
    """Whether the model returns a dictionary of outputs."""
    return len(plan.network.outputs) > 1


def _single(plan: Plan, objective: Objective) -> list[str]:
    """The statements for the only loss."""
    weight = objective.loss.weight
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
    for number, objective in enumerate(_objectives(plan), start=1):
        key = f"figures[{_reported(objective, 'loss')}]"
        weight = objective.loss.weight
        body += ["", *_chosen(plan, objective), *_objective(plan, objective, key)]
        if len(objective.output) > LONG:
            body.append(f"    loss_{number} = {key}")
            key = f"loss_{number}"
        terms.append(key if weight == 1.0 else f"{weight!r} * {key}")
    return [*body, "", *sum_lines("loss", terms, 4), "    return loss, figures"]


def _reported(objective: Objective, what: str) -> str:
    """The key of a figure of an output, as an expression; see `_chosen`."""
    if len(objective.output) > LONG:
        return f'f"{{name}}_{what}"'
    return str(literal(f"{objective.output}_{what}"))


def _chosen(plan: Plan, objective: Objective) -> list[str]:
    """The statement that takes one of several outputs."""
    if not _many(plan):
        return []
    name = str(literal(objective.output))
    if len(objective.output) > LONG:
        return [f"    name = {name}", "    output = outputs[name]"]
    return [f"    output = outputs[{name}]"]


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
    edge = plan.network.ends[objective.output]
    shape = plan.network.edge(edge).shape
    weighted = plan.program.training and plan.program.training.sample_weight
    site = LossSite(
        output="output",
        target="target",
        logits=objective.logits or objective.loss.takes_logits(),
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
        edge = plan.network.ends[objective.output]
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
        key = _reported(objective, keyword)
        lines.append(assign(f"figures[{key}]", value, 8))
    return lines
