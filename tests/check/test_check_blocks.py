"""Blocks, repetitions, choices and residuals: what they unroll to, and what is wrong."""

from __future__ import annotations

import pytest
from check_specs import check, errors, network, only, rules, underlined

from specc.ir import Network
from specc.pipeline import Budget, Settings

UNIT = """\
block Unit(n: int, act: activation = relu) {
  Dense(n)
  Activation(act)
}
"""


def model(layers: str, head: str = "", shape: str = "[4]") -> str:
    return f"{head}model Net {{\n  input x: float32{shape}\n{layers}\n}}\n"


def calls(found: Network) -> list[tuple[str, str]]:
    """Each call with the sizes of its output."""
    return [(c.name, str(list(found.edge(c.name).shape))) for c in found.calls]


def names(text: str, settings: Settings | None = None) -> list[str]:
    return [call.name for call in network(check(text, settings)).calls]


# Blocks ---------------------------------------------------------------------------


def test_a_block_stands_in_the_place_of_a_layer() -> None:
    found = network(check(model("  Unit(3)\n  last = Unit(2, act = tanh)", UNIT)))
    assert calls(found) == [
        ("unit_1/dense_1", "[3]"),
        ("unit_1/activation_1", "[3]"),
        ("last/dense_1", "[2]"),
        ("last/activation_1", "[2]"),
    ]
    kinds = [node.layer.ending() for node in found.layers]
    assert [k and k.keyword for k in kinds] == ["linear", "relu", "linear", "tanh"]
    assert [w.path for w in found.weights()][2:] == [
        "last/dense_1/kernel",
        "last/dense_1/bias",
    ]
    assert [(o.name, o.edge) for o in found.outputs] == [
        ("output", "last/activation_1")
    ]


def test_arguments_are_checked_like_those_of_a_layer() -> None:
    def problem(call: str) -> tuple[str, str, str | None]:
        found = only(check(model(f"  {call}", UNIT)))
        return found.rule, underlined(found), found.suggestion

    assert problem("Unit") == ("missing-argument", "Unit", "n = …")
    assert problem("Unit(3, 4)")[:2] == ("wrong-type", "4")
    assert problem("Unit(n = 3.5)")[:2] == ("wrong-type", "3.5")
    assert problem("Unit(3, atc = tanh)") == ("unknown-argument", "atc", "act")
    assert problem("Unit(3, act = tahn)") == ("unknown-activation", "tahn", "tanh")
    assert problem("Unti(3)") == ("unknown-layer", "Unti", "Unit")
    assert problem("Unit(0)")[0] == "out-of-range"  # of Dense, within the block


def test_parameters_have_types_and_limits() -> None:
    head = (
        'block B(w: int[1..8], rate: float[0..0.5] = 0.1, mode: str["a", "b"] = "a",'
        " big: bool = false, init: initializer = zeros, reg: regularizer = none) {\n"
        "  if big { Dense(w * 2) } else { Dense(w) }\n  Dropout(rate)\n"
        '  if mode == "b" { Dense(1) }\n'
        "  Dense(w, kernel_initializer = init, kernel_regularizer = reg)\n}\n"
    )
    found = network(check(model('  B(3, big = true, mode = "b", reg = l2(0.1))', head)))
    assert [shape for _, shape in calls(found)] == ["[6]", "[6]", "[1]", "[3]"]
    last = found.layers[-1].weights[0]
    assert last.initializer.keyword == "zeros"
    assert last.regularizer is not None
    plain = network(check(model("  B(3)", head)))
    assert plain.layers[-1].weights[0].regularizer is None
    for call, rule in (
        ("B(9)", "out-of-range"),
        ("B(1, rate = 0.6)", "out-of-range"),
        ('B(1, mode = "c")', "invalid-value"),
        ("B(1, init = relu)", "unknown-initializer"),
        ("B(1, init = none)", "unknown-initializer"),
    ):
        assert rules(check(model(f"  {call}", head))) == [rule], call


@pytest.mark.parametrize(
    ("block", "rule", "text"),
    [
        ("block B(n: itn) { Dense(n) }", "unknown-type", "itn"),
        ("block B(n: int = 1.5) { Dense(n) }", "wrong-type", "1.5"),
        ("block B(n: int[5..1]) { Dense(n) }", "out-of-range", "5..1"),
        ("block B(n: int[5]) { Dense(n) }", "wrong-type", "int[5]"),
        ("block B(n: bool[0..1]) { Dense(1) }", "wrong-type", "bool[0..1]"),
        ("block B(n: int, n: int) { Dense(n) }", "duplicate-name", "n"),
        ("block B(n: int = 1, m: int) { Dense(n) }", "missing-argument", "m: int"),
        ("block Dense(n: int) { Dropout(0.1) }", "reserved-name", "Dense"),
        (
            "block B(n: int) { input y: float32[2]\n Dense(n) }",
            "misplaced-statement",
            None,
        ),
        ("block B(n: int) { output y = Dense(n) }", "misplaced-statement", None),
    ],
)
def test_what_is_wrong_with_a_block(block: str, rule: str, text: str | None) -> None:
    found = check(model("  B(2)", block + "\n"))
    assert rule in rules(found)
    problem = next(p for p in found.problems if p.rule == rule)
    assert text in (None, underlined(problem))


