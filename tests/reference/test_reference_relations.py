"""What may not change what a program computes: names, the order of declarations, a rate of 0.

The other backends are held against the reference on every program, so what holds of it
holds of them.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from specc.backend import backend
from specc.catalog.schedules.constant import Constant
from specc.ir import Call, Program
from specc.live import load
from specc.verify.samples import MODELS, batches_for
from specc.verify.samples.drafts import with_phase
from specc.verify.start import random_start, stand_in

Arrays = dict[str, np.ndarray]


def running(program: Program) -> ModuleType:
    """The program as the reference runs it."""
    side = backend("reference")
    plan = side.plan(program)
    assert not plan.obstacles
    return load(side.emit(plan).text, f"specc_relation_{program.network.name}")


def trained(program: Program, start: Arrays, steps: int = 5) -> tuple[Arrays, Arrays]:
    """The state after some steps from given weights, and predictions."""
    module, batches = running(program), batches_for(program)
    reused = {"reused": r} if (r := stand_in(program.network)) else {}
    state = module.init_state(steps_per_epoch=batches.steps_per_epoch, **reused)
    module.import_weights(state, start)
    for step, batch in zip(range(steps), batches.epoch(0), strict=False):
        state, _ = module.train_step(state, batch, step)
        state.step += 1
    return module.export_state(state), module.predict(state, next(batches.epoch(0)))


def renamed(program: Program) -> tuple[Program, dict[str, str]]:
    """The program with other names for layers that draw nothing, and these names."""
    network = program.network
    names = {
        node.name: f"other_{number}"
        for number, node in enumerate(network.layers)
        if not node.streams
    }
    text = program.model_dump_json()
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"').replace(f'"{old}/', f'"{new}/')
    return Program.model_validate_json(text), names


def reordered(program: Program) -> Program:
    """The program with its calls in the last order that can be executed."""
    network = program.network
    left, done = list(network.calls), [item.name for item in network.inputs]
    order: list[Call] = []
    while left:
        ready = [call for call in left if set(call.inputs) <= set(done)]
        chosen = ready[-1]
        left.remove(chosen)
        order.append(chosen)
        done.append(chosen.name)
    layers = tuple(reversed(network.layers))
    changes = {"calls": tuple(order), "layers": layers}
    return program.model_copy(update={"network": network.model_copy(update=changes)})


@pytest.mark.parametrize("name", MODELS)
def test_names_of_layers_mean_nothing(name: str) -> None:
    program = MODELS[name]()
    other, names = renamed(program)
    assert names

    def old(path: str) -> str:
        words = path.split("/")
        back = {new: former for former, new in names.items()}
        return "/".join(back.get(word, word) for word in words)

    start = random_start(program.network)
    its = {path: start[old(path)] for path in random_start(other.network)}
    state, outputs = trained(program, start)
    its_state, its_outputs = trained(other, its)
    assert {old(path) for path in its_state} == state.keys()
    for path, array in its_state.items():
        np.testing.assert_array_equal(array, state[old(path)], err_msg=path)
    for output, array in its_outputs.items():
        np.testing.assert_array_equal(array, outputs[output])


@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_declarations_means_nothing(name: str) -> None:
    program = MODELS[name]()
    other = reordered(program)
    assert other != program
    start = random_start(program.network)
    state, outputs = trained(program, start)
    its_state, its_outputs = trained(other, start)
    for path, array in its_state.items():
        np.testing.assert_allclose(array, state[path], rtol=0, atol=1e-12)
    for output, array in its_outputs.items():
        np.testing.assert_allclose(array, outputs[output], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_rate_of_zero_leaves_weights_as_they_are(name: str) -> None:
    program = MODELS[name]()
    assert program.training is not None
    rule = program.training.phases[0].optimizer
    still = rule.model_copy(update={"learning_rate": Constant(value=0.0)})
    bound = {w.path for w in program.network.weights() if w.constraint is not None}
    start = random_start(program.network)
    state, _ = trained(with_phase(program, optimizer=still), start)
    moved, _ = trained(program, start)
    weights = {weight.path for weight in program.network.weights()}
    free = weights - bound - set(program.frozen(program.training.phases[0]))
    assert free
    for path in free:
        np.testing.assert_array_equal(state[path], start[path])
        assert not np.array_equal(moved[path], start[path])
