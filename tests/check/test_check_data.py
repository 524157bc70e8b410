"""Data blocks, and what a model gets from them."""

import pytest
from check_specs import check, errors, only, program, rules, trained, underlined

from specc.catalog.transforms import Keep, OneHot, Rescale, Standardize
from specc.catalog.transforms.rows import Comparison
from specc.catalog.types import Portion
from specc.ir import Binding

CLASSES = "  loss = sparse_categorical_crossentropy\n  optimizer = sgd\n  epochs = 2"
VALUES = "  loss = mse\n  optimizer = sgd\n  epochs = 2"
TWO = """
model Two {
  input wide: float32[2]
  input deep: float32[3]
  output price = Concatenate(wide, deep) -> Dense(1)
  output kind = deep -> Dense(4, activation = softmax)
}
train Two on Homes {
  loss price = mse
  loss kind = sparse_categorical_crossentropy
  optimizer = sgd
  epochs = 2
}
"""
HOMES = """
data Homes {
  source = csv("homes.csv")
  input wide = columns("age", "rooms")
  input deep = columns("a" .. "c")
  sample_weight w = column("weight")
  keep(500_000 > price)
  take(200)
  standardize(deep)
}
"""


def test_a_single_input_and_target_bind_by_themselves() -> None:
    found = program(trained(CLASSES)).data
    assert found is not None
    assert found.bindings == (
        Binding(
            name="features",
            role="input",
            columns=("features",),
            dtype="float32",
            shape=(13,),
        ),
        Binding(
            name="label",
            role="target",
            columns=("label",),
            dtype="int64",
            shape=(),
            classes=3,
        ),
    )


def test_an_image_may_lack_its_axis_of_channels() -> None:
    text = (
        "model Net {\n  input pixels: float32[8, 8]\n  Flatten\n"
        "  Dense(10, activation = softmax)\n}\n"
        "data Digits { source = digits; test = 20%; standardize(image) }\n"
        f"train Net on Digits {{\n{CLASSES}\n}}\n"
    )
    found = program(check(text)).data
    assert found is not None
    assert (found.bindings[0].name, found.bindings[0].shape) == ("pixels", (8, 8))
    assert found.bindings[0].columns == ("image",)
    assert found.transforms == (Standardize(names=("pixels",)),)
    assert found.test == Portion(value=20, unit="%")


def test_a_table_binds_by_column() -> None:
    found = program(check(TWO + HOMES))
    assert found.data is not None
    assert found.training is not None
    assert [
        (b.name, b.role, b.columns, b.through, b.dtype, b.shape, b.classes)
        for b in found.data.bindings
    ] == [
        ("wide", "input", ("age", "rooms"), False, "float32", (2,), None),
        ("deep", "input", ("a", "c"), True, "float32", (3,), None),
        ("price", "target", ("price",), False, "float32", (1,), None),
        ("kind", "target", ("kind",), False, "int64", (), 4),
        ("w", "sample_weight", ("weight",), False, "float32", (), None),
    ]
    assert found.training.sample_weight == "w"
    assert found.data.transforms[0] == Keep(
        where=Comparison(field="price", operator="<", value=500_000)
    )


def test_a_single_binding_has_a_name_of_its_own() -> None:
    data = 'data Wine { source = npz("w.npz"); target y = array("t"); rescale(y, scale = 2) }\n'
    found = program(trained(VALUES, data, "  Dense(4)"))
    assert found.data is not None
    assert found.training is not None
    assert [(b.name, b.columns) for b in found.data.bindings] == [
        ("features", ("features",)),
        ("y", ("t",)),
    ]
    assert found.training.objectives[0].target == "y"
    assert found.data.transforms == (Rescale(names=("y",), scale=2.0),)


def test_one_hot_rows_come_from_a_transform() -> None:
    data = "data Wine { source = wine; one_hot(label, classes = 3) }\n"
    train = CLASSES.replace("sparse_", "")
    found = program(trained(train, data))
    assert found.data is not None
    assert found.data.bindings[1].shape == (3,)
    assert found.data.bindings[1].dtype == "float32"
    assert found.data.transforms == (OneHot(names=("label",), classes=3),)


