"""What a spec declares and does not use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ..diagnostics.model import Level, failed
from ..syntax import tree
from .blocks import DeclaredUnit
from .declarations import Declarations
from .lint.fixes import removed_line
from .model import DeclaredModel
from .report import Report
from .statements import head
from .values import Params

__all__ = ["check_unused"]

_WORD = re.compile(r"\w+")


def check_unused(
    files: Sequence[tree.File],
    found: Declarations,
    params: Params,
    units: Mapping[str, DeclaredUnit],
    models: Mapping[str, DeclaredModel],
    report: Report,
) -> None:
    """Warn of what a spec declares and nothing in it uses.

    What `if` does not choose uses things too, with other params; and what a file without
    models declares is for the specs that import it.

    Args:
        files: the spec, and what it imports.
        found: all declarations.
        params: those that were read are marked.
        units: blocks and models in the place of layers; the same.
        models: those of the spec.
        report: has the problems found before, and takes the warnings.
    """
    file, faulty = files[0], failed(report.problems)
    optional = _optional(files)
    words = (_words(file, report) if faulty else Counter[str]()) + optional
    _unused_data(found, file, words, report)
    if not found.models:
        return
    _unused_params(found.params, params, file, words, report)
    _unused_units(units, file, words, report)
    if not faulty:
        own = found.defaults[file.span.source.name]
        _unused_defaults(own, models, units, words, report)


def _optional(files: Iterable[tree.File]) -> Counter[str]:
    """Words in what a condition or a count may leave out, as often as makes them used."""
    found: set[str] = set()
    todo: list[tree.Statement] = [item for file in files for item in file.statements]
    while todo:
        item = todo.pop()
        if not isinstance(item, tree.Block):
            continue
        if item.kind.text in ("if", "repeat"):
            span = item.span
            found.update(_WORD.findall(span.source.text[span.start : span.end]))
        else:
            todo += item.body
    return Counter(dict.fromkeys(found, 2))


def _words(file: tree.File, report: Report) -> Counter[str]:
    """How often each word stands in a faulty text, and in what was said of it.

    What is wrong may be where a name would have been read: only names that stand
    nowhere else are then unused for certain.
    """
    said = (f"{p.message} {p.suggestion or ''}" for p in report.problems)
    return Counter(_WORD.findall(" ".join([file.span.source.text, *said])))


def _unused_params(
    declared: Iterable[tree.InputDecl],
    params: Params,
    file: tree.File,
    words: Mapping[str, int],
    report: Report,
) -> None:
    for decl in declared:
        param = params.table.get(decl.name.text)
        own = decl.span.source is file.span.source
        if param and not param.used and own and words[param.name] < 2:
            message = f"the param {param.name} is not used"
            fix, span = removed_line(decl.span), decl.name.span
            report.error("unused-param", message, span, level=Level.WARNING, fix=fix)


def _unused_data(
    found: Declarations, file: tree.File, words: Mapping[str, int], report: Report
) -> None:
    """Warn of data that nothing is trained on, where anything is trained."""
    if found.headless:  # which may be trained on any of them
        return
    pairs = [block.bindings for block in found.trainings.values()]
    used = {pair.data.text for pair in pairs if pair is not None}
    for name, block in found.data.items():
        own = block.span.source is file.span.source
        if pairs and name not in used and own and words[name] < 2:
            message, fix = f"nothing is trained on {name}", removed_line(block.span)
            report.error(
                "unused-data", message, head(block), level=Level.WARNING, fix=fix
            )


def _unused_units(
    units: Mapping[str, DeclaredUnit],
    file: tree.File,
    words: Mapping[str, int],
    report: Report,
) -> None:
    """Warn of blocks of a file that nothing uses, and of parameters they do not use."""
    for name, declared in units.items():
        own = declared.unit.span.source is file.span.source
        if declared.unit.kind != "block" or not own:
            continue
        if not declared.used and words[name] > 1:
            continue
        if not declared.used:
            message = f"the block {name} is not used"
            span, fix = declared.unit.span, removed_line(declared.unit.whole)
            report.error("unused-block", message, span, level=Level.WARNING, fix=fix)
            continue
        for word, span in declared.places.items():
            if word not in declared.read and words[word] < 2:
                message = f"the parameter {word} of {name} is not used"
                report.error("unused-param", message, span, level=Level.WARNING)


def _unused_defaults(
    defaults: Iterable[tree.Block],
    models: Mapping[str, DeclaredModel],
    units: Mapping[str, DeclaredUnit],
    words: Mapping[str, int],
    report: Report,
) -> None:
    """Warn of defaults for layers that no model has which they are for."""
    touched = {span for model in models.values() for span in model.touched}
    todo: list[tree.Statement] = [*defaults]
    for name, declared in units.items():
        if declared.used or name in models:
            todo += declared.unit.body
    while todo:
        block = todo.pop()
        if not isinstance(block, tree.Block):
            continue
        if block.kind.text != "defaults":
            todo += [*block.body, *(block.otherwise or ())]
        elif (
            block.name is not None
            and block.span not in touched
            and not words[block.name.text]
        ):
            message = f"there is no {block.name.text} that these defaults are for"
            fix, span = removed_line(block.span), head(block)
            report.error("unused-defaults", message, span, level=Level.WARNING, fix=fix)
