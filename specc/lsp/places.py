"""The kinds of places that a cursor can be in."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog import Construct
from ..check.expectation import Expectation
from ..syntax import tree
from ..syntax.tokens import Token

__all__ = [
    "Arguments",
    "Callee",
    "Columns",
    "Nothing",
    "Parts",
    "Rules",
    "Slot",
    "Statement",
    "Step",
    "Types",
    "Value",
    "Words",
]

#: What can be called: a construct, or a block of the file.
Callee = type[Construct] | tree.Block


@dataclass(frozen=True)
class Nothing:
    """No word that could be known."""


@dataclass(frozen=True)
class Statement:
    """The beginning of a statement in a body of that kind; the file's is ``file``."""

    body: str


@dataclass(frozen=True)
class Step:
    """A layer, a block or a flow."""


@dataclass(frozen=True)
class Columns:
    """Fields of a source; in the brackets, their names."""

    called: str | None = None


@dataclass(frozen=True)
class Types:
    """A type, behind a colon, of an ``input``, a ``param`` or a parameter (``block``)."""

    of: str


@dataclass(frozen=True)
class Words:
    """Names of a kind: ``model``, ``data``, ``training``, ``layer``, ``output``, ``field``,
    ``flow``, ``size``, ``figure`` (what an assertion is about), or words: ``on``; ``part``
    for those between the parts of ``reuse``.
    """

    kind: str


@dataclass(frozen=True)
class Parts:
    """A layer of the model of a training."""

    training: str


@dataclass(frozen=True)
class Rules:
    """The rule of an ``allow``."""


@dataclass(frozen=True)
class Value:
    """A value; `before` is what of it stands before the cursor."""

    expects: Expectation
    before: tuple[Token, ...] = ()


@dataclass(frozen=True)
class Arguments:
    """The beginning of an argument of a call, or of a line in a block of defaults.

    `given` are the names of those before, `unnamed` is what an argument without a name
    is expected to be here, `statement` says that arguments are lines.
    """

    callee: Callee
    given: frozenset[str] = frozenset()
    unnamed: Expectation | None = None
    statement: bool = False


Slot = (
    Nothing
    | Statement
    | Step
    | Columns
    | Types
    | Words
    | Parts
    | Rules
    | Value
    | Arguments
)
