"""Python text to a tree, also where several threads do so."""

from __future__ import annotations

import ast
from threading import Lock

__all__ = ["parse"]

#: CPython counts the depth of the trees that it makes for the whole process; some versions
#: (3.11.7 is one) lose count where threads make some at once, and raise a SystemError:
#: github.com/python/cpython/issues/106905.
_ONE_AT_A_TIME = Lock()


def parse(text: str) -> ast.Module:
    """The tree of a Python text.

    Raises:
        SyntaxError: the text is no Python.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(text)
