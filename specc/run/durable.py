"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

__all__ = ["flush_folder", "plain", "replace", "to_json", "write_new"]


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
    """Put a file in the place of another; at every moment one of them is there, whole."""
    beside = path.with_name(f".{path.name}.new")
    write_new(beside, content)
    beside.replace(path)
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
    """The value as JSON text that ends in a newline."""
    text = json.dumps(plain(value), indent=indent, allow_nan=False, ensure_ascii=False)
    return (text + "\n").encode()
