"""The sections that move arrays in and out of models and states."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from specc.emit.shared import (
    by_phase,
    export_state_text,
    import_state_text,
    lowers,
    slots_constant,
)
from specc.emit.source import assign, call, entry, literal, statement
from specc.ir import Phase, Training

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
    if plan.frozen and not plan.phased:
        yield "\n".join(
            ["# Weights that are not trained.", assign("FROZEN", literal(plan.frozen))]
        )
    if plan.rests_by_phase and plan.program.training is not None:
        phases = plan.program.training.phases
        resting = tuple(plan.resting(phase) for phase in phases)
        note = "# The layers that each phase leaves in inference mode."
        yield "\n".join([note, assign("RESTING", literal(resting))])
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
    training = plan.program.training
    if training is None:
        return
    if plan.phased:
        yield slots_constant(training)
        yield export_state_text(training, "\n".join(_exporting(plan)))
        yield from _importing(plan, training)
        return
    update = update_of(training.phases[0])
    lowered = lowers(training)
    yield _export_state(update, lowered)
    yield _import_state(update, lowered)


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


def _slot_lines(plan: Plan, write: Callable[[Update, int], list[str]]) -> list[str]:
    """The lines that go over the slots of the phase, which they index as ``slots``."""
    training = plan.program.training
    assert training is not None, "a model alone has no slots"
    if not any(phase.optimizer.slots() for phase in training.phases):
        return []

    def of_phase(phase: Phase, indent: int) -> list[str]:
        update = update_of(phase)
        if not update.slots:
            return []
        each = [" " * (indent - 4) + line for line in _EACH]
        return each + write(update, indent + 4)

    return by_phase(training, of_phase, "state.phase")


def _exporting(plan: Plan) -> list[str]:
    """The statements that make all arrays of a state but the counters."""

    def write(update: Update, indent: int) -> list[str]:
        return [
            assign(f"arrays[{name}]", call(f"{sign}to_array", tensor, "axes"), indent)
            for name, tensor, sign in _slots(update)
        ]

    return ["    arrays = export_weights(state)", *_slot_lines(plan, write)]


def _importing(plan: Plan, training: Training) -> Iterator[str]:
    """`expected_state` and `import_state` of a training of several phases."""

    def write(update: Update, indent: int) -> list[str]:
        return [
            statement(call("fill", tensor, f"{sign}arrays[{name}]", "axes"), indent)
            for name, tensor, sign in _slots(update)
        ]

    put = ["    load_weights(state.model, arrays)", *_slot_lines(plan, write)]
    yield import_state_text(training, "weights_of(state.model)", "\n".join(put))


_EACH = [
    "    for path, weight in state.parameters.items():",
    "        slots, (_, axes) = state.optimizer.state[weight], WEIGHTS[path]",
]


def _export_state(update: Update, lowered: bool) -> str:
    body = ["    arrays = export_weights(state)"]
    if update.slots:
        body += _EACH
    for name, tensor, sign in _slots(update):
        value = call(f"{sign}to_array", tensor, "axes")
        body.append(assign(f"arrays[{name}]", value, 8))
    body += [
        '    arrays["counter/step"] = np.array(state.step, dtype=np.int64)',
        '    arrays["counter/epoch"] = np.array(state.epoch, dtype=np.int64)',
        *(["    arrays |= export_plateau(state)"] if lowered else []),
        "    return arrays",
    ]
    about = "Return weights, buffers, the optimizer's slots and the counters."
    returns = "Arrays"
    return function("export_state", ["state: State"], returns, about, body)


def _import_state(update: Update, lowered: bool) -> str:
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
        *(["    import_plateau(state, arrays)"] if lowered else []),
    ]
    parameters = ["state: State", "arrays: Arrays"]
    about = "Take over what export_state returned; raises as import_weights does."
    return function("import_state", parameters, "None", about, body)
