"""Train blocks: settings, early stopping, names, overrides, origins."""

import pytest
from check_specs import (
    BASE,
    CLASSES,
    DATA,
    TRAIN,
    check,
    errors,
    only,
    program,
    regression,
    rules,
    sequential,
    trained,
    underlined,
)

from specc.catalog.callbacks import EarlyStopping
from specc.catalog.losses import (
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from specc.catalog.metrics import Accuracy
from specc.catalog.optimizers import SGD
from specc.catalog.schedules import Constant, ExponentialDecay, Piece, PiecewiseConstant
from specc.catalog.types import Duration
from specc.ir import Objective
from specc.pipeline import Settings


def test_every_setting_has_its_value() -> None:
    found = program(
        trained(
            "  loss = sparse_categorical_crossentropy(weight = 2)\n"
            "  metrics = [accuracy]\n"
            "  optimizer = sgd(exponential_decay(0.01, rate = 0.1, every = 20 epochs),\n"
            "    momentum = 0.9, nesterov = true, clipnorm = 1.0)\n"
            "  batch_size = 16\n  epochs = 20\n  seed = 42\n  precision = float64\n"
            "  shuffle = false\n"
            "  early_stopping(monitor = val_loss, patience = 10 epochs,\n"
            "    restore_best = true)",
            "data Wine { source = wine; validation = 10% }\n",
        )
    ).training
    assert found is not None
    assert found.objectives == (
        Objective(
            output="output",
            target="label",
            loss=SparseCategoricalCrossentropy(weight=2.0),
            logits=True,
            metrics=(Accuracy(),),
        ),
    )
    (phase,) = found.phases
    assert phase.epochs == 20
    assert phase.optimizer == SGD(
        learning_rate=ExponentialDecay(
            initial=0.01, rate=0.1, every=Duration(value=20, unit="epochs")
        ),
        momentum=0.9,
        nesterov=True,
        clipnorm=1.0,
    )
    assert phase.callbacks == (
        EarlyStopping(
            monitor="val_loss",
            patience=Duration(value=10, unit="epochs"),
            restore_best=True,
        ),
    )
    assert (found.batch_size, found.seed, found.precision) == (16, 42, "float64")
    assert found.shuffle is False


def test_a_rate_is_a_number_a_param_or_a_schedule() -> None:
    found = program(
        check(
            "param rate: float = 0.5\n"
            + regression("  loss = mse\n  optimizer = sgd(rate / 2)\n  epochs = 3")
        )
    ).training
    assert found is not None
    assert found.phases[0].optimizer == SGD(learning_rate=Constant(value=0.25))
    train = (
        "  loss = mse\n  epochs = 20\n  optimizer = sgd(\n"
        "    piecewise_constant(0.01 for 5 epochs, 0.005 for (5 * 2) epochs, 0.001))"
    )
    found = program(check(regression(train))).training
    assert found is not None
    assert found.phases[0].optimizer == SGD(
        learning_rate=PiecewiseConstant(
            pieces=(
                Piece(value=0.01, span=Duration(value=5, unit="epochs")),
                Piece(value=0.005, span=Duration(value=10, unit="epochs")),
                Piece(value=0.001),
            )
        )
    )


@pytest.mark.parametrize(
    ("train", "rule", "text", "suggestion"),
    [
        (BASE, "missing-loss", "train Net on Wine", "loss = mse"),
        (
            "  loss = sparse_categorical_crossentropy",
            "missing-argument",
            "train Net on Wine",
            "optimizer = …",
        ),
        (f"{CLASSES}  lr = 0.1", "unknown-setting", "lr", None),
        (f"{CLASSES}  batchsize = 3", "unknown-setting", "batchsize", "batch_size"),
        (f"{CLASSES}  batch_size = 0", "out-of-range", "batch_size = 0", None),
        (f"{CLASSES}  epochs = 5", "duplicate-argument", "epochs = 5", None),
        (f"{CLASSES}  loss = mse", "duplicate-argument", "loss = mse", None),
        (
            "  loss = sparse_categorical_crossentropy"
            "\n  phase a { epochs = 3; optimizer = adam; batch_size = 3 }",
            "misplaced-statement",
            "batch_size",
            "batch_size in the train block",
        ),
        (f"{CLASSES}  defaults Dense {{ units = 3 }}", "misplaced-statement", "", None),
        (f"{CLASSES}  loss prise = mse", "unknown-output", "prise", None),
        (f"{CLASSES}  metrics = [acc]", "unknown-metric", "acc", "accuracy"),
        (f"{CLASSES}  metrics = [mae]", "metric-mismatch", "mae", "accuracy"),
        (
            f"{CLASSES}  metrics = [accuracy, accuracy]",
            "duplicate-argument",
            "accuracy",
            None,
        ),
        (f"{CLASSES}  early_stoping", "unknown-callback", "early_stoping", None),
        (CLASSES.replace("sgd", "SGD"), "unknown-optimizer", "SGD", "sgd"),
        (CLASSES.replace("sgd", "sgd(lr = 0.1)"), "unknown-argument", "lr", None),
        (CLASSES.replace("sgd", "sgd(-0.1)"), "out-of-range", "-0.1", None),
        (CLASSES.replace("sgd", "sgd(fast)"), "unknown-schedule", "fast", None),
        (
            CLASSES.replace("sgd", "sgd(nesterov = true)"),
            "conflicting-arguments",
            "sgd(nesterov = true)",
            None,
        ),
        (
            CLASSES.replace("sgd", "sgd(exponential_decay(1, rate = 0.1, every = 5))"),
            "missing-unit",
            "5",
            "5 steps or 5 epochs",
        ),
        (
            CLASSES.replace("sgd", "sgd(piecewise_constant(0.1, 0.2 for 3 epochs))"),
            "conflicting-arguments",
            "piecewise_constant(0.1, 0.2 for 3 epochs)",
            None,
        ),
        (CLASSES.replace("= 4", "= 4 epochs"), "unexpected-unit", "epochs", "4"),
        (
            f"{CLASSES}  early_stopping(monitor = loss, patience = 10)",
            "missing-unit",
            "10",
            "10 epochs",
        ),
        (
            f"{CLASSES}  early_stopping(monitor = loss, patience = 10 steps)",
            "wrong-unit",
            "steps",
            None,
        ),
    ],
)
def test_a_wrong_train_block(
    train: str, rule: str, text: str, suggestion: str | None
) -> None:
    problem = only(trained(train))
    assert problem.rule == rule
    assert text in underlined(problem)
    if suggestion:
        assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    ("head", "rule", "suggestion"),
    [
        ("Nett on Wine", "unknown-model", "Net"),
        ("Net on Wyne", "unknown-data", "Wine"),
    ],
)
def test_a_training_of_something_unknown(head: str, rule: str, suggestion: str) -> None:
    text = trained(CLASSES).source.text.replace("Net on Wine", head)
    problem = only(check(text))
    assert (problem.rule, problem.suggestion) == (rule, suggestion)


