"""The state of an emitted program: the class, and how it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from specc.emit.shared import (
    COUNTERS_OF_PHASE,
    Section,
    begin_phase_text,
    by_phase,
    export_state_text,
    fill,
    import_state_text,
    init_state_text,
    known_of,
    plateau_field,
    reused_argument,
    reused_parameter,
    several,
    slots_constant,
    stopping_field,
)
from specc.emit.source import assign, define, literal, statement
from specc.ir import Network, Phase, Program, Training

from .optimizers import update_of
from .text import section

__all__ = [
    "model_state_section",
    "phased_state_sections",
    "starting_section",
    "state_section",
]

_STATE = '''
@dataclass
class State:
    """What training changes: the model, the optimizer with its slots, and counters.

    `heads` has the model's layers and all outputs that losses and metrics look at;
    `specs` says what a batch holds, and `compiled` holds the graphs made so far.
    """

    model: keras.Model
    heads: keras.Model
$optimizer
    specs: dict[str, tf.TensorSpec]
    device: str
    seed: int
    steps_per_epoch: int = 1
    step: int = 0
    epoch: int = 0
$phase
$plateau
$stopping
    compiled: dict[str, Any] = field(default_factory=dict)
'''

_INIT_STATE = """
    device = find_device(device)
    with tf.device(device):
        heads = connect_heads(model)
$comment
$optimizer
        optimizer.build(list(trained_variables(model).values()))
$slots
    specs = field_specs(dtype)
    return State(model, heads, optimizer, slots, specs, device, seed, steps_per_epoch)
"""

_OPTIMIZER = """
    optimizer: keras.optimizers.Optimizer
    slots: dict[str, list[keras.Variable]]
"""

_OF_PHASE = """
    optimizer: keras.optimizers.Optimizer = field(init=False)
    slots: dict[str, list[keras.Variable]] = field(init=False)
"""

_INIT_PHASES = """
    device = find_device(device)
    with tf.device(device):
        heads = connect_heads(model)
    state = State(model, heads, field_specs(dtype), device, seed, steps_per_epoch)
    begin_phase(state, 0)
    return state
"""

_BEGIN_PHASE = """
    freeze(state.model, FROZEN[number])
    with tf.device(state.device):
        state.optimizer = new_optimizer(number, state.steps_per_epoch)
        state.optimizer.build(list(trained_variables(state.model).values()))
    state.slots = find_slots(state.optimizer, number)
    state.compiled.clear()  # the graphs know what was trained
"""

_NEW_OPTIMIZER = '''
def new_optimizer(phase: int, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a phase."""
$comment
$optimizer


def find_slots(
    optimizer: keras.optimizers.Optimizer, phase: int
) -> dict[str, list[keras.Variable]]:
    """Return the variables of each slot of the optimizer of a phase."""
$endings
    return {
        slot: [v for v in optimizer.variables if v.name.endswith(ending)]
        for slot, ending in endings.items()
    }
'''

_STATE_OF_PHASES = (
    "    arrays = copy_arrays(state_variables(state))",
    """    variables = state_variables(state)
    assign_arrays(variables, {path: arrays[path] for path in variables})""",
)

_MODEL_STATE = '''
@dataclass
class State:
    """The model, `heads` with its outputs by name, and the graphs compiled so far."""

    model: keras.Model
    heads: keras.Model
    specs: dict[str, tf.TensorSpec]
    device: str
    compiled: dict[str, Any] = field(default_factory=dict)


$head
    """Return the model with the initial weights of a seed."""
    model = build_model(dtype, device, seed$argument)
    return State(model, connect_heads(model), field_specs(dtype), find_device(device))
'''


def _section(template: str, **parts: str) -> Section:
    return section(fill(template, **parts))


def model_state_section(network: Network) -> Section:
    """The class `State` of a model that is not trained, and `init_state`."""
    parameters = ["dtype: str = PRECISION", 'device: str = "cpu"', "seed: int = SEED"]
    parameters += reused_parameter(network)
    head = define("init_state", parameters, "State")
    return _section(_MODEL_STATE, head=head, argument=_argument(network))


def _argument(network: Network) -> str:
    return "".join(f", {name}" for name in reused_argument(network))


def state_section(program: Program) -> Section:
    """The class `State`."""
    phased = several(program.training)
    stopping = stopping_field(program)
    if phased:
        stopping = _OF_PHASE.strip("\n") + "\n" + stopping
    return _section(
        _STATE,
        optimizer="" if phased else _OPTIMIZER.strip("\n"),
        phase=COUNTERS_OF_PHASE if phased else "",
        plateau="\n".join(plateau_field(program.training)),
        stopping=stopping,
    )


def starting_section(training: Training, network: Network) -> Section:
    """`init_state`; with several phases `begin_phase` and `new_optimizer` too."""
    updates = [update_of(phase.optimizer) for phase in training.phases]
    given = [str(text) for one in updates for _, text in one.create.arguments]
    rounds = any(text.startswith("np.float64") for text in given)
    why = "# Keras rounds a plain number to float32."
    if several(training):
        kinds = [phase.optimizer.keyword for phase in training.phases]
        known = known_of(zip(kinds, (one.known for one in updates), strict=True))
        text = _phases_text(training, network, f"    {why}" if rounds else "")
        return replace(section(text), known=known)
    body = fill(
        _INIT_STATE,
        comment=f"        {why}" if rounds else "",
        optimizer=assign("optimizer", updates[0].create, 8),
        slots=_slots(updates[0].slots),
    )
    return replace(section(init_state_text(network, body)), known=updates[0].known)


def _phases_text(training: Training, network: Network, comment: str) -> str:
    """`init_state`, `begin_phase`, `new_optimizer` and `find_slots`."""

    def make(phase: Phase, indent: int) -> list[str]:
        create = update_of(phase.optimizer).create
        rate = "learning_rate(0, steps_per_epoch, phase)"
        arguments = tuple(
            (name, rate if name == "learning_rate=" else value)
            for name, value in create.arguments
        )
        made = replace(create, arguments=arguments)
        return [statement(made, indent, "return ")]

    def ends(phase: Phase, indent: int) -> list[str]:
        slots = dict(update_of(phase.optimizer).slots)
        named = "endings: dict[str, str]" if not slots else "endings"
        return [assign(named, literal(slots), indent)]

    about = "other weights are frozen, and the optimizer is a new one"
    return "\n\n\n".join(
        [
            init_state_text(network, fill(_INIT_PHASES)),
            begin_phase_text(training, about, fill(_BEGIN_PHASE)),
            fill(
                _NEW_OPTIMIZER,
                comment=comment,
                optimizer="\n".join(by_phase(training, make)),
                endings="\n".join(by_phase(training, ends)),
            ),
        ]
    )


def phased_state_sections(training: Training) -> Iterator[Section]:
    """SLOTS, `export_state` and `import_state` of a training of several phases."""
    arrays, put = _STATE_OF_PHASES
    yield section(slots_constant(training))
    yield section(export_state_text(training, arrays))
    yield section(import_state_text(training, "weights_of(state.model)", put))


def _slots(endings: Mapping[str, str]) -> str:
    """The statement that finds the slots among the optimizer's variables."""
    if not endings:
        return "    slots: dict[str, list[keras.Variable]] = {}"
    return "\n".join(
        [
            assign("endings", literal(dict(endings)), 4),
            "    slots = {",
            "        slot: [v for v in optimizer.variables if v.name.endswith(ending)]",
            "        for slot, ending in endings.items()",
            "    }",
        ]
    )
