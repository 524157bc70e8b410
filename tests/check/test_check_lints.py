"""Lints: each finds what it is for, says how to mend it, and lets the mended spec pass."""

import pytest
from check_specs import check, only, rules, sequential, underlined

from specc.check.lint import LINTS
from specc.diagnostics import RULES, Level
from specc.pipeline import Settings

SPEC = """
model Net {{
  input features: float32{shape}
{layers}
}}
data Set {{ source = {source}; {data} }}
train Net on Set {{
  loss = {loss}
  optimizer = {optimizer}
  epochs = 10
  {stopping}
}}
{more}
"""
USUAL = {
    "shape": "[13]",
    "layers": "  Dense(3, activation = softmax)",
    "source": "wine",
    "data": "validation = 10%; standardize",
    "loss": "sparse_categorical_crossentropy",
    "optimizer": "sgd",
    "stopping": "",
    "more": "",
}
IMAGES = {"shape": "[8, 8, 1]", "source": "digits"}
HE = "kernel_initializer = he_normal"
LECUN = "activation = selu, kernel_initializer = lecun_normal"
LAST = "\n  Dense(3, activation = softmax)"
CONV = "\n  Flatten\n  Dense(10, activation = softmax)"

UNFREEZING = """\
phase head {{ freeze = "*_1/kernel"; optimizer = sgd(0.1) }}
  phase whole {{ optimizer = sgd({rate}) }}
  phase last {{ epochs = 3 }}"""
TRANSFER = """
model New {{
  reuse body = Net to hidden
  Dense(3, activation = softmax)
}}
data More {{ source = wine; {scaling} }}
train New on More {{ loss = sparse_categorical_crossentropy; optimizer = sgd; epochs = 2 }}
"""
BODY = f"  hidden = Dense(8){LAST}"

#: A layer whose gradient goes back through the steps of another.
BEFORE_SERIES = f"  Reshape([13, 1])\n  TimeDistributed(Dense(4))\n  SimpleRNN(4){LAST}"
SERIES = (
    "  Reshape([13, 1])\n  read = SimpleRNN(4, return_sequences = true)\n"
    f"  SimpleRNN(3){LAST}"
)