def test_a_transform_of_what_another_model_gets_is_left_out() -> None:
    data = (
        'data Wine { source = npz("w.npz"); target y = array("y");'
        ' input features = array("f"); input other = array("o");'
        " standardize(other); standardize(features) }\n"
    )
    checked = trained(VALUES, data, "  Dense(4)")
    found = program(checked)
    assert found.data is not None
    assert found.data.transforms == (Standardize(names=("features",)),)
    assert rules(checked) == ["unused-binding"]


@pytest.mark.parametrize(
    ("body", "rule", "text", "suggestion"),
    [
        ("", "missing-argument", "data Wine", "source = …"),
        ("source = wines", "unknown-source", "wines", "wine"),
        ('source = "wine"', "wrong-type", '"wine"', "wine"),
        ("source = csv", "missing-argument", "csv", "path = …"),
        ("source = csv(housing)", "wrong-type", "housing", '"housing"'),
        ("source = wine; test = 0.2", "missing-unit", "0.2", "20%"),
        ("source = wine; test = 20", "missing-unit", "20", "20% or 20 examples"),
        ("source = wine; test = 2 epochs", "wrong-unit", "epochs", None),
        ("source = wine; test = 100%", "out-of-range", "test = 100%", None),
        ("source = wine; test = 0%", "out-of-range", "0%", None),
        (
            "source = wine; test = 178 examples",
            "out-of-range",
            "test = 178 examples",
            None,
        ),
        (
            "source = wine; test = 100 examples; validation = 78 examples",
            "out-of-range",
            "validation = 78 examples",
            None,
        ),
        (
            "source = wine; take(50); test = 60 examples",
            "out-of-range",
            "test = 60 examples",
            None,
        ),
        ("source = wine; tets = 20%", "unknown-setting", "tets", "test"),
        ("source = wine; normalize(features)", "unknown-transform", "normalize", None),
        ("source = wine; standardize(feature)", "unknown-name", "feature", "features"),
        ("source = wine; keep(lable < 2)", "unknown-field", "lable < 2", "label"),
        ("source = wine; keep(features < 2)", "wrong-type", "features < 2", None),
        ("source = wine; keep(label)", "wrong-type", "label", None),
        ("source = wine; keep(label > 2)", "out-of-range", "label > 2", None),
        (
            "source = wine; keep(label > 0); keep(label < 0.5); keep(label < 0)",
            "out-of-range",
            "label < 0.5",
            None,
        ),
        ("source = wine; rescale", "missing-argument", "rescale", "scale = …"),
        ("source = wine; standardize; take(5)", "misplaced-statement", "take(5)", None),
        ("source = wine; augment { random_flip }", "not-yet", "augment", None),
        (
            'source = wine; target y = array("lable")',
            "unknown-field",
            'array("lable")',
            "label",
        ),
        (
            'source = wine; target y = column("label")',
            "wrong-type",
            "column",
            'array("label")',
        ),
        (
            'source = wine; target y = "label"',
            "wrong-type",
            '"label"',
            'array("label")',
        ),
        (
            'source = wine; target y = array("label"); target Y = array("label")',
            "duplicate-name",
            "Y",
            None,
        ),
    ],
)
def test_a_wrong_data_block(
    body: str, rule: str, text: str, suggestion: str | None
) -> None:
    problem = only(trained(CLASSES, f"data Wine {{ {body} }}\n"))
    assert (problem.rule, underlined(problem)) == (rule, text)
    if suggestion:
        assert problem.suggestion == suggestion


def test_the_data_of_no_training_are_checked() -> None:
    assert errors(check("data Wine { source = wine; test = 300% }\n")) == [
        "out-of-range"
    ]


def test_an_input_of_another_size_is_shown_beside_the_data() -> None:
    text = (
        "model Net {\n  input features: float32[12]\n"
        "  Dense(3, activation = softmax)\n}\ndata Wine { source = wine }\n"
        f"train Net on Wine {{\n{CLASSES}\n}}\n"
    )
    problem = only(check(text))
    assert problem.rule == "shape-mismatch"
    assert underlined(problem) == "input features: float32[12]"
    assert problem.notes[0].span is not None
    assert problem.notes[0].span.line == 5


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ("", ["wide", "deep"]),
        ('input wide = columns("a", "b")', ["deep"]),
        ('input wide = columns("a", "b"); input depp = columns("c" .. "e")', ["deep"]),
    ],
)
def test_what_gets_no_field_is_named(bindings: str, expected: list[str]) -> None:
    data = f'data Homes {{ source = csv("homes.csv"); {bindings} }}\n'
    checked = check(TWO + data)
    unbound = [p for p in checked.problems if p.rule == "unbound"]
    assert [p.message.split()[2] for p in unbound] == expected


