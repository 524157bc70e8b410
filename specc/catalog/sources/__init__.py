"""Sources of data."""

from ..families import Source
from .builtin import (
    BreastCancer,
    BuiltinSource,
    DataField,
    Diabetes,
    Digits,
    Iris,
    Mnist5k,
    Wine,
)
from .files import Csv, FileSource, Npz

__all__ = ["SOURCES", "BuiltinSource", "DataField", "FileSource", "Source"]

SOURCES = (Digits, Iris, Wine, BreastCancer, Diabetes, Mnist5k, Npz, Csv)
