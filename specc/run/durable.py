"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem

__all__ = ["flush_folder", "plain", "replace", "to_json", "write_new", "writing"]


@contextmanager
def writing(path: Path) -> Generator[None]:
    """While it is entered, an error of the system is one of writing to the path.

    Raises:
        Fault: there was one (status 4).
    """
    try:
        yield
    except OSError as error:
        why = f"cannot write {path}: {error.strerror or error}"
        raise Fault(Problem("run-unwritable", why, None), status=4) from None


def write_new(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder cannot be opened on Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another; at every moment one of them is there, whole.

    Raises:
        Fault: the system does not let it be written (status 4).
    """
    beside = path.with_name(f".{path.name}.new")
    with writing(path):
        try:
            write_new(beside, content)
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink()  # a full disk has room for smaller files then
            raise
        flush_folder(path.parent)


def plain(value: Any) -> Any:
    """The value with null for what JSON cannot say: infinite, or not a number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def to_json(value: Any, indent: int | None = 2) -> bytes:
    """The value as JSON text that ends in a newline.

    Of a name that is no text, as files may have, each byte that is none becomes ``?``.
    """
    text = json.dumps(plain(value), indent=indent, allow_nan=False, ensure_ascii=False)
    return (text + "\n").encode(errors="replace")
