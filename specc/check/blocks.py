"""What can stand in the place of a layer: blocks with their parameters, and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import create_model

from ..catalog import Construct
from ..diagnostics.model import Note, Span
from ..syntax import tree
from .bind import Binder
from .defaults import Defaults
from .names import RESERVED, is_keyword
from .scope import Unit
from .statements import head
from .types import read_type
from .values import Absent, Param

__all__ = ["DeclaredUnit", "declare_units"]


class Arguments(Construct):
    """The arguments of a block, which are checked as those of a construct are."""

    family: ClassVar[str] = "block"


@dataclass
class DeclaredUnit:
    """A block or a model of a file; `kind` has its parameters, None where they are wrong."""

    unit: Unit
    kind: type[Arguments] | None
    places: dict[str, Span] = field(default_factory=dict[str, Span])
    #: What may be named in it besides its arguments.
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
    #: Those of its file, which are farthest from its layers.
    defaults: Defaults = field(default_factory=Defaults)
    used: bool = False
    #: Whether its body has been read.
    opened: bool = False
    #: The arguments that its body makes use of.
    read: set[str] = field(default_factory=set[str])

    def note(self, arguments: Mapping[str, Param]) -> None:
        """Remember that its body was read, and which arguments that has made use of."""
        self.opened = True
        self.read |= {name for name in self.places if arguments[name].used}

    def arguments(self, call: tree.Call, binder: Binder) -> dict[str, Param] | None:
        """What names mean in the body for one call; None, and problems, where it is wrong."""
        if self.kind is None:
            return None
        bound = binder.bind(self.kind, call)
        if bound is None:
            return None
        own = {
            name: Param(name, span, getattr(bound.construct, name))
            for name, span in self.places.items()
        }
        return {**self.params, **own}


def declare_units(
    blocks: Mapping[str, tree.Block],
    models: Mapping[str, tree.Block],
    defaults: Mapping[str, Defaults],
    binder: Binder,
) -> dict[str, DeclaredUnit]:
    """The blocks and models of files by name; problems go to the binder's report.

    Args:
        blocks: by name.
        models: by name.
        defaults: those of each file by its source's name.
        binder: reads the defaults of parameters.
    """
    params = dict(binder.params.table)
    found: dict[str, DeclaredUnit] = {}
    for name, block in blocks.items():
        if not _is_free(name, block, binder):
            continue
        unit = Unit(name, "block", head(block), block.body, block.span)
        kind, places = _parameters(name, block.parameters, binder)
        own = defaults[unit.span.source.name]
        found[name] = DeclaredUnit(unit, kind, places, params, own)
    for name, block in models.items():
        if name in found:
            assert block.name is not None
            note = Note("the block is here", found[name].unit.span)
            message = f"there are a block and a model called {name}"
            binder.report.error(
                "duplicate-name", message, block.name.span, notes=(note,)
            )
            continue
        inputs = tuple(
            statement
            for statement in block.body
            if isinstance(statement, tree.InputDecl) and statement.kind.text == "input"
        )
        unit = Unit(name, "model", head(block), block.body, block.span, inputs)
        own = defaults[unit.span.source.name]
        found[name] = DeclaredUnit(unit, _kind(name, {}), {}, params, own)
    return found


def _is_free(name: str, block: tree.Block, binder: Binder) -> bool:
    if not is_keyword(name) and name not in RESERVED:
        return True
    assert block.name is not None
    message = f"{name} is a word of the language and cannot be a name"
    binder.report.error("reserved-name", message, block.name.span)
    return False


def _parameters(
    name: str, parameters: Iterable[tree.Parameter], binder: Binder
) -> tuple[type[Arguments] | None, dict[str, Span]]:
    """The parameters of a block as the fields of a construct, and their places."""
    report, complete = binder.report, True
    fields: dict[str, Any] = {}
    places: dict[str, Span] = {}
    for item in parameters:
        word = item.name.text
        if word in places:
            note = Note("it is declared here first", places[word])
            message = f"the parameter {word} of {name} is declared twice"
            report.error("duplicate-name", message, item.name.span, notes=(note,))
            complete = False
            continue
        if word in RESERVED or hasattr(Construct, word) or word.startswith("_"):
            message = f"{word} is a word of the language and cannot be a name"
            report.error("reserved-name", message, item.name.span)
            complete = False
            continue
        places[word] = item.name.span
        found = read_type(item.type, binder.params, report, constructs=True)
        if found is None:
            complete = False
            continue
        fields[word] = (found.annotation(), ...)
        if item.default is not None:
            alone = _kind(name, {word: fields[word]})
            value = binder.field(alone, word, item.default, item.default.span)
            complete = complete and not isinstance(value, Absent)
            fields[word] = (found.annotation(), None if value is None else value)
        elif any(info[1] is not ... for info in fields.values()):
            report.error(
                "missing-argument",
                f"the parameter {word} of {name} needs a default, as those before it have",
                item.span,
            )
    return (_kind(name, fields) if complete else None), places


def _kind(name: str, fields: Mapping[str, Any]) -> type[Arguments]:
    """The class of the arguments of a block."""
    kind = create_model(f"{name}Arguments", __base__=Arguments, **dict(fields))
    kind.keyword = name
    kind.positional = tuple(fields)
    return kind