# rule, what is doubtful, what is not
CASES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (
        "selu-without-lecun-normal",
        {"layers": f"  Dense(8, activation = selu){LAST}"},
        {"layers": f"  Dense(8, {LECUN}){LAST}"},
    ),
    (
        "selu-without-lecun-normal",
        {"layers": f"  Dense(8, {HE})\n  Activation(selu){LAST}"},
        {
            "layers": "  Dense(8, activation = selu, kernel_initializer ="
            f" variance_scaling(scale = 1)){LAST}"
        },
    ),
    (
        "selu-with-dropout",
        {"layers": f"  Dense(8, {LECUN})\n  Dropout(0.1){LAST}"},
        {"layers": f"  Dense(8, {LECUN})\n  AlphaDropout(0.1){LAST}"},
    ),
    (
        "selu-unstandardized-inputs",
        {"layers": f"  Dense(8, {LECUN}){LAST}", "data": "validation = 10%"},
        {
            "layers": f"  BatchNormalization\n  Dense(8, {LECUN}){LAST}",
            "data": "validation = 10%",
        },
    ),
    (
        "selu-in-non-sequential-model",
        {"layers": f"  a = Dense(8, {LECUN})\n  Dense(8, {LECUN})\n  Add(a){LAST}"},
        {"layers": f"  Dense(8, {LECUN})\n  Dense(8, {LECUN}){LAST}"},
    ),
    (
        "initializer-activation-mismatch",
        {
            "layers": "  Dense(8, activation = relu, kernel_initializer ="
            f" glorot_normal){LAST}"
        },
        {"layers": f"  Dense(8, activation = relu, {HE}){LAST}"},
    ),
    (
        "initializer-activation-mismatch",
        {"layers": f"  Dense(3, activation = softmax, {HE})"},
        {"layers": f"  Dense(8, {HE}, use_bias = false)\n  BatchNormalization{LAST}"},
    ),
    (
        "initializer-activation-mismatch",
        {
            "layers": "  Dense(8, kernel_initializer = glorot_normal)\n"
            f"  Activation(relu){LAST}"
        },
        {"layers": f"  Dense(8, {HE})\n  Dropout(0.1)\n  Activation(elu){LAST}"},
    ),
    (
        "bias-before-batch-normalization",
        {"layers": f"  Dense(8)\n  BatchNormalization{LAST}"},
        {"layers": f"  Dense(8, use_bias = false)\n  BatchNormalization{LAST}"},
    ),
    (
        "bias-before-batch-normalization",
        {
            **IMAGES,
            "layers": f"  Conv2D(4, 3)\n  BatchNormalization{CONV}",
        },
        {
            **IMAGES,
            # Statistics for each pixel leave a bias for each channel in place.
            "layers": f"  Conv2D(4, 3)\n  BatchNormalization(axis = [1, 2]){CONV}",
        },
    ),
    (
        "softmax-one-unit",
        {"layers": "  Dense(1, activation = softmax)", "loss": "mse"},
        {"layers": "  Dense(1, activation = sigmoid)", "loss": "mse"},
    ),
    (
        "dropout-on-output",
        {"layers": "  Dense(3, activation = softmax)\n  Dropout(0.2)"},
        {"layers": "  Dropout(0.2)\n  Dense(3, activation = softmax)"},
    ),
    (
        "max-norm-axis",
        {**IMAGES, "layers": f"  Conv2D(4, 3, kernel_constraint = max_norm){CONV}"},
        {
            **IMAGES,
            "layers": "  Conv2D(4, 3, kernel_constraint ="
            f" max_norm(axis = [0, 1, -2])){CONV}",
        },
    ),
    (
        "max-norm-axis",
        {"layers": f"  Dense(3, kernel_constraint = max_norm(axis = 1)){LAST}"},
        {"layers": f"  Dense(3, kernel_constraint = max_norm(axis = 0)){LAST}"},
    ),
    (
        "regularized-bias",
        {"layers": f"  Dense(4, bias_regularizer = l2){LAST}"},
        {"layers": f"  Dense(4, kernel_regularizer = l2){LAST}"},
    ),
    (
        "early-stopping-without-validation",
        {
            "data": "standardize",
            "stopping": "early_stopping(monitor = loss, patience = 2 epochs)",
        },
        {"stopping": "early_stopping(monitor = loss, patience = 2 epochs)"},
    ),
    (
        "l1-without-sparsity",
        {"layers": f"  Dense(8, kernel_regularizer = l1_l2(0.02, 0)){LAST}"},
        {"layers": f"  Dense(8, kernel_regularizer = l1(0.001)){LAST}"},
    ),
    (
        "standardized-twice",
        {"layers": f"  BatchNormalization{LAST}"},
        {"layers": f"  BatchNormalization{LAST}", "data": "validation = 10%"},
    ),
    (
        "unscaled-inputs",
        {"data": "validation = 10%"},
        {"data": "validation = 10%; rescale(features, scale = 0.001)"},
    ),
    (
        "unscaled-inputs",
        {**IMAGES, "data": "validation = 10%", "layers": CONV.strip("\n")},
        {
            **IMAGES,
            "data": "validation = 10%",
            "layers": f"  Flatten\n  Rescaling(1 / 16){CONV}",
        },
    ),
    (
        "patience-longer-than-epochs",
        {"stopping": "early_stopping(patience = 10 epochs)"},
        {"stopping": "early_stopping(patience = 9 epochs)"},
    ),
    (
        "adaptive-optimizer-with-schedule",
        {"optimizer": "adam(exponential_decay(0.1, rate = 0.5, every = 2 epochs))"},
        {"optimizer": "sgd(exponential_decay(0.1, rate = 0.5, every = 2 epochs))"},
    ),
    (
        "unfreezing-at-full-rate",
        {"stopping": UNFREEZING.format(rate=0.1)},
        {"stopping": UNFREEZING.format(rate=0.01)},
    ),
    (
        "recurrent-without-clipping",
        {"layers": SERIES},
        {"layers": SERIES, "optimizer": "sgd(0.1, global_clipnorm = 1.0)"},
    ),
    (
        "recurrent-without-clipping",
        {"layers": SERIES, "optimizer": "adam(0.1)"},
        {"layers": SERIES, "stopping": 'freeze = ["read", "simple_rnn_1/*"]'},
    ),
    (
        "recurrent-without-clipping",
        {"layers": BEFORE_SERIES, "stopping": 'freeze = ["simple_rnn_1"]'},
        {
            "layers": BEFORE_SERIES,
            "stopping": 'freeze = ["simple_rnn_1", "time_distributed_1"]',
        },
    ),
    (
        "recurrent-without-clipping",
        {"layers": f"  Reshape([13, 1])\n  SimpleRNN(4){LAST}"},
        {"layers": f"  Reshape([1, 13])\n  SimpleRNN(4){LAST}"},
    ),
    (
        "selu-in-non-sequential-model",
        {
            "layers": f"  Reshape([13, 1])\n  SimpleRNN(8, {LECUN}){LAST}",
            "optimizer": "adam(clipvalue = 1.0)",
        },
        {
            "layers": f"  Reshape([13, 1])\n  SimpleRNN(8){LAST}",
            "optimizer": "adam(clipvalue = 1.0)",
        },
    ),
    (
        "reused-on-another-scale",
        {"layers": BODY, "more": TRANSFER.format(scaling="rescale(scale = 1 / 16)")},
        {"layers": BODY, "more": TRANSFER.format(scaling="standardize(features)")},
    ),
    (
        "reused-on-another-scale",
        {"layers": BODY, "more": TRANSFER.format(scaling="")},
        {
            "layers": BODY,
            "data": "rescale(scale = 0.001)",
            "more": TRANSFER.format(scaling="rescale(scale = 0.001)"),
        },
    ),
]


