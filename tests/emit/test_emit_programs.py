"""The order of emitted programs, their heads, and long names, without a framework."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from specc.backend import backend
from specc.diagnostics.model import Source, failed
from specc.pipeline import check_source, compile_program, select

EXAMPLES = Path(__file__).parents[2] / "examples"
LONGEST = 64


def text_of(name: str, spec: str, target: str) -> str:
    checked = check_source(Source(name, spec))
    assert not failed(checked.problems), checked.problems
    compiled = compile_program(select(checked, None), backend(target))
    assert compiled.emission is not None, compiled.problems
    return compiled.emission.text


def example(name: str, target: str) -> str:
    path = EXAMPLES / f"{name}.nnspec"
    return text_of(str(path), path.read_text(encoding="utf-8"), target)


FIRST = {
    "torch": ["DigitMLP", "compute_loss", "State", "learning_rate", "gradients"],
    "keras": ["define_network", "figures", "State", "learning_rate", "gradients"],
}
THEN = ["train_step", "evaluate_step", "predict", "train", "main", "initial_weights"]
LAST = ["check_arrays", "ArrayBatches", "Hooks", "random_words"]


@pytest.mark.parametrize("target", ["torch", "keras"])
def test_what_matters_comes_first(target: str) -> None:
    text = example("mnist_mlp", target)
    body = ast.parse(text).body
    names = [getattr(node, "name", None) for node in body]
    places = [names.index(name) for name in [*FIRST[target], *THEN, *LAST]]
    assert places == sorted(places)
    assert isinstance(body[-1], ast.If)


@pytest.mark.parametrize("target", ["torch", "keras"])
def test_what_a_program_does_not_use_is_not_there(target: str) -> None:
    text = example("wine_softmax", target)
    for word in ("EarlyStopping", "AS 241", "keep_mask", "amsgrad", "momentum_buffer"):
        assert word not in text, word
    names = [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    offered = {"export_state", "import_state", "import_weights", "predict", "gradients"}
    offered |= {"train_step", "export_weights", "build_model", "penalty", "main"}
    unused = {name for name in names if text.count(name) == 1}
    assert unused <= offered | {"Cultivar"}


@pytest.mark.parametrize(
    ("target", "example_name", "there", "not_there"),
    [
        ("torch", "wine_softmax", "sgd: torch.optim.SGD", "its own rate"),
        ("torch", "wide_and_deep", "its own rate being 1", "torch.nn.Identity"),
        ("torch", "mnist_cnn", "accuracy: torch.argmax", "threshold"),
        ("keras", "mnist_mlp", "elu: keras.activations.elu", "keras.layers.ELU"),
        ("keras", "mnist_cnn", "keras.layers.BatchNormalization\n", "several axes"),
    ],
)
def test_the_head_says_what_holds_here(
    target: str, example_name: str, there: str, not_there: str
) -> None:
    head = example(example_name, target).split('"""')[1]
    assert there in head
    assert not_there not in head


def test_names_that_the_author_gave_are_kept() -> None:
    text = example("wide_and_deep", "torch")
    assert "joined = self.joined(wide, hidden)" in text
    assert "x = self.dense_1" in text


def longest(stem: str) -> str:
    return f"{stem}_{'abcdefghij' * 7}"[:LONGEST]


def spec_of_long_names() -> str:
    a, b, hidden, one, two = map(longest, ("a", "b", "hidden", "one", "two"))
    conv, flat, shared = map(longest, ("conv", "flat", "shared"))
    return f"""nnspec 1

model {longest("Model")} {{
  input {a}: float32[4]
  input {b}: float32[8, 8, 1]
  {conv} = {b} -> Conv2D(3, kernel_size = 3, padding = same, strides = 2,
    activation = relu)
  {flat} = {conv} -> MaxPooling2D(3, padding = same) -> BatchNormalization -> Flatten
  {hidden} = {flat} -> Dense(30, activation = elu, kernel_regularizer = l2(0.01),
    kernel_constraint = max_norm(2.0)) -> Dropout(0.2)
  {shared} = {hidden} -> Dense(30) -> AlphaDropout(0.2) -> Activation(leaky_relu)
  {longest("sum")} = Add({shared}, {hidden})
  {longest("both")} = Concatenate({a}, {longest("sum")})
  output {one} = {longest("both")} -> Dense(1, activation = sigmoid)
  output {two} = {hidden} -> Dense(5, activation = softmax)
}}

data {longest("Data")} {{
  source = npz("x.npz")
  input {a} = array("a")
  input {b} = array("b")
  target {one} = array("c")
  target {two} = array("d")
  sample_weight {longest("weight")} = array("e")
}}

train {longest("run")}: {longest("Model")} on {longest("Data")} {{
  loss {one} = binary_crossentropy(label_smoothing = 0.1, weight = 0.7)
  loss {two} = sparse_categorical_crossentropy(weight = 0.3)
  metrics {one} = [accuracy]
  metrics {two} = [accuracy]
  optimizer = sgd(0.1, momentum = 0.9, clipnorm = 1.0)
  batch_size = 16
  epochs = 2
}}
"""


@pytest.mark.parametrize("target", ["torch", "keras"])
def test_names_may_be_as_long_as_the_language_allows(
    target: str, tmp_path: Path
) -> None:
    text = text_of("long.nnspec", spec_of_long_names(), target)
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    rules = ["--select", "E,F,W,I,UP,B", "--line-length", "88"]
    for command in (["format", "--check"], ["check"], ["check", *rules]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
