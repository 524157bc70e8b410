"""Seconds an epoch: `specc train` against programs written by hand.

    python bench/train_speed.py [--epochs 6] [--rounds 3] [--threads 1]

A 784-300-100-10 network with batches of 32 on 5,000 MNIST digits, validation included.
Each measurement is a process of its own; the programs take turns, so that a slow moment
of the machine hits all of them. The first epoch (tracing, caches) is left out; the
median of the others counts. Everything between the ends of two epochs counts: for specc
that includes what it writes into the run folder. Seconds are given by the clock and of
the processor; the latter say more on a machine that does other work as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

SPEC = """\
data Digits {
  source = mnist_5k
  test = 10%
  validation = 10%
  rescale(image, scale = 1 / 255)
}

model Classifier {
  input image: float32[28, 28, 1]
  Flatten
  Dense(300, activation = relu, kernel_initializer = he_normal)
  Dense(100, activation = relu, kernel_initializer = he_normal)
  Dense(10, activation = softmax)
}

train bench: Classifier on Digits {
  loss = sparse_categorical_crossentropy
  metrics = [accuracy]
  optimizer = sgd(0.01, momentum = 0.9)
  batch_size = 32
  epochs = EPOCHS
}
"""
#: The clock and the processor time of the process, at the end of an epoch.
Moment = tuple[float, float]
PAIRS = (("torch", "torch-by-hand"), ("keras", "keras-by-hand"))


def now() -> Moment:
    """This moment."""
    return time.perf_counter(), time.process_time()


def specc_on(backend: str, folder: Path, threads: int) -> list[Moment]:
    """Train with specc; the moments at which epochs end."""
    from specc import load
    from specc.run import Progress

    ends: list[Moment] = []

    class Clock(Progress):
        def epoch(self, figures: Any) -> None:
            ends.append(now())

    spec = load(folder / "bench.nnspec")
    run = tempfile.mkdtemp(dir=folder)
    spec.train(backend, run=run, device="cpu", threads=threads, progress=Clock())
    return ends


def torch_by_hand(folder: Path, epochs: int, threads: int) -> list[Moment]:
    """Train with a loop over DataLoaders, as tutorials have it."""
    import numpy as np
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.set_num_threads(threads)
    arrays = np.load(folder / "arrays.npz")
    tensors = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    training = TensorDataset(tensors["image"], tensors["label"])
    validation = TensorDataset(tensors["val_image"], tensors["val_label"])
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 300),
        nn.ReLU(),
        nn.Linear(300, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    batches = DataLoader(training, batch_size=32, shuffle=True)
    held_out = DataLoader(validation, batch_size=32)
    ends: list[Moment] = []
    for _ in range(epochs):
        model.train()
        loss_sum, correct = 0.0, 0
        for image, label in batches:
            optimizer.zero_grad()
            logits = model(image)
            loss = criterion(logits, label)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(label)
            correct += int((logits.argmax(1) == label).sum())
        model.eval()
        loss_sum, correct = 0.0, 0
        with torch.no_grad():
            for image, label in held_out:
                logits = model(image)
                loss_sum += criterion(logits, label).item() * len(label)
                correct += int((logits.argmax(1) == label).sum())
        ends.append(now())
    return ends


def keras_by_hand(folder: Path, epochs: int, threads: int) -> list[Moment]:
    """Train with model.fit, as tutorials have it."""
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    import keras

    arrays = np.load(folder / "arrays.npz")
    ends: list[Moment] = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            ends.append(now())

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(300, activation="relu"),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.01, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        arrays["image"],
        arrays["label"],
        batch_size=32,
        epochs=epochs,
        validation_data=(arrays["val_image"], arrays["val_label"]),
        callbacks=[Clock()],
        verbose=0,
    )
    return ends


def measure(variant: str, folder: Path, epochs: int, threads: int) -> Moment:
    """Median seconds of an epoch, by clock and processor, in a process of its own."""
    command = [sys.executable, __file__, "--one", variant, "--folder", str(folder)]
    command += ["--epochs", str(epochs), "--threads", str(threads)]
    done = subprocess.run(
        command, env=environment(threads), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    ends: list[Moment] = json.loads(done.stdout.splitlines()[-1])
    clock, processor = (
        median(b[kind] - a[kind] for a, b in pairwise(ends)) for kind in (0, 1)
    )
    return clock, processor


def environment(threads: int) -> dict[str, str]:
    """The same threads for every framework, and no accelerator."""
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return {
        **os.environ,
        **dict.fromkeys(names, str(threads)),
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "KERAS_BACKEND": "tensorflow",
    }


def one(variant: str, folder: Path, epochs: int, threads: int) -> None:
    """Run one variant here and print the ends of its epochs."""
    by_hand = {"torch-by-hand": torch_by_hand, "keras-by-hand": keras_by_hand}
    if variant in by_hand:
        ends = by_hand[variant](folder, epochs, threads)
    else:
        ends = specc_on(variant, folder, threads)
    print(json.dumps(ends))


def main() -> None:
    """Measure all variants in turn and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--one", metavar="VARIANT", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.folder, given.epochs, given.threads)
        return
    from specc import load
    from specc.data import write_npz

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = folder / "bench.nnspec"
        spec.write_text(SPEC.replace("EPOCHS", str(given.epochs)), encoding="utf-8")
        write_npz(load(spec).prepare(), folder / "arrays.npz")
        took: dict[str, list[Moment]] = {}
        for turn in range(given.rounds):
            for variant in (variant for pair in PAIRS for variant in pair):
                epoch = measure(variant, folder, given.epochs, given.threads)
                took.setdefault(variant, []).append(epoch)
                line = f"{epoch[0]:7.3f} s/epoch, {epoch[1]:7.3f} s of processor"
                print(f"round {turn + 1}  {variant:14} {line}", flush=True)
    for ours, theirs in PAIRS:
        for kind, name in enumerate(("clock", "processor")):
            ratios = [
                a[kind] / b[kind] for a, b in zip(took[ours], took[theirs], strict=True)
            ]
            shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
            ratio = f"{median(ratios):.2f} by {name} (rounds: {shown})"
            print(f"specc on {ours} / {theirs}: {ratio}")


if __name__ == "__main__":
    main()
