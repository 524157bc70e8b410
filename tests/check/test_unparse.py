"""Programs written as text come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.diagnostics.model import Source
from specc.ir import Program
from specc.pipeline import check_source
from specc.syntax.format import format_text
from specc.unparse import Unwritable, unparse
from specc.verify.samples import MODELS

EXAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))
    if path.stem != "digits_resnet"  # which is made of blocks
]

#: Values of every sort; most of them are not defaults.
SPEC = r"""
model Net {
  input wide: float32[2]
  input deep: float32[3, 2]
  input one: float32
  flat = deep -> Flatten
  single = one -> Reshape([1])
  output price = Concatenate(wide, flat, single, axis = 1)
    -> Dense(1, kernel_constraint = max_norm(1.5, axis = [-1, 0]), use_bias = false)
  kind_logits = deep -> BatchNormalization(axis = [1, 2], momentum = 0) -> Flatten
  output kind = kind_logits -> Dense(2)
}

data Table {
  source = csv("odd \"name\"\t.csv", separator = ";")
  test = 12.5%
  validation = 7 examples
  split_seed = 9
  input wide = columns("a", "b")
  input deep = columns("c" .. "h")
  input one = column("a")
  target price = column("price")
  target kind = column("kind")
  sample_weight = column("w")
  keep(price < 1e6)
  keep(a >= -0.5)
  take(200)
  standardize(wide, deep)
  rescale(price, scale = 1 / 3, offset = -2)
  one_hot(kind, classes = 2)
}

train named: Net on Table {
  loss price = mse(weight = 0.25)
  metrics price = [mae]
  loss kind = categorical_crossentropy(from_logits = true, label_smoothing = 0.1)
  metrics kind = [accuracy, mae]
  optimizer = adam(
    piecewise_constant(0.1 for 2 steps, 1e-3 for 1.5 epochs, 0, update = epoch),
    clipvalue = 0.3,
    epsilon_place = corrected,
  )
  epochs = 3
  shuffle = false
  precision = float64
  early_stopping(monitor = val_kind_accuracy, patience = 2 epochs, mode = max)
}
"""


def read(text: str) -> Program:
    checked = check_source(Source("test.nnspec", text))
    errors = [p.message for p in checked.problems if p.level.name == "ERROR"]
    assert not errors, errors
    return checked.programs[0].program


@pytest.mark.parametrize(
    "text",
    [SPEC, *(path.read_text(encoding="utf-8") for path in EXAMPLES)],
    ids=["odd", *(path.stem for path in EXAMPLES)],
)
def test_a_program_comes_back(text: str) -> None:
    program = read(text)
    written = unparse(program)
    assert read(written) == program
    assert format_text(written) == written


def test_a_model_alone() -> None:
    program = read(SPEC)
    alone = program.model_copy(update={"data": None, "training": None})
    checked = check_source(Source("test.nnspec", unparse(alone)))
    assert checked.models[0].program == alone


def test_what_the_language_cannot_say_is_not_written() -> None:
    with pytest.raises(Unwritable, match="without data"):
        unparse(MODELS["mlp"]())
    program = read(SPEC)
    network = program.network
    calls = list(network.calls)
    calls[1] = calls[1].model_copy(update={"name": "block/dense_1"})
    inside = network.model_copy(update={"calls": tuple(calls)})
    with pytest.raises(Unwritable, match="a layer of a block"):
        unparse(program.model_copy(update={"network": inside}))


PHASES = """\
model Net {
  input features: float32[13]
  hidden = Dense(4)
  BatchNormalization(center = false, scale = false)
  Dense(3, activation = softmax)
}
data Wine { source = wine; validation = 20% }
train Net on Wine {
  loss = sparse_categorical_crossentropy
  early_stopping(patience = 2 epochs)
  phase head { freeze = ["hid*", batch_normalization_1]; epochs = 40; optimizer = adam(0.1) }
  phase whole { freeze = ["*/bias"]; epochs = 7; optimizer = sgd(0.01, momentum = 0.9) }
}
"""


def test_phases_and_what_they_freeze_come_back() -> None:
    program = read(PHASES)
    written = unparse(program)
    assert 'freeze = ["hidden/kernel"' in written
    assert read(written) == program
    one = read(PHASES.replace("  phase whole", "#").replace("phase head", "phase only"))
    assert read(unparse(one)) == one


SHARED = """\
model Net {
  input a: float32[3]
  input b: float32[3]
  enc = Dense(2)
  p = a -> enc
  q = b -> enc
  h = Concatenate(p, q) -> Dense(4)
  g = h -> Dense(4)
  output y = Add(g, z)
  z = g -> g
}
"""


def test_layers_that_are_shared_come_back() -> None:
    program = check_source(Source("test.nnspec", SHARED)).models[0].program
    assert len(program.network.layers) < len(program.network.calls)
    again = check_source(Source("test.nnspec", unparse(program))).models[0].program
    assert again == program
