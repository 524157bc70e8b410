"""Losses and metrics: whether they fit the outputs and the targets."""

import pytest
from check_specs import (
    BASE,
    CLASSES,
    DATA,
    check,
    errors,
    only,
    program,
    regression,
    trained,
    underlined,
)

from specc.catalog.losses import (
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

# How outputs end


@pytest.mark.parametrize(
    ("last", "loss", "logits"),
    [
        ("Dense(3, activation = softmax)", "sparse_categorical_crossentropy", True),
        ("Dense(3)\n  Activation(softmax)", "sparse_categorical_crossentropy", True),
        (
            "Dense(3, activation = softmax)\n  Reshape([3])",
            "sparse_categorical_crossentropy",
            False,
        ),
        ("Dense(3)", "sparse_categorical_crossentropy(from_logits = true)", False),
        ("Dense(1)\n  Activation(tanh)", "mse", False),
    ],
)
def test_losses_are_computed_from_logits_where_the_output_ends_in_them(
    last: str, loss: str, logits: bool
) -> None:
    found = program(trained(f"  loss = {loss}\n{BASE}", DATA, f"  {last}")).training
    assert found is not None
    assert found.objectives[0].logits is logits


@pytest.mark.parametrize(
    ("last", "loss", "rule"),
    [
        ("Dense(3)", "sparse_categorical_crossentropy", "loss-activation-mismatch"),
        (
            "Dense(3, activation = relu, kernel_initializer = he_normal)",
            "sparse_categorical_crossentropy",
            "loss-activation-mismatch",
        ),
        (
            "Dense(3, activation = sigmoid)",
            "sparse_categorical_crossentropy",
            "loss-activation-mismatch",
        ),
        (
            "Dense(3, activation = softmax)\n  BatchNormalization",
            "sparse_categorical_crossentropy",
            "loss-activation-mismatch",
        ),
        (
            "Dense(3, activation = softmax)",
            "sparse_categorical_crossentropy(from_logits = true)",
            "double-activation",
        ),
        (
            "Dense(3, activation = softmax)\n  Reshape([3])",
            "sparse_categorical_crossentropy(from_logits = true)",
            "double-activation",
        ),
        (
            "Dense(1, activation = sigmoid)",
            "binary_crossentropy",
            "loss-target-mismatch",
        ),
        (
            "Dense(3, activation = softmax)",
            "categorical_crossentropy",
            "loss-target-mismatch",
        ),
        ("Dense(4, activation = softmax)", "sparse_categorical_crossentropy", ""),
        ("Dense(2, activation = softmax)", "sparse_categorical_crossentropy", ""),
        ("Dense(3)", "mse", "shape-mismatch"),
    ],
)
def test_losses_that_do_not_fit_the_output_or_the_targets(
    last: str, loss: str, rule: str
) -> None:
    problem = only(trained(f"  loss = {loss}\n{BASE}", DATA, f"  {last}"))
    assert problem.rule == (rule or "wrong-classes")
    if not rule:
        assert underlined(problem) in "42"
        assert problem.suggestion == "3"


def test_class_numbers_are_proposed_both_ways() -> None:
    problem = only(trained(f"  loss = categorical_crossentropy\n{BASE}"))
    assert problem.suggestion == (
        "sparse_categorical_crossentropy, or one_hot(label, classes = 3) in the data block"
    )


def test_one_hot_rows_are_no_class_numbers() -> None:
    data = "data Wine { source = wine; one_hot(label, classes = 3) }\n"
    assert errors(trained(CLASSES, data)) == ["loss-target-mismatch"]
    wrong = data.replace("= 3", "= 4")
    train = CLASSES.replace("sparse_", "")
    assert errors(trained(train, wrong)) == ["wrong-classes"]


SOFTMAX, SIGMOID = "Dense({}, activation = softmax)", "Dense(1, activation = sigmoid)"


@pytest.mark.parametrize(
    ("keep", "fewest"),
    [
        ("label < 2", 2),
        ("label <= 1", 2),
        ("2 > label", 2),
        ("label != 2", 2),
        ("label != 0", 3),
        ("label >= 2", 3),
        ("label == 1", 2),
        ("label == 0", 1),
        ("label < 1.5", 2),
        ("label != 2); keep(label != 1", 1),
        ("label < 2); take(90", 2),
        ("label >= 0", 3),
    ],
)
def test_an_output_may_leave_out_the_classes_above_those_kept(
    keep: str, fewest: int
) -> None:
    data = f"data Wine {{ source = wine; keep({keep}) }}\n"
    one_hot = data.replace(" }", "; one_hot(label, classes = {}) }}").replace(
        "Wine {", "Wine {{"
    )
    rows = CLASSES.replace("sparse_", "")
    for size in range(1, 5):
        right = fewest <= size <= 3
        wanted = [] if right else ["wrong-classes"]
        last = f"  {SOFTMAX.format(size)}"
        assert errors(trained(CLASSES, data, last)) == wanted
        assert errors(trained(rows, one_hot.format(size), last)) == wanted
        if right:
            found = program(trained(CLASSES, data, last)).data
            assert found is not None
            assert found.bindings[1].classes == size


def test_a_class_count_says_what_keep_leaves() -> None:
    data = "data Wine { source = wine; keep(label != 0); keep(label < 2) }\n"
    problem = only(trained(CLASSES, data, f"  {SOFTMAX.format(4)}"))
    assert problem.message == (
        "the output has 4 classes, but label has 3, and keep leaves 1"
    )
    assert problem.suggestion == "2"


@pytest.mark.parametrize(
    ("keep", "right"),
    [("label < 2", True), ("label == 1", True), ("label > 0", False)],
)
def test_labels_0_and_1_are_yes_or_no(keep: str, right: bool) -> None:
    data = f"data Wine {{ source = wine; keep({keep}) }}\n"
    train = f"  loss = binary_crossentropy\n{BASE}"
    found = trained(train, data, f"  {SIGMOID}")
    assert errors(found) == ([] if right else ["loss-target-mismatch"])
    if not right:
        assert only(found).suggestion == (
            "sparse_categorical_crossentropy, with 3 softmax units"
        )


def test_measurements_are_no_classes() -> None:
    text = regression(CLASSES, "Dense(3, activation = softmax)")
    assert errors(check(text)) == ["loss-target-mismatch"]
    text = regression(f"  loss = mse\n  metrics = [accuracy]\n{BASE}")
    problem = only(check(text))
    assert (problem.rule, problem.suggestion) == ("metric-mismatch", "mae")


# Several outputs

BRANCHES = """
model Net {
  input features: float32[13]
  hidden = features -> Dense(8)
  output first = hidden -> Dense(3, activation = softmax)
  output second = hidden -> Dense(1)
}
data Wine {
  source = wine
  validation = 20%
  target first = array("label")
  target second = array("label")
}
"""


def branches(train: str, text: str = BRANCHES) -> str:
    return f"{text}train Net on Wine {{\n{train}\n{BASE}}}\n"


def test_losses_of_several_outputs() -> None:
    found = program(
        check(
            branches(
                "  loss second = mse(weight = 0.1)\n"
                "  loss first = sparse_categorical_crossentropy(weight = 0.9)\n"
                "  metrics first = [accuracy]\n"
                "  early_stopping(monitor = val_first_accuracy, patience = 2 epochs)"
            )
        )
    ).training
    assert found is not None
    assert [
        (item.output, item.target, item.logits, item.loss) for item in found.objectives
    ] == [
        ("first", "first", True, SparseCategoricalCrossentropy(weight=0.9)),
        ("second", "second", False, MeanSquaredError(weight=0.1)),
    ]


@pytest.mark.parametrize(
    ("train", "rule"),
    [
        ("  loss = mse", "which-output"),
        ("  loss second = mse", "missing-loss"),
        (
            "  loss second = mse\n  loss first = sparse_categorical_crossentropy\n"
            "  metrics = [accuracy]",
            "which-output",
        ),
    ],
)
def test_outputs_are_named(train: str, rule: str) -> None:
    problem = only(check(branches(train)))
    assert problem.rule == rule
    assert "first" in f"{problem.message}{problem.suggestion}"


def test_an_output_may_not_be_called_as_a_figure() -> None:
    text = BRANCHES.replace("second", "val")
    train = "  loss val = mse\n  loss first = sparse_categorical_crossentropy"
    assert "name-clash" in errors(check(branches(train, text)))
