"""Train specs on one backend, in a process of its own; write test figures as JSON.

    python train_examples.py BACKEND FOLDER NAME[:PRECISION[:EPOCHS]]...

Each run goes to FOLDER/BACKEND-NAME-PRECISION; predictions of the test part beside it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import specc
from specc.run import evaluate, load_run

EXAMPLES = Path(__file__).parents[2] / "examples"


def train(backend: str, folder: Path, name: str, precision: str, epochs: str) -> None:
    """Train one example and look at its test part."""
    settings = {"precision": precision} | ({"epochs": epochs} if epochs else {})
    spec = specc.load(EXAMPLES / f"{name}.nnspec", training=settings)
    run = folder / f"{backend}-{name}-{precision}"
    # What it reuses is trained first.
    before = {
        s: folder / "before" / run.name / s
        for s in spec.program(name).program.network.sources()
    }
    for source, path in before.items():
        spec.train(backend, source, run=path, device="cpu", threads=1)
    result = spec.train(backend, name, run=run, device="cpu", threads=1, reuse=before)
    loaded = load_run(result.folder, device="cpu", threads=1)
    test = spec.prepare(name).test
    assert test is not None
    outputs = loaded.module.predict(loaded.state, test)
    np.savez(run / "predictions.npz", **outputs)
    figures = {
        "epochs": len(result.history),
        "first": result.history[0]["loss"],
        "last": result.history[-1]["loss"],
        "keys": sorted(result.history[-1]),
        "test": evaluate(loaded, "test").figures,
        "targets": {
            key: values.tolist()
            for key, values in test.items()
            if key in loaded.module.TARGETS
        },
    }
    (run / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    for words in sys.argv[3:]:
        name, precision, epochs = (
            *words.split(":"),
            *("float32", "")[words.count(":") :],
        )
        train(sys.argv[1], Path(sys.argv[2]), name, precision, epochs)