# Early stopping


@pytest.mark.parametrize(
    ("monitor", "data", "rule", "suggestion"),
    [
        ("val_los", "validation = 10%", "unknown-figure", "val_loss"),
        ("val_accuracy", "validation = 10%", "unknown-figure", None),
        ("epoch", "validation = 10%", "unknown-figure", None),
        (
            "val_loss",
            "",
            "early-stopping-without-validation",
            "validation = 10% in the data block",
        ),
    ],
)
def test_what_is_watched_must_be_in_the_history(
    monitor: str, data: str, rule: str, suggestion: str | None
) -> None:
    stopping = f"  early_stopping(monitor = {monitor}, patience = 2 epochs)"
    problem = only(
        trained(CLASSES + stopping, f"data Wine {{ source = wine; {data} }}\n")
    )
    assert (problem.rule, underlined(problem)) == (rule, monitor)
    assert problem.level.value == "error"
    if suggestion:
        assert problem.suggestion == suggestion


def test_the_default_figure_needs_validation_too() -> None:
    problem = only(trained(f"{CLASSES}  early_stopping(patience = 2 epochs)"))
    assert problem.rule == "early-stopping-without-validation"
    assert underlined(problem) == "early_stopping(patience = 2 epochs)"


def test_a_training_stops_early_in_one_way() -> None:
    twice = "  early_stopping(monitor = loss, patience = 2 epochs)\n" * 2
    assert "duplicate-argument" in errors(trained(CLASSES + twice))


