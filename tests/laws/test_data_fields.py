"""No field of a data block is dropped in silence.

To change a field changes the fingerprint of the prepared data and the batches that come
of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.catalog.construct import Construct
from specc.catalog.families import Source, Transform
from specc.catalog.registry import catalog
from specc.catalog.settings import DataSettings
from specc.catalog.sources import BuiltinSource, Csv, Npz
from specc.catalog.transforms.rows import Comparison
from specc.catalog.types import Portion
from specc.data import Prepared, prepare
from specc.ir import Binding, Data

ROWS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tables of the same columns, as .npz and as .csv with two separators."""
    place = tmp_path_factory.mktemp("data")
    for seed, name in enumerate(("one", "two")):
        values = np.random.default_rng(seed).normal(3.0, 2.0, (ROWS, 3)).round(3)
        classes = np.arange(ROWS) % 3
        columns = dict(zip("abc", values.T, strict=True))
        np.savez(place / f"{name}.npz", **columns, kind=classes)
        rows = [
            f"{a},{b},{c},{k}" for (a, b, c), k in zip(values, classes, strict=True)
        ]
        text = "\n".join(["a,b,c,kind", *rows]) + "\n"
        (place / f"{name}.csv").write_text(text)
        # With a semicolon for the separator, this table has other numbers.
        (place / f"{name}-other.csv").write_text(text)
    return place


def block(source: Source, *transforms: Transform, **settings: Any) -> Data:
    """Two inputs and a target of a table."""
    one_hot = any(item.keyword == "one_hot" for item in transforms)
    given: dict[str, Any] = {
        "test": Portion(value=10, unit="%"),
        "validation": Portion(value=20, unit="%"),
        **settings,
    }
    return Data(
        name="Table",
        source=source,
        bindings=(
            Binding(
                name="x", role="input", columns=("a", "b"), dtype="float32", shape=(2,)
            ),
            Binding(name="z", role="input", columns=("c",), dtype="float32", shape=()),
            Binding(
                name="y",
                role="target",
                columns=("kind",),
                dtype="float32" if one_hot else "int64",
                shape=(3,) if one_hot else (),
                classes=None if one_hot else 3,
            ),
        ),
        transforms=transforms,
        **given,
    )


def same_arrays(one: Prepared, other: Prepared) -> bool:
    """Whether all parts hold the same arrays."""
    for part in ("training", "validation", "test"):
        left, right = one.part(part) or {}, other.part(part) or {}
        if left.keys() != right.keys():
            return False
        if any(not np.array_equal(left[name], right[name]) for name in left):
            return False
    return True


def changes(kind: type[Construct]) -> dict[str, tuple[Construct, Construct]]:
    """For each field of a construct, two values of it that mean something else."""
    where = Comparison(field="a", operator=">", value=2.0)
    other = Comparison(field="b", operator=">", value=2.0)
    plain: dict[str, dict[str, Any]] = {
        "keep": {"where": where},
        "take": {"count": 30},
        "standardize": {"names": ("x",)},
        "rescale": {"names": ("x",), "scale": 0.5, "offset": 1.0},
        "one_hot": {"names": ("y",), "classes": 3},
        "csv": {"path": "one.csv"},
        "npz": {"path": "one.npz"},
    }
    changed: dict[str, dict[str, Any]] = {
        "keep": {"where": other},
        "take": {"count": 31},
        "standardize": {"names": ("z",)},
        "rescale": {"names": ("z",), "scale": 0.25, "offset": 0.5},
        "one_hot": {"names": ("y",), "classes": 4},
        "csv": {"path": "two.csv", "separator": ";"},
        "npz": {"path": "two.npz"},
    }
    given = plain[kind.keyword]
    return {
        field: (
            kind.model_validate(given),
            kind.model_validate({**given, field: changed[kind.keyword][field]}),
        )
        for field, _ in kind.fields()
    }


