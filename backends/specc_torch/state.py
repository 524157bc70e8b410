"""The sections on the state: its class, and building a model and a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specc.emit.pieces import Known
from specc.emit.shared import (
    Section,
    only_phase,
    reused_argument,
    reused_parameter,
    stopping_field,
)
from specc.emit.source import Call, assign, call, statement

from .plan import TABLE, Plan
from .site import Update
from .text import function, section

__all__ = ["build_section", "has_rates", "init_section", "state_section", "update_of"]


def update_of(plan: Plan) -> Update | None:
    """How the program's update rule is written; None where nothing is trained."""
    if plan.program.training is None:
        return None
    optimizer = only_phase(plan.program.training).optimizer
    return TABLE.lowering(optimizer).write(optimizer)


def build_section(plan: Plan) -> str:
    """`build_model`."""
    name = plan.class_name
    drawn = ", ".join(["seed", *reused_argument(plan.network)])
    body = [
        assign("model", call(name), 4),
        "    model.to(device=device, dtype=getattr(torch, dtype))",
        f"    load_weights(model, initial_weights({drawn}))",
        "    return model",
    ]
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
        *reused_parameter(plan.network),
    ]
    about = "Return the model with its initial weights."
    return function("build_model", parameters, name, about, body)


def state_section(plan: Plan) -> str:
    """The class of the state."""
    lines = ["@dataclass", "class State:"]
    if plan.program.training is None:
        return "\n".join(
            [
                *lines,
                '    """A model, and what its masks depend on."""',
                "",
                f"    model: {plan.class_name}",
                "    dtype: torch.dtype",
                "    device: torch.device",
                "    seed: int",
                "    step: int = 0",
                "    steps_per_epoch: int = 1",
            ]
        )
    return "\n".join(
        [
            *lines,
            '    """All that training changes; `step` counts the updates made."""',
            "",
            f"    model: {plan.class_name}",
            "    optimizer: torch.optim.Optimizer",
            "    parameters: dict[str, nn.Parameter]  # what is trained, by canonical path",
            "    dtype: torch.dtype",
            "    device: torch.device",
            "    seed: int",
            "    step: int = 0",
            "    epoch: int = 0",
            "    steps_per_epoch: int = 1",
            stopping_field(plan.program),
        ]
    )


def init_section(plan: Plan) -> Iterator[Section]:
    """`init_state`, and what is known of the optimizer's options."""
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
        "steps_per_epoch: int = 1",
        *reused_parameter(plan.network),
    ]
    given = ["dtype", "device", "seed", *reused_argument(plan.network)]
    body = [assign("model", call("build_model", *given), 4)]
    update = update_of(plan)
    place = ["getattr(torch, dtype)", "torch.device(device)", "seed"]
    given = ["model", *place]
    about = "Return the model with what its masks depend on."
    if update is not None:
        body += [*_parameters(plan), *_optimizer(plan, update)]
        given = ["model", "optimizer", "parameters", *place]
        about = "Return the state before the first update."
    made = call("State", *given, steps_per_epoch="steps_per_epoch")
    body.append(statement(made, 4, "return "))
    text = function("init_state", parameters, "State", about, body)
    known = update.known if update is not None else Known()
    yield replace(section(text), known=known)


def _parameters(plan: Plan) -> list[str]:
    """The statements that gather what is trained."""
    if not plan.frozen and not any(node.submodule.buffers for node in plan.nodes):
        each = "path: model.get_parameter(at) for path, (at, _) in WEIGHTS.items()"
        return [f"    parameters = {{{each}}}"]
    lines = ["    weights = dict(model.named_parameters())"]
    if not plan.frozen:
        each = "path: weights[at] for path, (at, _) in WEIGHTS.items() if at in weights"
        return [*lines, "    parameters = {", f"        {each}", "    }"]
    return [
        *lines,
        "    for path in FROZEN:",
        "        weights[WEIGHTS[path][0]].requires_grad_(False)",
        "    parameters = {",
        "        path: weights[at]",
        "        for path, (at, _) in WEIGHTS.items()",
        "        if at in weights and path not in FROZEN",
        "    }",
    ]


def _optimizer(plan: Plan, update: Update) -> list[str]:
    """The statements that make the optimizer and begin its slots."""
    given = "parameters.values()"
    lines = [f"    # {line}" for line in update.why]
    if has_rates(plan) and not update.scales_gradients:
        given = "groups"
        lines += [
            "    groups = [",
            '        {"params": [weight], "rate": RATES.get(path, 1.0)}',
            "        for path, weight in parameters.items()",
            "    ]",
        ]
    create = update.create
    made = Call(create.function, (("", given), *create.arguments))
    lines.append(assign("optimizer", made, 4))
    if update.start:
        entries = [
            f'            "{key}": {value},' for key, value in update.start.items()
        ]
        lines += ["    for weight in parameters.values():"]
        flat = ", ".join(f'"{key}": {value}' for key, value in update.start.items())
        line = f"        optimizer.state[weight] = {{{flat}}}"
        if len(update.start) == 1:
            lines.append(line)
        else:
            lines += ["        optimizer.state[weight] = {", *entries, "        }"]
    return lines


def has_rates(plan: Plan) -> bool:
    """Whether a weight has a learning rate of its own."""
    return any(weight.rate != 1.0 for weight in plan.network.weights())