# Names, overrides, origins


def test_trainings_of_one_model_have_names() -> None:
    text = trained(CLASSES).source.text
    train = text[text.index("train ") :]
    again = text + train
    assert rules(check(again)) == ["duplicate-name"]
    named = text + train.replace("train Net", "train other: Net")
    assert [item.name for item in check(named).programs] == ["Net", "other"]


def test_settings_from_outside_replace_those_of_the_text() -> None:
    text = trained(CLASSES).source.text
    given = {"epochs": "7", "seed": "3", "precision": "float64"}
    found = program(check(text, Settings(training=given))).training
    assert found is not None
    assert (found.phases[0].epochs, found.seed, found.precision) == (7, 3, "float64")
    for given, rule in (
        ({"epochs": "0"}, "out-of-range"),
        ({"epochs": "many"}, "wrong-type"),
        ({"precision": "float16"}, "unknown-value"),
        ({"speed": "3"}, "unknown-setting"),
    ):
        problem = only(check(text, Settings(training=given)))
        assert problem.rule == rule
        assert problem.span is not None
        assert problem.span.source.name == f"--{next(iter(given))}"


def test_origins_of_nested_constructs() -> None:
    train = (
        "  loss = sparse_categorical_crossentropy\n  epochs = 3\n"
        "  optimizer = sgd(exponential_decay(0.1, rate = 0.5, every = 2 epochs),"
        " momentum = 0.9)"
    )
    (found,) = trained(train).programs

    def text(owner: str, field: str) -> str:
        origin = found.origins.find(owner, field)
        assert origin is not None
        assert origin.span is not None
        return origin.span.source.text[origin.span.start : origin.span.end]

    assert text("phase:main/optimizer", "momentum") == "momentum = 0.9"
    assert text("phase:main/schedule", "rate") == "rate = 0.5"
    assert text("phase:main/schedule", "initial") == "0.1"
    assert text("phase:main", "epochs") == "epochs = 3"
    assert text("training", "epochs") == "epochs = 3"
    assert text("training", "batch_size") == "train Net on Wine"
    assert text("data", "source") == "source = wine"
    assert text("output:output", "loss") == "sparse_categorical_crossentropy"
    assert text("dense_1", "units") == "3"
    assert text("features", "") == "input features: float32[13]"
    default = found.origins.find("phase:main/optimizer", "nesterov")
    assert default is not None
    assert default.how == "default"


def test_a_loss_with_arguments_keeps_them() -> None:
    data = "data Wine { source = wine; one_hot(label, classes = 3) }\n"
    train = f"  loss = categorical_crossentropy(label_smoothing = 0.1)\n{BASE}"
    found = program(trained(train, data)).training
    assert found is not None
    assert found.objectives[0].loss == CategoricalCrossentropy(label_smoothing=0.1)


@pytest.mark.parametrize(
    "extra",
    ["metrics = [mae]", "early_stoping", "foo = 3", "metrics = [accuracy, accuracy]"],
)
def test_a_training_with_an_error_is_no_program(extra: str) -> None:
    checked = trained(f"{CLASSES}  {extra}")
    assert checked.failed
    assert checked.programs == ()
    assert [item.name for item in checked.models] == ["Net"]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("source = wine", "source = wine; test = -5%", "-5%"),
        ("source = wine", "source = wine; test = -1 examples", "-1 examples"),
        ("epochs = 2", "epochs = 2; early_stopping(patience = -1 epochs)", "-1 epochs"),
        (
            "optimizer = sgd",
            "optimizer = sgd(piecewise_constant(0.1 for 1e308 epochs, 0.2))",
            "1e308 epochs",
        ),
    ],
)
def test_quantities_have_bounds(before: str, after: str, text: str) -> None:
    spec = sequential("  Dense(3, activation = softmax)") + DATA + TRAIN
    problem = only(check(spec.replace(before, after)))
    assert problem.rule == "out-of-range"
    assert underlined(problem) == text
