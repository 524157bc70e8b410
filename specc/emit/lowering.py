"""Lowering tables: for each construct, how a backend writes it, or why it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..catalog.construct import Construct
from .use import Use

__all__ = ["How", "Lowering", "Refusal", "Table"]


@dataclass(frozen=True)
class How:
    """How a construct is computed: the text, and whether the framework's call does it."""

    text: str
    exact: bool


#: What is said of one use of a construct; text alone leaves the exactness as it is in
#: general, no text says that there is nothing to write.
Here = Callable[[Use], "How | str"]


@dataclass(frozen=True)
class Lowering:
    """How one construct is written.

    `how` is shown in the reference and in the portability table: the framework's own call
    that computes it, or what is written out instead. `exact` says whether the framework's
    call does it alone; if not, `how` names the difference in formula. Where that depends
    on arguments, `says` tells it of one use, for the head of the emitted file.
    """

    kind: type[Construct]
    write: Callable[..., Any]
    exact: bool
    how: str
    says: Here | None = None

    def here(self, use: Use) -> How:
        """How the construct is computed where a program uses it."""
        said = self.how if self.says is None else self.says(use)
        return said if isinstance(said, How) else How(said, self.exact)


@dataclass(frozen=True)
class Refusal:
    """A construct that a backend cannot honour, always or in some case."""

    kind: type[Construct]
    why: str
    #: Whether this instance is refused; None refuses all.
    when: Callable[[Any], bool] | None = None


class Table:
    """The lowerings and refusals of a backend, by construct class.

    `packages` are the import names of the packages whose runtime pieces they use. The
    lowerings of a table that `yields` give way to those of the table that includes it.
    """

    def __init__(self, *packages: str, yields: bool = False) -> None:
        self.packages: list[str] = list(packages)
        self.yields = yields
        self._yielding: set[type[Construct]] = set()
        self._lowerings: dict[type[Construct], Lowering] = {}
        self._refusals: dict[type[Construct], list[Refusal]] = {}

    def rule(
        self,
        kind: type[Construct],
        *,
        exact: str = "",
        emulated: str = "",
        here: Here | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as the lowering of `kind`.

        Exactly one of `exact` (the framework's call) and `emulated` (what is written
        instead, and the difference in formula) must be given. Where they name cases, `here`
        says which of them a use is.

        Raises:
            ValueError: both or neither were given, or `kind` has a lowering already.
        """
        if bool(exact) == bool(emulated):
            raise ValueError(f"say whether {kind.keyword} is exact or emulated")
        self._once(kind)

        def register(write: Callable[..., Any]) -> Callable[..., Any]:
            self._lowerings[kind] = Lowering(
                kind, write, bool(exact), exact or emulated, here
            )
            self._yielding.discard(kind)
            return write

        return register

    def refuse(
        self,
        kind: type[Construct],
        why: str,
        when: Callable[[Any], bool] | None = None,
    ) -> None:
        """Refuse `kind`, or those of its instances for which `when` holds."""
        self._refusals.setdefault(kind, []).append(Refusal(kind, why, when))

    def include(self, other: Table) -> None:
        """Take over the entries of another table, and the packages of its pieces.

        Raises:
            ValueError: both lower a construct, and neither yields to the other.
        """
        for kind, lowering in other._lowerings.items():
            if other.yields and kind in self._lowerings:
                continue
            self._once(kind)
            self._lowerings[kind] = lowering
            (self._yielding.add if other.yields else self._yielding.discard)(kind)
        self.packages += [name for name in other.packages if name not in self.packages]
        for kind, refusals in other._refusals.items():
            self._refusals.setdefault(kind, []).extend(refusals)

    def _once(self, kind: type[Construct]) -> None:
        if kind in self._lowerings and kind not in self._yielding:
            raise ValueError(f"{kind.keyword} is lowered twice")

    def lowering(self, construct: Construct) -> Lowering:
        """How `construct` is written.

        Raises:
            KeyError: its class has no lowering.
        """
        return self._lowerings[type(construct)]

    def refusal(self, construct: Construct) -> Refusal | None:
        """Why `construct` is refused, if it is."""
        for refusal in self._refusals.get(type(construct), ()):
            if refusal.when is None or refusal.when(construct):
                return refusal
        if type(construct) not in self._lowerings:
            why = f"this backend does not know {construct.keyword}"
            return Refusal(type(construct), why)
        return None

    def __iter__(self) -> Iterator[Lowering]:
        return iter(self._lowerings.values())

    def __contains__(self, kind: type[Construct]) -> bool:
        return kind in self._lowerings or kind in self._refusals
