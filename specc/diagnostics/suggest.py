"""Did you mean …: the one search for the word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

__all__ = ["equivalents", "lacking", "misspells", "nearby", "nearest", "remark"]

#: Longer words are not compared; the time grows with the square of their length.
_LONGEST = 64
#: Letters in which two words may differ, however long they are.
_MOST_EDITS = 4
#: Letters in which a misspelt word differs from the right one.
_SLIPS = 2


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant by `word`, if one is near.

    First come the words that other libraries have for a candidate (``Linear`` for
    ``Dense``), then spellings: other case or underscores, letters missing, added, changed
    or swapped. What is offered may be a piece of a spec that begins with a candidate
    (``Activation(relu)``).
    """
    found = nearby(word, candidates, limit=1)
    return found[0] if found else None


def nearby(word: str, candidates: Iterable[str], limit: int = 3) -> list[str]:
    """The candidates that may have been meant by `word`, likeliest first."""
    if len(word) > _LONGEST:
        return []
    known = [candidate for candidate in dict.fromkeys(candidates) if candidate != word]
    found = [
        target
        for target in equivalents(word)
        if target != word and (target in known or _head(target) in known)
    ]
    bare = _bare(word)  # nn.relu
    found += [bare] if bare != word and bare in known and bare not in found else []
    distances = sorted(
        (distance, index, candidate)
        for index, candidate in enumerate(known)
        if (distance := _distance(bare, candidate)) is not None
    )
    found += [candidate for *_, candidate in distances if candidate not in found]
    return found[:limit]


def misspells(word: str, candidate: str) -> bool:
    """Whether a word is another one with a slip or two, case and underscores apart."""
    distance = _distance(word, candidate) if len(word) <= _LONGEST else None
    return distance is not None and distance <= _SLIPS


def equivalents(word: str, family: str | None = None) -> list[str]:
    """What the language calls things that `word` names in other libraries.

    `family` (``layer``, ``argument`` …) limits the search; the module that a dotted
    word begins with is left out (``nn.Linear``).
    """
    from .foreign import FOREIGN  # what only mistakes need is loaded for them

    bare = _bare(word)
    tables = FOREIGN.values() if family is None else [FOREIGN.get(family, {})]
    exact = [target for table in tables for target in _targets(table.get(bare))]
    return list(dict.fromkeys(exact or _alike(family).get(_squeezed(bare), ())))


@cache
def _alike(family: str | None) -> dict[str, list[str]]:
    """What foreign words stand for, by how they are written without case and signs."""
    from .foreign import FOREIGN

    found: dict[str, list[str]] = {}
    for table in FOREIGN.values() if family is None else [FOREIGN.get(family, {})]:
        for name, targets in table.items():
            found.setdefault(_squeezed(name), []).extend(_targets(targets))
    return found


def remark(word: str) -> str | None:
    """What the language does instead of what `word` does in other libraries.

    For words without a counterpart only (``in_features``).
    """
    from .remarks import REMARKS

    return REMARKS.get(_bare(word))


def lacking(word: str, family: str, members: Iterable[str]) -> str | None:
    """What to say of a word of other libraries that no member of a family stands for."""
    from .absent import ABSENT, NEAREST

    squeezed = _squeezed(_bare(word))
    if squeezed not in ABSENT.get(family, ()):
        return None
    known = {_squeezed(member) for member in members}
    meant = {_squeezed(_head(target)) for target in equivalents(word, family)}
    if squeezed in known or meant & known:
        return None
    if family == "source":
        return "its arrays in a file: npz(…) or csv(…)"
    near = NEAREST.get(family, {}).get(squeezed)
    offered = f"{near}, or a construct" if near else "a construct"
    return f"{offered} of a package; the language itself has no such {family}"


def _bare(word: str) -> str:
    return word.rsplit(".", 1)[-1]


def _targets(entry: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else entry or ()


def _head(target: str) -> str:
    """The first word of a piece of a spec."""
    match = re.match(r"\w+", target)
    return match[0] if match else target


def _squeezed(word: str) -> str:
    return word.replace("_", "").replace("-", "").lower()


def _distance(word: str, candidate: str) -> float | None:
    """How far a candidate is from a word; None where it is another word altogether."""
    given, known = _squeezed(word), _squeezed(candidate)
    if given == known:
        return 0
    allowed = min(max(len(given), len(known)) // 3, _MOST_EDITS)
    if abs(len(given) - len(known)) <= allowed:
        edits = _edits(given, known, allowed)
        if edits is not None:
            return edits
    begins = len(given) > 1 and known.startswith(given)
    return allowed + 1 if begins else None


def _edits(first: str, second: str, allowed: int) -> int | None:
    """Letters to add, drop, change, or swap with their neighbour; None if too many.

    The optimal string alignment distance, looked for near the diagonal only.
    """
    far = allowed + 1
    size = len(second)
    before: list[int] = []
    previous = [min(j, far) for j in range(size + 1)]
    for i, a in enumerate(first, 1):
        row = [min(i, far)] + [far] * size
        for j in range(max(i - allowed, 1), min(i + allowed, size) + 1):
            b = second[j - 1]
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row[j] = min(cost, far)
        if min(row) > allowed:
            return None
        before, previous = previous, row
    return previous[-1] if previous[-1] <= allowed else None
