"""What differs between two programs, in the words of a spec."""

from __future__ import annotations

import pytest

from specc.api import Spec
from specc.diagnostics.model import Source
from specc.differences import differences
from specc.ir import Program

TEXT = """\
model Net {
  input features: float32[13]
  Dense(64, activation = relu)
  Dropout(0.2)
  Dense(3, activation = softmax)
}
data Wines { source = wine; test = 20%; standardize }
train Net on Wines {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 5
  early_stopping(monitor = loss, patience = 3 epochs)
}
"""


def program(text: str) -> Program:
    return Spec(Source("a.nnspec", text)).program().program


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Dense(64,", "Dense(48,", ["dense_1: units 64 → 48"]),
        ("= relu", "= elu", ["dense_1: activation relu → elu"]),
        ("Dropout(0.2)", "Dropout(0.5)", ["dropout_1: rate 0.2 → 0.5"]),
        ("sgd(0.1)", "sgd(0.2)", ["optimizer: learning_rate 0.1 → 0.2"]),
        ("sgd(0.1)", "adam(0.1)", ["optimizer sgd → adam"]),
        ("test = 20%", "test = 10%", ["data: test 20% → 10%"]),
        ("epochs = 5", "epochs = 5; seed = 3", ["seed 0 → 3"]),
        ("epochs = 5", "epochs = 6", []),
        (
            "patience = 3",
            "patience = 4",
            ["callbacks: early_stopping.patience 3 epochs → 4 epochs"],
        ),
        (
            "  early_stopping(",
            "  reduce_on_plateau(monitor = loss)\n  early_stopping(",
            ["callbacks: reduce_on_plateau added"],
        ),
        (
            "  Dropout(0.2)\n",
            "",
            ["layers: dropout_1 removed"],
        ),
    ],
)
def test_a_change_is_told_as_it_was_made(old: str, new: str, told: list[str]) -> None:
    assert old in TEXT
    found = differences(program(TEXT), program(TEXT.replace(old, new)), epochs=False)
    assert [str(item) for item in found] == told


def test_the_order_of_callbacks_means_nothing() -> None:
    """All are told the same figures, and none sees what another decides."""
    lowers = "  reduce_on_plateau(monitor = loss)\n"
    stops = "  early_stopping(monitor = loss, patience = 3 epochs)\n"
    one = program(TEXT.replace(stops, stops + lowers))
    two = program(TEXT.replace(stops, lowers + stops))
    assert one != two
    assert not differences(one, two)
