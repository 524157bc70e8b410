"""The command line: one file a verb; results to standard output, all else to standard error."""

from .entry import main, program

__all__ = ["main", "program"]
