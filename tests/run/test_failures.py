"""Runs that fail: the loss is no number, or the memory does not suffice."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from run_programs import dense, job, network, program, stack

from specc import ir
from specc.catalog.losses import MeanSquaredError, SparseCategoricalCrossentropy
from specc.catalog.optimizers import SGD
from specc.check.graph import Step, build_network
from specc.diagnostics.fault import Fault
from specc.run import Progress, create, load_run, train
from specc.run.failure import not_finite
from specc.run.loaded import load_model


def fails(made: ir.Program, folder, backend: str = "reference"):
    """Train what will fail; the problem."""
    with pytest.raises(Fault) as caught:
        train(job(made, backend), folder)
    assert caught.value.status == 4
    assert folder.record()["status"] == "failed"
    (problem,) = caught.value.problems
    return problem


def test_the_first_layer_that_overflows_is_named(folder) -> None:
    layers = [("dense_1", dense(16)), ("dense_2", dense(3, "softmax"))]
    problem = fails(program(4, layers=layers, rate=1e200), folder)
    assert problem.rule == "loss-not-finite"
    assert "dense_2 is the first whose output is not finite" in problem.message
    assert "at step 2 of epoch 1" in problem.message
    assert problem.span.column == 36, "the place of Dense(3)"
    assert folder.record()["reason"] == problem.message
    assert all(np.isfinite(a).all() for a in folder.weights("last").values())


def test_a_loss_that_overflows_alone(folder) -> None:
    made = program(4, layers=[("dense_1", dense(3))], rate=1e200)
    objective = made.training.objectives[0].model_copy(
        update={"loss": MeanSquaredError(), "logits": False, "metrics": ()}
    )
    data = made.data.model_copy(
        update={
            "bindings": (
                made.data.bindings[0],
                made.data.bindings[0].model_copy(
                    update={
                        "name": "species",
                        "role": "target",
                        "columns": ("features",),
                        "shape": (4,),
                    }
                ),
            )
        }
    )
    made = made.model_copy(
        update={
            "network": network([("dense_1", dense(4))]),
            "data": data,
            "training": made.training.model_copy(update={"objectives": (objective,)}),
        }
    )
    problem = fails(made, folder)
    assert (
        "outputs of all layers are finite, the loss of them is not" in problem.message
    )


def test_weights_that_are_no_numbers_are_named(tmp_path) -> None:
    made = job(program(1))
    module = load_model(made.emission.text, "nan")
    state = module.init_state()
    weights = module.export_weights(state)
    weights["dense_2/kernel"][0, 0] = np.nan
    module.import_weights(state, weights)
    batches = made.prepared.batches(made.training)
    batch = next(batches.epoch(0))
    problem = not_finite(
        made.program,
        made.emission,
        made.backend.load_probe(),
        module,
        state,
        batches,
        module.NotFiniteError("loss", np.nan, 0, batch),
        made.origins,
    )
    assert "dense_2/kernel ceased to be finite" in problem.message
    assert problem.span.column == 36


def single_step(made: ir.Program, rate: float) -> ir.Program:
    """One update of all rows, by plain descent."""
    (phase,) = made.training.phases
    optimizer = SGD.model_validate({"learning_rate": rate})
    update = {
        "phases": (phase.model_copy(update={"epochs": 1, "optimizer": optimizer}),),
        "batch_size": 150,
    }
    return made.model_copy(update={"training": made.training.model_copy(update=update)})


def test_a_validation_that_is_no_number_ends_the_run(folder) -> None:
    layers = [("dense_1", dense(16)), ("dense_2", dense(3, "softmax"))]
    problem = fails(single_step(program(layers=layers), rate=1e300), folder)
    assert problem.rule == "loss-not-finite"
    assert (
        "val_loss is nan after epoch 1: dense_2 is the first whose" in problem.message
    )
    assert problem.span.column == 36, "the place of Dense(3)"
    assert folder.history() == []
    assert all(np.isfinite(a).all() for a in folder.weights("last").values())


@pytest.mark.parametrize("held_out", [True, False])
def test_weights_that_overflow_in_the_last_update_end_the_run(folder, held_out) -> None:
    made = program(layers=[("dense_1", dense(3, "softmax"))])
    if not held_out:
        data = made.data.model_copy(update={"validation": None})
        made = made.model_copy(update={"data": data})
    made = single_step(made, rate=1e300)
    problem = fails(made, folder, "torch")
    what = "val_loss is nan" if held_out else "not all weights are finite"
    assert f"{what} after epoch 1: dense_1/kernel ceased to be" in problem.message
    initial = load_model(job(made, "torch").emission.text, "one").initial_weights(5)
    for path, kept in folder.weights("last").items():
        assert np.array_equal(kept, initial[path].astype(kept.dtype)), "from before it"


def test_the_last_update_may_overflow_where_asked(folder) -> None:
    made = program(layers=[("dense_1", dense(3, "softmax"))], on_nan="continue")
    result = train(job(single_step(made, rate=1e300), "torch"), folder)
    assert result.status == "finished"
    assert result.history[-1]["val_loss"] is None


def test_of_several_outputs_the_one_whose_loss_is_not_finite_is_named(folder) -> None:
    """The loss of the second output overflows; the first is in order."""
    made = program(1, layers=[("dense_1", dense(3, "softmax"))])
    steps = [
        Step("dense_1", dense(3, "softmax"), ("features",)),
        Step("dense_2", dense(4), ("features",)),
    ]
    both = build_network(
        "Net",
        {"features": ((4,), "float32")},
        steps,
        {"species": "dense_1", "sizes": "dense_2"},
    )
    target = {"name": "sizes", "role": "target"}
    sizes = made.data.bindings[0].model_copy(update=target)
    data = made.data.model_copy(update={"bindings": (*made.data.bindings, sizes)})
    (first,) = made.training.objectives
    second = ir.Objective(output="sizes", target="sizes", loss=MeanSquaredError())
    training = made.training.model_copy(update={"objectives": (first, second)})
    update = {"network": both, "data": data, "training": training}
    whole = job(made.model_copy(update=update))
    text = whole.emission.text.replace("np.zeros((4,))", "np.full((4,), 1e160)")
    assert text != whole.emission.text
    with pytest.raises(Fault) as caught:
        train(replace(whole, emission=replace(whole.emission, text=text)), folder)
    (problem,) = caught.value.problems
    assert "the loss of them is not (sizes reaches 1e+160)" in problem.message


def clipped(way: str, weight: float) -> ir.Program:
    """A training whose loss is finite; the squares of its gradients are not."""
    made = program(3, layers=[("dense_1", dense(3, "softmax"))])
    (phase,) = made.training.phases
    optimizer = SGD.model_validate({"learning_rate": 0.1, way: 1.0})
    (objective,) = made.training.objectives
    loss = SparseCategoricalCrossentropy(weight=weight)
    update = {
        "phases": (phase.model_copy(update={"optimizer": optimizer}),),
        "objectives": (objective.model_copy(update={"loss": loss}),),
    }
    return made.model_copy(update={"training": made.training.model_copy(update=update)})


@pytest.mark.parametrize(("backend", "weight"), [("reference", 1e200), ("torch", 1e30)])
@pytest.mark.parametrize("way", ["clipnorm", "global_clipnorm"])
def test_a_norm_that_overflows_ends_the_run(folder, way, backend, weight) -> None:
    made = clipped(way, weight)
    problem = fails(made, folder, backend)
    assert "the norm of the gradients is inf at step 1 of epoch 1" in problem.message
    assert "each gradient is finite, dense_1/kernel's reaches" in problem.message
    assert problem.rule == "loss-not-finite"
    initial = load_model(job(made).emission.text, "again").initial_weights(5)
    for path, kept in folder.weights("last").items():
        assert np.array_equal(kept, initial[path].astype(kept.dtype)), "no update"


def test_a_gradient_that_is_no_number_is_named(folder) -> None:
    """The loss is finite; each class's share in it overflows in the gradient alone."""
    made = job(clipped("clipvalue", 1.0))
    text = made.emission.text.replace(
        "    found = model.backward(tape, at_edges)\n",
        "    found = model.backward(tape, at_edges)\n"
        '    found["dense_1/bias"][0] = np.inf\n',
    )
    broken = replace(made, emission=replace(made.emission, text=text))
    with pytest.raises(Fault) as caught:
        train(broken, folder)
    assert caught.value.status == 4
    (problem,) = caught.value.problems
    assert "its gradient at dense_1/bias is not" in problem.message
    assert problem.span.column == made.origins.find("dense_1", "").span.column


