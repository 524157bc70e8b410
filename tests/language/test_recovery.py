"""One run reports every independent fault, and nothing that follows from another."""

from __future__ import annotations

from itertools import product

import pytest

from specc.diagnostics import Level, Source
from specc.pipeline import check_source

SPEC = """\
param width: int = 30
block Unit(size: int) {
  Dense(size, activation = elu)
  Dropout(0.1)
}
model Net {
  input features: float32[13]
  defaults Dense { kernel_initializer = he_normal }
  hidden = Dense(width)
  Unit(20)
  repeat 2 { Dense(10) }
  residual { Dense(10) }
  Dense(3, activation = softmax)
}
data Wine {
  source = wine
  test = 20%
  validation = 20%
  standardize(features)
}
train Net on Wine {
  loss = sparse_categorical_crossentropy
  metrics = [accuracy]
  optimizer = sgd(0.1)
  epochs = 5
  early_stopping(monitor = val_accuracy, patience = 2 epochs)
}
"""
#: Faults in the order of words and signs: what is right, and what is wrong.
SYNTACTIC = {
    "param": ("width: int = 30", "width: int 30"),
    "head of a block": ("Unit(size: int)", "Unit(size int)"),
    "layer of a block": ("Dense(size, activation", "Dense(size activation"),
    "input": ("input features: float32", "input features float32"),
    "defaults": ("kernel_initializer = he_normal", "kernel_initializer == he_normal"),
    "named layer": ("hidden = Dense(width)", "hidden = Dense(width"),
    "count": ("repeat 2 {", "repeat 2 2 {"),
    "residual": ("residual { Dense(10) }", "residual { Dense(10,,) }"),
    "last layer": ("Dense(3, activation = softmax)", "Dense(3, activation = )"),
    "source": ("source = wine", "source = @"),
    "share": ("validation = 20%", "validation = = 20%"),
    "head of a training": ("train Net on Wine", "train Net no Wine"),
    "loss": ("loss = sparse", "loss : sparse"),
    "metrics": ("[accuracy]", "[accuracy"),
    "optimizer": ("sgd(0.1)", "sgd(0.1 0.2)"),
    "epochs": ("epochs = 5", "epochs 5"),
}
#: Faults of meaning, each with its rule.
SEMANTIC = {
    "unknown-layer": ("Dropout(0.1)", "Dropuot(0.1)"),
    "unknown-transform": ("standardize(features)", "standardise(features)"),
    "wrong-unit": ("test = 20%", "test = 20 epochs"),
    "wrong-unit of a callback": ("patience = 2 epochs", "patience = 2%"),
}
#: Pairs of which the first leaves the second unread.
HIDING = {
    ("head of a block", "unknown-layer"): "the params of its body are not known",
}


def rules(text: str) -> list[tuple[str, int]]:
    checked = check_source(Source("spec.nnspec", text))
    return [
        (p.rule, p.span.line)
        for p in checked.problems
        if p.level is Level.ERROR and p.span is not None
    ]


def line_of(piece: str) -> int:
    return SPEC[: SPEC.index(piece)].count("\n") + 1


def test_the_spec_is_right_without_the_faults() -> None:
    assert rules(SPEC) == []


@pytest.mark.parametrize("name", SYNTACTIC)
def test_nothing_follows_from_a_fault_in_order(name: str) -> None:
    right, wrong = SYNTACTIC[name]
    assert SPEC.count(right) == 1
    found = rules(SPEC.replace(right, wrong))
    assert [line for _, line in found] == [line_of(right)], found


@pytest.mark.parametrize(("order", "meaning"), [*product(SYNTACTIC, SEMANTIC)])
def test_both_faults_are_reported_and_no_third(order: str, meaning: str) -> None:
    right, wrong = SYNTACTIC[order]
    good, bad = SEMANTIC[meaning]
    found = rules(SPEC.replace(right, wrong).replace(good, bad))
    hidden = (order, meaning) in HIDING
    lines = [line_of(right)] if hidden else sorted([line_of(right), line_of(good)])
    assert sorted(line for _, line in found) == lines, found
    assert hidden or meaning.split(" ")[0] in {rule for rule, _ in found}


def test_faults_in_a_file_that_is_imported_do_not_hide_others() -> None:
    text = 'import "missing.nnspec"\nmodel Net {\n  input x: float32[8]\n  Unit(3)\n  Dens(3)\n}\n'
    assert [line for _, line in rules(text)] == [1, 5]