def test_a_block_sees_params_and_its_arguments_alone() -> None:
    head = "param w: int = 5\nblock B { Dense(w)\n Dense(i) }\n"
    found = only(check(model("  repeat i in 1..2 { B }", head)))
    assert (found.rule, underlined(found)) == ("wrong-type", "i")
    head = "param w: int = 5\nblock B(w: int) { Dense(w) }\n"
    text = model("  B(3)\n  Dense(w)", head)
    assert [s for _, s in calls(network(check(text)))] == ["[3]", "[5]"]


def test_blocks_use_blocks_but_never_themselves() -> None:
    head = "block A { B }\nblock B { Dense(2)\n C }\nblock C { Dense(3) }\n"
    assert names(model("  A\n  C", head)) == [
        "a_1/b_1/dense_1",
        "a_1/b_1/c_1/dense_1",
        "c_1/dense_1",
    ]
    circle = check(model("  A", "block A { B }\nblock B { Dense(2)\n A }\n"))
    problem = next(p for p in circle.problems if p.rule == "cycle")
    assert "A -> B -> A" in problem.message
    deep = (
        "".join(f"block B{i} {{ B{i + 1} }}\n" for i in range(60))
        + "block B60 { Dense(1) }\n"
    )
    assert "too-much-work" in rules(check(model("  B0", deep)))


def test_a_block_branches_from_what_flows_into_it() -> None:
    head = (
        "block Inception(n: int) {\n  a = input -> Dense(n)\n  b = input -> Dense(n + 1)\n"
        "  Concatenate(a, b)\n}\n"
    )
    found = network(check(model("  Dense(3)\n  Inception(2)\n  Dense(1)", head)))
    assert [(c.name, c.inputs) for c in found.calls][1:4] == [
        ("inception_1/a", ("dense_1",)),
        ("inception_1/b", ("dense_1",)),
        ("inception_1/concatenate_1", ("inception_1/a", "inception_1/b")),
    ]


def test_a_misfit_in_a_block_says_where_the_block_is_used() -> None:
    head = "block Pool { MaxPooling2D }\nblock Outer { Pool }\n"
    problem = only(check(model("  Dense(3)\n  Outer", head)))
    assert (problem.rule, underlined(problem)) == ("shape-mismatch", "MaxPooling2D")
    notes = [note.message for note in problem.notes]
    assert notes == ["dense_1 is [3]", "Outer is used here", "Pool is used here"]


def test_the_same_fault_of_a_block_is_reported_once() -> None:
    head = "block B { Dense(units = -1)\n Dens(3) }\n"
    assert errors(check(model("  B\n  B\n  B", head))) == [
        "out-of-range",
        "unknown-layer",
    ]


def test_names_of_programs_are_different_too() -> None:
    head = "block Stem { first = Dense(3) }\n"
    problem = only(check(model("  stem_first = Dense(2)\n  stem = Stem", head)))
    assert (problem.rule, underlined(problem)) == ("name-clash", "first")
    # Where one of them is made by number, the next number is taken.
    assert names(model("  stem_dense_1 = Dense(2)\n  stem = Unit(3)", UNIT))[1:] == [
        "stem/dense_2",
        "stem/activation_1",
    ]


# Defaults -------------------------------------------------------------------------


def test_the_nearest_defaults_win() -> None:
    head = (
        "defaults Dense { kernel_initializer = zeros\n use_bias = false\n activation = tanh }\n"
        "block B {\n  defaults Dense { kernel_initializer = ones }\n  Dense(2)\n}\n"
    )
    layers = "  defaults Dense { use_bias = true }\n  Dense(3)\n  B"
    found = network(check(model(layers, head)))
    outer, inner = (node.layer for node in found.layers)
    given = [
        (x.kernel_initializer.keyword, x.use_bias, x.activation.keyword)
        for x in (outer, inner)
    ]
    assert given == [("zeros", True, "tanh"), ("ones", True, "tanh")]


def test_defaults_of_a_residual_end_with_it() -> None:
    layers = "  residual {\n    defaults Dense { use_bias = false }\n    Dense(4)\n  }\n  Dense(2)"
    found = network(check(model(layers)))
    biased = [node.layer.use_bias for node in found.layers if node.weights]
    assert biased == [False, True]


