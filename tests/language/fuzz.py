"""No text makes the check fail, hang, grow, or reject without a place: at length.

    python tests/language/fuzz.py [--generated N] [--damaged N] [--prefixes STEP] [--seed N]

Each text is checked in this process. A text that raises, takes too long (of the
processor), makes the process too large, or is rejected without a place ends the run:
hypothesis makes it as small as it can, prints it, and keeps it under .hypothesis/, so that
the next run begins with it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hostile import damaged, specs
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from specc.check.checked import Budget, Checked, Settings
from specc.diagnostics import RULES
from specc.pipeline import UnreadableError, check_source, decoded

__all__ = ["EXAMPLES", "WHOLES", "Figures", "checks", "damaged", "prefixes", "specs"]

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))
WHOLES = [path.read_bytes() for path in EXAMPLES]
SECONDS = 2.0
#: Of a model, at most; a repetition may ask for so many, and each of them takes its time.
LAYERS = 5_000
MEBIBYTES = 300.0
#: So many texts are drawn at a time: what hypothesis remembers of them takes memory.
SERIES = 500


def _memory(what: str) -> float:
    """What /proc says of this process: VmRSS is its size, VmHWM the largest it was."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition(f"{what}:")[2].split()[0]) / 1024


@dataclass
class Figures:
    """What was found: how many texts, how many rejected, the slowest, the largest."""

    texts: int = 0
    rejected: int = 0
    slowest: float = 0.0
    growth: float = 0.0
    before: float = field(default_factory=lambda: _memory("VmRSS"))

    def __str__(self) -> str:
        return (
            f"{self.texts:,} texts, {self.rejected:,} rejected with a place, slowest"
            f" {self.slowest:.2f} s, growth {self.growth:.0f} MiB, {self.kept():.0f} MiB kept"
        )

    def kept(self) -> float:
        """By how much the process has grown for good, in MiB."""
        return _memory("VmRSS") - self.before

    def examine(self, text: bytes) -> None:
        """Check a text; an AssertionError says what is wrong with the answer."""
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # VmHWM is VmRSS again
        before, began = _memory("VmRSS"), time.process_time()
        checked = _checked(text)
        took, growth = time.process_time() - began, _memory("VmHWM") - before
        self.texts += 1
        self.slowest = max(self.slowest, took)
        self.growth = max(self.growth, growth)
        assert took <= SECONDS, f"took {took:.1f} s"
        assert growth <= MEBIBYTES, f"grew by {growth:.0f} MiB"
        self.rejected += checked is None or _located(checked)


def _checked(text: bytes) -> Checked | None:
    try:
        source = decoded("spec.nnspec", text)
    except UnreadableError as error:
        if error.problem.span is None:
            raise
        return None
    return check_source(source, Settings(budget=Budget(nodes=LAYERS)))


def _located(checked: Checked) -> bool:
    for problem in checked.problems:
        assert problem.rule in RULES, problem
        assert problem.message, problem
        assert problem.span is not None, problem
        size = len(problem.span.source.text)
        assert 0 <= problem.span.start <= problem.span.end <= size, problem
    return checked.failed


def prefixes(step: int) -> Iterable[bytes]:
    """Each example, cut after every so many characters."""
    for path in EXAMPLES:
        text = path.read_text("utf-8")
        for end in range(0, len(text) + 1, step):
            yield text[:end].encode()


def checks(
    name: str, texts: st.SearchStrategy[bytes], figures: Figures, **options: object
) -> Callable[[], None]:
    """A test of that name over texts, as hypothesis runs it."""

    def examined(text: bytes) -> None:
        figures.examine(text)

    examined.__name__ = name  # under which failures are kept
    relaxed = settings(deadline=None, suppress_health_check=[*HealthCheck], **options)
    return relaxed(given(texts)(examined))


def main() -> None:
    """Examine texts of the three kinds, and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--generated", type=int, default=20_000)
    parser.add_argument("--damaged", type=int, default=50_000)
    parser.add_argument("--prefixes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    drawn = {
        "generated": (specs(), asked.generated),
        "damaged": (damaged(WHOLES), asked.damaged),
    }
    for name, (texts, count) in drawn.items():
        figures, number = Figures(), asked.seed * 1_000_003
        while figures.texts < count:
            some = min(SERIES, count - figures.texts)
            seed(number)(checks(name, texts, figures, max_examples=some))()
            number += 1
            assert figures.kept() <= MEBIBYTES, f"{name}: {figures}"
        print(f"{name:10} {figures}", flush=True)
    figures = Figures()
    for text in prefixes(asked.prefixes):
        try:
            figures.examine(text)
        except Exception as error:
            error.add_note(repr(text))
            raise
    print(f"{'prefixes':10} {figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
