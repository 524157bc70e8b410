"""The sections on the state: tables of weights, building, saving and loading."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.shared import only_phase, stopping_field
from specc.emit.source import Call, assign, call, entry, literal, statement

from .plan import TABLE, Plan
from .site import Update
from .text import function

__all__ = [
    "ARRAY_PIECES",
    "array_sections",
    "state_section",
    "table_sections",
    "update_of",
]


#: The runtime pieces that `array_sections` use.
ARRAY_PIECES = frozenset({"check_arrays", "fill", "to_array"})


def update_of(plan: Plan) -> Update | None:
    """How the program's update rule is written; None where nothing is trained."""
    if plan.program.training is None:
        return None
    optimizer = only_phase(plan.program.training).optimizer
    return TABLE.lowering(optimizer).write(optimizer)


def table_sections(plan: Plan) -> Iterator[str]:
    """The tables that lead from canonical paths to the model's tensors."""
    network = plan.network
    weights = [
        entry(weight.path, literal(plan.parameter(weight.path)), 4)
        for weight in network.weights()
    ]
    yield "\n".join(
        [
            "# Where each weight is, and the order of that tensor's axes which is the canonical",
            "# one: (in, out) for dense kernels, (height, width, in, out) for convolutions.",
            *_table("WEIGHTS: dict[str, tuple[str, tuple[int, ...]]]", weights),
        ]
    )
    buffers = [
        entry(f"{node.layer.name}/{slot}", literal(f"{node.module}.{attribute}"), 4)
        for node in plan.modules.values()
        for slot, attribute in node.submodule.buffers.items()
    ]
    if buffers:
        yield "\n".join(_table("BUFFERS: dict[str, str]", buffers))
    if plan.frozen:
        yield "\n".join(
            ["# Weights that are not trained.", assign("FROZEN", literal(plan.frozen))]
        )
    rates = [
        entry(weight.path, literal(weight.rate), 4)
        for weight in network.weights()
        if weight.rate != 1.0
    ]
    if rates:
        note = "# What the learning rate is multiplied by for a weight, if not by 1."
        yield "\n".join([note, *_table("RATES: dict[str, float]", rates)])


def _table(name: str, entries: list[str]) -> list[str]:
    return [f"{name} = {{", *entries, "}"] if entries else [f"{name} = {{}}"]


def has_buffers(plan: Plan) -> bool:
    """Whether the model has running statistics."""
    return any(node.submodule.buffers for node in plan.nodes)


def array_sections(plan: Plan) -> Iterator[str]:
    """Building a model and a state, and moving their arrays in and out."""
    yield _load_weights(plan)
    yield _build_model(plan)
    yield _init_state(plan)
    yield _export_weights(plan)
    yield _import_weights()
    update = update_of(plan)
    if update is not None:
        yield _export_state(update)
        yield _import_state(update)


def _load_weights(plan: Plan) -> str:
    body = [
        "    for path, (name, axes) in WEIGHTS.items():",
        "        fill(model.get_parameter(name), arrays[path], axes)",
    ]
    if has_buffers(plan):
        body += [
            "    for path, name in BUFFERS.items():",
            "        fill(model.get_buffer(name), arrays[path])",
        ]
    parameters = ["model: nn.Module", "arrays: dict[str, np.ndarray]"]
    about = "Fill the model with arrays in canonical layouts."
    return function("load_weights", parameters, "None", about, body)


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


def _export_weights(plan: Plan) -> str:
    body = [
        "    arrays = {",
        "        path: to_array(state.model.get_parameter(name), axes)",
        "        for path, (name, axes) in WEIGHTS.items()",
        "    }",
    ]
    if has_buffers(plan):
        body += [
            "    for path, name in BUFFERS.items():",
            "        arrays[path] = to_array(state.model.get_buffer(name))",
        ]
    body.append("    return arrays")
    about = "Return copies of weights and running statistics in canonical layouts."
    returns = "dict[str, np.ndarray]"
    return function("export_weights", ["state: State"], returns, about, body)


def _import_weights() -> str:
    body = [
        "    check_arrays(arrays, export_weights(state))",
        "    load_weights(state.model, arrays)",
    ]
    parameters = ["state: State", "arrays: dict[str, np.ndarray]"]
    about = (
        "Take over weights and running statistics.\n\nRaises:\n"
        "    KeyError: an array is missing, or not expected.\n"
        "    ValueError: an array has the wrong shape."
    )
    return function("import_weights", parameters, "None", about, body)


def _slots(update: Update) -> Iterator[tuple[str, str, str]]:
    """For each slot its canonical name, the expression for the tensor, and its sign."""
    for slot, key in update.slots.items():
        name = key.removeprefix("-")
        sign = "-" if key.startswith("-") else ""
        yield f'f"optimizer/{slot}/{{path}}"', f'slots["{name}"]', sign


_EACH = [
    "    for path, weight in state.parameters.items():",
    "        slots, (_, axes) = state.optimizer.state[weight], WEIGHTS[path]",
]


def _export_state(update: Update) -> str:
    body = ["    arrays = export_weights(state)"]
    if update.slots:
        body += _EACH
    for name, tensor, sign in _slots(update):
        value = call(f"{sign}to_array", tensor, "axes")
        body.append(assign(f"arrays[{name}]", value, 8))
    body += [
        '    arrays["counter/step"] = np.array(state.step, dtype=np.int64)',
        '    arrays["counter/epoch"] = np.array(state.epoch, dtype=np.int64)',
        "    return arrays",
    ]
    about = (
        "Return weights, running statistics, the optimizer's slots and the counters."
    )
    returns = "dict[str, np.ndarray]"
    return function("export_state", ["state: State"], returns, about, body)


def _import_state(update: Update) -> str:
    body = [
        "    check_arrays(arrays, export_state(state))",
        "    load_weights(state.model, arrays)",
    ]
    if update.slots:
        body += _EACH
    for name, tensor, sign in _slots(update):
        value = call("fill", tensor, f"{sign}arrays[{name}]", "axes")
        body.append(statement(value, 8))
    body += [
        '    state.step = int(arrays["counter/step"])',
        '    state.epoch = int(arrays["counter/epoch"])',
    ]
    parameters = ["state: State", "arrays: dict[str, np.ndarray]"]
    about = (
        "Take over what export_state returned.\n\nRaises:\n"
        "    KeyError: an array is missing, or not expected.\n"
        "    ValueError: an array has the wrong shape."
    )
    return function("import_state", parameters, "None", about, body)
