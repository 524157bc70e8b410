"""``check --fix``: warnings that are mended mechanically, and texts that stay whole."""

from __future__ import annotations

import pytest
from test_check_lints import CASES, SPEC, USUAL

from specc.diagnostics.model import Source
from specc.mending import Mended, mend
from specc.pipeline import check_source

MENDED = {
    "selu-without-lecun-normal",
    "selu-with-dropout",
    "initializer-activation-mismatch",
    "bias-before-batch-normalization",
    "softmax-one-unit",
    "max-norm-axis",
    "recurrent-without-clipping",
}


def fixed(text: str) -> Mended:
    return mend(Source("a.nnspec", text))


def model(layers: str) -> str:
    return f"model Net {{\n  input x: float32[4]\n{layers}\n}}\n"


@pytest.mark.parametrize(("rule", "doubtful", "right"), CASES)
def test_each_lint_that_can_be_mended_is(rule: str, doubtful, right) -> None:
    text = SPEC.format(**{**USUAL, **doubtful})
    before = check_source(Source("a.nnspec", text)).problems
    warned = any(p.rule == rule and p.level.name == "WARNING" for p in before)
    found = fixed(text)
    if rule in MENDED and warned:
        assert rule in {problem.rule for problem in found.mended}
        assert rule not in {problem.rule for problem in found.left}
    again = check_source(found.source).problems
    assert not any(problem.level.name == "ERROR" for problem in again)
    assert again == found.left


def test_arguments_are_written_where_the_call_has_room() -> None:
    norm = "\n  BatchNormalization\n  Dense(1)"
    for call, mended in (
        ("Dense(3)", "Dense(3, use_bias = false)"),
        ("Dense(3,)", "Dense(3, use_bias = false)"),
        ("Dense(\n    3,\n  )", "Dense(\n    3, use_bias = false\n  )"),
        ("Dense(3  # three\n  )", "Dense(3  # three\n  \n, use_bias = false)"),
        ("Dense(3, use_bias = true)", "Dense(3, use_bias = false)"),
        ("h = Dense(3)", "h = Dense(3, use_bias = false)"),
    ):
        found = fixed(model(f"  {call}{norm}"))
        assert f"  {mended}\n" in found.source.text, found.source.text
        assert found.left == ()


def test_what_is_not_used_is_taken_away_with_its_line() -> None:
    head = (
        "# a net\nparam a: int = 1\nparam b: int = 4 # kept\n"
        'block Idle { Dense(1) }\ndefaults Conv2D { filters = 3 }\nallow(softmax-one-unit, "x")\n'
    )
    found = fixed(head + model("  Dense(b)"))
    assert found.source.text == "# a net\nparam b: int = 4 # kept\n" + model(
        "  Dense(b)"
    )
    assert [p.rule for p in found.mended].count("unused-param") == 1


def test_what_a_file_without_models_has_for_others_stays() -> None:
    shared = (
        "param extra: int = 2\ndefaults Dense { use_bias = false }\n"
        "block Mix(units: int) { Dense(units + extra) }\n"
    )
    found = fixed(shared)
    assert found.source.text == shared
    assert found.left == ()


def test_what_only_other_params_would_use_stays() -> None:
    text = """\
param big: bool = false
param times: int = 0
param rate: float = 0.1
param idle: int = 1
block Big(n: int, spare: int = 3) { Dense(n + spare) }
block Small(n: int, spare: int = 3) {
  if big { Dense(spare) } else { Dense(n) }
}
model Net {
  input x: float32[4]
  defaults Dropout { rate = 0.2 }
  if big { Big(3) } else { Small(3) }
  repeat times { Dropout(rate) }
  Dense(1)
}
"""
    found = fixed(text)
    assert found.source.text == text.replace("param idle: int = 1\n", "")
    assert found.left == ()


def test_a_correction_that_brings_an_error_about_is_not_made() -> None:
    layers = (
        "  Dense(3, bias_initializer = ones)\n  BatchNormalization\n"
        "  last = Dense(1, activation = softmax)"
    )
    found = fixed(model(layers))
    assert "bias_initializer = ones" in found.source.text
    assert "activation = sigmoid" in found.source.text
    assert [problem.rule for problem in found.left] == [
        "bias-before-batch-normalization"
    ]


def test_notes_and_errors_and_what_is_allowed_stay() -> None:
    note = model("  Dense(3, activation = relu)\n  Dense(1)")
    assert fixed(note).source.text == note
    error = model("  Dens(3)\n  Dense(1, activation = softmax)")
    assert fixed(error).source.text == error
    allow = '  allow(softmax-one-unit, "shown to students")'
    allowed = model(f"{allow}\n  Dense(1, activation = softmax)")
    assert fixed(allowed).mended == ()


def test_a_layer_of_a_block_is_mended_once() -> None:
    block = "block B {\n  Dense(3)\n  BatchNormalization\n}\n"
    found = fixed(block + model("  repeat 3 { B }"))
    assert found.source.text.count("use_bias = false") == 1
    assert found.left == ()
