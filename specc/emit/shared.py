"""The parts of an emitted program that every backend writes alike.

Initial weights, schedules and the loop over epochs are plain Python and NumPy, so their
lowerings stand here once; a backend includes `SHARED` in its table.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from ..catalog.callbacks import EarlyStopping
from ..catalog.initializers.constants import Constant, Ones, Zeros
from ..catalog.initializers.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Scaled,
    VarianceScaling,
)
from ..catalog.optimizers import ClippedOptimizer
from ..catalog.schedules import Schedule
from ..catalog.schedules.constant import Constant as ConstantRate
from ..catalog.schedules.exponential_decay import ExponentialDecay
from ..catalog.schedules.piecewise_constant import PiecewiseConstant
from ..catalog.types import Duration
from ..ir import Network, Phase, Program, Training, Weight
from .lowering import Table
from .pieces import Import
from .source import Call, Expression, assign, call, entry, literal, statement
from .uses import portability

__all__ = [
    "SHARED",
    "Section",
    "constants_section",
    "docstring",
    "initial_weights_section",
    "learning_rate_section",
    "main_section",
    "only_phase",
    "stopping_field",
    "stopping_section",
    "training_section",
]

SHARED = Table("specc.runtime")


@dataclass(frozen=True)
class Section:
    """A stretch of an emitted file, the runtime pieces it uses and its own imports."""

    text: str
    pieces: frozenset[str] = frozenset()
    imports: frozenset[Import] = frozenset()


NUMPY = Import("numpy", None, "np")
ANY = Import("typing", "Any")


# Constants -------------------------------------------------------------------


def only_phase(training: Training) -> Phase:
    """The one phase of a training."""
    (phase,) = training.phases
    return phase


def constants_section(program: Program) -> str:
    """The settings of the spec as constants of the module."""
    training = program.training
    inputs = tuple(item.name for item in program.network.inputs)
    lines = [assign("INPUTS", literal(inputs))]
    if training is None:
        return "\n".join(
            [assign("SEED", "0"), assign("PRECISION", '"float32"'), *lines]
        )
    targets = tuple(dict.fromkeys(item.target for item in training.objectives))
    lines.append(assign("TARGETS", literal(targets)))
    if training.sample_weight is not None:
        lines.append(assign("SAMPLE_WEIGHT", literal(training.sample_weight)))
    return "\n".join(
        [
            assign("SEED", literal(training.seed)),
            assign("BATCH_SIZE", literal(training.batch_size)),
            assign("EPOCHS", literal(only_phase(training).epochs)),
            assign("SHUFFLE", literal(training.shuffle)),
            assign("PRECISION", literal(training.precision)),
            *lines,
        ]
    )


# Initial weights -------------------------------------------------------------


@SHARED.rule(Zeros, exact="numpy.zeros")
def zeros(_: Zeros, weight: Weight) -> Call:
    """Write zeros."""
    return call("np.zeros", literal(weight.shape))


@SHARED.rule(Ones, exact="numpy.ones")
def ones(_: Ones, weight: Weight) -> Call:
    """Write ones."""
    return call("np.ones", literal(weight.shape))


@SHARED.rule(Constant, exact="numpy.full")
def constant(initializer: Constant, weight: Weight) -> Call:
    """Write one number everywhere."""
    return call("np.full", literal(weight.shape), literal(initializer.value))


_DRAWS = {
    "uniform": "scaled_uniform",
    "untruncated_normal": "scaled_normal",
    "truncated_normal": "scaled_truncated_normal",
}


def scaled(initializer: Scaled, weight: Weight) -> Call:
    """Write a draw with variance scale / fan."""
    scale, mode, distribution = initializer.law()
    average = (weight.fan_in + weight.fan_out) / 2
    fan = {"fan_in": weight.fan_in, "fan_out": weight.fan_out, "fan_avg": average}[mode]
    return call(
        _DRAWS[distribution],
        "seed",
        literal(weight.path),
        literal(weight.shape),
        variance=f"{scale!r} / {fan!r}",
    )


for _kind in (
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    VarianceScaling,
):
    SHARED.rule(
        _kind,
        emulated="drawn from a generator shared by all backends, so that a seed gives"
        " the same weights; the distribution is the formula's",
    )(scaled)


def initial_weights_section(network: Network, table: Table = SHARED) -> Section:
    """`initial_weights(seed)`: weights and buffers in float64, in canonical layouts.

    `table` has the initializers' lowerings; each writes a call of numpy or of a piece.
    """
    lines = [
        "def initial_weights(seed: int) -> dict[str, np.ndarray]:",
        '    """Return initial weights and buffers: float64, channels last, (in, out)."""',
    ]
    pieces: set[str] = set()
    entries: list[str] = []
    for node in network.layers:
        for weight in node.weights:
            value = table.lowering(weight.initializer).write(weight.initializer, weight)
            if not value.function.startswith("np."):
                pieces.add(value.function)
                entries.append(f"        # {weight.initializer.keyword}")
            entries.append(entry(weight.path, value, indent=8))
        for buffer in node.buffers:
            value = call("np.full", literal(buffer.shape), literal(buffer.initial))
            entries.append(entry(buffer.path, value, indent=8))
    body = ["    return {", *entries, "    }"] if entries else ["    return {}"]
    return Section("\n".join([*lines, *body]), frozenset(pieces), frozenset({NUMPY}))


# Schedules -------------------------------------------------------------------


def _steps(duration: Duration) -> str:
    """The duration in steps, as an expression."""
    value = (
        int(duration.value) if duration.value == int(duration.value) else duration.value
    )
    return f"{value} * steps_per_epoch" if duration.unit == "epochs" else repr(value)


@SHARED.rule(ConstantRate, exact="a number")
def constant_rate(schedule: ConstantRate) -> Expression:
    """Write the number."""
    return literal(schedule.value)


_TABLE = "computed in float64 from the number of updates and handed to the optimizer"


@SHARED.rule(ExponentialDecay, emulated=_TABLE)
def exponential_decay(schedule: ExponentialDecay) -> Expression:
    """Write initial · rate^(t / every)."""
    return call(
        "exponential_decay",
        "step",
        initial=literal(schedule.initial),
        rate=literal(schedule.rate),
        every=_steps(schedule.every),
        staircase=literal(schedule.staircase),
    )


@SHARED.rule(PiecewiseConstant, emulated=_TABLE)
def piecewise_constant(schedule: PiecewiseConstant) -> Expression:
    """Write the rates and the steps at which they end."""
    ends: list[str] = []
    for piece in schedule.pieces[:-1]:
        assert piece.span is not None, "the construct has checked this"
        ends.append(
            f"{ends[-1]} + {_steps(piece.span)}" if ends else _steps(piece.span)
        )
    return call(
        "piecewise_constant",
        "step",
        values=literal(tuple(piece.value for piece in schedule.pieces)),
        ends=f"({', '.join(ends)}{',' if len(ends) == 1 else ''})",
    )


def learning_rate_section(training: Training, table: Table = SHARED) -> Section:
    """`learning_rate(step, steps_per_epoch)` as a Python number.

    `table` has the schedules' lowerings; each writes a number or a call of a piece.
    """
    schedule = _schedule(only_phase(training))
    value = table.lowering(schedule).write(schedule)
    lines = [
        "def learning_rate(step: int, steps_per_epoch: int) -> float:",
        '    """Return the learning rate of the update that `step` others came before."""',
    ]
    if schedule.update == "epoch":
        lines.append(
            "    step -= step % steps_per_epoch  # it changes between epochs only"
        )
    pieces = {value.function} if isinstance(value, Call) else set[str]()
    return Section(
        "\n".join([*lines, statement(value, 4, "return ")]), frozenset(pieces)
    )


def _schedule(phase: Phase) -> Schedule:
    assert isinstance(phase.optimizer, ClippedOptimizer), "all optimizers have a rate"
    return phase.optimizer.learning_rate


# The loop --------------------------------------------------------------------


@SHARED.rule(EarlyStopping, emulated="one class for all backends, counting as declared")
def early_stopping(callback: EarlyStopping) -> Expression:
    """Write the object that decides."""
    return call(
        "EarlyStopping",
        monitor=literal(callback.monitor),
        patience=literal(int(callback.patience.value)),
        min_delta=literal(callback.min_delta),
        larger_is_better=literal(callback.larger_is_better()),
        baseline=literal(callback.baseline),
        start_from_epoch=literal(callback.start_from_epoch),
        restore_best=literal(callback.restore_best),
    )


def _stopping(program: Program) -> EarlyStopping | None:
    if program.training is None:
        return None
    for callback in only_phase(program.training).callbacks:
        if isinstance(callback, EarlyStopping):
            return callback
    return None


def stopping_field(program: Program) -> str:
    """The line of the state's class that holds the early stopping, indented by four."""
    if _stopping(program) is None:
        return "    stopping: None = None  # the spec has no early stopping"
    return "    stopping: EarlyStopping = field(default_factory=new_stopping)"


