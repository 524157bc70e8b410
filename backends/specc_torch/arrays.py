"""The sections that move arrays in and out of models and states."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.source import assign, call, entry, literal, statement

from .plan import Plan
from .site import Update
from .state import update_of
from .text import function

__all__ = ["ARRAY_PIECES", "array_sections", "table_sections"]

#: The runtime pieces that `array_sections` use.
ARRAY_PIECES = frozenset({"check_arrays", "fill", "to_array"})


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


def _has_buffers(plan: Plan) -> bool:
    """Whether the model has running statistics."""
    return any(node.submodule.buffers for node in plan.nodes)


def array_sections(plan: Plan) -> Iterator[str]:
    """Loading, exporting and importing."""
    yield _load_weights(plan)
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
    if _has_buffers(plan):
        body += [
            "    for path, name in BUFFERS.items():",
            "        fill(model.get_buffer(name), arrays[path])",
        ]
    parameters = ["model: nn.Module", "arrays: dict[str, np.ndarray]"]
    about = "Fill the model with arrays in canonical layouts."
    return function("load_weights", parameters, "None", about, body)


def _export_weights(plan: Plan) -> str:
    body = [
        "    arrays = {",
        "        path: to_array(state.model.get_parameter(name), axes)",
        "        for path, (name, axes) in WEIGHTS.items()",
        "    }",
    ]
    if _has_buffers(plan):
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
