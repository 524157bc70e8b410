"""The command line of an emitted program."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Program
from ..pieces import Import
from ..size import is_large
from ..source import assign, literal
from .loop import stopping_of
from .phases import several
from .section import Section, fill, naming
from .table import SHARED

__all__ = ["main_section"]

_MAIN = '''
def main() -> None:
    """Train on the arrays of an .npz file and write the weights."""
$shapes
    parser = argparse.ArgumentParser(description=main.__doc__)
    names = ", ".join(shapes)
    parser.add_argument("data", help=f"file with {names}, perhaps val_NAME, test_NAME")
    parser.add_argument("--out", default="weights.safetensors")
    parser.add_argument("--dtype", default=PRECISION, choices=("float32", "float64"))
$threads
    options = parser.parse_args()
$set_threads
    try:
        training, validation, test = read_arrays(options.data, shapes)
        with open(options.out, "ab"):
            pass  # what cannot be written is said before the training
    except (OSError, ValueError) as error:
        parser.error(str(error))
$watched
    batches = ArrayBatches(
        training, validation, batch_size=BATCH_SIZE, seed=SEED, shuffle=SHUFFLE
    )
$train
    save_file(export_weights(state), options.out)
    if test is not None:
        found = evaluate(state, batches.in_order(test), evaluate_step)
        print(f"test           {in_columns(found)}")
$stopped
    print(f"weights in {options.out}")
'''

_STOPPED = """
    if state.epoch < EPOCHS:
        print(f"stopped early, after {state.epoch} of {EPOCHS} epochs")
"""

_STOPPED_PHASES = """
    if state.epoch < sum(EPOCHS):
        print(f"stopped early, after {state.epoch} of {sum(EPOCHS)} epochs")
"""

_THREADS = """
    parser.add_argument("--threads", type=int, default=$default)
"""


_TRAIN = "    state, _ = train(batches, init_state(dtype=options.dtype), PrintEpochs())"

_TRAIN_OR_STOP = """
    try:
        state, _ = train(batches, init_state(dtype=options.dtype), PrintEpochs())
    except NotFiniteError as error:
        parser.exit(1, f"{error}\\n")
"""

_WATCHED = """
    if validation is None:
        parser.error("early stopping looks at arrays val_NAME, which are missing")
"""


def main_section(program: Program, set_threads: Iterable[str] = ()) -> Section:
    """`main()`, which trains from prepared arrays without specc.

    Args:
        program: what is trained.
        set_threads: statements that give the framework ``options.threads`` threads;
            none if it has no threads.
    """
    lines = [f"    {line}" for line in set_threads]
    default = "os.cpu_count()" if is_large(program) else "1"
    training = program.training
    stops = training is not None and training.on_nan == "stop"
    callbacks = map(stopping_of, training.phases if training else ())
    watched = any(c is not None and c.monitor.startswith("val_") for c in callbacks)
    stopped = _STOPPED_PHASES if several(training) else _STOPPED
    text = fill(
        _MAIN,
        shapes=assign("shapes", literal(_shapes(program)), 4),
        threads=fill(_THREADS, default=default) if lines else "",
        set_threads="\n".join(lines),
        train=_TRAIN_OR_STOP.strip("\n") if stops else _TRAIN,
        watched=_WATCHED.strip("\n") if watched else "",
        stopped=stopped.strip("\n"),
    )
    imports = (
        Import("argparse"),
        Import("os"),
        Import("safetensors.numpy", "save_file"),
    )
    return naming(text, SHARED.packages, imports)


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
