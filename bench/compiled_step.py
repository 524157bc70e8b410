"""What compiling a training step is worth: the emitted step as it is, and the other way.

The step of the seed network (784-300-100-10, batch 32, dropout) is taken in turn with
PyTorch's `torch.compile` around the forward pass and without, and on Keras with the
`tf.function` that emitted programs have and with eager execution. Each framework runs in
a process of its own, on one thread; processor time of 100 steps counts, in rounds.

    python bench/compiled_step.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import specc

SPEC = """\
data Digits {
  source = mnist_5k
  rescale(image, scale = 1 / 255)
}

model Classifier {
  input image: float32[28, 28]
  Flatten
  Dense(300, activation = relu)
  Dropout(0.2)
  Dense(100, activation = relu)
  Dropout(0.2)
  Dense(10, activation = softmax)
}

train bench: Classifier on Digits {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.01, momentum = 0.9)
  batch_size = 32
  epochs = 1
}
"""
STEPS = 100
ROUNDS = 5


def program(backend: str) -> ModuleType:
    """The emitted program as a module."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.nnspec")
        path.write_text(SPEC, encoding="utf-8")
        spec = specc.load(path)
    module = ModuleType(f"bench_{backend}")
    sys.modules[module.__name__] = module
    exec(compile(spec.compile(backend), module.__name__, "exec"), module.__dict__)
    return module


def batches() -> list[dict[str, np.ndarray]]:
    """Random batches of the right shapes."""
    random = np.random.default_rng(0)
    return [
        {
            "image": random.random((32, 28, 28), dtype=np.float32),
            "label": random.integers(0, 10, (32,)),
        }
        for _ in range(STEPS)
    ]


def compare(ways: dict[str, Callable[[dict[str, np.ndarray], int], Any]]) -> None:
    """Take the ways in turn; print the median of processor time as a ratio to the first."""
    given = batches()
    for name, step in ways.items():
        began = time.perf_counter()
        step(given[0], 0)
        print(
            f"  {name:<24} first step {time.perf_counter() - began:6.2f} s", flush=True
        )
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, step in ways.items():
            began = time.process_time()
            for at, batch in enumerate(given):
                step(batch, at)
            spent[name].append((time.process_time() - began) / STEPS)
    medians = {name: statistics.median(times[1:]) for name, times in spent.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<24} {median * 1e3:7.3f} ms/step   {median / base:5.2f}")


def run_torch() -> None:
    """The emitted PyTorch step, and one whose forward pass is compiled."""
    import torch

    torch.set_num_threads(1)
    emitted = program("torch")
    plain, compiled = emitted.init_state(), emitted.init_state()
    compiled.model.logits = torch.compile(compiled.model.logits)
    compare(
        {
            "as emitted": lambda batch, at: emitted.train_step(plain, batch, at),
            "torch.compile": lambda batch, at: emitted.train_step(compiled, batch, at),
        }
    )


def run_keras() -> None:
    """The emitted Keras step, which is a compiled graph, and eager execution."""
    import tensorflow as tf

    emitted = program("keras")
    state, eager = emitted.init_state(), emitted.init_state()

    def eagerly(batch: dict[str, np.ndarray], at: int) -> None:
        rate = tf.constant(emitted.learning_rate(at, STEPS), tf.float64)
        masks = emitted.draw_masks(eager.seed, batch, at)
        emitted.update_weights(eager, emitted.read_fields(eager, batch), masks, rate)

    compare(
        {
            "as emitted": lambda batch, at: emitted.train_step(state, batch, at),
            "eager": eagerly,
        }
    )


def main() -> None:
    """Run each framework in a process of its own."""
    if len(sys.argv) > 1:
        {"torch": run_torch, "keras": run_keras}[sys.argv[1]]()
        return
    threads = {
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    for framework in ("torch", "keras"):
        print(framework, flush=True)
        subprocess.run(
            [sys.executable, str(Path(__file__)), framework],
            env={**os.environ, **threads},
            check=True,
        )


if __name__ == "__main__":
    main()