@pytest.mark.parametrize(
    ("rule", "doubtful", "sound"), CASES, ids=[case[0] for case in CASES]
)
def test_a_lint_finds_what_it_is_for_and_nothing_else(
    rule: str, doubtful: dict[str, str], sound: dict[str, str]
) -> None:
    found = check(SPEC.format(**{**USUAL, **doubtful}))
    assert rules(found) == [rule]
    assert found.problems[0].span is not None
    assert found.problems[0].level is RULES[rule].level
    assert rules(check(SPEC.format(**{**USUAL, **sound}))) == []


def test_every_lint_has_a_rule_with_a_source_and_a_case() -> None:
    assert {case[0] for case in CASES} == set(LINTS)
    for slug in LINTS:
        assert RULES[slug].level is not Level.ERROR
        assert RULES[slug].reference


def test_gradients_are_asked_for_a_bound_once_for_each_optimizer() -> None:
    """Of the phases that train a recurrent layer; the others are not named."""
    phases = """\
phase head { freeze = ["read", "simple_rnn_1"]; optimizer = adam(0.1) }
  phase one { freeze = ["read"] }
  phase two { freeze = ["simple_rnn_1/recurrent_kernel"] }
  phase last { optimizer = rmsprop(0.001, clipvalue = 0.5) }"""
    parts = {"layers": SERIES, "optimizer": "sgd(0.01)", "stopping": phases}
    found = check(SPEC.format(**{**USUAL, **parts})).problems
    told = [p for p in found if p.rule == "recurrent-without-clipping"]
    assert [underlined(problem) for problem in told] == ["sgd(0.01)"]
    assert "(simple_rnn_1)" in told[0].message


def test_a_bias_within_a_recurrence_is_none_before_a_normalization() -> None:
    layers = (
        "  Reshape([13, 1])\n  SimpleRNN(4, activation = linear)\n"
        f"  BatchNormalization{LAST}"
    )
    parts = {"layers": layers, "optimizer": "sgd(clipnorm = 1.0)"}
    assert rules(check(SPEC.format(**{**USUAL, **parts}))) == []


def test_a_default_initializer_is_only_noted() -> None:
    layers = f"  Dense(8, activation = relu){LAST}"
    found = check(SPEC.format(**{**USUAL, "layers": layers}), Settings(strict=True))
    assert rules(found) == ["initializer-activation-mismatch"]
    assert found.problems[0].level is Level.NOTE
    assert not found.failed


@pytest.mark.parametrize(
    ("axis", "found"), [("3", ["bias-before-batch-normalization"]), ("2", [])]
)
def test_axes_of_a_layer_at_every_step_are_those_of_a_step(
    axis: str, found: list[str]
) -> None:
    layers = (
        "  TimeDistributed(Conv2D(4, 3))\n"
        f"  TimeDistributed(BatchNormalization(axis = {axis}))\n  Flatten\n  Dense(1)"
    )
    text = f"model Net {{\n  input frames: float32[5, 8, 8, 1]\n{layers}\n}}\n"
    assert rules(check(text)) == found


def test_an_inherited_value_is_doubted_where_it_is_used() -> None:
    layers = f"  defaults Dense {{ {HE} }}\n  Dense(8, activation = relu){LAST}"
    (problem,) = check(SPEC.format(**{**USUAL, "layers": layers})).problems
    assert problem.span is not None
    assert problem.span.line == 6
    assert problem.notes[0].span is not None
    assert problem.notes[0].span.line == 4