def test_defaults_of_a_block_that_are_for_nothing() -> None:
    head = "block B {\n  defaults Conv2D { filters = 3 }\n  Dense(2)\n}\n"
    assert rules(check(model("  B", head))) == ["unused-defaults"]


# Repetitions and choices ----------------------------------------------------------


def test_a_repetition_is_what_it_would_be_written_out() -> None:
    written = names(model("  Dense(2)\n  Dense(2)\n  Dense(2)\n  Dense(1)"))
    assert names(model("  repeat 3 { Dense(2) }\n  Dense(1)")) == written
    assert names(model("  repeat 0 { Dense(2) }\n  Dense(1)")) == ["dense_1"]


def test_a_repetition_with_a_variable_has_both_ends() -> None:
    found = network(check(model("  repeat i in 1..3 { Dense(2 * i) }")))
    assert [shape for _, shape in calls(found)] == ["[2]", "[4]", "[6]"]
    text = model("  repeat i in 1..2 { repeat j in 1..i { Dense(10 * i + j) } }")
    assert [s for _, s in calls(network(check(text)))] == ["[11]", "[21]", "[22]"]


def test_names_in_a_repetition_have_its_number() -> None:
    layers = (
        "  repeat i in 3..4 { h = Dense(i)\n    repeat 2 { g = Dense(2) }\n    h -> Dense(1) }\n"
        "  Concatenate(h_3, h_4)"
    )
    found = check(model(layers))
    assert [p.rule for p in found.problems if p.rule != "unused-flow"] == []
    kept = "  repeat i in 3..4 { h = Dense(i) }\n  Concatenate(h_3, h_4)"
    assert names(model(kept)) == ["h_3", "h_4", "concatenate_1"]


def test_outputs_may_be_repeated() -> None:
    text = model("  t = x -> Dense(3)\n  repeat i in 1..3 { output y = t -> Dense(i) }")
    found = network(check(text))
    assert [(o.name, o.edge) for o in found.outputs] == [
        (f"y_{i}", f"y_{i}") for i in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("head", "rule", "text"),
    [
        ("repeat 1.5", "wrong-type", "1.5"),
        ("repeat -1", "out-of-range", "-1"),
        ("repeat n", "unknown-param", "n"),
        ("repeat i in 3", "wrong-type", "3"),
        ("repeat i in 1..2.5", "wrong-type", "2.5"),
        ("if 3", "wrong-type", "3"),
        ("if n > 1", "unknown-param", "n"),
    ],
)
def test_what_is_wrong_with_its_head(head: str, rule: str, text: str) -> None:
    problem = only(check(model(f"  {head} {{ Dense(3) }}\n  Dense(2)")))
    assert (problem.rule, underlined(problem)) == (rule, text)


def test_choices_follow_params() -> None:
    head = "param depth: int[0..9] = 1\nparam wide: bool = false\n"
    layers = (
        "  if depth > 2 { repeat depth { Dense(2) } } else if wide { Dense(64) }"
        " else { Dense(8) }\n  Dense(1)"
    )

    def sizes(**params: str) -> list[str]:
        return [
            s for _, s in calls(network(check(model(layers, head), Settings(params))))
        ]

    assert sizes() == ["[8]", "[1]"]
    assert sizes(wide="true") == ["[64]", "[1]"]
    assert sizes(depth="3") == ["[2]", "[2]", "[2]", "[1]"]
    found = check(model(layers, head), Settings({"depth": "10"}))
    assert rules(found) == ["out-of-range"]


def test_a_repetition_ends_where_the_budget_does() -> None:
    small = Settings(budget=Budget(nodes=50))
    for count in ("51", "1_000_000_000_000"):
        found = check(model(f"  repeat {count} {{ Dense(2) }}"), small)
        assert rules(found) == ["too-much-work"]
    idle = check(
        model("  repeat 1_000_000_000_000 { if 1 > 2 { Dense(2) } }\n  Dense(1)")
    )
    assert rules(idle) == ["too-much-work"]


# Residuals ------------------------------------------------------------------------


def test_a_residual_adds_what_flows_into_it() -> None:
    found = network(
        check(model("  residual { Dense(8, activation = relu)\n Dense(4) }"))
    )
    assert [(c.name, c.inputs) for c in found.calls] == [
        ("dense_1", ("x",)),
        ("dense_2", ("dense_1",)),
        ("add_1", ("dense_2", "x")),
    ]


def test_a_shortcut_changes_what_is_added() -> None:
    layers = "  residual { Dense(8)\n shortcut { Dense(8, use_bias = false) } }"
    found = network(check(model(layers)))
    assert found.calls[-1].inputs == ("dense_1", "dense_2")
    problem = only(check(model("  residual { Dense(8) }")))
    assert (problem.rule, underlined(problem)) == ("shape-mismatch", "residual")
    assert "shortcut" in str(problem.suggestion)


