"""The state of an emitted program: the class, and how it begins."""

from __future__ import annotations

from collections.abc import Iterator

from specc.catalog.families import Optimizer
from specc.emit.shared import Section, only_phase, stopping_field
from specc.emit.source import Collection, assign, literal, statement
from specc.ir import Program, Training

from .optimizers import keras_slots
from .plan import TABLE
from .text import fill, section

__all__ = ["model_state_section", "starting_sections", "state_section"]

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

_NEW_OPTIMIZER = '''
def new_optimizer(
    model: keras.Model, learning_rate: float
) -> keras.optimizers.Optimizer:
    """Return the optimizer; `train_step` gives it the rate of each step anew."""
$comment
$optimizer
    optimizer.build(list(trained_variables(model).values()))
    return optimizer


def optimizer_slots(
    optimizer: keras.optimizers.Optimizer,
) -> dict[str, list[keras.Variable]]:
    """Return what the optimizer keeps for each weight, by canonical names."""
$slots
'''

_INIT_STATE = '''
def init_state(
    dtype: str = PRECISION,
    device: str = "cpu",
    seed: int = SEED,
    steps_per_epoch: int = 1,
) -> State:
    """Return the state before the first update."""
    model = build_model(dtype, device, seed)
    with tf.device(find_device(device)):
        heads = connect_heads(model)
        optimizer = new_optimizer(model, float(learning_rate(0, steps_per_epoch)))
    return State(
        model,
        heads,
        optimizer,
        optimizer_slots(optimizer),
        field_specs(dtype),
        find_device(device),
        seed,
        steps_per_epoch=steps_per_epoch,
    )
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


def init_state(dtype: str = PRECISION, device: str = "cpu", seed: int = SEED) -> State:
    """Return the model with the initial weights of a seed."""
    model = build_model(dtype, device, seed)
    return State(model, connect_heads(model), field_specs(dtype), find_device(device))
'''


def _section(template: str, **parts: str) -> Section:
    return section(fill(template, **parts), TABLE.packages)


def model_state_section() -> Section:
    """The class `State` of a model that is not trained, and `init_state`."""
    return _section(_MODEL_STATE)


def state_section(program: Program) -> Section:
    """The class `State`."""
    return _section(_STATE, stopping=stopping_field(program))


def starting_sections(training: Training) -> Iterator[Section]:
    """`new_optimizer` and `init_state`."""
    optimizer = only_phase(training).optimizer
    written = TABLE.lowering(optimizer).write(optimizer)
    rounds = any(text.startswith("np.float64") for _, text in written.arguments)
    yield _section(
        _NEW_OPTIMIZER,
        comment="    # Keras rounds a plain number to float32." if rounds else "",
        optimizer=assign("optimizer", written, 4),
        slots=statement(_slots(optimizer), 4, "return "),
    )
    yield _section(_INIT_STATE)


def _slots(optimizer: Optimizer) -> Collection:
    """The dictionary of the slots."""
    slots = keras_slots(optimizer)
    keys = tuple(f"{literal(slot)}: " for slot in slots)
    return Collection("{}", keys, tuple(f"optimizer.{at}" for at in slots.values()))
