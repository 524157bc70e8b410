"""What ``run.json`` says of a run, and the form that it must have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..diagnostics.json_object import read_object, unreadable
from ..diagnostics.model import Source
from .environment import MOST_THREADS

__all__ = ["read_record"]

Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    """An object of ``run.json``; what it holds besides is left alone."""

    model_config = ConfigDict(extra="allow", strict=True)


class _Start(_Part):
    """One begin of the training: the first, or one that went on."""

    time: str
    backend: str
    device: str
    threads: Annotated[int, Field(ge=1, le=MOST_THREADS)]
    from_epoch: Count
    command: list[str]
    versions: dict[str, str]
    #: SHA-256 of the emitted program.
    program: str


class _Data(_Part):
    name: str
    base: str
    fingerprint: str
    examples: dict[Literal["training", "validation", "test"], Count]
    columns: dict[str, list[str]]
    #: What transforms were fitted to, as `weights.digest` tells it.
    preparation: str


class _Reused(_Part):
    """A part of the model that began with trained weights: whose, and of which run."""

    name: str
    source: str
    training: str
    run: str
    backend: str
    epochs: Count
    #: What the run ended with, as `weights.digest` tells it.
    weights: str


class _Record(_Part):
    training: str
    model: str
    data: _Data
    seed: int
    precision: str
    #: The files with texts of the spec, relative to the folder.
    sources: list[str]
    reused: list[_Reused] = []
    #: SHA-256 of ``ir.json``; None for runs that were begun before it was told.
    ir: str | None = None
    starts: Annotated[list[_Start], Field(min_length=1)]
    #: By backend: where it finds the output of each node in its running model.
    nodes: dict[str, dict[str, str]]
    epochs: Positive
    status: Literal["running", "finished", "stopped", "interrupted", "failed"]
    epochs_done: Count = 0


def read_record(text: str, path: Path) -> dict[str, Any]:
    """The record of a run.

    Args:
        text: of ``run.json``.
        path: what problems call it.

    Raises:
        Fault: it is none.
    """
    source = Source(str(path), text)
    found = read_object(source)
    try:
        record = _Record.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise unreadable(source, f"{path}: {where}: {first['msg']}") from None
    _check_nodes(record.starts, record.nodes, source)
    return found


def _check_nodes(
    starts: list[_Start], nodes: Mapping[str, dict[str, str]], source: Source
) -> None:
    for start in starts:
        if start.backend not in nodes:
            why = f"{source.name}: nodes.{start.backend} is missing"
            raise unreadable(source, why)