def test_a_norm_that_overflows_is_passed_over_where_asked(folder) -> None:
    made = clipped("global_clipnorm", 1e200)
    training = made.training.model_copy(update={"on_nan": "continue"})
    result = train(job(made.model_copy(update={"training": training})), folder)
    assert result.status == "finished"
    assert "gradient_norm" not in result.history[0]


def test_history_and_weights_from_before_are_kept(folder) -> None:
    """The rate jumps after two epochs: those two are kept, and the state before the step."""
    from specc.catalog.registry import catalog
    from specc.catalog.types import Duration

    kind = catalog().find("schedule", "exponential_decay")
    growing = kind.model_validate(
        {
            "initial": 0.01,
            "rate": 1e200,
            "every": Duration(value=2.0, unit="epochs"),
            "staircase": True,
        }
    )
    made = program(6, layers=[("dense_1", dense(16)), ("dense_2", dense(3, "softmax"))])
    phase = made.training.phases[0]
    optimizer = phase.optimizer.model_copy(update={"learning_rate": growing})
    training = made.training.model_copy(
        update={"phases": (phase.model_copy(update={"optimizer": optimizer}),)}
    )
    problem = fails(made.model_copy(update={"training": training}), folder)
    assert "of epoch 3" in problem.message
    assert [figures["epoch"] for figures in folder.history()] == [1, 2]
    loaded = load_run(folder)
    assert all(np.isfinite(a).all() for a in folder.weights("best").values())
    (warning,) = loaded.warnings
    assert warning.message == f"{folder.path} failed after epoch 2 of 6"


