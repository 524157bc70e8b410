"""The sections on the state: its class, and building a model and a state."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.shared import only_phase, stopping_field
from specc.emit.source import Call, assign, call

from .plan import TABLE, Plan
from .site import Update
from .text import function

__all__ = ["has_rates", "init_sections", "state_section", "update_of"]


def update_of(plan: Plan) -> Update | None:
    """How the program's update rule is written; None where nothing is trained."""
    if plan.program.training is None:
        return None
    optimizer = only_phase(plan.program.training).optimizer
    return TABLE.lowering(optimizer).write(optimizer)


def init_sections(plan: Plan) -> Iterator[str]:
    """`build_model` and `init_state`."""
    yield _build_model(plan)
    yield _init_state(plan)


def _build_model(plan: Plan) -> str:
    name = plan.class_name
    body = [
        assign("model", call(name), 4),
        "    model.to(device=device, dtype=getattr(torch, dtype))",
        "    load_weights(model, initial_weights(seed))",
        "    return model",
    ]
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
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


def _init_state(plan: Plan) -> str:
    parameters = [
        "dtype: str = PRECISION",
        'device: str = "cpu"',
        "seed: int = SEED",
        "steps_per_epoch: int = 1",
    ]
    made = "    model = build_model(dtype, device, seed)"
    types = ["dtype=getattr(torch, dtype)", "device=torch.device(device)", "seed=seed"]
    update = update_of(plan)
    if update is None:
        fields = ["model=model", *types, "steps_per_epoch=steps_per_epoch"]
        body = [made, *_returned(fields)]
        about = "Return the model with what its masks depend on."
        return function("init_state", parameters, "State", about, body)
    fields = [
        "model=model",
        "optimizer=optimizer",
        "parameters=parameters",
        *types,
        "steps_per_epoch=steps_per_epoch",
    ]
    body = [
        made,
        *_parameters(plan),
        *_optimizer(plan, update),
        *_returned(fields),
    ]
    about = "Return the state before the first update."
    return function("init_state", parameters, "State", about, body)


def _returned(fields: list[str]) -> list[str]:
    return ["    return State(", *(f"        {item}," for item in fields), "    )"]


def _parameters(plan: Plan) -> list[str]:
    """The statements that gather what is trained."""
    if not plan.frozen:
        return [
            "    parameters = {",
            "        path: model.get_parameter(name) for path, (name, _) in WEIGHTS.items()",
            "    }",
        ]
    return [
        "    parameters: dict[str, nn.Parameter] = {}",
        "    for path, (name, _) in WEIGHTS.items():",
        "        weight = model.get_parameter(name).requires_grad_(path not in FROZEN)",
        "        if weight.requires_grad:",
        "            parameters[path] = weight",
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
