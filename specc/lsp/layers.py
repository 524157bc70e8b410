"""What is inferred of the layers of a text, by the places where they are written."""

from __future__ import annotations

from dataclasses import dataclass

from ..check.checked import Checked
from ..check.summary import Row, Summary, summarize

__all__ = ["Layers", "Use"]


@dataclass(frozen=True)
class Use:
    """One use of what is written at a place: a row of the summary of a model."""

    model: str
    row: Row


class Layers:
    """The rows of all models by where their layers begin in the text.

    A layer in a block or a repetition has a row for each time it is used.
    """

    def __init__(self, checked: Checked) -> None:
        self.summaries: dict[str, Summary] = {}
        #: Of each model, its blocks, with a row for each use.
        self.blocks: dict[str, list[Row]] = {}
        self._by_place: dict[tuple[int, int], list[Use]] = {}
        for item in checked.models:
            self.summaries[item.name] = whole = summarize(item.program)
            known = {row.name for row in whole.rows}
            folded = whole.folded(item.origins, depth=0).rows
            self.blocks[item.name] = [row for row in folded if row.name not in known]
            for row in self.summaries[item.name].rows:
                origin = item.origins.find(row.name)
                if origin is None or origin.span is None:
                    continue
                if origin.span.source == checked.source:  # no imported file
                    place = origin.span.start, origin.span.end
                    self._by_place.setdefault(place, []).append(Use(item.name, row))

    def around(self, offset: int) -> tuple[tuple[int, int], list[Use]] | None:
        """The smallest layer that has an offset in it: its place, and its uses."""
        holding = [p for p in self._by_place if p[0] <= offset <= p[1]]
        if not holding:
            return None
        place = min(holding, key=lambda p: p[1] - p[0])
        return place, self._by_place[place]
