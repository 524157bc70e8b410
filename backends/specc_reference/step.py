"""The training step of an emitted program, its state, and evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.pieces import Import
from specc.emit.shared import (
    COUNTERS_OF_PHASE,
    Section,
    begin_phase_text,
    by_phase,
    export_state_text,
    fill,
    import_state_text,
    init_state_text,
    naming,
    plateau_field,
    rate_of_update,
    several,
    slots_constant,
    stopping_field,
)
from specc.emit.source import Expression, literal, statement
from specc.ir import Network, Phase, Program, Training

from .optimizers import clip_call
from .plan import TABLE, Plan
from .text import pieces

__all__ = ["state_section", "step_sections"]

NUMPY = Import("numpy", None, "np")
DATACLASS = Import("dataclasses", "dataclass")
FIELD = Import("dataclasses", "field")

_STATE = '''
@dataclass
class State(Progress):
    """What training changes: the model, what the optimizer keeps, and counters."""

$fields
'''

_INIT_STATE = """
    slots = empty_slots(model, $slots)
    return State(model, slots, seed, steps_per_epoch=steps_per_epoch)
"""

_INIT_PHASES = """
    state = State(model, {}, seed, steps_per_epoch=steps_per_epoch)
    begin_phase(state, 0)
    return state
"""

_BEGIN_PHASE = """
    state.model.frozen = FROZEN[number]
    state.optimizer = empty_slots(state.model, SLOTS[number])
"""

_PENALTY = '''
def penalty(model: Network) -> float:
    """Return the sum of the penalties on weights."""
    weights = model.weights()
    return sum(rule.penalty(weights[path]) for path, rule in REGULARIZERS.items())
'''

_PENALTY_OF_PHASE = '''
def penalty(model: Network) -> float:
    """Return the sum of the penalties on weights that the phase trains."""
    weights, frozen = model.weights(), model.frozen
    rules = REGULARIZERS.items()
    return sum(rule.penalty(weights[p]) for p, rule in rules if p not in frozen)
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

_ADD_PENALTIES_OF_PHASE = """\
    for path, rule in REGULARIZERS.items():
        if path in found:
            found[path] = found[path] + rule.gradient(model.weights()[path])"""

_CLIP_GRADIENTS = '''
def clip_gradients(
    gradients: dict[str, np.ndarray],$phase
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
$rule
    for path, gradient in found.items():
$rate
$scale_rate
        slots = state.optimizer[path]
$update
$constrain
        state.model.put(path, weight)
    return state, logs
'''

_RATE = """
        rate = $rate
"""
_UPDATE = """
        weight = OPTIMIZER.update(weights[path], gradient, slots, rate, step + 1)
"""
_RULE_OF_PHASE = """
    rule, t = OPTIMIZERS[state.phase], step - state.phase_step + 1
"""
_UPDATE_OF_PHASE = """
        weight = rule.update(weights[path], gradient, slots, rate, t)
"""

_CLIP = """\
    found, logs["gradient_norm"] = clip_gradients(found$phase)"""

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


def state_section(program: Program) -> Section:
    """The class `State`."""
    fields = "\n".join([*plateau_field(program.training), stopping_field(program)])
    if several(program.training):
        fields = f"{COUNTERS_OF_PHASE}\n{fields}"
    text = fill(_STATE, fields=fields)
    imports = {DATACLASS, FIELD} if "field(" in text else {DATACLASS}
    return Section(text, frozenset({"Progress"}), frozenset(imports))


def step_sections(plan: Plan, training: Training) -> Iterator[Section]:
    """The functions that make up a training step, and those around it."""
    weights = plan.program.network.weights()
    trained = [weight for weight in weights if weight.path not in plan.frozen]
    penalized = any(weight.regularizer for weight in trained)
    phased = several(training)
    clips = any(clip_call(phase.optimizer) is not None for phase in training.phases)
    batch = "batch" if training.sample_weight is None else "batch, SAMPLE_WEIGHT"

    yield _beginning(training, plan.program.network)
    if penalized:
        yield Section(fill(_PENALTY_OF_PHASE if phased else _PENALTY))
    yield _gradients(batch, penalized, phased)
    if clips:
        yield _clipping(training)
    scaled = any(weight.rate != 1.0 for weight in trained)
    clip = fill(_CLIP, phase=", state.phase" if phased else "")
    text = fill(
        _TRAIN_STEP,
        clip=clip if clips else "",
        rule=_RULE_OF_PHASE.strip("\n") if phased else "",
        rate=fill(_RATE, rate=rate_of_update(training)),
        scale_rate="        rate *= RATES.get(path, 1.0)" if scaled else "",
        update=(_UPDATE_OF_PHASE if phased else _UPDATE).strip("\n"),
        constrain=_CONSTRAIN if any(w.constraint for w in trained) else "",
    )
    yield Section(text)
    penalties = "penalty(state.model)" if penalized else "0.0"
    text = fill(_EVALUATE_STEP, batch=batch, penalties=penalties)
    if not phased:
        yield Section(text, _ALWAYS)
        return
    yield Section(text, _ALWAYS - {"export_state", "import_state"})
    packages = TABLE.packages
    yield naming(slots_constant(training), packages)
    yield naming(export_state_text(training, _EXPORT.strip("\n")), packages, (NUMPY,))
    put = _IMPORT.strip("\n")
    text = import_state_text(training, "state.model.weights()", put)
    yield naming(text, packages, (NUMPY,))


_EXPORT = """
    arrays = export_weights(state)
    for path, slots in state.optimizer.items():
        for slot, array in slots.items():
            arrays[f"optimizer/{slot}/{path}"] = np.array(array, order="C")
"""
_IMPORT = """
    import_weights(state, {path: arrays[path] for path in state.model.arrays()})
    for path, slots in state.optimizer.items():
        for slot in slots:
            slots[slot] = np.array(arrays[f"optimizer/{slot}/{path}"], dtype=np.float64)
"""


def _beginning(training: Training, network: Network) -> Section:
    """`init_state`, and with several phases `begin_phase`."""
    used = frozenset({"empty_slots"})
    if not several(training):
        slots = statement(literal(training.phases[0].optimizer.slots()))
        return Section(init_state_text(network, fill(_INIT_STATE, slots=slots)), used)
    about = "other weights are frozen, and nothing is left of the optimizer"
    begins = begin_phase_text(training, about, fill(_BEGIN_PHASE))
    return Section(
        f"{init_state_text(network, fill(_INIT_PHASES))}\n\n\n{begins}", used
    )


def _clipping(training: Training) -> Section:
    """The function `clip_gradients`."""
    calls: list[Expression] = []

    def write(phase: Phase, indent: int) -> list[str]:
        clip = clip_call(phase.optimizer)
        if clip is None:
            return [f"{' ' * indent}return gradients, 0.0  # it does not clip"]
        calls.append(clip)
        return [statement(clip, indent, "return ")]

    body = "\n".join(by_phase(training, write))
    phase = "\n    phase: int," if several(training) else ""
    return Section(fill(_CLIP_GRADIENTS, body=body, phase=phase), pieces(calls))


def _gradients(batch: str, penalized: bool, phased: bool) -> Section:
    """The function `gradients`."""
    add = _ADD_PENALTIES_OF_PHASE if phased else _ADD_PENALTIES
    text = fill(
        _GRADIENTS,
        batch=batch,
        add_penalties=add if penalized else "",
        penalties="penalty(model)" if penalized else "0.0",
    )
    used = frozenset({"example_weights", "loss_gradients", "figures"})
    return Section(text, used, frozenset({NUMPY}))
