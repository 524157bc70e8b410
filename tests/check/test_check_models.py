"""Models: names, flows, order, shapes."""

import pytest
from check_specs import (
    check,
    errors,
    network,
    only,
    sequential,
    underlined,
    with_layers,
)

from specc.diagnostics import Level

GRAPH = """
model WideAndDeep {
  input wide: float32[5]
  input deep: float32[6]
  output price = Concatenate(wide, hidden) -> Dense(1)
  hidden = deep -> Dense(30, activation = relu) -> Dense(30, activation = relu)
  again = hidden
  output aux = again -> Dense(1)
  output raw = again
}
"""


def test_a_sequential_model() -> None:
    found = network(
        with_layers(
            "  Flatten\n  BatchNormalization\n  hidden1 = Dense(300)\n  Dense(100)\n"
            "  Dropout(0.2)\n  Dense(10)",
            "[28, 28]",
        )
    )
    assert [call.name for call in found.calls] == [
        "flatten_1",
        "batch_normalization_1",
        "hidden1",
        "dense_1",
        "dropout_1",
        "dense_2",
    ]
    assert [edge.shape for edge in found.edges] == [
        (28, 28),
        (784,),
        (784,),
        (300,),
        (100,),
        (100,),
        (10,),
    ]
    assert [(output.name, output.edge) for output in found.outputs] == [
        ("output", "dense_2")
    ]
    assert sum(len(node.weights) for node in found.layers) == 8


def test_a_graph_in_any_order_of_statements() -> None:
    found = network(check(GRAPH))
    assert [(call.name, call.inputs) for call in found.calls] == [
        ("dense_1", ("deep",)),
        ("hidden", ("dense_1",)),
        ("concatenate_1", ("wide", "hidden")),
        ("price", ("concatenate_1",)),
        ("aux", ("hidden",)),
    ]
    assert [(output.name, output.edge) for output in found.outputs] == [
        ("price", "price"),
        ("aux", "aux"),
        ("raw", "hidden"),
    ]
    assert found.edge("concatenate_1").shape == (35,)


def test_names_are_made_from_keywords() -> None:
    found = network(
        with_layers(
            "  Conv2D(4, 3)\n  MaxPooling2D\n  conv2d_2 = Conv2D(4, 3, padding = same)\n"
            "  Conv2D(4, 3, padding = same)\n  GlobalAveragePooling2D\n  AlphaDropout(0.1)"
            "\n  Activation(relu)\n  Reshape([2, 2])",
            "[8, 8, 1]",
        )
    )
    assert [call.name for call in found.calls] == [
        "conv2d_1",
        "max_pooling2d_1",
        "conv2d_2",
        "conv2d_3",
        "global_average_pooling2d_1",
        "alpha_dropout_1",
        "activation_1",
        "reshape_1",
    ]


def test_a_skip_in_a_sequential_model() -> None:
    """A layer that joins takes what it names, and after an arrow what flows in as well."""
    layers = "  first = Dense(4)\n  Dense(4)\n  Add(first)\n  Dense(1)"
    found = network(with_layers(layers))
    assert found.calls[2].inputs == ("dense_1", "first")
    layers = "  a = Dense(4)\n  b = Dense(4)\n  Add(a, b)\n  Dense(1)"
    assert network(with_layers(layers)).calls[2].inputs == ("a", "b")


def graph(flows: str) -> str:
    return f"model Net {{\n  input a: float32[4]\n  input b: float32[4]\n{flows}\n}}\n"


