"""The Python interface: what the command line stands on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.cli.init import FIRST


def test_check_compile_summary(first: Path) -> None:
    spec = specc.load(first)
    assert spec.check() == ()
    assert spec.summary().parameters == 6_570
    assert "class" in spec.compile("torch")
    assert "keras" in spec.compile("keras")


def test_build_gives_a_model_that_predicts(first: Path) -> None:
    model = specc.load(first).build("reference")
    assert model is not None


def test_train_and_use_the_result(first: Path) -> None:
    spec = specc.load(first, training={"epochs": "2"})
    result = spec.train("reference", run=first.parent / "run")
    assert [epoch["epoch"] for epoch in result.history] == [1, 2]
    images = np.zeros((3, 8, 8, 1), np.float32)
    batch = {"image": images, "ids": np.arange(3)}
    (outputs,) = result.module.predict(result.state, batch).values()
    assert outputs.shape == (3, 10)
    assert np.array_equal(result.predict({"image": images})["output"].shape, (3, 10))
    held_out = result.evaluate("validation")
    assert held_out.figures["loss"] == pytest.approx(result.history[-1]["val_loss"])
    shown = repr(result)
    assert shown.startswith(
        f"RunResult('{first.parent / 'run'}', finished after 2 epochs"
    )
    assert f"val_loss={result.history[-1]['val_loss']:.4g}" in shown
    assert len(shown) < 300


def test_params_and_settings_are_replaced(folder: Path) -> None:
    text = FIRST.replace("nnspec 1\n", "nnspec 1\nparam width: int = 64\n")
    (folder / "wide.nnspec").write_text(text.replace("Dense(64)", "Dense(width)"))
    spec = specc.load("wide.nnspec", {"width": "100"}, training={"seed": "3"})
    assert spec.summary().parameters == 10_062
    training = spec.trained().program.training
    assert training is not None
    assert training.seed == 3
    plain = specc.load("wide.nnspec", {"width": 100}, training={"seed": 3})
    assert plain.compile("torch") == spec.compile("torch")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"width": [3]}, "width in params is a text, a number, True or False"),
        ("width=3", "params is a dict of names and values"),
        ({3: "4"}, "params has names that are texts"),
    ],
)
def test_params_of_a_wrong_type(first: Path, params: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        specc.load(first, params)


def test_errors_carry_problems_with_places(folder: Path) -> None:
    (folder / "bad.nnspec").write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    spec = specc.load("bad.nnspec")
    with pytest.raises(specc.SpecError) as caught:
        spec.compile("torch")
    (problem,) = caught.value.problems
    assert problem.rule == "unknown-layer"
    assert problem.span is not None
    assert problem.span.line == 20
    assert str(caught.value) == str(problem)
    assert str(problem).startswith("bad.nnspec:20:3: error[unknown-layer]: ")
    assert "did you mean Dense?" in str(problem)


def test_a_setting_that_is_none_is_named(first: Path) -> None:
    spec = specc.load(first, training={"epoch": "1"})
    with pytest.raises(specc.SpecError) as caught:
        spec.compile("torch")
    assert str(caught.value).startswith(
        "--epoch: error[unknown-setting]: a train block has no setting epoch"
    )
    assert str(caught.value).endswith("did you mean epochs?")


def test_what_else_is_raised(first: Path) -> None:
    spec = specc.load(first)
    with pytest.raises(specc.UnknownBackendError, match="theano"):
        spec.compile("theano")
    with pytest.raises(specc.SelectionError):
        spec.compile("torch", "second")
    with pytest.raises(specc.UnreadableError):
        specc.load("nowhere.nnspec")
    with pytest.raises(ValueError, match="name the run"):
        spec.train("reference", resume=True)
    with pytest.raises(specc.Fault) as caught:
        spec.train("reference", run=first.parent / "nothing", resume=True)
    assert caught.value.status == 3


def test_arguments_that_mean_nothing_are_refused(first: Path) -> None:
    spec = specc.load(first, training={"epochs": "1"})
    with pytest.raises(ValueError, match="depth"):
        spec.graph(depth=-1)
    run = first.parent / "run"
    for threads in (0, -1, 10**20, "2", True):
        with pytest.raises(ValueError, match="threads"):
            spec.train("reference", run=run, threads=threads)  # pyright: ignore
    assert not run.exists()
    result = spec.train("reference", run=run)
    with pytest.raises(specc.Fault, match="one of training, validation, test"):
        result.evaluate("tests")
    image = np.zeros((2, 8, 8, 1))
    for values in (image + 1j, image.astype(str)):
        with pytest.raises(specc.Fault, match="not real numbers"):
            result.predict({"image": values})
    both = ["reference", "torch"]
    for wrong in ({"precisions": ()}, {"precisions": ("float16",)}, {"steps": 0}):
        with pytest.raises(ValueError, match=r"float64|steps"):
            spec.verify(backends=both, **wrong)  # pyright: ignore


def test_relative_paths_are_relative_to_the_spec(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = folder / "specs"
    nested.mkdir()
    np.savez(
        nested / "digits.npz",
        image=np.zeros((20, 8, 8, 1), np.float32),
        label=np.arange(20) % 10,
    )
    fields = 'input image = array("image")\n  target label = array("label")'
    text = FIRST.replace("= digits", f'= npz("digits.npz")\n  {fields}', 1)
    (nested / "own.nnspec").write_text(text)
    assert len(specc.load("specs/own.nnspec").prepare().rows["test"]) == 4
    monkeypatch.chdir(nested)
    assert len(specc.load("own.nnspec").prepare().rows["test"]) == 4


def test_the_public_names() -> None:
    assert set(specc.__all__) <= set(dir(specc))
    assert all(getattr(specc, name) is not None for name in specc.__all__)
    with pytest.raises(AttributeError):
        _ = specc.nothing  # pyright: ignore
