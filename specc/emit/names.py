"""Python identifiers for the names of a spec.

A spec's names are ASCII identifiers, but not all of them can stand in a program: some are
keywords, some hide a builtin or a name of the module, some an attribute of a framework's
class. `mangle` gives each name an identifier of its own; most names are their own.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable

__all__ = ["BUILTINS", "KEYWORDS", "Names", "mangle"]

#: Words that can never be names.
KEYWORDS = frozenset(keyword.kwlist)
#: What a name at the level of a module, or an argument that is used beside them, may hide.
BUILTINS = frozenset(dir(builtins))

#: What is put before a name that begins with an underscore.
_WORD = "name"
_UNDERSCORED = re.compile(f"(?:{_WORD})*_")

#: The longest identifier: two of them, and what stands around, fit on a line.
_LONGEST = 32


def mangle(name: str, reserved: Collection[str] = frozenset()) -> str:
    """The identifier for a name: the name itself, unless it is reserved.

    For one set of reserved words, different names have different identifiers, none is
    reserved or a keyword, and none begins with an underscore (Python rewrites some of
    those inside a class, and gives others a meaning).

    Args:
        name: an ASCII identifier, or some with slashes between them (a layer in a block);
            no two names of a model differ in nothing but slashes for underscores.
        reserved: words that cannot be used, besides the keywords.
    """
    name = name.replace("/", "_")
    # Names that look like the result of a change are changed too, so none meets another.
    if _UNDERSCORED.match(name):
        name = _WORD + name
    stem = name.rstrip("_")
    taken = [
        len(word) - len(stem)
        for words in (reserved, KEYWORDS)
        for word in words
        if word.rstrip("_") == stem
    ]
    return name + "_" * (max(taken) + 1) if taken else name


class Names:
    """The identifiers of one scope: those of a spec's names, and others made up beside them.

    Those of long names are cut, so that statements keep within the width of a line.

    Args:
        names: all names of the spec that the scope needs.
        reserved: words that cannot be used, besides the keywords.
    """

    def __init__(self, names: Iterable[str], reserved: Collection[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        whole = {name: mangle(name, self._reserved) for name in dict.fromkeys(names)}
        self._issued = {name for name in whole.values() if len(name) <= _LONGEST}
        self._identifiers = {
            name: found if found in self._issued else self._shortened(found)
            for name, found in whole.items()
        }

    def _shortened(self, name: str) -> str:
        """The beginning of a long name and its number; one more where others have both."""
        words, underscore, last = name.rpartition("_")
        numbered = last.isdigit() and len(last) < 5
        end = underscore + last if numbered else ""
        stem = (words if numbered else name)[: _LONGEST - 4 - len(end)].rstrip("_")
        found, number = stem + end, 1
        while found in self._issued or found in self._reserved:
            number += 1
            found = f"{stem}{end}_{number}"
        self._issued.add(found)
        return found

    def __getitem__(self, name: str) -> str:
        return self._identifiers[name]

    def fresh(self, wanted: str) -> str:
        """An identifier that nothing else in the scope has, `wanted` if it is free."""
        found = mangle(wanted, self._reserved)
        if len(found) > _LONGEST + len("_activation"):
            return self._shortened(found)
        while found in self._issued:
            found += "_"
        self._issued.add(found)
        return found
