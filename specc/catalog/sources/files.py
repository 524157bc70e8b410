"""Data sets in files; relative paths are relative to the spec."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ..families import Source

__all__ = ["Csv", "FileSource", "Npz"]

Path = Annotated[str, Field(min_length=1)]


def _separates(text: str) -> str:
    if text in '"\r\n':
        raise ValueError("must not be a quote or the end of a line")
    return text


Separator = Annotated[
    str, Field(min_length=1, max_length=1), AfterValidator(_separates)
]


class FileSource(Source):
    """A data set in a file, whose fields are known when it is read."""

    vary: ClassVar[dict[str, Any]] = {"path": "some.file"}

    path: Path = Field(description="the file, relative to the spec")


class Npz(FileSource):
    """NumPy arrays by name, in an .npz file; the first axis counts the examples."""

    keyword: ClassVar[str] = "npz"
    formula: ClassVar[str] = "each array is a field"
    reference: ClassVar[str] = "NumPy enhancement proposal 1"
    example: ClassVar[str] = 'source = npz("arrays.npz")'
    positional: ClassVar[tuple[str, ...]] = ("path",)


class Csv(FileSource):
    """A table with a header line; each column is a field of numbers."""

    keyword: ClassVar[str] = "csv"
    formula: ClassVar[str] = "each column is a field"
    reference: ClassVar[str] = "RFC 4180"
    example: ClassVar[str] = 'source = csv("housing.csv")'
    positional: ClassVar[tuple[str, ...]] = ("path",)

    separator: Separator = Field(default=",", description="character between fields")
