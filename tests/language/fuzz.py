"""Specs that nobody would write: from a grammar, from damaged bytes, from cut examples.

    python tests/language/fuzz.py [--generated N] [--damaged N] [--prefixes STEP] [--seed N]

Each is checked in this process. It stops at the first that raises, takes too long (of the
processor), makes the process too large, or is rejected without a place; the text is printed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from specc.check.checked import Checked
from specc.diagnostics import RULES
from specc.pipeline import Settings, UnreadableError, check_source, decoded

__all__ = ["Figures", "damaged", "examine", "generated", "prefixes"]

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))
SECONDS = 2.0
MEBIBYTES = 300.0

_LAYERS = [
    "Dense({n})",
    "Dense({n}, activation = {a})",
    "Flatten",
    "Dropout({r})",
    "BatchNormalization",
    "Activation({a})",
    "Conv2D({n}, kernel_size = 3)",
    "Reshape([{n}])",
    "U({n})",
    "U",
    "h",
    "h = Dense({n})",
    "x -> Dense({n})",
    "h -> h",
    "output y = x -> Dense({n})",
    "Add(x, h)",
    "s = U({n})",
    "x -> s",
    "V()",
    "Net(x)",
]
_OTHERS = [
    "assert params < {n}",
    "assert h.shape == [{n}]",
    'allow(dropout-on-output, "why")',
    "defaults Dense {{ activation = {a} }}",
    "input x: float32[{n}]",
    "phase p {{ epochs = {n} }}",
    'import "units.nnspec"',
    "reuse a = b to c",
    "reuse a = Net to h",
    'reuse a = New from h except "dense_1"',
    'reuse a = from "runs/small" to hidden',
    "h = ",
]
_PARTS = ["", " to h", ' to "u_1/dense_1"', ' except "dense_1"', " from h to h"]
_SETTINGS = [
    "loss = mse",
    "loss y = mse(weight = {r})",
    "metrics = [accuracy]",
    "optimizer = sgd({r})",
    "optimizer = adam(exponential_decay({r}, rate = {r}, every = {n} epochs))",
    "epochs = {n}",
    "batch_size = {n}",
    "seed = {n}",
    "early_stopping(patience = {n} epochs)",
    "assert params < {n}",
]
_DATA = [
    "source = wine",
    "source = digits",
    'source = csv("a.csv")',
    "test = {n}%",
    "validation = {n}%",
    'input x = columns("a" .. "b")',
    'target y = column("c")',
    "standardize(x)",
    "keep(label < {n})",
    "rescale(image, scale = {r})",
    "take({n})",
    "one_hot(label, classes = {n})",
]
_NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "8",
    "13",
    "-1",
    "2**70",
    "1_000_000",
    "n",
    "depth",
    "1.5",
    "3//0",
    "1e308*10",
    "true",
    "none",
]
_RATES = ["0", "0.1", "0.5", "1", "2", "-1", "rate", "1/3", "1e-30", "nan", "none"]
_NAMES = [
    "relu",
    "softmax",
    "selu",
    "tanh",
    "elu",
    "reul",
    "leaky_relu(alpha=1)",
    "none",
    "3",
    '"relu"',
]
_COUNTS = ["0", "1", "2", "3", "depth", "n", "1000", "100000", "2**62", "-1", "i"]


@dataclass
class Figures:
    """What examining found: how many texts, how many rejected, the slowest, the growth."""

    texts: int = 0
    rejected: int = 0
    slowest: float = 0.0
    growth: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.texts:,} texts, {self.rejected:,} rejected with a place,"
            f" slowest {self.slowest:.2f} s, growth {self.growth:.0f} MiB"
        )


def generated(choice: random.Random) -> str:
    """A spec from a grammar of statements, most of which belong where they stand."""
    pick = choice.choice

    def some(pieces: list[str]) -> str:
        numbers, rates, names = pick(_NUMBERS), pick(_RATES), pick(_NAMES)
        return pick(pieces).format(n=numbers, r=rates, a=names)

    def body(depth: int) -> str:
        found: list[str] = []
        for _ in range(choice.randint(0, 4)):
            kind = choice.random()
            if depth and kind < 0.1:
                found.append(f"repeat {pick(_COUNTS)} {{ {body(depth - 1)} }}")
            elif depth and kind < 0.15:
                found.append(
                    f"repeat i in {pick(_COUNTS)}..{pick(_COUNTS)} {{ {body(depth - 1)} }}"
                )
            elif depth and kind < 0.25:
                found.append(
                    f"residual {{ {body(depth - 1)}; shortcut {{ {body(0)} }} }}"
                )
            elif depth and kind < 0.3:
                found.append(
                    f"if {pick(_COUNTS)} < n {{ {body(depth - 1)} }} else {{ {body(0)} }}"
                )
            elif kind < 0.4:
                found.append(some(_OTHERS))
            else:
                found.append(some(_LAYERS))
        return "\n".join(found)

    parts = [
        f"param n: int = {pick(_NUMBERS)}",
        f"param depth: int[0..9] = {pick(_COUNTS)}",
        f"block U(size: int = {pick(_NUMBERS)}) {{ {body(3)} }}",
        f"block V {{ {body(2)} }}",
        f"model Net {{ input x: float32[{pick(_NUMBERS)}]\n{body(3)} }}",
        f"model New {{ reuse a = Net{pick(_PARTS)}\n{body(1)} }}",
        f"data Wine {{ {choice.choice([some(_DATA), ''])}\n{some(_DATA)}\n{some(_DATA)} }}",
        "train Net on Wine {{ {} }}".format(
            "\n".join(some(_SETTINGS) for _ in range(4))
        ),
        f"train New on Wine {{ {some(_SETTINGS)} }}",
    ]
    if choice.random() < 0.2:
        choice.shuffle(parts)
    if choice.random() < 0.1:
        parts.append(pick(parts))
    return "\n".join(parts) + "\n"


def damaged(data: bytes, choice: random.Random) -> bytes:
    """A text of which bytes are changed, taken out, put in, or copied from elsewhere."""
    found = bytearray(data)
    for _ in range(choice.randint(1, 6)):
        at = choice.randrange(len(found) + 1)
        match choice.randrange(5):
            case 0:
                found[at : at + 1] = bytes([choice.randrange(256)])
            case 1:
                found[at : at + 1] = choice.choice(
                    [b"{", b"}", b"(", b")", b'"', b"\n", b"->", b","]
                )
            case 2:
                del found[at : at + choice.randint(1, 12)]
            case 3:
                found[at:at] = bytes(choice.randrange(32, 127) for _ in range(3))
            case _:
                start = choice.randrange(len(data))
                found[at:at] = data[start : start + choice.randint(1, 40)]
    return bytes(found)


def prefixes(step: int) -> Iterator[bytes]:
    """Each example, cut after every so many characters."""
    for path in EXAMPLES:
        text = path.read_text("utf-8")
        for end in range(0, len(text) + 1, step):
            yield text[:end].encode()


def examine(texts: Iterator[bytes], figures: Figures, choice: random.Random) -> None:
    """Check texts; an AssertionError, or whatever they raise, has the text with it."""
    before = _size()
    for data in texts:
        began = time.process_time()
        try:
            checked = _checked(data, choice)
        except Exception as error:
            error.add_note(repr(data))
            raise
        took = time.process_time() - began
        figures.texts += 1
        figures.slowest = max(figures.slowest, took)
        figures.growth = max(figures.growth, _size() - before)
        assert took <= SECONDS, (took, data)
        assert figures.growth <= MEBIBYTES, (figures.growth, data)
        if checked is not None:
            figures.rejected += _located(checked, data)


def _checked(data: bytes, choice: random.Random) -> Checked | None:
    params = {"n": choice.choice(_NUMBERS)} if choice.random() < 0.1 else {}
    try:
        source = decoded("spec.nnspec", data)
    except UnreadableError as error:
        if error.problem.span is None:
            raise
        return None
    return check_source(source, Settings(params=params))


def _located(checked: Checked, data: bytes) -> bool:
    for problem in checked.problems:
        assert problem.rule in RULES, (problem, data)
        assert problem.message, (problem, data)
        assert problem.span is not None, (problem, data)
        size = len(problem.span.source.text)
        assert 0 <= problem.span.start <= problem.span.end <= size, (problem, data)
    return checked.failed


def _size() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Examine texts of the three kinds, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--generated", type=int, default=20_000)
    parser.add_argument("--damaged", type=int, default=50_000)
    parser.add_argument("--prefixes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    choice = random.Random(asked.seed)
    wholes = [path.read_bytes() for path in EXAMPLES]
    series = {
        "generated": (generated(choice).encode() for _ in range(asked.generated)),
        "damaged": (
            damaged(choice.choice(wholes), choice) for _ in range(asked.damaged)
        ),
        "prefixes": prefixes(asked.prefixes),
    }
    for name, texts in series.items():
        figures = Figures()
        examine(texts, figures, choice)
        print(f"{name:10} {figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
