"""``reuse``: from where the models come whose parts are taken, and what is taken of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..diagnostics.fault import Fault
from ..diagnostics.model import Note, Span
from ..ir import Buffer, LayerNode, Network, Program, Reused, ReusedArray, Weight
from ..syntax import tree
from .inputs import DeclaredInput
from .parts import Part, Trained, choose
from .report import Report, one_of
from .statements import head

__all__ = [
    "PlacedPart",
    "RunReader",
    "Sources",
    "first_part",
    "inherited",
    "reused_arrays",
]

#: The program of the run in a folder; a Fault says why there is none.
RunReader = Callable[[str], Program]
#: A model of the file, checked now at the latest; None where it is wrong.
_Find = Callable[[str, str, Span], Network | None]


@dataclass(frozen=True)
class PlacedPart:
    """A part where a model has it; `path` stands before the names of its layers."""

    part: Part
    path: str
    span: Span


@dataclass
class Sources:
    """The trained models that a spec can take parts of.

    Args:
        trainings: the train blocks by name.
        network: the network of a model, by its name, for that training, asked for there.
        run: the program of a run.
        report: takes the problems.
    """

    trainings: Mapping[str, tree.Block]
    network: _Find
    run: RunReader
    report: Report
    _known: dict[Span, Part | None] = field(default_factory=dict[Span, Part | None])

    def part(self, asked: tree.Reuse) -> Part | None:
        """The part that a statement names; None where it is wrong, reported once."""
        if asked.span not in self._known:
            trained = self._trained(asked.origin)
            self._known[asked.span] = (
                None if trained is None else choose(trained, asked, self.report)
            )
        return self._known[asked.span]

    def _trained(self, origin: tree.Expression) -> Trained | None:
        if isinstance(origin, tree.String) and _is_folder(origin):
            return self._of_run(origin)
        if isinstance(origin, tree.Name):
            return self._of_training(origin)
        fix = f"from {_text(origin)}" if isinstance(origin, tree.String) else None
        self.report.error(
            "wrong-type",
            "reuse takes a part of a training, or of a run",
            origin.span,
            expected='the name of a train block, or from "FOLDER"',
            suggestion=fix,
        )
        return None

    def _of_training(self, name: tree.Name) -> Trained | None:
        block = self.trainings.get(name.text)
        if block is None or block.bindings is None:
            self._unknown(name)
            return None
        network = self.network(block.bindings.model.text, name.text, name.span)
        if network is None:
            return None
        return Trained(network, name.text, None, head(block))

    def _unknown(self, name: tree.Name) -> None:
        """Report a name of no training; that of a model may stand for one."""
        of_model = [
            training
            for training, block in self.trainings.items()
            if block.bindings is not None and block.bindings.model.text == name.text
        ]
        near = self.report.near(name.text, self.trainings)
        self.report.error(
            "unknown-training",
            f"there is no training called {name.text}",
            name.span,
            expected=one_of(self.trainings)
            if self.trainings
            else 'a train block, or from "FOLDER" of a run',
            suggestion=of_model[0] if of_model else near,
        )

    def _of_run(self, folder: tree.String) -> Trained | None:
        try:
            program = self.run(folder.value)
        except Fault as fault:
            for problem in fault.problems:
                self.report.error(
                    problem.rule,
                    problem.message,
                    folder.span,
                    expected=problem.expected,
                    suggestion=problem.suggestion,
                )
            return None
        assert program.training is not None, "a run has a training"
        return Trained(program.network, program.training.name, folder.value)


def _is_folder(origin: tree.String) -> bool:
    """Whether ``from`` stands before a text."""
    before = origin.span.source.text[: origin.span.start].rstrip()
    return before.endswith("from")


def _text(node: tree.Expression) -> str:
    return node.span.source.text[node.span.start : node.span.end]


def first_part(
    statements: Iterable[tree.Statement], sources: Sources
) -> tuple[tree.Reuse, Part | None] | None:
    """The first statement that reuses something, and what, where that is right."""
    for statement in statements:
        if isinstance(statement, tree.Reuse):
            return statement, sources.part(statement)
    return None


def inherited(
    statements: Iterable[tree.Statement], sources: Sources
) -> list[DeclaredInput]:
    """The inputs of a model that declares none: those of the part that it begins with."""
    statement, part = first_part(statements, sources) or (None, None)
    if statement is None or part is None or not part.begins_at_inputs():
        return []
    edges = [part.trained.network.edge(name) for name in part.inputs]
    span = statement.origin.span
    return [DeclaredInput(edge.name, span, edge.shape, edge.dtype) for edge in edges]


def reused_arrays(
    placed: Iterable[PlacedPart], network: Network, report: Report
) -> Network | None:
    """The network with what it takes from trained models; None where that does not fit."""
    found: list[Reused] = []
    complete = True
    for item in placed:
        arrays: list[ReusedArray] = []
        for name in item.part.layers:
            there = item.part.trained.network.layer(name)
            here = network.layer(f"{item.path}/{name}")
            complete &= _fits(item, there, here, report)
            arrays += [
                ReusedArray(path=new.path, source=old.path)
                for old, new in zip(_arrays(there), _arrays(here), strict=False)
            ]
        trained = item.part.trained
        if not arrays:
            continue  # layers without weights are as good as new
        found.append(
            Reused(
                name=item.path,
                training=trained.training,
                run=trained.run,
                arrays=tuple(arrays),
            )
        )
    return network.model_copy(update={"reused": tuple(found)}) if complete else None


def _arrays(node: LayerNode) -> list[Weight | Buffer]:
    return [*node.weights, *node.buffers]


def _fits(item: PlacedPart, there: LayerNode, here: LayerNode, report: Report) -> bool:
    """Whether a layer has the weights here that it had where it was trained."""
    for old, new in zip(_arrays(there), _arrays(here), strict=True):
        if old.shape == new.shape:
            continue
        title = item.part.trained.title
        network = item.part.trained.network
        notes = tuple(
            Note(f"{name} is {list(network.edge(name).shape)} in {title}")
            for name in item.part.inputs
        )
        report.error(
            "shape-mismatch",
            f"{new.path} would be {list(new.shape)}, and that of {title} is"
            f" {list(old.shape)}",
            item.span,
            expected="what flows in to have the shape that it was trained on",
            notes=notes,
        )
        return False
    return True