_TRAIN = '''
def train(
    batches: Any, state: State | None = None, hooks: Hooks | None = None
) -> tuple[State, list[dict[str, float]]]:
    """Train for EPOCHS epochs; return the state and a record of each epoch.

    `batches` gives batches as dictionaries of arrays, as ArrayBatches does. A `state`
    that has done some epochs goes on from there.
    """
    if state is None:
        state = init_state()
    state.steps_per_epoch = batches.steps_per_epoch
    return run_epochs(
        state,
        batches,
        hooks or Hooks(),
        epochs=EPOCHS,
        train_step=train_step,
        evaluate_step=evaluate_step,
        learning_rate=learning_rate,
        export_weights=export_weights,
        import_weights=import_weights,
        stop_on_nan=@,
    )
'''


def stopping_section(program: Program) -> Section | None:
    """`new_stopping()`, which must come before the state's class; None if not used."""
    callback = _stopping(program)
    if callback is None:
        return None
    value = SHARED.lowering(callback).write(callback)
    lines = [
        "def new_stopping() -> EarlyStopping:",
        '    """Return early stopping that has seen no epoch yet."""',
        statement(value, 4, "return "),
    ]
    return Section("\n".join(lines), frozenset({"EarlyStopping"}))


def training_section(program: Program) -> Section:
    """`train(batches, state, hooks)`."""
    assert program.training is not None, "a model alone is not trained"
    stop = literal(program.training.on_nan == "stop")
    assert isinstance(stop, str)
    return Section(
        _TRAIN.strip("\n").replace("@", stop),
        frozenset({"Hooks", "run_epochs"}),
        frozenset({ANY}),
    )


