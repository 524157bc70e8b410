"""The command line of an emitted program."""

from __future__ import annotations

from collections.abc import Iterable

from ...catalog.types import Shape
from ...ir import Program
from ..pieces import Import
from ..size import is_large
from ..source import assign, literal
from .phases import several
from .section import Section, fill, naming
from .table import SHARED
from .watching import watches_validation

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
$reuse
$threads
    options = parser.parse_args()
$set_threads
    try:
        training, validation, test = read_arrays(options.data, shapes)
        with open(options.out, "ab"):
            pass  # what cannot be written is said before the training
$begin
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


_REUSE = """
    parser.add_argument(
        "--reuse",
        action="append",
        required=True,
        metavar=$form,
        help="trained weights of " + ", ".join(REUSED) + " (.safetensors)",
    )
"""

_BEGIN = """
        reused = read_reused(options.reuse, REUSED)
        state = init_state(dtype=options.dtype, reused=reused)
"""

_TRAIN = "    state, _ = train(batches, $state, $hooks)"

_TRAIN_OR_STOP = """
    try:
        state, _ = train(batches, $state, $hooks)
    except NotFiniteError as error:
        parser.exit(1, f"{error}\\n")
"""

_WATCHED = """
    if validation is None:
        parser.error("$callback looks at arrays val_NAME, which are missing")
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
    watched = watches_validation(program)
    stopped = _STOPPED_PHASES if several(training) else _STOPPED
    reused = program.network.reused
    form = '"SOURCE=FILE"' if len(program.network.sources()) > 1 else '"FILE"'
    text = fill(
        _MAIN,
        reuse=fill(_REUSE, form=form) if reused else "",
        begin=_BEGIN.strip("\n") if reused else "",
        shapes=assign("shapes", literal(_shapes(program)), 4),
        threads=fill(_THREADS, default=default) if lines else "",
        set_threads="\n".join(lines),
        train=fill(
            _TRAIN_OR_STOP if stops else _TRAIN,
            hooks="PrintPhases(PHASES)" if several(training) else "PrintEpochs()",
            state="state" if reused else "init_state(dtype=options.dtype)",
        ),
        watched=fill(_WATCHED, callback=watched.keyword) if watched else "",
        stopped=stopped.strip("\n"),
    )
    imports = (
        Import("argparse"),
        Import("os"),
        Import("safetensors.numpy", "save_file"),
    )
    return naming(text, SHARED.packages, imports)


def _shapes(program: Program) -> dict[str, Shape]:
    """The shape of an example of each array that training takes."""
    return program.fields()
