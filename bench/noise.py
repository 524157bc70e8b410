"""What the masks of a training step cost: made on the host, made in the graph, and native.

Three masks of the seed network (784, 300 and 100 units, batch 32) are applied to three
tensors. Each framework runs in a process of its own, on one thread; the ways take turns,
and the median of their times is shown as a ratio to the framework's own dropout.

    python bench/noise.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from specc.runtime.random import keep_mask

SHAPES = ((32, 784), (32, 300), (32, 100))
RATE = 0.2
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
INCREMENTS = (0x9E3779B9, 0xBB67AE85)
LOW = 0xFFFFFFFF


def host_masks(step: int) -> list[np.ndarray]:
    """The three masks of a step, as emitted programs draw them."""
    return [keep_mask(42, f"m{i}", s, RATE, step) for i, s in enumerate(SHAPES)]


class Ahead:
    """The masks of the next step, drawn in a thread of its own while a step is made."""

    def __init__(self) -> None:
        self.drawing = ThreadPoolExecutor(max_workers=1)
        self.next = self.drawing.submit(host_masks, 0)

    def masks(self, step: int) -> list[np.ndarray]:
        """The masks that were drawn meanwhile."""
        found = self.next.result()
        self.next = self.drawing.submit(host_masks, step + 1)
        return found


def compare(ways: dict[str, Callable[[int], Any]], rounds: int = 300) -> None:
    """Time the ways in turn and print medians as ratios to the first."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for step in range(rounds):
        for name, run in ways.items():
            began = time.perf_counter()
            run(step)
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(t[rounds // 5 :]) for name, t in times.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<42} {median * 1e3:7.3f} ms   {median / base:5.2f}", flush=True)


def torch_philox(torch: Any, count: int, key: int, step: int) -> Any:
    """Philox4x32-10 words of a step in 64-bit integer operations."""
    blocks = -(-count // 4)
    c0 = torch.arange(blocks, dtype=torch.int64)
    c1, c2, c3 = c0 >> 32, torch.full_like(c0, step), torch.zeros_like(c0)
    k0, k1 = key & LOW, key >> 32
    for _ in range(10):
        p0, p1 = c0 * MULTIPLIERS[0], c2 * MULTIPLIERS[1]
        c0, c2 = ((p1 >> 32) & LOW) ^ c1 ^ k0, ((p0 >> 32) & LOW) ^ c3 ^ k1
        c1, c3 = p1 & LOW, p0 & LOW
        k0, k1 = (k0 + INCREMENTS[0]) & LOW, (k1 + INCREMENTS[1]) & LOW
    return torch.stack([c0, c1, c2, c3], 1).reshape(-1)[:count]


def run_torch() -> None:
    """Compare the ways in PyTorch."""
    import torch

    torch.set_num_threads(1)
    tensors = [torch.randn(shape) for shape in SHAPES]

    def native(step: int) -> None:
        for x in tensors:
            torch.nn.functional.dropout(x, RATE, training=True)

    ahead = Ahead()

    def host(step: int) -> None:
        applied(host_masks(step))

    def prefetched(step: int) -> None:
        applied(ahead.masks(step))

    def applied(masks: list[np.ndarray]) -> None:
        for x, mask in zip(tensors, masks, strict=True):
            x * (torch.from_numpy(mask).to(x.dtype) / (1.0 - RATE))

    def graph(step: int) -> None:
        for x in tensors:
            words = torch_philox(torch, x.numel(), 0x123456789ABCDEF, step)
            mask = (words >= int(RATE * 2**32)).reshape(x.shape)
            x * (mask.to(x.dtype) / (1.0 - RATE))

    print("PyTorch")
    compare(
        {
            "own dropout": native,
            "words on the host": host,
            "words on the host, a step ahead": prefetched,
            "words in torch": graph,
        }
    )


def run_keras() -> None:
    """Compare the ways in TensorFlow, each compiled."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tensors = [tf.random.normal(shape) for shape in SHAPES]
    specs = [tf.TensorSpec(shape, tf.bool) for shape in SHAPES]

    @tf.function
    def native_graph() -> Any:
        return [tf.nn.experimental.stateless_dropout(x, RATE, (1, 2)) for x in tensors]

    @tf.function(input_signature=[specs])
    def masked(masks: Any) -> Any:
        return [
            tf.where(m, x / (1.0 - RATE), 0.0)
            for x, m in zip(tensors, masks, strict=True)
        ]

    @tf.function(input_signature=[tf.TensorSpec((), tf.uint64)])
    def philox(step: Any) -> Any:
        found = []
        for i, x in enumerate(tensors):
            words = tf.raw_ops.StatelessRandomUniformFullIntV2(
                shape=x.shape,
                key=tf.constant([0x123456789ABCDEF + i], tf.uint64),
                counter=tf.stack([tf.constant(0, tf.uint64), step]),
                alg=tf.constant(1),
                dtype=tf.uint32,
            )
            keep = words >= tf.constant(int(RATE * 2**32), tf.uint32)
            found.append(tf.where(keep, x / (1.0 - RATE), 0.0))
        return found

    ahead = Ahead()
    print("TensorFlow, compiled")
    compare(
        {
            "own stateless dropout": lambda step: native_graph(),
            "words on the host": lambda step: masked(
                [tf.constant(mask) for mask in host_masks(step)]
            ),
            "words on the host, a step ahead": lambda step: masked(
                [tf.constant(mask) for mask in ahead.masks(step)]
            ),
            "words in the graph (Philox kernel)": lambda step: philox(
                tf.constant(step, tf.uint64)
            ),
        }
    )


def main() -> None:
    """Run each framework in a process of its own."""
    if len(sys.argv) > 1:
        {"torch": run_torch, "keras": run_keras}[sys.argv[1]]()
        return
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
    }
    for name in ("torch", "keras"):
        command = [sys.executable, __file__, name]
        subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