_MAIN = '''
def main() -> None:
    """Train on the arrays of an .npz file and write the weights."""
@
    parser = argparse.ArgumentParser(description=main.__doc__)
    names = ", ".join(shapes)
    parser.add_argument("data", help=f"file with {names}, perhaps also val_NAME")
    parser.add_argument("--out", default="weights.safetensors")
    parser.add_argument("--dtype", default=PRECISION, choices=("float32", "float64"))
    options = parser.parse_args()
    try:
        training, validation = read_arrays(options.data, shapes)
    except ValueError as error:
        parser.error(str(error))
    batches = ArrayBatches(
        training, validation, batch_size=BATCH_SIZE, seed=SEED, shuffle=SHUFFLE
    )
    state, _ = train(batches, init_state(dtype=options.dtype), PrintEpochs())
    save_file(export_weights(state), options.out)


if __name__ == "__main__":
    main()
'''

_WATCHED = """
    if validation is None:
        parser.error("early stopping looks at arrays val_NAME, which are missing")
"""


def main_section(program: Program) -> Section:
    """`main()`, which trains from prepared arrays without specc."""
    stopping = _stopping(program)
    text = _MAIN.strip("\n").replace(
        "@", assign("shapes", literal(_shapes(program)), 4), 1
    )
    if stopping is not None and stopping.monitor.startswith("val_"):
        place = text.index("    batches = ")
        text = text[:place] + _WATCHED.lstrip("\n") + text[place:]
    return Section(
        text,
        frozenset({"ArrayBatches", "PrintEpochs", "read_arrays"}),
        frozenset({Import("argparse"), Import("safetensors.numpy", "save_file")}),
    )


def _shapes(program: Program) -> dict[str, tuple[int | None, ...]]:
    """The shape of an example of each array that training takes."""
    network, training = program.network, program.training
    assert training is not None, "a model alone is not trained"
    found = {item.name: network.edge(item.name).shape for item in network.inputs}
    edges = {item.name: item.edge for item in network.outputs}
    for item in training.objectives:
        shape = network.edge(edges[item.output]).shape
        found.setdefault(
            item.target, shape[:-1] if item.loss.target == "classes" else shape
        )
    if training.sample_weight is not None:
        found[training.sample_weight] = ()
    return {
        name: tuple(size if isinstance(size, int) else None for size in shape)
        for name, shape in found.items()
    }


# The head --------------------------------------------------------------------


def _listing(title: str, items: dict[str, str]) -> list[str]:
    if not items:
        return []
    lines = ["", title]
    for keyword, how in items.items():
        lines += textwrap.wrap(
            f"{keyword}: {how}",
            width=86,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def docstring(program: Program, title: str, table: Table) -> str:
    """The file's docstring: what it is, how to run it, and what is exact or emulated."""
    network, training, data = program.network, program.training, program.data
    if training is None:
        lines = [f"{network.name}, a model in {title}."]
    else:
        on = f" on {data.name}" if data is not None else ""
        lines = [
            f"{network.name}{on}: model and training in {title}.",
            "",
            "Run it with the prepared arrays in an .npz file: python THIS_FILE data.npz",
        ]
    exact, emulated = portability(table, program)
    lines += _listing("Exact by the framework's own call:", exact)
    lines += _listing(
        "Written out here, for the framework differs or lacks it:", emulated
    )
    return "\n".join(lines)
