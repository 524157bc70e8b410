"""The training step of an emitted program, evaluation and prediction."""

from __future__ import annotations

from collections.abc import Iterator

from specc.emit.shared import Section, by_phase, fill, rate_of_update, several
from specc.emit.source import Expression, assign, call, define, statement
from specc.ir import Phase, Training

from .optimizers import clip_call, update_of
from .plan import Plan
from .text import section

__all__ = ["model_only_sections", "penalized", "penalty_sections", "step_sections"]

_READ = '''
def read_fields(state: State, batch: Arrays) -> Tensors:
    """Convert a batch to what the compiled functions take."""
    specs = state.specs
    return {key: as_tensor(batch[name], specs[key]) for key, name in FIELDS.items()}
'''

_MODEL_INPUTS = '''
def model_inputs(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what belongs to the inputs of the model, by their names."""
    return {name: fields[f"input/{name}"] for name in INPUTS}
'''

_PENALTY = '''
def penalty(model: keras.Model) -> tf.Tensor:
    """Return the sum of the penalties on weights."""
    return tf.add_n(model.losses)
'''

_PENALTY_IF_ANY = '''
def penalty(model: keras.Model) -> tf.Tensor:
    """Return the sum of the penalties on weights that the phase trains."""
    losses = model.losses
    return tf.add_n(losses) if losses else tf.zeros((), keras.config.floatx())
'''

_PENALTY_OF_PHASE = '''
def penalty(model: keras.Model) -> tf.Tensor:
    """Return the sum of the penalties on weights that the phase trains."""
    return tf.add_n(model.losses)
'''

_COMPUTE_GRADIENTS = '''
$head
    """Return raw gradients by weight, and loss and metrics, in training mode."""
    weights = trained_variables(state.model)
    with $enter:
        outputs = state.heads(model_inputs(fields), training=True)
        logs = figures(fields, outputs$penalties)
    found = tape.gradient(
        logs["loss"],
        [weight.value for weight in weights.values()],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    return dict(zip(weights, found, strict=True)), logs
'''

_GRADIENTS = '''
def gradients(state: State, batch: Arrays, step: int) -> tuple[Tensors, Figures]:
    """Return raw gradients by weight, and loss and metrics, in training mode.

    `step` counts the updates made before; it selects the masks. Buffers move.
    """
    fields = read_fields(state, batch)
$draw
    with tf.device(state.device):
        found, logs = compute_gradients(state, fields$masks)
    return found, as_numbers(logs)
'''

_CLIP_GRADIENTS = '''
$head
    """Return the gradients that the update rule gets to see, and the norm before."""
$body
'''

_UPDATE_WEIGHTS = '''
$head
    """Do one update; $what float64."""
    found, logs = compute_gradients(state, fields$masks)
$clip
    for path, weight in trained_variables(state.model).items():
        state.optimizer.update_step(found[path], weight.value, $scalar)
$constrain
    return logs
'''

_CLIP = """
    found, logs["gradient_norm"] = clip_gradients(found$phase)
"""

_CONSTRAIN = """
        if weight.constraint is not None:
            weight.assign(weight.constraint(weight))
"""

_TRAIN_STEP = '''
def train_step(state: State, batch: Arrays, step: int) -> tuple[State, Figures]:
    """Do one update in place; `step` counts those before it."""
$update
$scalars
$draw
$logs
    return state, as_numbers(logs)
'''

_EVALUATE = '''
def evaluate_fields(state: State, fields: Tensors) -> Tensors:
    """Return loss and metrics in inference mode."""
    outputs = state.heads(model_inputs(fields), training=False)
    return figures(fields, outputs$penalties)


def evaluate_step(state: State, batch: Arrays) -> Figures:
    """Return loss and metrics of a batch in inference mode."""
    compute = compiled(state, evaluate_fields, lambda: (state.specs,))
    return as_numbers(compute(read_fields(state, batch)))
'''

_PREDICT = '''
def compute_outputs(state: State, inputs: Tensors) -> Tensors:
    """Return the outputs by name, in inference mode."""
    outputs = state.heads(inputs, training=False)
    return {name: outputs[name] for name in OUTPUTS}


def predict(state: State, batch: Arrays) -> Arrays:
    """Return the outputs by name, in inference mode; `batch` needs inputs only."""
    specs = model_inputs(state.specs)
    compute = compiled(state, compute_outputs, lambda: (specs,))
    inputs = {name: as_tensor(batch[name], specs[name]) for name in INPUTS}
    return {name: array.numpy() for name, array in compute(inputs).items()}
'''


def _section(template: str, **parts: str) -> Section:
    return section(fill(template, **parts))


def step_sections(plan: Plan, training: Training) -> Iterator[Section]:
    """The functions that make up a training step, and those around it."""
    drawn = bool(plan.program.network.streams())
    penalties = ", penalty(state.model)" if penalized(plan) else ""
    yield _section(_READ)
    yield _section(_MODEL_INPUTS)
    yield from _gradients(drawn, penalties)
    if _clips(training):
        yield _clipping(training)
    yield from _updating(plan, training, drawn)
    yield _section(_EVALUATE, penalties=penalties)
    yield _section(_PREDICT)


