"""The names of a model's inputs, layers and flows: given or made, all different."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.automatic import snake_case
from ..diagnostics.model import Note, Span
from .report import Report

__all__ = ["RESERVED", "Names", "is_keyword", "stem"]

#: Words that are values or operators wherever a name could stand.
RESERVED = frozenset({"true", "false", "none", "not"})


def is_keyword(word: str) -> bool:
    """Whether a word is that of a layer, or of what can be written around one."""
    return word in catalog().family("layer") or word in catalog().family("wrapper")


def _folded(name: str) -> str:
    """What two names must not share: programs write ``stem/conv`` as ``stem_conv``."""
    return name.lower().replace("/", "_")


@dataclass
class Names:
    """The names that are taken, whatever their case, and the next number of each keyword.

    Names of layers in a block have the block's before them: ``stem/conv2d_1``.
    """

    report: Report
    taken: dict[str, tuple[str, Span]] = field(
        default_factory=dict[str, tuple[str, Span]]
    )
    automatic: set[str] = field(default_factory=set[str])
    #: The names of sizes that are known only at run time.
    sizes: set[str] = field(default_factory=set[str])
    _next: dict[str, int] = field(default_factory=dict[str, int])

    def claim(self, name: str, span: Span) -> bool:
        """Take a name that the spec gives; False, and a problem, if it cannot have it."""
        first = self.taken.get(_folded(name))
        if first is not None:
            self._taken(name, first, span)
            return False
        word = name.rpartition("/")[2]
        if is_keyword(word) or word in RESERVED:
            message = f"{word} is a word of the language and cannot be a name"
            self.report.error("reserved-name", message, span)
            return False
        self.taken[_folded(name)] = (name, span)
        return True

    def claim_size(self, name: str, span: Span) -> bool:
        """Take a name for a size, which several inputs may share; see `claim`."""
        if name in self.sizes:
            return True
        self.sizes.add(name)
        return self.claim(name, span)

    def _taken(self, name: str, first: tuple[str, Span], span: Span) -> None:
        same = first[0] == name
        if same:
            message = f"the name {name} is taken"
        elif first[0].lower() == name.lower():
            message = f"{name} and {first[0]} differ only in case"
        else:
            message = f"{name} and {first[0]} would be one name in a program"
        self.report.error(
            "duplicate-name" if same else "name-clash",
            message,
            span,
            notes=(Note("the other one is here", first[1]),),
        )

    def last(self, stem: str) -> int:
        """The number of the last name that was made for a stem; 0 for none."""
        return self._next.get(stem, 0)

    def again(self, name: str, span: Span) -> str:
        """A name for one more call of what has that name: ``encoder_2`` for the second."""
        self._next.setdefault(name, 1)
        return self.make(name, span)

    def make(self, stem: str, span: Span) -> str:
        """A name for what has none: the stem and the next free number.

        Args:
            stem: of a layer its path and its keyword in snake case (see `stem`), of one
                that is called again its name.
            span: where it is used.
        """
        while True:
            number = self._next[stem] = self._next.get(stem, 0) + 1
            name = f"{stem}_{number}"
            if _folded(name) not in self.taken:
                self.taken[_folded(name)] = (name, span)
                self.automatic.add(name)
                return name


def stem(path: str, keyword: str) -> str:
    """``stage_1/max_pooling2d`` for a MaxPooling2D in ``stage_1/``."""
    return f"{path}{snake_case(keyword)}"
