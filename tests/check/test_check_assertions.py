"""``assert``: what holds is silent, what does not is told with the figures found."""

from __future__ import annotations

import pytest
from check_specs import check, only, rules, trained, underlined

TRAIN = "  loss = sparse_categorical_crossentropy\n  optimizer = adam\n  epochs = 2\n"
HEAD = """\
param cap: int = 1_000
block Unit(n: int) {
  assert n % 2 == 0
  assert input.shape == [13]
  h = Dense(n)
  assert h.shape == [n]
}
"""


def model(assertion: str, n: int = 4) -> str:
    layers = f"  unit = Unit({n})\n  again = unit\n  Dense(3)\n  {assertion}"
    return f"{HEAD}model Net {{\n  input x: float32[13]\n{layers}\n}}\n"


@pytest.mark.parametrize(
    "assertion",
    [
        "assert params == 13 * 4 + 4 + 4 * 3 + 3",
        "assert trainable <= params",
        "assert layers == 2",
        "assert params < cap",
        "assert memory < 1 GiB",
        "assert memory > 0.5 KiB",
        "assert output.shape == [3]",
        "assert again.shape == [2 + 2]",
        "assert x.shape != [3, 4]",
        "assert not params > cap",
    ],
)
def test_what_holds_is_silent(assertion: str) -> None:
    found = check(model(assertion)).problems
    assert [problem.rule for problem in found] in ([], ["unused-param"])


@pytest.mark.parametrize(
    ("assertion", "found"),
    [
        ("assert params < 10", "params is 71"),
        ("assert params + layers > cap", "params is 71; layers is 2; cap is 1,000"),
        ("assert memory < 1 KiB", "memory is 2."),
        ("assert output.shape == [3, 1]", "output.shape is [3]"),
        ("assert 1 > 2", "it is false whatever the model"),
    ],
)
def test_what_does_not_hold_tells_the_figures(assertion: str, found: str) -> None:
    (problem,) = (
        p for p in check(model(assertion)).problems if p.rule != "unused-param"
    )
    assert problem.rule == "assertion-failed"
    assert found in problem.message
    assert underlined(problem) == assertion.removeprefix("assert ")


@pytest.mark.parametrize(
    ("assertion", "rule", "text"),
    [
        ("assert parms < cap", "unknown-name", "parms"),
        ("assert y.shape == [3]", "unknown-name", "y.shape"),
        ("assert output.shape < [3]", "wrong-type", "output.shape < [3]"),
        ("assert output.shape == 3", "wrong-type", "output.shape"),
        ("assert params", "wrong-type", "params"),
        ("assert memory < 3 epochs", "wrong-type", "3 epochs"),
    ],
)
def test_what_cannot_be_asserted(assertion: str, rule: str, text: str) -> None:
    found = next(p for p in check(model(assertion)).problems if p.rule == rule)
    assert underlined(found) == text or rule == "wrong-type"


def test_a_block_asserts_something_of_its_arguments_and_of_what_flows_in() -> None:
    problem = only(check(model("assert params < cap", n=5)))
    assert (problem.rule, underlined(problem)) == ("assertion-failed", "n % 2 == 0")
    assert problem.message.endswith("n is 5")
    assert [note.message for note in problem.notes] == ["Unit is used here"]


def test_a_training_asserts_something_of_its_memory() -> None:
    assert rules(trained(f"{TRAIN}  assert memory < 1 MiB")) == []
    problem = only(trained(f"{TRAIN}  assert memory < 2 KiB\n  assert params > 1"))
    assert problem.message == "this does not hold: memory is 4.6 KiB"


def test_shapes_are_no_values_elsewhere() -> None:
    found = check(model("Dense(1 GiB)"))
    assert "unexpected-unit" in rules(found)
    assert check("model Net { input x: float32[3]; Dense(x.shape) }").failed
