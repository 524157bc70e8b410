"""The state of an emitted program: the class, and how it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from specc.emit.shared import (
    Section,
    fill,
    only_phase,
    reused_argument,
    reused_parameter,
    stopping_field,
)
from specc.emit.source import assign, define, literal
from specc.ir import Network, Program, Training

from .optimizers import update_of
from .text import section

__all__ = ["model_state_section", "starting_section", "state_section"]

_STATE = '''
@dataclass
class State:
    """What training changes: the model, the optimizer with its slots, and counters.

    `heads` has the model's layers and all outputs that losses and metrics look at;
    `specs` says what a batch holds, and `compiled` holds the graphs made so far.
    """

    model: keras.Model
    heads: keras.Model
    optimizer: keras.optimizers.Optimizer
    slots: dict[str, list[keras.Variable]]
    specs: dict[str, tf.TensorSpec]
    device: str
    seed: int
    steps_per_epoch: int = 1
    step: int = 0
    epoch: int = 0
$stopping
    compiled: dict[str, Any] = field(default_factory=dict)
'''

_INIT_STATE = '''
def init_state(
    dtype: str = PRECISION,
    device: str = "cpu",
    seed: int = SEED,
    steps_per_epoch: int = 1,
$parameter
) -> State:
    """Return the state before the first update."""
    model = build_model(dtype, device, seed$argument)
    device = find_device(device)
    with tf.device(device):
        heads = connect_heads(model)
$comment
$optimizer
        optimizer.build(list(trained_variables(model).values()))
$slots
    specs = field_specs(dtype)
    return State(model, heads, optimizer, slots, specs, device, seed, steps_per_epoch)
'''

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
    return _section(_STATE, stopping=stopping_field(program))


def starting_section(training: Training, network: Network) -> Section:
    """`init_state`."""
    update = update_of(only_phase(training).optimizer)
    given = [str(text) for _, text in update.create.arguments]
    rounds = any(text.startswith("np.float64") for text in given)
    found = _section(
        _INIT_STATE,
        parameter="".join(f"    {item}," for item in reused_parameter(network)),
        argument=_argument(network),
        comment="        # Keras rounds a plain number to float32." if rounds else "",
        optimizer=assign("optimizer", update.create, 8),
        slots=_slots(update.slots),
    )
    return replace(found, known=update.known)


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
