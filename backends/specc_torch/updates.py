"""The sections around an update: penalties, clipping, the learning rate, constraints."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.shared import by_phase, rate_of_update
from specc.emit.source import Call, Collection, assign, call, literal, statement
from specc.ir import Phase, Weight

from .plan import TABLE, Plan
from .site import Update
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


def _penalty_calls(plan: Plan) -> list[tuple[str, Call, Call]]:
    """For each weight with a penalty its condition, the value, and the derivative."""
    return [
        (_condition(plan, weight, name), value, gradient)
        for weight, name, _ in _trained(plan)
        if weight.regularizer is not None
        for value, gradient in [
            TABLE.lowering(weight.regularizer).write(weight.regularizer, name)
        ]
    ]


def _condition(plan: Plan, weight: Weight, name: str) -> str:
    """What holds in the phases that train a weight; nothing where all do."""
    return f"{name}.requires_grad" if weight.path in plan.partly_frozen else ""


def _where(condition: str, value: Call, before: str = "") -> list[str]:
    """A statement, or one that is carried out where a condition holds."""
    if not condition:
        return [_within(value, 4, before)]
    return [f"    if {condition}:", _within(value, 8, before)]


def _within(value: Call, indent: int, before: str) -> str:
    """``before(value)``, or the value alone."""
    return statement(call(before, value) if before else value, indent)


def has_penalties(plan: Plan) -> bool:
    """Whether a weight that is trained has a penalty."""
    return bool(_penalty_calls(plan))


def penalty_sections(plan: Plan) -> Iterator[str]:
    """`penalty` and `add_penalty_gradients`, where weights have any."""
    calls = _penalty_calls(plan)
    if not calls:
        return
    values = [value for _, value, _ in calls]
    parameters = [f"model: {plan.class_name}"]
    about = "Return the penalties on weights, which count once a batch."
    body = [statement(values[0], 4, "return ")]
    if any(condition for condition, _, _ in calls):
        about = "Return the penalties on weights that the phase trains, once a batch."
        body = _penalties_by_phase(calls)
    elif len(values) > 1:
        terms = Collection("[]", (), tuple(values))
        body = [assign("terms", terms, 4), "    return torch.stack(terms).sum()"]
    yield function("penalty", parameters, "Tensor", about, body)
    about = "Add the derivatives of the penalties to the gradients of the loss."
    body = [
        line for condition, _, gradient in calls for line in _where(condition, gradient)
    ]
    yield function(
        "add_penalty_gradients", parameters, "None", about, body, "torch.no_grad()"
    )


def _penalties_by_phase(calls: list[tuple[str, Call, Call]]) -> list[str]:
    """The body of `penalty` where phases freeze weights that have one."""
    always = tuple(value for condition, value, _ in calls if not condition)
    body = ["    terms: list[Tensor] = []"]
    if always:
        body = [assign("terms", Collection("[]", (), always), 4)]
    for condition, value, _ in calls:
        if condition:
            body += _where(condition, value, "terms.append")
    if not always:
        weight = calls[0][0].removesuffix(".requires_grad")
        body += ["    if not terms:", f"        return {weight}.new_zeros(())"]
    return [*body, "    return torch.stack(terms).sum()"]


_WAYS = {
    "clipnorm": ("clip_each", "each gradient to a norm of at most"),
    "clipvalue": ("clip_entries", "each entry to an absolute value of at most"),
    "global_clipnorm": ("clip_together", "all gradients together to a norm of at most"),
}


def clip_sections(plan: Plan) -> Iterator[str]:
    """`clip_gradients`, where an optimizer clips."""
    training = plan.program.training
    assert training is not None, "a model alone is not trained"
    ways = [phase.optimizer.clipping() for phase in training.phases]
    if not any(ways):
        return
    about = "Clip as the optimizer of the phase does, in place."
    none = "" if all(ways) else ", 0 where it does not clip"
    if ways[0] is not None and not plan.phased:
        way, limit = ways[0]
        about = f"Clip {_WAYS[way][1]} {limit!r}, in place."

    def write(phase: Phase, indent: int) -> list[str]:
        found = phase.optimizer.clipping()
        if found is None:
            zero = "next(iter(gradients.values())).new_zeros(())"
            return [f"{' ' * indent}return gradients, {zero}"]
        way, limit = found
        clip = call(_WAYS[way][0], "gradients.values()", literal(limit))
        if plan.phased:
            return [statement(clip, indent, "return gradients, ")]
        return [assign("norm", clip, indent), "    return gradients, norm"]

    phase = ["phase: int"] if plan.phased else []
    yield function(
        "clip_gradients",
        ["gradients: dict[str, Tensor]", *phase],
        "tuple[dict[str, Tensor], Tensor]",
        f"{about}\n\nReturn them, and the norm from before{none}.",
        by_phase(training, write),
    )


def prepare_section(plan: Plan) -> str:
    """`prepare_update`."""
    training = plan.program.training
    assert training is not None, "a model alone is not trained"
    update = update_of(training.phases[0])
    rate = f"    rate = {rate_of_update(training)}"
    about = "Set the optimizer for the update that `step` others came before."
    body: list[str] = []
    if plan.phased:
        updates = [update_of(phase) for phase in training.phases]
        if any(any("step" in line for line in _step_lines(each)) for each in updates):
            body = ["    step -= state.phase_step  # of all updates those of the phase"]
    elif update.scales_gradients:
        about = "Multiply the gradients by the learning rate, which the velocity holds."

    def write(phase: Phase, indent: int) -> list[str]:
        pad = " " * (indent - 4)
        return [pad + line for line in _preparing(plan, update_of(phase))]

    return function(
        "prepare_update",
        ["state: State", "step: int"],
        "None",
        about,
        [rate, *body, *by_phase(training, write, "state.phase")],
    )


def _step_lines(update: Update) -> tuple[str, ...]:
    """The lines of an update that may depend on the number of those before."""
    return (*update.group, *update.slot_lines)


def _preparing(plan: Plan, update: Update) -> list[str]:
    """The statements that prepare an optimizer for an update at ``rate``."""
    rates = has_rates(plan)
    if update.scales_gradients and rates:
        body = [
            "    for path, weight in state.parameters.items():",
            "        weight.grad.mul_(rate * RATES.get(path, 1.0))",
        ]
    elif update.scales_gradients:
        body = [
            "    for weight in state.parameters.values():",
            "        weight.grad.mul_(rate)",
        ]
    else:
        body = [
            "    for group in state.optimizer.param_groups:",
            '        group["lr"] = rate' + (' * group["rate"]' if rates else ""),
            *(f"        {line}" for line in update.group),
        ]
    if update.slot_lines:
        body.append("    for slots in state.optimizer.state.values():")
        body += [f"        {line}" for line in update.slot_lines]
    return body


def _constraint_calls(plan: Plan) -> list[tuple[str, Call]]:
    return [
        (
            _condition(plan, weight, name),
            TABLE.lowering(weight.constraint).write(weight.constraint, name, axes),
        )
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
            [line for condition, value in calls for line in _where(condition, value)],
            "torch.no_grad()",
        )
