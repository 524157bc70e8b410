"""Inputs and outputs of predictions as tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from specc.api import Spec
from specc.data import save_csv
from specc.diagnostics.fault import Fault
from specc.diagnostics.model import Source
from specc.run import load_run, open_run, predict, read_inputs

TEXT = """\
model Two {{
  input near: float32[2]
  input far: float32[1]
  joined = Concatenate(near, far)
  output price = joined -> Dense(1)
}}
data Table {{
  source = csv("t.csv", separator = ";")
  input near = columns("a", "b")
  input far = column("c")
  target price = column("p")
  standardize(near, far, price)
}}
train Two on Table {{
  loss = {loss}
  optimizer = sgd(0.01)
  epochs = 1
}}
"""


def spec(folder: Path, loss: str = "mse") -> Spec:
    return Spec(Source(str(folder / "two.nnspec"), TEXT.format(loss=loss)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    rows = np.random.default_rng(0).uniform(1, 9, (40, 4)).round(3)
    lines = ["a;b;c;p", *(";".join(map(str, row)) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines))
    spec(folder).train("reference", run=folder / "run")
    return folder


def test_a_table_gives_what_arrays_give(folder: Path) -> None:
    run = open_run(folder / "run")
    (folder / "in.csv").write_text("c;extra;b;a\n1;x;2;3\n4;y;5;6\n")
    inputs = read_inputs(run, folder / "in.csv")
    np.testing.assert_array_equal(inputs["near"], [[3, 2], [6, 5]])
    np.testing.assert_array_equal(inputs["far"], [[1], [4]])
    arrays = {"near": np.array([[3, 2], [6, 5.0]]), "far": np.array([1.0, 4])}
    loaded = load_run(run)
    expected = predict(loaded, arrays)["price"]
    np.testing.assert_array_equal(predict(loaded, inputs)["price"], expected)
    save_csv({"price": expected}, folder / "out.csv")
    head, *rows = (folder / "out.csv").read_text().splitlines()
    assert head == "price"
    assert [np.float32(row) for row in rows] == expected[:, 0].tolist()


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("a;b\n1;2\n", "run-input", "needs an input called c"),
        ("a;b;c\n1;;3\n", "data-not-finite", "b in line 2 of"),
        ("a;b;c\n1;x;3\n", "data-not-a-number", "line 2"),
        ("a,b,c\n1,2,3\n", "data-unreadable", "single column"),
    ],
)
def test_tables_that_do_not_fit(folder: Path, text: str, rule: str, words: str) -> None:
    (folder / "bad.csv").write_text(text)
    with pytest.raises(Fault) as caught:
        read_inputs(open_run(folder / "run"), folder / "bad.csv")
    (problem,) = caught.value.problems
    assert problem.rule == rule
    assert words in problem.message


def test_arrays_as_columns(tmp_path: Path) -> None:
    rows = np.arange(12.0).reshape(2, 3, 2)
    save_csv({"one": np.ones((2, 1)), "many": rows}, tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text().splitlines() == [
        "one,many_0_0,many_0_1,many_1_0,many_1_1,many_2_0,many_2_1",
        "1.0,0.0,1.0,2.0,3.0,4.0,5.0",
        "1.0,6.0,7.0,8.0,9.0,10.0,11.0",
    ]
    with pytest.raises(Fault, match="two columns"):
        save_csv({"a": np.ones((2, 2)), "a_0": np.ones(2)}, tmp_path / "o.csv")


def test_a_faulty_target_is_named_by_its_line(folder: Path) -> None:
    text = TEXT.format(loss="binary_crossentropy").replace(", price)", ")")
    text = text.replace("Dense(1)", "Dense(1, activation = sigmoid)")
    (folder / "labels").mkdir()
    (folder / "labels/t.csv").write_text("a;b;c;p\n1;2;3;1\n\n2;3;4;0\n3;4;5;2\n")
    made = Spec(Source(str(folder / "labels/two.nnspec"), text))
    with pytest.raises(Fault) as caught:
        made.train("reference", run=folder / "labels/run")
    assert "in line 5 of the source" in str(caught.value)
