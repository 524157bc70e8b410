"""The report of a comparison: one page that stands alone."""

from .page import Entry, is_report, page

__all__ = ["Entry", "is_report", "page"]