def test_a_misspelled_binding_is_recognised() -> None:
    data = (
        'data Homes { source = csv("h.csv"); input wide = columns("a", "b");'
        ' input depp = columns("c" .. "e") }\n'
    )
    problems = check(TWO + data).problems
    assert {p.suggestion for p in problems} == {"deep"}


def test_as_many_columns_as_the_input_has_entries() -> None:
    data = HOMES.replace('columns("age", "rooms")', 'columns("age")')
    problem = only(check(TWO + data))
    assert problem.rule == "shape-mismatch"
    assert underlined(problem) == "input wide: float32[2]"


def test_two_arrays_of_a_batch_cannot_share_a_name() -> None:
    data = (
        'data Wine { source = npz("w.npz"); input x = array("x");'
        ' target features = array("y") }\n'
    )
    assert errors(trained(VALUES, data, "  Dense(4)")) == ["name-clash"]


COLUMNS = """
model Net {{ input x: float32[3]; Dense(1) }}
data Table {{
  source = csv("a.csv")
  input x = columns({columns})
  target y = column("y")
  standardize({name})
}}
train Net on Table {{ loss = mse; optimizer = sgd; epochs = 2 }}
"""


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ('"a", "b", "c"', "b"),
        ('"a" .. "c"', "b"),
        ('"a" .. "c"', "a"),
        ('"a", "b", "c"', "y"),
    ],
)
def test_a_step_may_name_a_column(columns: str, name: str) -> None:
    found = program(check(COLUMNS.format(columns=columns, name=name)))
    assert found.data is not None
    assert found.data.transforms == (Standardize(names=(name,)),)


def test_a_step_may_not_name_a_column_that_nothing_is_made_of() -> None:
    text = COLUMNS.format(columns='"a", "b", "c"', name="d")
    problem = only(check(text))
    assert (problem.rule, underlined(problem)) == ("unknown-name", "d")


@pytest.mark.parametrize("sign", ['\\"', "\\n", "", "ab"])
def test_a_separator_is_one_character_of_a_line(sign: str) -> None:
    text = COLUMNS.format(columns='"a", "b", "c"', name="x")
    text = text.replace('"a.csv"', f'"a.csv", separator = "{sign}"')
    problem = only(check(text))
    assert problem.rule == "invalid-value"
    assert underlined(problem) == f'separator = "{sign}"'


@pytest.mark.parametrize(
    ("steps", "loss", "rule"),
    [
        ("standardize(features, label)", "sparse_categorical_crossentropy", True),
        ("standardize(label)", "mse", False),
        (
            "standardize(label); one_hot(label, classes = 3)",
            "categorical_crossentropy",
            True,
        ),
        ("standardize(features)", "sparse_categorical_crossentropy", False),
        (
            "rescale(label, scale = 1, offset = -1)",
            "sparse_categorical_crossentropy",
            False,
        ),
    ],
)
def test_classes_that_a_step_makes_measurements_of(
    steps: str, loss: str, rule: bool
) -> None:
    layers = "  Dense(3, activation = softmax)" if loss != "mse" else "  Dense(1)"
    train = f"loss = {loss}\noptimizer = sgd\nepochs = 2"
    checked = trained(train, f"data Wine {{ source = wine; {steps} }}\n", layers)
    assert errors(checked) == (["loss-target-mismatch"] if rule else [])
    if rule:
        (problem,) = [p for p in checked.problems if p.rule == "loss-target-mismatch"]
        assert underlined(problem).startswith("standardize(")
        assert problem.suggestion == "leave label out of standardize"


def test_transforms_of_one_kind_have_places_of_their_own() -> None:
    data = "data Wine {\n  source = wine\n  rescale(features, scale = 2)\n"
    found = trained(CLASSES, f"{data}  rescale(features, scale = 3)\n}}\n")
    lines = [
        origin.span.line
        for position in (0, 1)
        if (origin := found.programs[0].origins.find(f"transform:{position}"))
        and origin.span
    ]
    assert lines[1] == lines[0] + 1
