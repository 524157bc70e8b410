"""Train one spec on PyTorch and on Keras, compare the figures, and prove them the same.

    python examples/demo.py [SPEC]

It uses the command line and the run folders alone, as any script could.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SPEC = Path("examples", "mnist_mlp.nnspec")
BACKENDS = ("torch", "keras")
BARS = "▁▂▃▄▅▆▇█"

History = list[dict[str, Any]]


def specc(*arguments: object) -> str:
    """Run the command line; what it prints is shown, and the last line of it returned.

    Ends this program if it fails.
    """
    command = ["specc", *map(str, arguments)]
    print(f"\n$ {' '.join(command)}", flush=True)
    program = [sys.executable, "-m", *command]
    done = subprocess.run(program, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.splitlines()[-1]


def history(run: Path) -> History:
    """The figures of each epoch of a run."""
    lines = (ROOT / run / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def curve(values: list[float]) -> str:
    """The values as a row of bars, from the smallest to the largest."""
    low, high = min(values), max(values)
    scale = (len(BARS) - 1) / (high - low or 1.0)
    return "".join(BARS[round((value - low) * scale)] for value in values)


def figures_of(histories: dict[str, History]) -> list[str]:
    """Losses and metrics, without what frames them."""
    first, *_ = histories.values()
    frame = ("epoch", "step", "seconds", "learning_rate")
    return [name for name in first[0] if name not in frame]


def furthest(histories: dict[str, History]) -> str:
    """The figure on which the backends differ most, and by how much."""
    gaps = [
        (max(values) - min(values), figure, row[0]["epoch"])
        for figure in figures_of(histories)
        for row in zip(*histories.values(), strict=True)
        for values in [[epoch[figure] for epoch in row]]
    ]
    gap, figure, epoch = max(gaps)
    return f"at most {gap:.1g} apart ({figure}, epoch {epoch})"


def compare(histories: dict[str, History]) -> None:
    """Print the figures of all backends side by side, epoch by epoch."""
    for figure in figures_of(histories):
        print(f"\n{figure:14}" + "".join(f"{name:>12}" for name in histories))
        for row in zip(*histories.values(), strict=True):
            cells = "".join(f"{epoch[figure]:12.6f}" for epoch in row)
            print(f"  epoch {row[0]['epoch']:<6}{cells}")
        for name, epochs in histories.items():
            print(f"  {name:12}{curve([epoch[figure] for epoch in epochs])}")


def main() -> None:
    """Train on each backend, compare, verify."""
    spec = Path(sys.argv[1]).resolve() if sys.argv[1:] else SPEC
    runs = {name: Path("runs", f"demo-{name}") for name in BACKENDS}
    for name, run in runs.items():
        specc("train", spec, "--backend", name, "--run", run, "--force")
    histories = {name: history(run) for name, run in runs.items()}
    compare(histories)
    verdict = specc("verify", spec)
    epochs = len(histories[BACKENDS[0]])
    print(f"\nfigures of {epochs} epochs: {furthest(histories)}")
    print(f"proof: {verdict}")


if __name__ == "__main__":
    main()
