"""The word that was probably meant."""

from __future__ import annotations

import pytest

from specc.catalog.registry import catalog
from specc.diagnostics.foreign import FOREIGN
from specc.diagnostics.suggest import equivalents, nearby, nearest, remark

LAYERS = list(catalog().family("layer"))
ARGUMENTS = sorted({name for kind in catalog() for name, _ in kind.fields()})


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Dens", "Dense"),
        ("dense", "Dense"),
        ("Desne", "Dense"),
        ("conv2d", "Conv2D"),
        ("batch_normalization", "BatchNormalization"),
        ("MaxPooling2d", "MaxPooling2D"),
        ("Linear", "Dense"),
        ("nn.Linear", "Dense"),
        ("nn.Dense", "Dense"),
        ("BatchNorm2d", "BatchNormalization"),
        ("MaxPool2D", "MaxPooling2D"),
        ("AdaptiveAvgPool2d", "GlobalAveragePooling2D"),
        ("ReLU", "Activation(relu)"),
        ("Xyzzy", None),
        ("Dense", None),
        ("D" * 1000, None),
    ],
)
def test_layers(word: str, meant: str | None) -> None:
    assert nearest(word, LAYERS) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("lr", "learning_rate"),
        ("alpha", "negative_slope"),
        ("decay", "rho"),
        ("out_features", "units"),
        ("stride", "strides"),
        ("kernel_initialiser", "kernel_initializer"),
        ("bias", "use_bias"),
        ("eps", "epsilon"),
        ("beta1", "beta_1"),
        ("epoch", "epochs"),
        ("nb_epoch", "epochs"),
    ],
)
def test_arguments(word: str, meant: str) -> None:
    known = [argument for argument in ARGUMENTS if argument != word]
    assert nearest(word, known) == meant


def test_only_candidates_are_offered() -> None:
    assert nearest("Linear", ["Flatten"]) is None
    assert nearest("linear", ["relu", "linear_unit"]) == "linear_unit"
    assert nearest("lr", []) is None


def test_several_are_offered_likeliest_first() -> None:
    assert nearby("he", ["lecun_normal", "he_normal", "he_uniform"]) == [
        "he_normal",
        "he_uniform",
    ]
    assert nearby("l", ["l1", "l2", "l1_l2"], limit=2) == nearby("l", ["l1", "l2"])


def test_the_family_limits_the_search() -> None:
    assert equivalents("alpha") == ["negative_slope", "rho"]
    assert equivalents("alpha", "layer") == []
    assert equivalents("Linear", "layer") == ["Dense"]


def test_words_without_a_counterpart_have_a_remark() -> None:
    assert remark("in_features") == "sizes of inputs follow from the layer before"
    assert remark("units") is None


def test_no_word_of_the_language_is_called_foreign_to_itself() -> None:
    for names in FOREIGN.values():
        for word, target in names.items():
            assert word != target
