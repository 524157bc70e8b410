"""The sections around an update: penalties, clipping, the learning rate, constraints."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.shared import only_phase
from specc.emit.source import Call, Collection, assign, call, literal, statement
from specc.ir import Weight

from .plan import TABLE, Plan
from .state import has_rates, update_of
from .text import function

__all__ = [
    "clip_sections",
    "constraint_sections",
    "has_penalties",
    "penalty_sections",
    "prepare_section",
]


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


def has_penalties(plan: Plan) -> bool:
    """Whether a weight that is trained has a penalty."""
    return bool(_penalty_calls(plan))


def penalty_sections(plan: Plan) -> Iterator[str]:
    """`penalty` and `add_penalty_gradients`, where weights have any."""
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


_WAYS = {
    "clipnorm": ("clip_each", "each gradient to a norm of at most"),
    "clipvalue": ("clip_entries", "each entry to an absolute value of at most"),
    "global_clipnorm": ("clip_together", "all gradients together to a norm of at most"),
}


def clip_sections(plan: Plan) -> Iterator[str]:
    """`clip_gradients`, where the optimizer clips."""
    training = plan.program.training
    assert training is not None, "a model alone is not trained"
    found = only_phase(training).optimizer.clipping()
    if found is None:
        return
    way, limit = found
    name, what = _WAYS[way]
    yield function(
        "clip_gradients",
        ["gradients: dict[str, Tensor]"],
        "tuple[dict[str, Tensor], Tensor]",
        f"Clip {what} {limit!r}, in place.\n\nReturn them, and the norm from before.",
        [
            assign("norm", call(name, "gradients.values()", literal(limit)), 4),
            "    return gradients, norm",
        ],
    )


def prepare_section(plan: Plan) -> str:
    """`prepare_update`."""
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


def constraint_sections(plan: Plan) -> Iterator[str]:
    """`apply_constraints`, where weights have any."""
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
