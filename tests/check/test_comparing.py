"""What changes in meaning between two specs, and where."""

from __future__ import annotations

from specc.api import Spec
from specc.diagnostics.model import Source

TEXT = """\
defaults Dense { activation = relu }
model Net {
  input features: float32[13]
  Dense(64)
  Dense(3, activation = softmax)
}
model Alone { input x: float32[2]; Dense(1) }
data Wines { source = wine; test = 20%; standardize }
train Net on Wines {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 5
}
"""


def changes(before: str, now: str) -> list[tuple[str, str]]:
    found = spec(before, "a").differences(spec(now, "b"))
    return [(change.subject, change.text) for change in found]


def spec(text: str, name: str) -> Spec:
    return Spec(Source(f"{name}.nnspec", text))


def test_what_is_written_otherwise_means_the_same() -> None:
    other = TEXT.replace("Dense(64)", "Dense(units = 8 * 8, use_bias = true)")
    assert changes(TEXT, other) == []
    head, data, rest = TEXT.partition("data Wines")
    block, _, train = rest.partition("\n")
    assert changes(TEXT, f"{train}\n# before the model\n{data}{block}\n{head}") == []
    same = TEXT.replace("Dense(64)", "repeat 1 { Dense(32 * 2, activation = relu) }")
    assert changes(TEXT, same.replace("epochs = 5", "seed = 0; epochs = 5")) == []


def test_values_are_told_with_both_places() -> None:
    other = TEXT.replace("Dense(64)", "\n  Dense(48)").replace("= relu", "= elu")
    found = spec(TEXT, "a").differences(spec(other, "b"))
    assert [change.text for change in found][:2] == [
        "dense_1: units 64 → 48",
        "dense_1: activation relu → elu",
    ]
    lines = [[span.line for span in change.spans if span] for change in found]
    assert lines[0] == [4, 5]
    assert lines[1] == [1, 1]


def test_trainings_and_models_are_compared_by_name() -> None:
    more = TEXT + TEXT[TEXT.index("train") :].replace("train Net", "train two: Net")
    assert changes(TEXT, more) == [("train two", "added")]
    assert changes(more, TEXT) == [("train two", "removed")]
    assert changes(TEXT, TEXT.replace("train Net", "train other: Net")) == [
        ("train other", "is called Net → other")
    ]
    assert changes(TEXT, TEXT.replace("Dense(1) }", "Dense(2) }")) == [
        ("model Alone", "dense_1: units 1 → 2")
    ]


def test_shapes_of_inputs_and_lists_of_layers() -> None:
    other = TEXT.replace("x: float32[2]", "x: float32[5]")
    assert changes(TEXT, other) == [("model Alone", "x: shape [2] → [5]")]
    other = TEXT.replace("Dense(64)", "Dense(64)\n  Dropout(0.1)")
    assert changes(TEXT, other) == [("train Net", "layers: dropout_1 added")]


def test_what_is_reused_counts_also_where_layers_are_the_same() -> None:
    own = """\
block B { Dense(4) }
model Deep { input features: float32[13]; body = B; Dense(1) }
"""
    old = f"{TEXT}{own}train old: Deep on Wines {{\n  loss = mse\n"
    old += "  optimizer = sgd(0.1)\n  epochs = 1\n}\n"
    old = old.replace("loss = mse", "loss = sparse_categorical_crossentropy")
    old = old.replace("body = B; Dense(1)", "body = B; Dense(3, activation = softmax)")
    drawn = old + "model New { input features: float32[13]; Dense(4) }\n"
    taken = old + "model New { reuse body = old to body }\n"
    assert ("model New", "reused: body added") in changes(drawn, taken)
    assert ("model New", "reused: body removed") in changes(taken, drawn)
    other = taken.replace("train old", "train older").replace("= old", "= older")
    found = changes(taken, other)
    assert ("model New", "body: training old → older") in found
    assert changes(taken, taken.replace("to body", 'to "body/dense_1"')) == []