def test_a_model_is_linted_once_however_often_it_is_trained() -> None:
    layers = f"  Dense(8)\n  BatchNormalization{LAST}"
    text = SPEC.format(**{**USUAL, "layers": layers})
    train = text[text.index("train ") :].replace("train Net", "train again: Net")
    assert rules(check(text + train)) == ["bias-before-batch-normalization"]


def test_defaults_that_are_for_no_layer() -> None:
    model = sequential("  Dense(3)")
    other = model.replace("Net", "Other").replace("Dense(3)", "Flatten")
    outer, nowhere = (
        "defaults Dense { units = 4 }\n",
        "defaults Conv2D { filters = 4 }\n",
    )
    assert rules(check(outer + model + other)) == []
    assert rules(check(nowhere + model)) == ["unused-defaults"]
    inner = other.replace("  Flatten", "  defaults Dense { units = 4 }\n  Flatten")
    problem = only(check(model + inner))
    assert (problem.rule, underlined(problem)) == ("unused-defaults", "defaults Dense")
    assert rules(check('allow(unused-defaults, "later")\n' + nowhere + model)) == []


def test_a_param_that_nothing_uses() -> None:
    text = "param width: int = 3\n" + SPEC.format(**USUAL)
    assert rules(check(text)) == ["unused-param"]
    # It is used by another param: that is use enough.
    text = text.replace("= 3\n", "= 3\nparam other: int = width\n", 1)
    assert rules(check(text)) == ["unused-param"]
    assert "other" in check(text).problems[0].message


# allow and strict

DOUBTFUL = SPEC.format(**{**USUAL, "stopping": "early_stopping(patience = 10 epochs)"})
PATIENCE = "patience-longer-than-epochs"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model Net", f'allow({PATIENCE}, "it keeps the best epoch")\nmodel Net'),
        (
            "  epochs = 10",
            f'  allow({PATIENCE}, "it keeps the best epoch")\n  epochs = 10',
        ),
    ],
)
def test_allow_silences_a_rule_in_its_block(before: str, after: str) -> None:
    assert rules(check(DOUBTFUL)) == [PATIENCE]
    assert rules(check(DOUBTFUL.replace(before, after))) == []


def test_allow_does_not_reach_beyond_its_block() -> None:
    text = DOUBTFUL.replace(
        "data Set {", f'data Set {{ allow({PATIENCE}, "no reason"); '
    )
    assert sorted(rules(check(text))) == [PATIENCE, "unused-allow"]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (f"allow({PATIENCE})", "missing-argument"),
        (f'allow({PATIENCE}, "")', "missing-argument"),
        ('allow(patience-longer, "x")', "unknown-rule"),
        ('allow(shape-mismatch, "x")', "unknown-rule"),
        ('allow(softmax-one-unit, "x")', "unused-allow"),
    ],
)
def test_a_wrong_allow(statement: str, rule: str) -> None:
    text = SPEC.format(**USUAL)
    assert rule in rules(check(f"{statement}\n{text}"))


def test_strict_turns_warnings_into_errors() -> None:
    lax, strict = check(DOUBTFUL), check(DOUBTFUL, Settings(strict=True))
    assert [p.level for p in lax.problems] == [Level.WARNING]
    assert [p.level for p in strict.problems] == [Level.ERROR]
    assert not lax.failed
    assert strict.failed


def test_the_rate_that_stays_is_the_schedules_first() -> None:
    schedule = "piecewise_constant(0.02 for 5 epochs, 0.001)"
    text = SPEC.format(**{**USUAL, "optimizer": f"adam({schedule}, clipnorm = 1.0)"})
    (found,) = [p for p in check(text).problems if p.rule.startswith("adaptive")]
    assert found.suggestion == "0.02 alone in its place"
    assert underlined(found) == schedule


def test_an_argument_that_is_wrong_is_no_reason_for_lints() -> None:
    defaults = f"  defaults Dense {{ activation = nn.relu; {HE} }}\n"
    text = SPEC.format(**{**USUAL, "layers": f"{defaults}  Dense(9){LAST}"})
    assert rules(check(text)) == ["unknown-activation"]
    own = f"  Dense(9, activation = nn.relu, {HE}){LAST}"
    assert rules(check(SPEC.format(**{**USUAL, "layers": own}))) == [
        "unknown-activation"
    ]
