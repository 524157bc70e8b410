"""Writing the whole program."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from specc.backend import Emission
from specc.emit.pieces import Import, Selection, names, select
from specc.emit.shared import (
    SHARED,
    Section,
    constants_section,
    docstring,
    initial_weights_section,
    learning_rate_section,
    main_section,
    stopping_section,
    training_section,
)
from specc.emit.source import module

from .arrays import ARRAY_PIECES, array_sections, table_sections
from .model import model_section
from .plan import TABLE, Plan
from .state import init_sections, state_section
from .step import input_sections, predict_section, training_sections

__all__ = ["emit"]

#: The imports that this backend's own sections may need, by the name they bind.
_IMPORTS = {
    item.bound: item
    for item in (
        Import("math"),
        Import("dataclasses", "dataclass"),
        Import("dataclasses", "field"),
        Import("typing", "Self"),
        Import("numpy", None, "np"),
        Import("torch"),
        Import("torch", "Tensor"),
        Import("torch", "nn"),
        Import("torch.nn", "functional", "F"),
    )
}


def emit(plan: Plan) -> Emission:
    """Write the program that `plan` describes.

    Raises:
        ValueError: the plan has obstacles.
    """
    if plan.obstacles:
        first = plan.obstacles[0]
        raise ValueError(f"{first.keyword} is refused: {first.why}")
    written = model_section(plan)
    model = written.text
    sections = list(_sections(plan))
    used = _names([model, *(section.text for section in sections)])
    wanted = used & names(TABLE.packages)
    wanted = wanted.union(*(section.pieces for section in sections))
    selection = select(TABLE.packages, sorted(wanted))
    imports = {_IMPORTS[name] for name in used & _IMPORTS.keys()} | selection.imports
    text = module(
        docstring(plan.program, "PyTorch", TABLE),
        imports.union(*(section.imports for section in sections)),
        [constants_section(plan.program), model, *_arranged(sections, selection)],
    )
    start = text[: text.index(model)].count("\n") + 1
    return Emission(
        text,
        nodes={node.call.name: node.place for node in plan.nodes},
        lines={node: (start + a, start + b) for node, (a, b) in written.lines.items()},
        built={
            node: tuple((start + a, start + b) for a, b in spans)
            for node, spans in written.built.items()
        },
    )


def _arranged(sections: list[Section], selection: Selection) -> Iterator[str]:
    """Sections and pieces, each before what reads its name when it is defined."""
    shared = names(SHARED.packages)
    asked = frozenset[str]().union(*(section.pieces for section in sections))
    theirs = {piece.name for piece in select(TABLE.packages, sorted(asked)).pieces}
    loose = [piece for piece in selection.pieces if piece.name not in theirs]
    own = [piece for piece in loose if piece.name not in shared]
    if own:
        yield "# What PyTorch defines otherwise, or lacks."
        yield from (piece.text for piece in own)
    done = {piece.name for piece in own}
    for section in sections:
        wanted = section.pieces
        if section.text.startswith("def initial_weights"):
            # Here stand also the shared pieces that only our own use, such as masks.
            wanted |= {piece.name for piece in loose} & shared
        for piece in select(TABLE.packages, sorted(wanted)).pieces:
            if piece.name not in done:
                done.add(piece.name)
                yield piece.text
        yield section.text


def _sections(plan: Plan) -> Iterator[Section]:
    """The sections after the model, in order."""
    program = plan.program
    training = program.training
    stopping = stopping_section(program)
    if stopping is not None:
        yield stopping
    if training is not None:
        yield learning_rate_section(training, TABLE)
    yield Section(state_section(plan))
    yield from map(Section, input_sections(plan))
    if training is not None:
        yield from map(Section, training_sections(plan))
    yield Section(predict_section(plan))
    yield from map(Section, table_sections(plan))
    yield initial_weights_section(plan.network, TABLE)
    yield from map(Section, init_sections(plan))
    for number, text in enumerate(array_sections(plan)):
        yield Section(text, ARRAY_PIECES if number == 0 else frozenset())
    if training is not None:
        yield training_section(program)
        yield main_section(program)


def _names(sections: Iterable[str]) -> set[str]:
    """All names that occur in sections."""
    return {
        node.id
        for section in sections
        for node in ast.walk(ast.parse(section))
        if isinstance(node, ast.Name)
    }