@pytest.mark.parametrize(
    ("layers", "rule"),
    [
        ("  residual { }\n  Dense(1)", "empty-model"),
        ("  residual { Dense(4)\n shortcut { } }", "empty-model"),
        (
            "  residual { Dense(8)\n shortcut { Dense(8) }\n shortcut { Dense(8) } }",
            "duplicate-name",
        ),
        ("  shortcut { Dense(4) }\n  Dense(1)", "misplaced-statement"),
        ("  output y = x -> Dense(4)\n  residual { Dense(4) }", "missing-source"),
    ],
)
def test_what_is_wrong_with_a_residual(layers: str, rule: str) -> None:
    assert rule in errors(check(model(layers)))


# Shared layers --------------------------------------------------------------------

TWO = "model Two {{\n  input a: float32[4]\n  input b: float32[4]\n{}\n}}\n"


def test_a_named_layer_is_called_again_with_its_weights() -> None:
    flows = "  h = a -> Dense(3)\n  g = b -> h\n  output y = Concatenate(h, g) -> Dense(1)\n"
    found = network(check(TWO.format(flows)))
    assert [(c.name, c.layer, c.inputs) for c in found.calls][:2] == [
        ("h", "h", ("a",)),
        ("g", "h", ("b",)),
    ]
    assert len(found.weights()) == 4


def test_a_layer_may_be_named_before_anything_flows_into_it() -> None:
    flows = "  h = Dense(3)\n  output y = Concatenate(p, q) -> Dense(1)\n  p = a -> h\n  q = b -> h"
    found = network(check(TWO.format(flows)))
    assert {c.layer for c in found.calls if c.name in ("p", "q")} == {"h"}
    unused = check(TWO.format("  h = Dense(3)\n  output y = Add(a, b)"))
    assert rules(unused) == ["missing-source"]


def test_blocks_and_models_are_shared_whole() -> None:
    head = (
        "model Encoder {\n  input v: float32[4]\n  Dense(3)\n  out = Dense(2)\n}\n"
        + UNIT
    )
    flows = (
        "  enc = Encoder\n  l = a -> enc\n  r = b -> enc\n  u = l -> Unit(2)\n  w = r -> u\n"
        "  output y = Concatenate(u, w) -> Dense(1)"
    )
    checked = check(head + TWO.format(flows))
    assert not checked.failed, checked.problems
    found = checked.models[-1].program.network
    shared = {c.name: c.layer for c in found.calls if c.name != c.layer}
    assert shared == {
        "enc/dense_1_2": "enc/dense_1",
        "enc/out_2": "enc/out",
        "u/dense_1_2": "u/dense_1",
        "u/activation_1_2": "u/activation_1",
    }
    assert len(found.weights()) == 8


def test_weights_are_shared_only_where_they_fit() -> None:
    flows = "  h = a -> Dense(3)\n  g = h -> h\n  output y = Concatenate(b, g)"
    problem = only(check(TWO.format(flows)))
    assert problem.rule == "shape-mismatch"
    assert "h/kernel is [4, 3], and [3, 3] is needed here" in problem.message


def test_a_nested_model_takes_what_its_inputs_declare() -> None:
    head = "model Inner {\n  input v: float32[5]\n  Dense(3)\n}\n"
    found = check(model("  Inner\n  Dense(1)", head))
    problem = only(found)
    assert (problem.rule, underlined(problem)) == ("shape-mismatch", "Inner")
    assert "takes [5]" in problem.message
    both = (
        "model Pair {\n  input p: float32[4]\n  input q: float32[4]\n"
        "  output r = Add(p, q) -> Dense(2)\n}\n"
    )
    flows = "  output y = Pair(a, b) -> Dense(1)"
    names = [
        c.name for c in check(both + TWO.format(flows)).models[-1].program.network.calls
    ]
    assert names == ["pair_1/add_1", "pair_1/r", "y"]
    assert rules(
        check(both + TWO.format("  output y = a -> Pair\n  output z = b -> Dense(1)"))
    ) == ["missing-source"]


def test_only_what_is_a_layer_is_called_again() -> None:
    for flows, rule in (
        ("  h = Add(a, b)\n  output y = a -> h(3)", "wrong-type"),
        ("  output y = Add(a, b) -> a", "unknown-layer"),
        ("  output y = Add(a, b) -> h\n  h = a -> Dense(4)", "unknown-name"),
        ("  h = Dense(4)\n  output y = Add(a, b, h)", "missing-source"),
    ):
        assert rule in rules(check(TWO.format(flows))), flows
