"""What a check is asked to do, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..diagnostics.model import Problem, Source, Span, failed
from ..ir import Origins, Program
from ..syntax.tree import File

__all__ = ["Budget", "Checked", "CheckedProgram", "Settings"]


@dataclass(frozen=True)
class Budget:
    """Bounds on what one spec may ask for; reaching one is a located error.

    They are held against Python integers, before anything of that size is made.
    """

    #: Bytes of a source text.
    source_bytes: int = 1 << 20
    #: Calls of layers in all models of a file.
    nodes: int = 25_000
    #: Expressions that are evaluated.
    work: int = 500_000
    #: Bytes that a training will need (see `specc.check.memory`).
    memory: int = 16 << 30


@dataclass(frozen=True)
class Settings:
    """How a check is carried out.

    `params` replaces defaults of ``param`` declarations; the texts are as a user types
    them (``{"width": "512"}``). `training` replaces settings of every training in the
    same way, whatever the spec says (``{"epochs": "5", "seed": "1", "precision":
    "float64"}``). `strict` turns warnings into errors. Without `lints` programs that have
    no errors are not searched for what is doubtful.
    """

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    training: Mapping[str, str] = field(default_factory=dict[str, str])
    strict: bool = False
    budget: Budget = field(default_factory=Budget)
    lints: bool = True


@dataclass(frozen=True)
class CheckedProgram:
    """A program that passed the check, with the places its values came from.

    `name` is what a user selects it by: the training's name, or the model's where the
    program is a model alone. `span` is the head of its declaration.
    """

    name: str
    kind: Literal["training", "model"]
    program: Program
    origins: Origins
    span: Span


@dataclass(frozen=True)
class Checked:
    """What is known of a source text after the check.

    `programs` holds every training without errors, in the order of the text; `models`
    every model without errors, alone (no data, no training). `tree` is None where the
    text does not parse. `problems` is in the order of the text. `imports` holds the texts
    of the files that it imports.
    """

    source: Source
    tree: File | None
    programs: tuple[CheckedProgram, ...]
    models: tuple[CheckedProgram, ...]
    problems: tuple[Problem, ...]
    imports: tuple[Source, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return failed(self.problems)
