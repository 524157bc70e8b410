"""The models of a spec, each checked when it is first asked for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from ..diagnostics.model import Span
from ..ir import Network
from ..syntax import tree
from .bind import Binder
from .blocks import DeclaredUnit
from .model import DeclaredModel, check_model
from .reuse import RunReader, Sources

__all__ = ["Models"]

#: Trainings that reuse others that reuse …: a longer row than anybody trains.
DEEPEST = 40


class Models:
    """Checks models; one that takes a part of a training comes after that one's model.

    Args:
        units: the blocks and models of the file.
        names: the models, in the order of the text.
        trainings: the train blocks by name.
        run: reads the program of a run.
        nodes: how many calls all models may have.
        binder: makes layers; problems go to its report.
    """

    def __init__(
        self,
        units: Mapping[str, DeclaredUnit],
        names: Iterable[str],
        trainings: Mapping[str, tree.Block],
        run: RunReader,
        nodes: int,
        binder: Binder,
    ) -> None:
        self.units, self.binder, self.left = units, binder, nodes
        self.names = list(names)
        self.sources = Sources(trainings, self._for_training, run, binder.report)
        self._params = dict(binder.params.table)
        self._done: dict[str, DeclaredModel] = {}
        #: The models that are being checked, each with the training it is asked for.
        self._open: list[tuple[str, str]] = []

    def all(self) -> dict[str, DeclaredModel]:
        """All models by name, in the order of the text."""
        for name in self.names:
            if name not in self._done:
                self._check(name, "")
        return {name: self._done[name] for name in self.names}

    def _check(self, name: str, training: str) -> DeclaredModel:
        with self._opened(name, training), self.binder.params.within(self._params):
            model = check_model(
                self.units[name], self.binder, self.units, self.left, self.sources
            )
        self.left -= len(model.network.calls) if model.network else 0
        self._done[name] = model
        return model

    @contextmanager
    def _opened(self, name: str, training: str) -> Generator[None]:
        self._open.append((name, training))
        try:
            yield
        finally:
            self._open.pop()

    def _for_training(self, model: str, training: str, span: Span) -> Network | None:
        """The network of the model of a training; None, and perhaps a problem, if none."""
        if model in self._done:
            return self._done[model].network
        if model not in self.names:
            return None  # which is reported at the training
        report = self.binder.report
        opened = [name for name, _ in self._open]
        if model in opened:
            between = [by for _, by in self._open[opened.index(model) + 1 :]]
            circle = " -> ".join([training, *between, training])
            report.error(
                "cycle",
                f"trainings reuse each other: {circle}",
                span,
                expected="a training that comes before",
            )
            return None
        if len(self._open) >= DEEPEST:
            message = f"more than {DEEPEST} trainings reuse one another in a row"
            report.error("too-much-work", message, span)
            return None
        return self._check(model, training).network
