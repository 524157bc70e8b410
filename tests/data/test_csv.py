"""Tables in text files: what is read, and every fault with its line and column."""

from __future__ import annotations

import math

import numpy as np
import pytest
from data_blocks import binding, block
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.catalog.sources.files import Csv
from specc.catalog.transforms import Keep, Take
from specc.catalog.transforms.rows import Comparison
from specc.data import prepare
from specc.diagnostics.fault import Fault

HOUSES = """age,rooms,"tax, yearly",place,price
10,3,1.5,north,100
20,4,2.5,"south
west",200
30,5,-3e1,east,300
"""


@pytest.fixture
def houses(tmp_path):
    """A table with text, quotes, and a cell of two lines."""
    (tmp_path / "h.csv").write_text(HOUSES)
    return Csv(path="h.csv")


def table(tmp_path, text: str | bytes) -> Csv:
    """A table of that text."""
    data = text.encode() if isinstance(text, str) else text
    (tmp_path / "t.csv").write_bytes(data)
    return Csv(path="t.csv")


def test_columns_side_by_side_and_runs(houses, ready) -> None:
    prepared = ready(
        block(
            houses,
            binding("wide", "rooms", "age", shape=(2,)),
            binding("deep", "age", "tax, yearly", through=True, shape=(3,)),
            binding("price", role="target", dtype="float64"),
        )
    )
    np.testing.assert_array_equal(
        prepared.training["wide"], [[3, 10], [4, 20], [5, 30]]
    )
    np.testing.assert_array_equal(prepared.training["deep"][2], [30, 5, -30])
    np.testing.assert_array_equal(prepared.training["price"], [100, 200, 300])
    assert prepared.columns["deep"] == ("age", "rooms", "tax, yearly")
    assert prepared.training["wide"].dtype == np.float32
    assert prepared.training["price"].dtype == np.float64


def test_a_row_of_columns_is_folded(houses, ready) -> None:
    folded = binding("x", "age", "rooms", shape=(1, 2, 1))
    assert ready(block(houses, folded)).training["x"].shape == (3, 1, 2, 1)


def test_windows_line_ends_a_mark_and_another_separator(tmp_path, ready) -> None:
    text = "\ufeffa;b\r\n1;2\r\n\r\n3;4"
    (tmp_path / "t.csv").write_bytes(text.encode())
    source = Csv(path="t.csv", separator=";")
    np.testing.assert_array_equal(
        ready(block(source, binding("a"))).training["a"], [1, 3]
    )


def test_keep_and_take(houses, ready) -> None:
    where = Comparison(field="price", operator=">=", value=200.0)
    kept = ready(block(houses, binding("age"), transforms=(Keep(where=where),)))
    np.testing.assert_array_equal(kept.training["age"], [20, 30])
    np.testing.assert_array_equal(kept.rows["training"], [1, 2])
    both = (Keep(where=where), Take(count=1))
    assert (
        len(ready(block(houses, binding("age"), transforms=both)).training["age"]) == 1
    )


def test_a_filter_may_name_a_binding(houses, ready) -> None:
    where = Comparison(field="y", operator="<", value=150.0)
    bound = binding("y", "price", role="target")
    assert (
        len(ready(block(houses, bound, transforms=(Keep(where=where),))).training["y"])
        == 1
    )


def test_text_in_a_bound_column(houses, refuse) -> None:
    (problem,) = refuse(block(houses, binding("place")))
    assert problem.rule == "data-not-a-number"
    assert "line 2: column 4 (place) holds 'north'" in problem.message
    assert "(and 2 more like it)" in problem.message
    assert problem.suggestion.startswith("number the classes in the file: 0 for ")


def test_the_line_of_a_cell_after_one_of_two_lines(tmp_path, refuse) -> None:
    text = 'a,b\n1,"two\nlines"\nx,3\n'
    (problem,) = refuse(block(table(tmp_path, text), binding("a")))
    assert "line 4: column 1 (a) holds 'x'" in problem.message
    assert problem.suggestion is None, "the column is not one of classes"


def test_columns_with_text_are_told_once_each(tmp_path, refuse) -> None:
    lines = [f"{'ab'[i % 2]},{i}x,{i}" for i in range(50)]
    source = table(tmp_path, "\n".join(["kind,code,n", *lines]))
    bound = binding("x", "kind", "code", "n", shape=(3,))
    kind, code = refuse(block(source, bound))
    assert kind.suggestion == "number the classes in the file: 0 for a, 1 for b"
    assert "(and 49 more like it)" in kind.message
    assert code.suggestion.startswith("leave the column out")


def test_a_decimal_comma(tmp_path, refuse) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1,5;2\n-2,25;3\n")
    source = Csv(path="t.csv", separator=";")
    (problem,) = refuse(block(source, binding("a")))
    assert problem.suggestion == "a decimal point in the file: 1.5, not 1,5"