def test_out_of_memory(tmp_path: Path) -> None:
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from run_programs import dense, job, program
from specc.diagnostics.fault import Fault
from specc.run import create, train
made = job(program(2, layers=[("dense_1", dense(4_000_000)), ("dense_2", dense(3, "softmax"))]))
resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000, resource.RLIM_INFINITY))
try:
    train(made, create(Path({str(tmp_path / "run")!r})))
except Fault as fault:
    print(fault.problems[0].rule, fault.problems[0].suggestion)
    sys.exit(fault.status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert done.stdout.startswith("out-of-memory a batch_size below 16")
    assert '"status": "failed"' in (tmp_path / "run" / "run.json").read_text()


def test_on_nan_continue_goes_on(folder) -> None:
    layers = [("dense_1", dense(16)), ("dense_2", dense(3, "softmax"))]
    made = program(3, layers=layers, rate=1e200, on_nan="continue")
    result = train(job(made), folder)
    assert result.history[-1]["loss"] is None
    assert len(result.history) == 3


def test_a_bug_is_not_taken_for_a_failure(folder) -> None:
    made = job(program(2, layers=stack()))
    text = made.emission.text.replace("def learning_rate(", "def learning_rates(")
    broken = replace(made, emission=replace(made.emission, text=text))
    with pytest.raises(NameError):
        train(broken, folder)
    assert folder.record()["status"] == "failed"
    assert "NameError" in folder.record()["reason"]


@contextmanager
def files_of_at_most(size: int):
    """While it is entered, no file may grow over a size; writing more is an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [10, 4000, 30_000])
def test_a_disk_that_is_full_from_the_start(tmp_path, size) -> None:
    folder = create(tmp_path / "run")
    with files_of_at_most(size), pytest.raises(Fault) as caught:
        train(job(program(2)), folder)
    (problem,) = caught.value.problems
    assert (problem.rule, caught.value.status) == ("run-unwritable", 4)
    assert str(folder.path) in problem.message
    assert not any(tmp_path.iterdir()), "nothing is left behind"


def test_a_disk_that_is_full_when_a_run_goes_on(folder) -> None:
    train(job(program(1)), folder)
    before = folder.record()
    with files_of_at_most(4000), pytest.raises(Fault) as caught:
        train(job(program(2)), folder, resume=True)
    assert caught.value.problems[0].rule == "run-unwritable"
    assert folder.record() == before
    assert load_run(folder)
    assert train(job(program(2)), folder, resume=True).status == "finished"


#: Of the files that are written while training, 2500 bytes let the record alone through.
@pytest.mark.parametrize(("size", "status"), [(10, "running"), (2500, "failed")])
def test_a_disk_that_fills_while_training(tmp_path, size, status) -> None:
    limit = files_of_at_most(size)

    class Filling(Progress):
        def epoch(self, figures: Mapping[str, float]) -> None:
            if figures["epoch"] == 1:
                limit.__enter__()

    folder = create(tmp_path / "run")
    made = program(2)  # both epochs write a checkpoint: the first and the last
    try:
        with pytest.raises(Fault) as caught:
            train(job(made), folder, progress=Filling())
    finally:
        limit.__exit__(None, None, None)
    (problem,) = caught.value.problems
    assert (problem.rule, caught.value.status) == ("run-unwritable", 4)
    assert folder.record()["status"] == status
    left = {path.name for path in folder.path.rglob("*") if path.name.endswith(".new")}
    assert left == set()
    whole = train(job(made), create(tmp_path / "whole")).folder.weights("last")
    train(job(made), folder, resume=True)
    weights = folder.weights("last")
    assert all(np.array_equal(weights[name], whole[name]) for name in whole)
    assert create(folder.path, force=True).replaces
