"""What a sweep found: verdicts, refusals and coverage, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...ir import Program
from ..verdict import Verdict
from .coverage import Coverage, Share

__all__ = ["Sweep"]

#: Of what was not covered, so many are named.
NAMED = 12


@dataclass
class Sweep:
    """The account of a sweep."""

    coverage: Coverage = field(default_factory=Coverage)
    outcomes: Counter[str] = field(default_factory=Counter[str])
    refusals: Counter[str] = field(default_factory=Counter[str])
    failed: dict[str, Verdict] = field(default_factory=dict[str, Verdict])
    tensors: int = 0

    def enter(self, name: str, program: Program, verdict: Verdict) -> None:
        """Take in the verdict on a program."""
        self.coverage.add(program)
        self.outcomes[verdict.outcome] += 1
        self.tensors += verdict.compared
        for item in verdict.refusals:
            self.refusals[f"{item.backend} refuses {item.keyword}: {item.why}"] += 1
        if verdict.outcome not in ("equal", "refused"):
            self.failed[name] = verdict

    @property
    def passed(self) -> bool:
        """Whether programs were compared, and no backend disagreed."""
        return not self.failed and self.outcomes["equal"] > 0

    def render(self) -> str:
        """The counts, every disagreement in a line, every refusal, the coverage."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        counts = ", ".join(f"{n} {word}" for word, n in sorted(self.outcomes.items()))
        total = sum(self.outcomes.values())
        yield f"{total} programs: {counts}; {self.tensors:,} tensors compared"
        for name, verdict in self.failed.items():
            first = verdict.differences[0] if verdict.differences else None
            where = f"{first.part}: {first.tensor}" if first else "no answer"
            yield f"    {name}: {verdict.outcome}, {where}"
        for why, count in self.refusals.most_common():
            yield f"    {count} times: {why}"
        yield from _share("options of fields", self.coverage.options())
        yield from _share("ordered pairs of layers", self.coverage.pairs())


def _share(what: str, share: Share) -> Iterator[str]:
    yield f"{what}: {share}"
    if share.missing:
        rest = len(share.missing) - NAMED
        more = f" and {rest} more" if rest > 0 else ""
        yield f"    not covered: {', '.join(share.missing[:NAMED])}{more}"