def _clips(training: Training) -> bool:
    """Whether any phase clips gradients."""
    return any(clip_call(phase.optimizer) is not None for phase in training.phases)


def _clipping(training: Training) -> Section:
    """`clip_gradients`."""

    def write(phase: Phase, indent: int) -> list[str]:
        clip = clip_call(phase.optimizer)
        if clip is None:
            return [f"{' ' * indent}return gradients, tf.zeros(())  # it does not clip"]
        return [statement(clip, indent, "return ")]

    taken = ["gradients: Tensors", *(["phase: int"] if several(training) else [])]
    head = define("clip_gradients", taken, "tuple[Tensors, tf.Tensor]")
    body = "\n".join(by_phase(training, write))
    return _section(_CLIP_GRADIENTS, head=head, body=body)


def penalized(plan: Plan) -> bool:
    """Whether a weight that is trained has a penalty."""
    return any(weight.regularizer for weight in plan.trained)


def penalty_sections(plan: Plan) -> Iterator[Section]:
    """`penalty`, where weights have any."""
    if not penalized(plan):
        return
    program, training = plan.program, plan.program.training
    if training is None or not several(training):
        yield _section(_PENALTY)
        return
    kept = [w.path for w in program.network.weights() if w.regularizer is not None]
    every = all(set(kept) - set(program.frozen(phase)) for phase in training.phases)
    yield _section(_PENALTY_OF_PHASE if every else _PENALTY_IF_ANY)


def _takes(name: str, last: str, drawn: bool, returns: str) -> str:
    """The head of a function of state, fields, masks where there are any, and `last`."""
    parameters = ["state: State", "fields: Tensors", "masks: Tensors", last]
    kept = [p for p in parameters if p and (drawn or p != "masks: Tensors")]
    return define(name, kept, returns)


def _gradients(drawn: bool, penalties: str) -> Iterator[Section]:
    """`compute_gradients` and `gradients`."""
    enter = "tf.GradientTape() as tape"
    yield _section(
        _COMPUTE_GRADIENTS,
        head=_takes("compute_gradients", "", drawn, "tuple[Tensors, Tensors]"),
        enter=f"use_masks(state.model, masks), {enter}" if drawn else enter,
        penalties=penalties,
    )
    yield _section(
        _GRADIENTS,
        draw="    masks = draw_masks(state.seed, batch, step)" if drawn else "",
        masks=", masks" if drawn else "",
    )


def _updating(plan: Plan, training: Training, drawn: bool) -> Iterator[Section]:
    """`update_weights` and `train_step`."""
    phased = several(training)
    counts = [update_of(phase.optimizer).scalars for phase in training.phases]
    scalar = "scalars" if any(counts) else "rate"
    constrained = any(weight.constraint for weight in plan.trained)
    clip = fill(_CLIP, phase=", state.phase" if phased else "")
    yield _section(
        _UPDATE_WEIGHTS,
        head=_takes("update_weights", f"{scalar}: tf.Tensor", drawn, "Tensors"),
        masks=", masks" if drawn else "",
        clip=clip if _clips(training) else "",
        scalar=scalar,
        what="the scalars of the step are" if any(counts) else "the learning rate is",
        constrain=_CONSTRAIN.strip("\n") if constrained else "",
    )
    shape = f"({counts[0]},)" if counts[0] else "()"
    shape = shape if len(set(counts)) == 1 else "scalars.shape"
    specs = f"state.specs, {'mask_specs(), ' if drawn else ''}"
    specs = f"lambda: ({specs}tf.TensorSpec({shape}, tf.float64))"
    given = ["read_fields(state, batch)", *(["masks"] if drawn else []), scalar]
    update = assign("update", call("compiled", "state", "update_weights", specs), 4)
    scalars = "\n".join(_scalars(training))
    if "scalars.shape" in shape:
        update, scalars = f"{scalars}\n{update}", ""
    yield _section(
        _TRAIN_STEP,
        update=update,
        scalars=scalars,
        draw="    masks = draw_masks(state.seed, batch, step)" if drawn else "",
        logs=assign("logs", call("update", *given), 4),
    )


def _scalars(training: Training) -> list[str]:
    """The statements that make what an update takes besides gradients."""
    phased = several(training)
    rate: Expression = rate_of_update(training)
    step = "step - state.phase_step" if phased else "step"
    counts = [update_of(phase.optimizer).scalars for phase in training.phases]
    if not any(counts):
        return [assign("rate", call("tf.constant", rate, "tf.float64"), 4)]
    found: Expression = call("state.optimizer.scalars_at", "rate", step)

    def write(phase: Phase, indent: int) -> list[str]:
        several_scalars = update_of(phase.optimizer).scalars
        value = found if several_scalars else "rate"
        value = call("tf.constant", value, "tf.float64")
        return [assign("scalars", value, indent)]

    made = by_phase(training, write, "state.phase")
    return [assign("rate", rate, 4), *made]


def model_only_sections() -> Iterator[Section]:
    """What can be done with a model that is not trained."""
    yield _section(_MODEL_INPUTS)
    yield _section(_PREDICT)
