"""The declarations of a file by what they are, each name once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..diagnostics.model import Note, Span
from ..syntax import tree
from .allow import is_allow
from .report import Report
from .statements import head, misplaced

__all__ = ["Declarations", "declarations"]

_VERSION = 1


@dataclass
class Declarations:
    """The statements of a file; models, data and trainings by name."""

    params: list[tree.InputDecl] = field(default_factory=list[tree.InputDecl])
    #: The file-wide defaults of each file by its source's name.
    defaults: dict[str, list[tree.Block]] = field(
        default_factory=dict[str, list[tree.Block]]
    )
    blocks: dict[str, tree.Block] = field(default_factory=dict[str, tree.Block])
    models: dict[str, tree.Block] = field(default_factory=dict[str, tree.Block])
    data: dict[str, tree.Block] = field(default_factory=dict[str, tree.Block])
    trainings: dict[str, tree.Block] = field(default_factory=dict[str, tree.Block])
    #: Train blocks of which only the body could be read.
    headless: list[tree.Block] = field(default_factory=list[tree.Block])


def declarations(files: Iterable[tree.File], report: Report) -> Declarations:
    """Sort the statements of files; those that are no declarations are reported."""
    found = Declarations()
    for file in files:
        _sort(file, found, report)
    return found


def _sort(file: tree.File, found: Declarations, report: Report) -> None:
    own = found.defaults.setdefault(file.span.source.name, [])
    for index, statement in enumerate(file.statements):
        if isinstance(statement, tree.Version):
            _version(statement, index, report)
        elif isinstance(statement, tree.Import):
            continue  # which is what the other files are
        elif isinstance(statement, tree.InputDecl) and statement.kind.text == "param":
            found.params.append(statement)
        elif isinstance(statement, tree.Block) and statement.kind.text == "defaults":
            own.append(statement)
        elif isinstance(statement, tree.Block) and _named(statement, found, report):
            continue
        elif not is_allow(statement):
            if isinstance(statement, tree.Block):
                pair = statement.bindings
                name = (pair.name or pair.model) if pair else statement.name
                report.gaps.names |= {name.text} if name else set[str]()
            elif isinstance(statement, tree.Setting):
                report.gaps.names |= {statement.key.text}
            expected = "import, param, defaults, block, model, data or train"
            misplaced(statement, "a file, outside of any block", expected, report)


def _version(statement: tree.Version, index: int, report: Report) -> None:
    if statement.number.value != _VERSION:
        report.error(
            "unknown-version",
            f"this specc does not know version {statement.number.text} of the language",
            statement.span,
            expected=f"nnspec {_VERSION}",
        )
    elif index:
        message = "the version comes first in a file"
        report.error("misplaced-statement", message, statement.span)


def _named(block: tree.Block, found: Declarations, report: Report) -> bool:
    """Put a block, model, data or train block under its name; False for any other block."""
    tables = {
        "block": found.blocks,
        "model": found.models,
        "data": found.data,
        "train": found.trainings,
    }
    kind = block.kind.text
    table = tables.get(kind)
    if table is None:
        return False
    if kind == "train" and block.bindings is None:
        found.headless.append(block)
        return True
    name, span = _name(block)
    if name is None:
        fix = f"{kind} Name {{ … }}"
        message = f"a {kind} block needs a name"
        report.error("missing-argument", message, span, suggestion=fix)
        return True
    first = table.get(name)
    if first is None:
        table[name] = block
        return True
    fix = None
    if block.bindings is not None:
        pair = f"{block.bindings.model.text} on {block.bindings.data.text}"
        fix = f"train another_name: {pair}"
    note = Note("the other one is here", head(first))
    what = "training" if kind == "train" else kind
    message = f"there are two {what} blocks called {name}"
    report.error("duplicate-name", message, span, notes=(note,), suggestion=fix)
    return True


def _name(block: tree.Block) -> tuple[str | None, Span]:
    """The name of a block and its place; a training is called as its model by default."""
    pair = block.bindings
    if pair is not None:
        return (pair.name or pair.model).text, head(block)
    if block.name is None:
        return None, head(block)
    return block.name.text, block.name.span