@pytest.mark.parametrize(
    ("text", "given", "wanted"),
    [("a;b\n1;2\n", ",", ";"), ("a\tb\n1\t2\n", ",", "\\t"), ("a,b\n1,2\n", ";", ",")],
)
def test_another_separator(tmp_path, refuse, text, given, wanted) -> None:
    (tmp_path / "t.csv").write_text(text)
    (problem,) = refuse(block(Csv(path="t.csv", separator=given), binding("a")))
    assert problem.suggestion == f'csv("t.csv", separator = "{wanted}")'


def test_a_quoted_name_after_a_space(tmp_path, ready) -> None:
    source = table(tmp_path, 'age, "city size"\n1, 2\n3, "4"\n')
    prepared = ready(block(source, binding("city size")))
    np.testing.assert_array_equal(prepared.training["city size"], [2, 4])


@pytest.mark.parametrize("cell", ["1_000", "1,5", "0x10", "12 000", "−3", "ten"])
def test_what_is_no_number(tmp_path, refuse, cell) -> None:
    (problem,) = refuse(block(table(tmp_path, f'a,b\n"{cell}",1\n'), binding("a")))
    assert repr(cell) in problem.message


def test_ragged_lines_are_all_named(tmp_path, refuse) -> None:
    source = table(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    (problem,) = refuse(block(source, binding("a")))
    assert problem.rule == "data-ragged"
    assert "line 3: 1 cell where the header has 2 (also line 4)" in problem.message
    source = table(tmp_path, "a,b\n" + "1\n" * 9)
    (problem,) = refuse(block(source, binding("a")))
    assert "line 2: 1 cell" in problem.message
    assert "(also lines 3, 4, 5, 6, 7 and 3 more)" in problem.message


@pytest.mark.parametrize("cell", ["", "nan", "inf", "-Infinity", "  "])
def test_missing_and_infinite_values(tmp_path, refuse, cell) -> None:
    (problem,) = refuse(block(table(tmp_path, f"a,b\n1,2\n3,{cell}\n"), binding("b")))
    assert problem.rule == "data-not-finite"
    assert problem.message.startswith("b in line 3 is")


def test_rows_with_missing_values_can_be_left_out(tmp_path, ready, refuse) -> None:
    source = table(tmp_path, "a,good\n1,1\n,0\n3,1\n")
    where = Comparison(field="good", operator="==", value=1.0)
    prepared = ready(block(source, binding("a"), transforms=(Keep(where=where),)))
    np.testing.assert_array_equal(prepared.training["a"], [1, 3])
    where = Comparison(field="a", operator=">", value=0.0)
    (problem,) = refuse(block(source, binding("good"), transforms=(Keep(where=where),)))
    assert "line 3" in problem.message


def test_missing_columns_are_all_named_with_what_is_near(houses, refuse) -> None:
    problems = refuse(
        block(houses, binding("x", "Age", "room", shape=(2,)), binding("y", "zebra"))
    )
    assert [p.suggestion for p in problems] == ["age", "rooms", None]
    assert {p.rule for p in problems} == {"data-unknown-field"}


def test_twins_in_the_header(tmp_path, refuse, ready) -> None:
    source = table(tmp_path, "a,b,a,c\n1,2,3,4\n")
    (problem,) = refuse(block(source, binding("a")))
    assert problem.rule == "data-ambiguous-field"
    assert "columns 1, 3" in problem.message
    (problem,) = refuse(block(source, binding("x", "b", "c", through=True, shape=(3,))))
    assert problem.rule == "data-ambiguous-field"
    assert ready(block(source, binding("b"))).training["b"] == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no header"),
        ("\n1,2\n", "no header"),
        ("1,2\n3,4\n", "holds numbers"),
        ("a,b\n", "no line after its header"),
        (b"a,b\n\xff\xfe,1\n", "not UTF-8"),
        (b"\xff\xfea,b\n", "not UTF-8"),
        ('a,b\n"1,2\n', "cannot be read"),
        ('a,b\n"1"x,2\n', "cannot be read"),
    ],
)
def test_no_table(tmp_path, refuse, text, word) -> None:
    (problem,) = refuse(block(table(tmp_path, text), binding("a")))
    assert problem.rule == "data-unreadable"
    assert word in problem.message


def test_no_file(refuse, tmp_path) -> None:
    (problem,) = refuse(block(Csv(path="gone.csv"), binding("a")), status=3)
    assert problem.rule == "data-missing"
    assert str(tmp_path / "gone.csv") in problem.message
    (tmp_path / "folder").mkdir()
    (problem,) = refuse(block(Csv(path="folder"), binding("a")), status=3)
    assert "is a folder" in problem.message


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_arrays_or_a_problem(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "t.csv").write_bytes(b"a,b\n" + data)
    problems = ()
    try:
        values = prepare(block(Csv(path="t.csv"), binding("a")), folder).training["a"]
    except Fault as fault:
        problems, values = fault.problems, np.empty(0)
    assert len(values) or problems
    assert all(math.isfinite(x) for x in values)