@pytest.mark.parametrize(
    ("flows", "rule", "text", "suggestion"),
    [
        ("  output c = Add(a, d)", "unknown-name", "d", None),
        ("  output outer = Add(a, outr) -> Dense(1)", "unknown-name", "outr", "outer"),
        ("  output c = Add(a, b) -> Dense(1) -> b", "unknown-layer", "b", None),
        ("  output c = Add(a, Dense(3))", "wrong-type", "Dense(3)", None),
        ("  output c = Add(a) -> Add(b)", "missing-source", "Add(a)", None),
        ("  Dense(3)\n  output c = Add(a, b)", "missing-source", "Dense(3)", None),
        (
            "  output c = Add(a, b)\n  d = a -> Dense(3)",
            "unused-flow",
            "d",
            "output d = … makes it one",
        ),
        ("  output c = a -> Dense(3)", "unused-input", "input b: float32[4]", None),
        ("  c = Add(a, b)\n  output c = a", "duplicate-name", "c", None),
        ("  output A = Add(a, b)", "name-clash", "A", None),
        ("  output Dense = Add(a, b)", "reserved-name", "Dense", None),
        ("  c = Add(a, b)", "missing-output", "model Net", None),
        ("  output c = c -> Add(a, b)", "cycle", "Add(a, b)", None),
        (
            "  x = Add(a, y)\n  y = Add(b, x)\n  output c = x",
            "cycle",
            "Add(a, y)",
            None,
        ),
        ("  x = y\n  y = x\n  output c = Add(a, b, x)", "cycle", "y", None),
        (
            "  output c = Add(a, b) -> Dense(2)\n  output d = dense_1",
            "unknown-name",
            "dense_1",
            None,
        ),
        (
            "  output c = Concatenate(a, b, axis = 2)",
            "shape-mismatch",
            "Concatenate(a, b, axis = 2)",
            None,
        ),
        ("  output c = Add(a, b) -> Dense(a)", "wrong-type", "a", "a -> Dense"),
        ("  input a: float32[2]\n  output c = Add(a, b)", "duplicate-name", "a", None),
    ],
)
def test_a_wrong_graph(
    flows: str, rule: str, text: str, suggestion: str | None
) -> None:
    problem = only(check(graph(flows)))
    assert (problem.rule, underlined(problem)) == (rule, text)
    if suggestion:
        assert problem.suggestion == suggestion


@pytest.mark.parametrize("name", ["a", "h"])
def test_a_name_by_itself_does_nothing(name: str) -> None:
    for text in (
        graph(f"  h = a -> Dense(4)\n  {name}\n  output c = h -> Add(b)"),
        sequential(f"  h = Dense(3)\n  {name}\n  Dense(2)").replace("features", "a"),
    ):
        problem = only(check(text))
        assert (problem.rule, underlined(problem)) == ("misplaced-statement", name)


@pytest.mark.parametrize("word", ["true", "false", "none", "not"])
@pytest.mark.parametrize(
    "text",
    [
        "model M {{ input {}: float32[3]; Dense(2) }}",
        "model M {{ input a: float32[3]; {} = Dense(2) }}",
        "model M {{ input a: float32[3]; output {} = a -> Dense(2) }}",
        "param {}: int = 3",
        "model M {{ input a: float32[3]\n {0} = a -> Dense(2)\n {0} -> Dense(3) }}",
    ],
)
def test_words_that_are_values_are_no_names(word: str, text: str) -> None:
    found = [p for p in check(text.format(word)).problems if p.rule == "reserved-name"]
    assert found
    assert underlined(found[0]) == word


@pytest.mark.parametrize(
    "word", ["from", "to", "for", "if", "on", "in", "allow", "steps"]
)
def test_all_other_words_are_names(word: str) -> None:
    text = f"model M {{ input {word}: float32[3]; output x = {word} -> Dense(2) }}"
    assert check(text).problems == ()
    text = f"model M {{ input a: float32[3]\n {word} = a -> Dense(3)\n b = {word}\n output y = b }}"
    assert check(text).problems == ()


def test_a_circle_is_named() -> None:
    flows = "  x = Add(a, y)\n  y = Add(b, z)\n  z = x\n  output c = x"
    assert "y -> x" in only(check(graph(flows))).message


@pytest.mark.parametrize(
    ("declaration", "rule", "text"),
    [
        ("input x: float32[0]", "out-of-range", "0"),
        ("input x: float32[n * 2]", "unknown-param", "n"),
        ("input x: float32[2.5]", "wrong-type", "2.5"),
        ("input x: int64[4]", "shape-mismatch", "Dense(3)"),
        ("input x: floot32[4]", "unknown-type", "floot32"),
        ("input ids: float32[4]", "reserved-name", "ids"),
        ("input x: float32[4] = 3", "misplaced-statement", "3"),
    ],
)
def test_a_wrong_input(declaration: str, rule: str, text: str) -> None:
    problem = only(check(f"model Net {{\n  {declaration}\n  Dense(3)\n}}\n"))
    assert (problem.rule, underlined(problem)) == (rule, text)


