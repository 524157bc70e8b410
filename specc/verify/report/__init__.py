"""The report of a comparison: one page that stands alone."""

from .page import Entry, page

__all__ = ["Entry", "page"]
