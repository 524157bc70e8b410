"""Programs from JSON, of this version or an older one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from ..diagnostics.json_object import read_object, unreadable
from ..diagnostics.model import Source
from .program import IR_VERSION, Program

__all__ = ["MIGRATIONS", "load"]


#: What makes the JSON of a version that of the next one, by the version it starts from.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def load(text: str, name: str = "ir.json") -> Program:
    """The program of a JSON text, of this version or an older one.

    Args:
        text: what `Program.model_dump_json` wrote.
        name: what problems call the text.

    Raises:
        Fault: it is no such text, or of a version that is not known here.
    """
    source = Source(name, text)
    found = read_object(source)
    while (version := _version(found)) in MIGRATIONS:
        found = MIGRATIONS[version](found)
    if version != IR_VERSION:
        place = re.search(r'"ir_version"\s*:\s*[^,\s}]*', text)
        written = json.dumps(found.get("ir_version"))
        raise unreadable(
            source,
            f"{name} is a program of version {written}",
            *(place.span() if place else ()),
            expected=f'"ir_version": {IR_VERSION}',
        )
    try:
        return Program.model_validate_json(json.dumps(found))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise unreadable(
            source, f"{name} is no program: {where}: {first['msg']}"
        ) from None


def _version(found: dict[str, Any]) -> int:
    """The version that a text gives itself; 0 for none."""
    version = found.get("ir_version")
    return version if type(version) is int else 0
