"""The catalogue: every construct of the language, declared once."""

from .construct import Construct, Model
from .registry import Catalog, UnknownConstruct, catalog

__all__ = ["Catalog", "Construct", "Model", "UnknownConstruct", "catalog"]