#: Fields whose other values do not fit the table; they have tests of their own below.
APART = {("one_hot", "names"), ("csv", "separator")}

FIELDS = [
    (kind, field)
    for family in ("transform", "source")
    for kind in catalog().family(family).values()
    if not issubclass(kind, BuiltinSource)
    for field, _ in kind.fields()
    if (kind.keyword, field) not in APART
]


@pytest.mark.parametrize(
    ("kind", "field"), FIELDS, ids=lambda v: v if isinstance(v, str) else v.keyword
)
def test_a_field_of_the_data_is_never_dropped(
    folder: Path, kind: type[Construct], field: str
) -> None:
    plain, changed = changes(kind)[field]
    if isinstance(plain, Source):
        assert isinstance(changed, Source)
        one, two = block(plain), block(changed)
    else:
        assert isinstance(plain, Transform)
        assert isinstance(changed, Transform)
        source = Npz(path="one.npz")
        one, two = block(source, plain), block(source, changed)
        if (kind.keyword, field) == ("one_hot", "classes"):
            wider = [
                b.model_copy(update={"shape": (4,)}) if b.name == "y" else b
                for b in two.bindings
            ]
            two = two.model_copy(update={"bindings": tuple(wider)})
    before, after = prepare(one, folder), prepare(two, folder)
    assert before.fingerprint != after.fingerprint
    assert not same_arrays(before, after)


def test_the_separator_divides_columns(folder: Path) -> None:
    text = (folder / "one.csv").read_text().replace(",", ";")
    (folder / "semicolons.csv").write_text(text)
    plain = prepare(block(Csv(path="one.csv")), folder)
    other = prepare(block(Csv(path="semicolons.csv", separator=";")), folder)
    assert same_arrays(plain, other)
    assert plain.fingerprint != other.fingerprint
    with pytest.raises(Exception, match="a"):
        prepare(block(Csv(path="semicolons.csv")), folder)


def test_one_hot_encodes_what_is_named(folder: Path) -> None:
    one_hot = catalog().find("transform", "one_hot")
    encoded = one_hot.model_validate({"names": ("y",), "classes": 3})
    assert isinstance(encoded, Transform)
    rows = prepare(block(Npz(path="one.npz"), encoded), folder).training["y"]
    assert rows.shape[1] == 3
    assert np.array_equal(rows.sum(axis=1), np.ones(len(rows)))


SETTINGS: dict[str, Any] = {
    "source": Npz(path="two.npz"),
    "test": Portion(value=20, unit="%"),
    "validation": Portion(value=7, unit="examples"),
    "split_seed": 1,
}


def test_all_settings_of_the_data_are_here() -> None:
    assert set(SETTINGS) == {name for name, _ in DataSettings.fields()}


@pytest.mark.parametrize("field", SETTINGS)
def test_a_setting_of_the_data_is_never_dropped(folder: Path, field: str) -> None:
    plain = block(Npz(path="one.npz"))
    changed = plain.model_copy(update={field: SETTINGS[field]})
    before, after = prepare(plain, folder), prepare(changed, folder)
    assert before.fingerprint != after.fingerprint
    assert not same_arrays(before, after)


@pytest.mark.parametrize(
    "kind",
    [k for k in catalog().family("source").values() if issubclass(k, BuiltinSource)],
    ids=lambda kind: kind.keyword,
)
def test_sources_differ(kind: type[BuiltinSource]) -> None:
    """Each built-in set is one of its own, and has what it declares."""
    bindings = tuple(
        Binding(
            name=field.name,
            role=field.role,
            columns=(field.name,),
            dtype=field.dtype,
            shape=field.shape,
            classes=field.classes,
        )
        for field in kind.data_fields
    )
    data = Data(name="All", source=kind(), bindings=bindings)
    prepared = prepare(data, Path())
    for field in kind.data_fields:
        array = prepared.training[field.name]
        assert array.shape == (kind.examples, *field.shape)
        assert array.dtype == field.dtype
