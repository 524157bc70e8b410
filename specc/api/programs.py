"""The programs of a spec, selected by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..check.checked import Checked, CheckedProgram, Settings
from ..diagnostics.model import Problem, Source, failed
from ..pipeline import SelectionError, check_source, select, select_model
from .errors import SpecError, untrained

if TYPE_CHECKING:
    from ..data import Prepared

__all__ = ["Programs"]


@dataclass(frozen=True)
class Programs:
    """A source, the settings that it is checked with, and what is in it."""

    source: Source
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def checked(self) -> Checked:
        """The outcome of the check, made once."""
        return check_source(self.source, self.settings)

    def check(self) -> tuple[Problem, ...]:
        """Every problem of the spec, in the order of its text."""
        return self.checked.problems

    def program(self, name: str | None = None) -> CheckedProgram:
        """The training of that name, its model and its data.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
        """
        return select(self.sound(), name)

    def trained(self, name: str | None = None) -> CheckedProgram:
        """The same, which must have a training and data: a model alone is an error.

        Raises:
            SpecError: the spec has errors, or no training trains the model.
            SelectionError: the name selects nothing, or one is needed.
        """
        checked = self.program(name)
        if checked.program.training is None or checked.program.data is None:
            raise untrained(checked)
        return checked

    def model(self, name: str | None = None) -> CheckedProgram:
        """The model of that name, alone.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
        """
        return select_model(self.sound(), name)

    def shown(self, name: str | None) -> CheckedProgram:
        """The program of a name; where that is no training's, a model alone."""
        try:
            return self.program(name)
        except SelectionError:
            return self.model(name)

    def prepare(self, name: str | None = None) -> Prepared:
        """The data of a training, read, divided and scaled. Paths are relative to the spec.

        Raises:
            SpecError: the spec has errors.
            SelectionError: the name selects nothing, or one is needed.
            Fault: the data is not there (status 3) or does not fit (status 1).
        """
        from ..data import prepare

        checked = self.trained(name)
        assert checked.program.data is not None
        return prepare(checked.program.data, self.folder, checked.origins)

    def sound(self) -> Checked:
        """The outcome of the check, for a spec without errors.

        Raises:
            SpecError: the spec has errors.
        """
        if failed(self.checked.problems):
            raise SpecError(self.checked.problems)
        return self.checked

    @property
    def folder(self) -> Path:
        """The folder of the spec, which relative paths in it are relative to."""
        return Path(self.source.name).parent
