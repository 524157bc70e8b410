"""A model joined to data, and what is known of the data before any is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from ..catalog.families import Source
from ..catalog.sources import BuiltinSource
from ..catalog.sources.files import Csv
from ..catalog.transforms import OneHot
from ..catalog.transforms.rows import kept_classes
from ..catalog.types import Shape
from ..diagnostics.model import Note, Span
from ..ir import Network, Origins
from .bind import Bound
from .data import DeclaredData
from .endings import Endings
from .matching import Match, Matches
from .network import shape_text
from .report import Report
from .transforms import names_of

__all__ = ["Joint", "Known", "entries"]


def entries(shape: Shape) -> int | None:
    """How many numbers an array of that shape holds; None if a size is not known yet."""
    sizes = [size for size in shape if isinstance(size, int)]
    return prod(sizes) if len(sizes) == len(shape) else None


@dataclass(frozen=True)
class Known:
    """What is known of a match's fields.

    How many numbers an example has, how many classes if they are class numbers, which of
    these ``keep`` leaves, and whether they are certainly no class numbers.
    """

    entries: int | None = None
    classes: int | None = None
    kept: tuple[int, ...] = ()
    continuous: bool = False

    @property
    def least(self) -> int:
        """The fewest classes that an output can tell apart and say every kept one."""
        return self.kept[-1] + 1 if self.kept else self.classes or 0

    def fits(self, classes: int) -> bool:
        """Whether that many classes hold the kept ones and are no more than there are."""
        return self.classes is None or self.least <= classes <= self.classes

    def nearest(self, size: object) -> int:
        """The size, if so many classes fit, or the fewest that do."""
        return size if isinstance(size, int) and self.fits(size) else self.least

    def told(self, noun: str = "") -> str:
        """``3``, or ``3, and keep leaves 0, 1``; the noun follows the number."""
        count = f"{self.classes}{noun}"
        if len(self.kept) == self.classes:
            return count
        shown = [str(number) for number in self.kept]
        shown = shown if len(shown) <= 10 else [*shown[:9], "…", shown[-1]]
        return f"{count}, and keep leaves {', '.join(shown)}"


@dataclass(frozen=True)
class Joint:
    """A model joined to data; `report` takes what does not fit."""

    network: Network
    endings: Endings
    origins: Origins
    data: DeclaredData
    matches: Matches
    report: Report

    def source(self) -> Source:
        """The source of the data block."""
        assert self.data.settings is not None
        return self.data.settings.source

    def known(self, match: Match) -> Known:
        """What is known of a match's fields."""
        source = self.source()
        if isinstance(source, BuiltinSource):
            if not match.columns:
                return Known()  # the binding is wrong, which is reported already
            table = {item.name: item for item in source.data_fields}
            fields = [table[name] for name in match.columns]
            classes = fields[0].classes if len(fields) == 1 else None
            continuous = any(field.dtype == "float32" for field in fields)
            total = sum(prod(map(int, field.shape)) for field in fields)
            kept = self._kept(match.columns[0], classes) if classes else ()
            if not kept:
                classes = None  # nothing is left, which is reported already
            return Known(total, classes, kept, continuous)
        if isinstance(source, Csv) and match.columns and not match.through:
            return Known(len(match.columns))
        return Known()

    def _kept(self, field: str, classes: int) -> tuple[int, ...]:
        steps = [bound.construct for bound in self.data.transforms]
        return kept_classes(steps, field, classes)

    def described(self, match: Match) -> str:
        """The fields of a match, with what is known of them."""
        source = self.source()
        if isinstance(source, BuiltinSource) and len(match.columns) == 1:
            (name,) = match.columns
            field = next(item for item in source.data_fields if item.name == name)
            held = shape_text(field.shape) if field.shape else "one number"
            return f"{name} of {source.keyword} is {held}"
        known = self.known(match).entries
        return f"{', '.join(match.columns)} of {source.keyword} are {known} numbers"

    def one_hot(self, match: Match) -> Bound | None:
        """The transform that makes one-hot rows of a match, if there is one."""
        found = (
            self._one_hots[name]
            for name in self._names(match)
            if name in self._one_hots
        )
        return next(found, None)

    def near_one_hot(self, match: Match) -> tuple[str, Bound, str] | None:
        """A one-hot transform of nothing that there is, and the match it nearly names."""
        known = {binding.name for binding in self.data.bindings}
        if isinstance(source := self.source(), BuiltinSource):
            known |= {item.name for item in source.data_fields}
        for name, bound in self._one_hots.items():
            near = self.report.near(name, self._names(match))
            if near is not None and name not in known:
                return name, bound, near
        return None

    def measured(self, match: Match) -> tuple[Bound, str] | None:
        """The first transform that makes measurements of a match, and how it names it."""
        names = self._names(match)
        for bound in self.data.transforms:
            if not bound.construct.continuous:
                continue
            for name in names_of(bound.construct):
                if name in names:
                    return bound, name
        return None

    def _names(self, match: Match) -> list[str]:
        """What a transform may call a match."""
        names = [match.name, *self._written.get(match.columns, [])]
        return names + list(match.columns) if len(match.columns) == 1 else names

    @cached_property
    def _one_hots(self) -> dict[str, Bound]:
        """The one-hot transforms by the names they are given."""
        return {
            name: bound
            for bound in reversed(self.data.transforms)
            if isinstance(bound.construct, OneHot)
            for name in names_of(bound.construct)
        }

    @cached_property
    def _written(self) -> dict[tuple[str, ...], list[str]]:
        """The names of bindings by their columns."""
        found: dict[tuple[str, ...], list[str]] = {}
        for binding in self.data.bindings:
            found.setdefault(binding.columns, []).append(binding.name)
        return found

    def source_note(self) -> Note:
        """The place of the source, for problems that are shown elsewhere."""
        return Note(f"the data are {self.source().keyword}", self.data.source_span())

    def place(self, owner: str, name: str = "") -> Span | None:
        """Where something of the model was written."""
        origin = self.origins.find(owner, name)
        return origin.span if origin else None
