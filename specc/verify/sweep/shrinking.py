"""Making a failing program small: less of everything, as long as it fails as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from ...catalog.construct import Construct
from ...catalog.families import Metric
from ...catalog.optimizers import SGD
from ...catalog.types import REAL, DType, Shape
from ...check.graph import Misfit, Step, build_network
from ...check.limits import fits_axes
from ...ir import MAIN, Network, Objective, Phase, Program, Training
from ..samples.drafts import fused
from ..verdict import Verdict
from .programs import with_data

__all__ = ["shrink", "symptom"]

#: Programs that are put to the proof at most.
TRIES = 250

C = TypeVar("C", bound=Construct)


def symptom(verdict: Verdict) -> tuple[str, ...]:
    """What a smaller program must share: the outcome, the precision, the guilty side."""
    if verdict.differences:
        first = verdict.differences[0]
        return verdict.outcome, first.precision, first.guilty or ""
    return verdict.outcome, *(item.backend for item in verdict.failures)


def shrink(
    program: Program, judge: Callable[[Program], Verdict], tries: int = TRIES
) -> Program:
    """The smallest program found that fails as the given one does.

    Args:
        program: one that fails.
        judge: gives the verdict on a program; ValueError where it is no spec.
        tries: how many programs may be judged.
    """
    wanted = symptom(judge(program))

    def fails(candidate: Program) -> bool:
        try:
            return symptom(judge(candidate)) == wanted
        except ValueError:
            return False

    place, since = (
        0,
        0,
    )  # where to go on, and how many were tried since the last success
    for _ in range(tries):
        ways = list(smaller(program))
        if since >= len(ways):
            break
        candidate = ways[place % len(ways)]
        if fails(candidate):
            program, since = candidate, 0
        else:
            place, since = place % len(ways) + 1, since + 1
    return program


def smaller(program: Program) -> Iterator[Program]:
    """Programs that are smaller in one respect, the boldest first."""
    recipe = Recipe.of(program)
    for change in (*_graphs(recipe), *_trainings(recipe), *_layers(recipe)):
        try:
            yield change.program()
        except (Misfit, Ineligible):
            continue


class Ineligible(ValueError):
    """A change leaves no program."""


@dataclass(frozen=True)
class Recipe:
    """A program taken apart: what its network is built from, and its training."""

    inputs: dict[str, Shape]
    types: dict[str, DType]
    steps: tuple[Step, ...]
    outputs: dict[str, str]
    training: Training

    @classmethod
    def of(cls, program: Program) -> Recipe:
        """Take a program apart."""
        network, training = program.network, program.training
        assert training is not None
        return cls(
            {item.name: network.edge(item.name).shape for item in network.inputs},
            network.input_types,
            tuple(
                Step(
                    call.name,
                    network.layer(call.layer).layer,
                    call.inputs,
                    call.layer,
                    call.over_time,
                )
                for call in network.calls
            ),
            {item.name: item.edge for item in network.outputs},
            training,
        )

    def program(self) -> Program:
        """Put it together again, without what no output needs.

        Raises:
            Misfit: shapes do not fit any more.
            Ineligible: nothing is left to be trained.
        """
        needed = set(self.outputs.values())
        for step in reversed(self.steps):
            if step.name in needed:
                needed.update(step.inputs)
        steps = tuple(step for step in self.steps if step.name in needed)
        inputs: dict[str, tuple[Shape, DType]] = {
            name: (shape, self.types.get(name, REAL))
            for name, shape in self.inputs.items()
            if name in needed
        }
        network = build_network("Regression", inputs, steps, self.outputs)
        ends = {step.name for step in steps}
        if not network.weights() or not all(map(fits_axes, network.weights())):
            raise Ineligible
        if not set(self.outputs.values()) <= ends:
            raise Ineligible
        return with_data(network, self._trained(network))

    def _trained(self, network: Network) -> Training:
        """The training, of the outputs that are left."""
        objectives = tuple(
            item.model_copy(update={"logits": fused(network, item.output, item.loss)})
            for item in self.training.objectives
            if item.output in self.outputs
        )
        return self.training.model_copy(update={"objectives": objectives})


# The graph ------------------------------------------------------------------------


def _graphs(recipe: Recipe) -> Iterator[Recipe]:
    """Fewer outputs, fewer layers, fewer branches, smaller inputs."""
    for name in recipe.outputs:
        if len(recipe.outputs) > 1:
            rest = {key: edge for key, edge in recipe.outputs.items() if key != name}
            yield replace(recipe, outputs=rest)
    for step in recipe.steps:
        if step.owner != step.name:  # with weights of its own
            yield _with_step(recipe, replace(step, owner=step.name))
        for source in step.inputs:
            yield _without(recipe, step, source)
        if len(step.inputs) > 2:
            for place in range(len(step.inputs)):
                rest = step.inputs[:place] + step.inputs[place + 1 :]
                yield _with_step(recipe, replace(step, inputs=rest))
    for name, shape in recipe.inputs.items():
        for place, size in enumerate(shape):
            if isinstance(size, int) and size > 1:
                less = (*shape[:place], size // 2, *shape[place + 1 :])
                yield replace(recipe, inputs={**recipe.inputs, name: less})


def _without(recipe: Recipe, gone: Step, source: str) -> Recipe:
    """The recipe with a step left out; those that took it take its source."""

    def taken(edge: str) -> str:
        return source if edge == gone.name else edge

    steps = tuple(
        replace(step, inputs=tuple(map(taken, step.inputs)))
        for step in recipe.steps
        if step is not gone
    )
    outputs = {name: taken(edge) for name, edge in recipe.outputs.items()}
    return replace(recipe, steps=steps, outputs=outputs)


def _with_step(recipe: Recipe, changed: Step) -> Recipe:
    steps = tuple(changed if s.name == changed.name else s for s in recipe.steps)
    return replace(recipe, steps=steps)


def _layers(recipe: Recipe) -> Iterator[Recipe]:
    """Plainer layers."""
    for owner, layer in {step.owner: step.layer for step in recipe.steps}.items():
        for other in plainer(layer):
            steps = tuple(
                replace(step, layer=other) if step.owner == owner else step
                for step in recipe.steps
            )
            yield replace(recipe, steps=steps)


# The training ---------------------------------------------------------------------


def _trainings(recipe: Recipe) -> Iterator[Recipe]:
    """Plainer trainings."""
    training = recipe.training
    updates: list[dict[str, Any]] = list(_fewer_phases(training.phases))
    for number, phase in enumerate(training.phases):
        for change in _phase_changes(phase):
            phases = list(training.phases)
            phases[number] = phase.model_copy(update=change)
            updates.append({"phases": tuple(phases)})
    plain = {"sample_weight": None, "shuffle": True, "precision": "float32"}
    plain |= {"on_nan": "stop", "seed": 0, "batch_size": 8}
    updates += [{name: value} for name, value in plain.items()]
    for place, objective in enumerate(training.objectives):
        for less in _objectives(objective):
            items = list(training.objectives)
            items[place] = less
            updates.append({"objectives": tuple(items)})
    for update in updates:
        changed = training.model_copy(update=update)
        if changed != training:
            yield replace(recipe, training=changed)


def _fewer_phases(phases: tuple[Phase, ...]) -> Iterator[dict[str, Any]]:
    """One phase less; a phase that is alone has the name that a spec need not give."""
    for number in range(len(phases)) if len(phases) > 1 else ():
        left = (*phases[:number], *phases[number + 1 :])
        if len(left) == 1:
            left = (left[0].model_copy(update={"name": MAIN}),)
        yield {"phases": left}


def _phase_changes(phase: Phase) -> Iterator[dict[str, Any]]:
    """Plainer phases."""
    yield {"optimizer": SGD()}
    yield {"callbacks": ()}
    yield {"frozen": ()}
    if phase.epochs > 2:
        yield {"epochs": 2}
    for optimizer in plainer(phase.optimizer):
        yield {"optimizer": optimizer}


def _objectives(objective: Objective) -> Iterator[Objective]:
    """No metrics, a plainer loss."""
    metrics: tuple[Metric, ...] = ()
    yield objective.model_copy(update={"metrics": metrics})
    for loss in plainer(objective.loss):
        yield objective.model_copy(update={"loss": loss})


# Constructs -----------------------------------------------------------------------


def plainer(construct: C) -> Iterator[C]:
    """The construct with all, or one, of its fields at the default; with smaller numbers."""
    kind = type(construct)
    given = {name: getattr(construct, name) for name, _ in kind.fields()}
    defaults = {
        name: info.get_default(call_default_factory=True)
        for name, info in kind.fields()
        if not info.is_required()
    }
    changes = [defaults, *({name: value} for name, value in defaults.items())]
    for name, value in given.items():
        changes += [{name: less} for less in _less(value)]
    for change in changes:
        if all(given[name] == value for name, value in change.items()):
            continue
        try:
            yield kind.model_validate({**given, **change})
        except ValidationError:
            continue


def _less(value: Any) -> Iterator[Any]:
    """Smaller whole numbers; constructs that are plainer."""
    if isinstance(value, Construct):
        yield from plainer(value)
    elif type(value) is int and value > 1:
        yield 1
        yield value // 2
    elif isinstance(value, tuple):
        sizes = cast("tuple[Any, ...]", value)
        if all(type(size) is int for size in sizes) and max(sizes, default=0) > 1:
            yield tuple(min(size, 1) for size in sizes)
