"""The command line of an emitted program."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Program
from ..pieces import Import
from ..size import is_large
from .section import Section, fill, naming
from .table import SHARED

__all__ = ["main_section"]

_MAIN = '''
def main() -> None:
    """Train on the arrays of an .npz file and write the weights."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    names = $names
    parser.add_argument("data", help=f"file with arrays {', '.join(names)}")
    parser.add_argument("--out", default="weights.safetensors")
    parser.add_argument("--dtype", default=PRECISION)
$threads
    options = parser.parse_args()
$set_threads
    with np.load(options.data, allow_pickle=False) as file:
        arrays = dict(file)
    missing = [name for name in names if name not in arrays]
    if missing:
        parser.error(f"{options.data} has no array {', '.join(missing)}")
    training = {name: arrays[name] for name in names}
    validation = {
        name: arrays[f"val_{name}"] for name in names if f"val_{name}" in arrays
    }
    batches = ArrayBatches(
        training,
        validation if len(validation) == len(names) else None,
        batch_size=BATCH_SIZE,
        seed=SEED,
        shuffle=SHUFFLE,
    )
    state, _ = train(batches, init_state(dtype=options.dtype), PrintEpochs())
    save_file(export_weights(state), options.out)
    test = {name: arrays[f"test_{name}"] for name in names if f"test_{name}" in arrays}
    if len(test) == len(names):
        found = evaluate(state, batches.in_order(test), evaluate_step)
        print(f"test           {in_columns(found)}")
    if state.epoch < EPOCHS:
        print(f"stopped early, after {state.epoch} of {EPOCHS} epochs")
    print(f"weights in {options.out}")
'''

_THREADS = """
    parser.add_argument("--threads", type=int, default=$default)
"""


def main_section(program: Program, set_threads: Iterable[str] = ()) -> Section:
    """`main()`, which trains from prepared arrays without specc.

    Args:
        program: what is trained.
        set_threads: statements that give the framework ``options.threads`` threads;
            none if it has no threads.
    """
    weighted = program.training is not None and program.training.sample_weight
    lines = [f"    {line}" for line in set_threads]
    default = "os.cpu_count()" if is_large(program) else "1"
    text = fill(
        _MAIN,
        names="[*INPUTS, *TARGETS, SAMPLE_WEIGHT]"
        if weighted
        else "[*INPUTS, *TARGETS]",
        threads=fill(_THREADS, default=default) if lines else "",
        set_threads="\n".join(lines),
    )
    imports = (
        Import("argparse"),
        Import("os"),
        Import("safetensors.numpy", "save_file"),
    )
    return naming(text, SHARED.packages, imports)
