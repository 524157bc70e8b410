"""What running programs keep: steps, resuming, arrays in and out, probes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from small_programs import batch_of, layer
from torch_cases import CASES
from torch_programs import close, emitted, module_of, scattered

from specc.check.graph import own
from specc.ir import Call, Edge, ModelInput, ModelOutput, Network, Program
from specc.runtime.random import keep_mask
from specc_torch.probe import node_outputs, raw_gradients

TRAINED = [name for name, case in CASES.items() if case.training is not None]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", TRAINED)
def test_steps_resume_and_figures(name: str, dtype: str) -> None:
    case = CASES[name]
    module = module_of(case)
    state = module.init_state(dtype=dtype, steps_per_epoch=3)
    for number in range(3):
        batch = batch_of(case, rows=5 - number, seed=number)
        state, figures = module.train_step(state, batch, state.step)
        assert all(type(value) is float for value in figures.values())
        assert all(np.isfinite(list(figures.values())))
        state.step += 1
    saved = module.export_state(state)
    assert saved["counter/step"] == 3
    assert saved["counter/step"].dtype == np.int64
    kinds = {array.dtype.name for path, array in saved.items() if "counter" not in path}
    assert kinds == {dtype}
    assert all(array.flags.c_contiguous for array in saved.values())

    again = module.init_state(dtype=dtype, seed=state.seed, steps_per_epoch=3)
    module.import_state(again, saved)
    batch = batch_of(case, seed=9)
    _, first = module.train_step(state, batch, state.step)
    _, second = module.train_step(again, batch, again.step)
    assert first == second
    after, resumed = module.export_state(state), module.export_state(again)
    assert all(np.array_equal(after[path], resumed[path]) for path in after)
    first.pop("gradient_norm", None)  # where gradients are clipped, for the loop
    assert set(module.evaluate_step(state, batch)) == set(first)


@pytest.mark.parametrize("name", TRAINED)
def test_a_copy_is_a_copy(name: str) -> None:
    case = CASES[name]
    module = module_of(case)
    state = module.init_state()
    saved = module.export_state(state)
    kept = {path: array.copy() for path, array in saved.items()}
    module.train_step(state, batch_of(case), 0)
    assert all(np.array_equal(saved[path], kept[path]) for path in saved)


def test_initial_weights_are_those_of_the_seed() -> None:
    module = module_of(CASES["residual"])
    wanted = module.initial_weights(7)
    found = module.export_weights(module.init_state(dtype="float64", seed=7))
    assert set(found) == set(wanted)
    assert all(np.array_equal(found[path], wanted[path]) for path in wanted)
    single = module.export_weights(module.init_state(seed=7))
    assert all(
        np.array_equal(single[path], wanted[path].astype(np.float32)) for path in wanted
    )


def test_wrong_arrays_are_refused_before_anything_changes() -> None:
    module = module_of(CASES["penalties"])
    state = module.init_state()
    before = module.export_state(state)
    missing = {path: array + 1 for path, array in before.items() if path != "l1/bias"}
    more = {**{path: array + 1 for path, array in before.items()}, "other": np.ones(1)}
    bent = {path: array + 1 for path, array in before.items()}
    bent["l1/kernel"] = bent["l1/kernel"].T
    assert bent["l1/kernel"].shape == (4, 4)
    bent["l2/kernel"] = bent["l2/kernel"].T
    for arrays, error in ((missing, KeyError), (more, KeyError), (bent, ValueError)):
        with pytest.raises(error):
            module.import_state(state, arrays)
    after = module.export_state(state)
    assert all(np.array_equal(before[path], after[path]) for path in before)


@pytest.mark.parametrize("name", ["residual", "dropout", "BatchNormalization (1, 3)"])
def test_probes_leave_the_state_alone(name: str) -> None:
    case = CASES[name]
    emission, module = emitted(case), module_of(case)
    state = module.init_state(dtype="float64")
    scattered(module, state)
    before, batch = module.export_state(state), batch_of(case)
    outputs = node_outputs(module, emission, state, batch, training=True, step=4)
    for node, array in outputs.items():
        assert array.shape == (5, *case.network.edge(node).shape), node
    raw, clipped, _ = raw_gradients(module, state, batch, 4)
    shapes = {weight.path: weight.shape for weight in case.network.weights()}
    assert {path: array.shape for path, array in raw.items()} == shapes
    assert raw.keys() == clipped.keys()
    after = module.export_state(state)
    assert all(np.array_equal(before[path], after[path]) for path in before)


def test_the_model_is_an_ordinary_one() -> None:
    module = module_of(CASES["dropout"])
    model = module.build_model()
    assert isinstance(model, torch.nn.Module)
    model.train()
    torch.manual_seed(0)
    image = torch.randn(3, 7, 6, 4)
    assert not torch.equal(model(image), model(image))  # PyTorch's own dropout
    model.eval()
    assert torch.equal(model(image), model(image))


def test_frozen_layers_do_not_move() -> None:
    case = CASES["frozen"]
    module = module_of(case)
    state = module.init_state(dtype="float64")
    before = module.export_weights(state)
    raw, _ = module.gradients(state, batch_of(case), 0)
    assert set(raw) == {"l1/bias", "l3/kernel", "l3/bias"}
    module.train_step(state, batch_of(case), 0)
    after = module.export_weights(state)
    moved = {path for path in before if not np.array_equal(before[path], after[path])}
    assert moved == {"l1/bias", "l3/kernel", "l3/bias"}
    slots = {path for path in module.export_state(state) if "optimizer" in path}
    assert slots == set()
    only = float(module.penalty(state.model).detach())
    l1, l3 = after["l1/bias"], after["l3/kernel"]
    wanted = 0.02 * (l1**2).sum() + 0.01 * np.abs(l3).sum() + 0.02 * (l3**2).sum()
    assert only == pytest.approx(wanted, rel=1e-12)


def test_the_rate_of_a_weight_multiplies_the_learning_rate() -> None:
    for name in ("sgd", "sgd momentum", "rmsprop all", "adam", "nadam"):
        case = CASES[name]
        layers = tuple(
            node.model_copy(
                update={
                    "weights": tuple(
                        weight.model_copy(update={"rate": 0.5 if slot else 1.0})
                        for slot, weight in enumerate(node.weights)
                    )
                }
            )
            for node in case.network.layers
        )
        network = case.network.model_copy(update={"layers": layers})
        slow, usual = (
            module_of(item)
            for item in (case.model_copy(update={"network": network}), case)
        )
        batch = batch_of(case)
        moves = []
        for module in (slow, usual):
            state = module.init_state(dtype="float64")
            scattered(module, state)
            before = module.export_weights(state)
            module.train_step(state, batch, 0)
            after = module.export_weights(state)
            moves.append({path: after[path] - before[path] for path in after})
        for path in moves[0]:
            factor = 0.5 if path.endswith("bias") else 1.0
            assert np.allclose(moves[0][path], factor * moves[1][path], rtol=1e-9), path


def _shared() -> Program:
    """An encoder, a normalization and a dropout that two inputs go through."""
    kinds = {
        "encode": layer("Dense", units=4),
        "norm": layer("BatchNormalization"),
        "drop": layer("Dropout", rate=0.5),
        "sum": layer("Add"),
    }
    calls = [
        (f"{kind}_{side}", kind, (f"{before}{side}",))
        for side in "ab"
        for kind, before in (("encode", ""), ("norm", "encode_"), ("drop", "norm_"))
    ]
    calls.append(("y", "sum", ("drop_a", "drop_b")))
    shape = ((4,), (4,))
    layers = tuple(
        own(name, kind, shape[: 1 + (name == "sum")]) for name, kind in kinds.items()
    )
    names = ["a", "b", *(name for name, *_ in calls)]
    network = Network(
        name="Shared",
        inputs=(ModelInput(name="a"), ModelInput(name="b")),
        outputs=(ModelOutput(name="y", edge="y"),),
        layers=layers,
        calls=tuple(
            Call(name=name, layer=kind, inputs=edges) for name, kind, edges in calls
        ),
        edges=tuple(Edge(name=name, shape=(4,)) for name in names),
    )
    training = CASES["sgd"].training
    assert training is not None
    return Program(network=network, training=training)


def test_a_layer_that_is_called_twice_keeps_one_set_of_weights() -> None:
    case = _shared()
    emission, module = emitted(case), module_of(case)
    state = module.init_state(dtype="float64")
    weights, batch = scattered(module, state), batch_of(case)
    assert len(weights) == 6
    found = node_outputs(module, emission, state, batch, training=True, step=2)
    for number, side in enumerate("ab"):
        x = batch[side] @ weights["encode/kernel"] + weights["encode/bias"]
        assert close(found[f"encode_{side}"], x, "float64")
        x = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3)
        x = weights["norm/gamma"] * x + weights["norm/beta"]
        assert close(found[f"norm_{side}"], x, "float64")
        keep = keep_mask(7, "drop/keep", (5, 4), 0.5, 2, call=number)
        assert close(found[f"drop_{side}"], 2 * keep * x, "float64")
    _, figures = module.train_step(state, batch, 0)
    assert np.isfinite(figures["loss"])