def test_a_model_without_input_still_has_its_layers_checked() -> None:
    assert errors(check("model Net {\n  Dense(0)\n}\n")) == [
        "missing-input",
        "out-of-range",
    ]


def test_a_model_without_layers() -> None:
    problem = only(check("model Net {\n  input x: float32[4]\n}\n"))
    assert (problem.rule, underlined(problem)) == ("empty-model", "model Net")


def test_shapes_that_do_not_fit_say_what_reached_the_layer() -> None:
    problem = only(with_layers("  Dense(4)\n  Conv2D(4, 3)\n  Dense(2)"))
    assert (problem.rule, underlined(problem)) == ("shape-mismatch", "Conv2D(4, 3)")
    assert [note.message for note in problem.notes] == ["dense_1 is [4]"]


def test_errors_of_shape_in_separate_flows_are_all_reported() -> None:
    flows = "  output c = a -> MaxPooling2D\n  output d = b -> Conv2D(2, 3)"
    assert errors(check(graph(flows))) == ["shape-mismatch", "shape-mismatch"]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ('import "blocks.nnspec"', "unknown-file"),
        ("block Unit(n: int) { Dense(n) }", "unused-block"),
        ("nnspec 2", "unknown-version"),
        ("Dense(3)", "misplaced-statement"),
        ("epochs = 3", "misplaced-statement"),
        ("input x: float32[3]", "misplaced-statement"),
    ],
)
def test_statements_of_a_file(statement: str, rule: str) -> None:
    text = f"{statement}\nmodel Net {{\n  input x: float32[3]\n  Dense(3)\n}}\n"
    assert only(check(text)).rule == rule


def test_names_of_blocks_are_taken_once() -> None:
    model = "model Net {\n  input x: float32[3]\n  Dense(3)\n}\n"
    problem = only(check(model + model))
    assert (problem.rule, underlined(problem)) == ("duplicate-name", "Net")
    assert problem.notes[0].span is not None
    assert problem.notes[0].span.line == 1


def test_the_axes_of_a_constraint_must_exist() -> None:
    problem = only(
        with_layers("  Dense(3, kernel_constraint = max_norm(1.0, axis = 2))")
    )
    assert problem.rule == "out-of-range"
    assert underlined(problem) == "kernel_constraint = max_norm(1.0, axis = 2)"


SOFT = "Dense(3, activation = softmax)"
MISNAMED = {
    "param": ("param wiqth: int = 4", "Dense(width); Dense(width)", "wiqth"),
    "block": ("block Unyt { Dense(3) }", "Unit; Unit", "Unyt"),
    "parameter": (
        "block Unit(siqe: int) { Dense(size); Dense(size) }\n"
        "block Other(size: int) { Dense(size) }",
        "Unit(3); Other(3)",
        "siqe",
    ),
}


@pytest.mark.parametrize("kind", MISNAMED)
def test_a_declaration_that_is_called_otherwise_wherever_it_is_used(kind: str) -> None:
    declared, layers, wrong = MISNAMED[kind]
    text = f"{declared}\nmodel Net {{ input x: float32[3]; {layers}; {SOFT} }}\n"
    problem = only(check(text))
    assert problem.span is not None
    assert problem.span.source.text[problem.span.start : problem.span.end] == wrong
    assert len(problem.notes) == 2
    # One use is as likely wrong as the declaration, and so are others that fit it.
    right = problem.suggestion
    assert right is not None
    once = check(text.replace(right, "3" if kind != "block" else "Flatten", 1))
    fitting = check(text.replace(right, wrong, 1))
    for checked in (once, fitting):
        (problem,) = [p for p in checked.problems if p.level is Level.ERROR]
        assert (problem.suggestion, problem.span and problem.span.line) == (
            wrong,
            1 if kind == "parameter" else 2,
        )
