"""The training step of an emitted program, its state, and evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.pieces import Import
from specc.emit.shared import (
    Section,
    fill,
    only_phase,
    reused_argument,
    reused_parameter,
    stopping_field,
)
from specc.emit.source import literal, statement
from specc.ir import Program, Training

from .optimizers import clip_call
from .plan import Plan
from .text import pieces

__all__ = ["state_section", "step_sections"]

NUMPY = Import("numpy", None, "np")
DATACLASS = Import("dataclasses", "dataclass")
FIELD = Import("dataclasses", "field")

_STATE = '''
@dataclass
class State(Progress):
    """What training changes: the model, what the optimizer keeps, and counters."""

$stopping
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
    slots = empty_slots(model, $slots)
    return State(model, slots, seed, steps_per_epoch=steps_per_epoch)
'''

_PENALTY = '''
def penalty(model: Network) -> float:
    """Return the sum of the penalties on weights."""
    weights = model.weights()
    return sum(rule.penalty(weights[path]) for path, rule in REGULARIZERS.items())
'''

_GRADIENTS = '''
def gradients(
    state: State, batch: dict[str, np.ndarray], step: int
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Return raw gradients by weight, and loss and metrics, in training mode.

    `step` counts the updates made before; it selects the masks. Buffers move.
    """
    model, shares = state.model, example_weights($batch)
    tape = model.forward(batch, training=True, seed=state.seed, update=step)
    at_edges = loss_gradients(OBJECTIVES, tape.edges, batch, shares)
    found = model.backward(tape, at_edges)
$add_penalties
    return found, figures(OBJECTIVES, tape.edges, batch, shares, $penalties)
'''

_ADD_PENALTIES = """\
    for path, rule in REGULARIZERS.items():
        found[path] = found[path] + rule.gradient(model.weights()[path])"""

_CLIP_GRADIENTS = '''
def clip_gradients(
    gradients: dict[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], float]:
    """Return the gradients that the update rule gets to see, and the norm before."""
$body
'''

_TRAIN_STEP = '''
def train_step(
    state: State, batch: dict[str, np.ndarray], step: int
) -> tuple[State, dict[str, float]]:
    """Do one update in place; `step` counts those before it."""
    found, logs = gradients(state, batch, step)
$clip
    weights = state.model.weights()
    for path, gradient in found.items():
        rate = learning_rate(step, state.steps_per_epoch)
$scale_rate
        slots = state.optimizer[path]
        weight = OPTIMIZER.update(weights[path], gradient, slots, rate, step + 1)
$constrain
        state.model.put(path, weight)
    return state, logs
'''

_CLIP = """\
    found, logs["gradient_norm"] = clip_gradients(found)"""

_CONSTRAIN = """\
        if path in CONSTRAINTS:
            weight = CONSTRAINTS[path].project(weight)"""

_EVALUATE_STEP = '''
def evaluate_step(state: State, batch: dict[str, np.ndarray]) -> dict[str, float]:
    """Return loss and metrics of a batch in inference mode."""
    edges = state.model.forward(batch).edges
    shares = example_weights($batch)
    return figures(OBJECTIVES, edges, batch, shares, $penalties)
'''


#: Functions that are the same in every program, besides those that others use.
_ALWAYS = frozenset(
    {"predict", "export_weights", "import_weights", "export_state", "import_state"}
)


def state_section(program: Program, stops: bool) -> Section:
    """The class `State`."""
    imports = {DATACLASS, FIELD} if stops else {DATACLASS}
    text = fill(_STATE, stopping=stopping_field(program))
    return Section(text, frozenset({"Progress"}), frozenset(imports))


def step_sections(plan: Plan, training: Training) -> Iterator[Section]:
    """The functions that make up a training step, and those around it."""
    weights = plan.program.network.weights()
    trained = [weight for weight in weights if weight.path not in plan.frozen]
    penalized = any(weight.regularizer for weight in trained)
    optimizer = only_phase(training).optimizer
    clip = clip_call(optimizer)
    batch = "batch" if training.sample_weight is None else "batch, SAMPLE_WEIGHT"

    slots = statement(literal(optimizer.slots()))
    network = plan.program.network
    starting = fill(
        _INIT_STATE,
        parameter="".join(f"    {item}," for item in reused_parameter(network)),
        argument="".join(f", {name}" for name in reused_argument(network)),
        slots=slots,
    )
    yield Section(starting, frozenset({"empty_slots"}))
    if penalized:
        yield Section(fill(_PENALTY))
    yield _gradients(batch, penalized)
    if clip is not None:
        body = statement(clip, 4, "return ")
        yield Section(fill(_CLIP_GRADIENTS, body=body), pieces([clip]))
    scaled = any(weight.rate != 1.0 for weight in trained)
    text = fill(
        _TRAIN_STEP,
        clip=_CLIP if clip is not None else "",
        scale_rate="        rate *= RATES.get(path, 1.0)" if scaled else "",
        constrain=_CONSTRAIN if any(w.constraint for w in trained) else "",
    )
    yield Section(text)
    penalties = "penalty(state.model)" if penalized else "0.0"
    yield Section(fill(_EVALUATE_STEP, batch=batch, penalties=penalties), _ALWAYS)


def _gradients(batch: str, penalized: bool) -> Section:
    """The function `gradients`."""
    text = fill(
        _GRADIENTS,
        batch=batch,
        add_penalties=_ADD_PENALTIES if penalized else "",
        penalties="penalty(model)" if penalized else "0.0",
    )
    used = frozenset({"example_weights", "loss_gradients", "figures"})
    return Section(text, used, frozenset({NUMPY}))
