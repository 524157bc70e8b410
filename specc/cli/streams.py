"""The standard streams of a command: there, whole, and in UTF-8."""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["OUTPUT", "give_up", "open_streams"]

#: What messages call standard output.
OUTPUT = "standard output"


class _Output(FileIO):
    """Descriptor 1, whose errors tell what could not be written."""

    def write(self, b: ReadableBuffer, /) -> int:
        try:
            return super().write(b)
        except OSError as error:
            error.filename = OUTPUT
            raise


def open_streams() -> None:
    """Make the streams of this process fit to be written to.

    Descriptors that whoever started the process closed lead nowhere: else a file that
    is opened later would get their numbers, and what is said would go into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
        elif isinstance(stream, TextIOWrapper):
            setattr(sys, name, _encoded(cast("TextIOWrapper", stream)))


def _encoded(stream: TextIOWrapper) -> TextIOWrapper:
    """Choose what characters become: UTF-8 for files and programs, wherever they run.

    People may have a terminal without all of Unicode; they are shown a substitute.
    """
    if stream is sys.stderr or stream.isatty():
        stream.reconfigure(errors="replace")
        return stream
    # A buffer of its own: without one (PYTHONUNBUFFERED), Python takes what was written
    # in part for written.
    whole = BufferedWriter(_Output(stream.fileno(), "w", closefd=False))
    return TextIOWrapper(
        whole, encoding="utf-8", errors="surrogateescape", newline="\n"
    )


def give_up(stream: Any) -> None:
    """Let what is still buffered go nowhere, so that the interpreter ends in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
