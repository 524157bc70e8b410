"""Random programs: each a pure function of its seed, all of them valid specs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...catalog.layers.dense import Dense
from ...catalog.layers.normalization import BatchNormalization
from ...catalog.losses import MeanSquaredError
from ...catalog.optimizers import Adam
from ...catalog.sources.files import Npz
from ...catalog.types import Portion
from ...ir import MAIN, Binding, Data, Network, Objective, Phase, Program, Training
from ..samples import NoAlternative
from ..samples.drafts import Draft, arrays_for
from .choices import Choices
from .coverage import Coverage
from .networks import Unfit, sketch
from .trainings import ends, training_of

__all__ = ["arrays", "drifting", "random_program", "random_programs", "with_data"]

#: Examples in the file of a program; some are held out, and no batch size divides the rest.
ROWS, HELD_OUT = 24, 5
#: What the weights of examples are called.
WEIGHT = "weight"


def random_program(
    seed: int, number: int = 0, covered: Coverage | None = None
) -> Program:
    """A random program: network, data in an .npz file, training.

    Args:
        seed: of a series of programs.
        number: of the program in its series.
        covered: what the programs before it had; it leans to what they had not.
    """
    used = (covered or Coverage()).seen
    choices = Choices.seeded((seed, number), used)
    while True:
        try:
            program = _attempt(choices)
        except (Unfit, NoAlternative):
            continue
        if program.network.weights():
            return program


def random_programs(count: int, seed: int) -> Iterator[tuple[str, Program]]:
    """A series of programs by name, steered to cover all options and pairs of layers.

    The first is not random: a bias before batch normalization, under Adam.
    """
    covered = Coverage()
    for number in range(count):
        program = random_program(seed, number, covered) if number else drifting()
        covered.add(program)
        yield f"seed{seed}_{number}", program


def _attempt(choices: Choices) -> Program:
    found = sketch(choices)
    asked = ends(found)
    network = found.draft.network(
        {name: edge for name, (edge, _) in asked.items()}, "Random"
    )
    losses = {name: loss for name, (_, loss) in asked.items()}
    weight = WEIGHT if choices.chance(0.3) else None
    return with_data(network, training_of(choices, network, losses, weight))


def drifting() -> Program:
    """A bias right before a normalization, whose gradient is zero but for rounding.

    Adam with a tiny epsilon turns that rounding into steps of the learning rate.
    """
    draft = Draft({"x": (6,)})
    edge = draft.add(Dense(units=8), "x")
    edge = draft.add(BatchNormalization(momentum=0.9), edge)
    edge = draft.add(Dense(units=2), edge)
    network = draft.network({"y": edge}, "Drifting")
    adam = Adam.model_validate({"learning_rate": 0.001, "epsilon": 1e-16})
    objective = Objective(output="y", target="y", loss=MeanSquaredError())
    phase = Phase(name=MAIN, epochs=20, optimizer=adam)
    training = Training(
        name="training", objectives=(objective,), phases=(phase,), batch_size=8, seed=7
    )
    return with_data(network, training)


def with_data(network: Network, training: Training) -> Program:
    """The program with a data block: an .npz file that holds an array for each binding."""
    data = Data(
        name="Arrays",
        source=Npz(path="arrays.npz"),
        validation=Portion(value=HELD_OUT, unit="examples"),
        bindings=tuple(_bindings(network, training)),
    )
    return Program(network=network, data=data, training=training)


def _bindings(network: Network, training: Training) -> Iterator[Binding]:
    for item in network.inputs:
        edge = network.edge(item.name)
        yield _binding(item.name, "input", edge.shape, dtype=edge.dtype)
    edges = {output.name: output.edge for output in network.outputs}
    for objective in training.objectives:
        shape = network.edge(edges[objective.output]).shape
        if objective.loss.target == "classes":
            yield _binding(
                objective.target,
                "target",
                shape[:-1],
                dtype="int64",
                classes=int(shape[-1]),
            )
        else:
            yield _binding(objective.target, "target", shape)
    if training.sample_weight is not None:
        yield _binding(training.sample_weight, "sample_weight", ())


def _binding(
    name: str, role: str, shape: tuple[int | str, ...], **more: object
) -> Binding:
    fields = {"dtype": "float32", **more}
    return Binding.model_validate(
        {"name": name, "role": role, "columns": (name,), "shape": shape, **fields}
    )


def arrays(program: Program) -> dict[str, np.ndarray]:
    """What the file of a program holds: an array of random numbers for each binding."""
    return arrays_for(program, ROWS, "training")
