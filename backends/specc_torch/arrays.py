"""The sections that move arrays in and out of models and states."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.source import assign, call, entry, literal, statement

from .plan import Plan
from .site import Update
from .state import update_of
from .text import function

__all__ = ["array_sections", "table_sections"]


def table_sections(plan: Plan) -> Iterator[str]:
    """The tables that lead from canonical paths to the model's tensors."""
    network = plan.network
    tensors = [
        entry(weight.path, literal(plan.parameter(weight.path)), 4)
        for weight in network.weights()
    ]
    for node in plan.modules.values():
        sizes = {buffer.path: len(buffer.shape) for buffer in node.layer.buffers}
        for slot, attribute in node.submodule.buffers.items():
            path = f"{node.layer.name}/{slot}"
            place = (f"{node.module}.{attribute}", tuple(range(sizes[path])))
            tensors.append(entry(path, literal(place), 4))
    yield "\n".join(
        [
            "# Where each weight and buffer is, and the order of its axes that is the canonical",
            "# one: (in, out) for dense kernels, (height, width, in, out) for convolutions.",
            *_table("WEIGHTS: dict[str, tuple[str, tuple[int, ...]]]", tensors),
        ]
    )
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


def array_sections(plan: Plan) -> Iterator[str]:
    """Loading, exporting and importing."""
    yield _LOADING.strip("\n")
    update = update_of(plan)
    if update is not None:
        yield _export_state(update)
        yield _import_state(update)


_LOADING = '''
def load_weights(model: nn.Module, arrays: Arrays) -> None:
    """Fill the model with arrays in canonical layouts."""
    tensors = model.state_dict()
    for path, (name, axes) in WEIGHTS.items():
        fill(tensors[name], arrays[path], axes)


def export_weights(state: State) -> Arrays:
    """Return copies of weights and buffers in canonical layouts."""
    tensors = state.model.state_dict()
    return {path: to_array(tensors[at], axes) for path, (at, axes) in WEIGHTS.items()}


def import_weights(state: State, arrays: Arrays) -> None:
    """Take over weights and buffers; a KeyError or ValueError says what is wrong."""
    check_arrays(export_weights(state), arrays)
    load_weights(state.model, arrays)
'''


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
    about = "Return weights, buffers, the optimizer's slots and the counters."
    returns = "Arrays"
    return function("export_state", ["state: State"], returns, about, body)


def _import_state(update: Update) -> str:
    body = [
        "    check_arrays(export_state(state), arrays)",
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
    parameters = ["state: State", "arrays: Arrays"]
    about = "Take over what export_state returned; raises as import_weights does."
    return function("import_state", parameters, "None", about, body)
