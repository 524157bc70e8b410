"""What is kept of a run before it trains: the record, the spec and the program."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ..diagnostics.fault import Fault
from .environment import versions
from .folder import RunFolder, program_digest, resolved_text, source_names
from .job import Job
from .place import beginning
from .weights import digest

__all__ = ["start_of", "write_again", "write_first"]

#: What the record says of an end, which a run that goes on has not come to.
_OF_AN_END = ("ended", "reason", "ending")


def start_of(job: Job, device: str, threads: int, epoch: int) -> dict[str, Any]:
    """The entry of a record for a training that starts after so many epochs."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "backend": job.backend.name,
        "device": device,
        "threads": threads,
        "from_epoch": epoch,
        "command": list(job.command),
        "versions": versions(job.backend),
        "program": program_digest(job.emission.text),
    }


def write_first(job: Job, folder: RunFolder, start: dict[str, Any]) -> dict[str, Any]:
    """Keep what a new run is made of, put it in its place; return the record.

    Raises:
        Fault: it cannot be written (status 4); then nothing of it is left.
    """
    prepared = job.prepared
    record = _begun(_record(job), job, start)
    with beginning(folder) as fresh:
        # The record first: a folder with it is known for a run, though it be half made.
        fresh.write_record(record)
        fresh.write_sources(job.sources)
        fresh.write_preparation(prepared.fitted, prepared.columns)
        fresh.write_program(job.program)
        if job.taken.arrays:
            fresh.write_reused(job.taken.arrays)
        fresh.write_model(job.backend.name, job.emission.text)
    return record


def write_again(job: Job, folder: RunFolder, start: dict[str, Any]) -> dict[str, Any]:
    """Keep that a run goes on, forget figures after its checkpoint; return the record.

    Raises:
        Fault: it cannot be written (status 4).
    """
    before = folder.record()
    kept = {key: value for key, value in before.items() if key not in _OF_AN_END}
    record = _begun(kept, job, start)
    folder.cut_history(start["from_epoch"])
    try:
        # The record first: it tells of the program that ran and of the one that will.
        folder.write_record(record)
        folder.write_program(job.program)
        folder.write_model(job.backend.name, job.emission.text)
    except Fault:
        with suppress(Fault):
            folder.write_record(before)
        raise
    return record


def _begun(record: dict[str, Any], job: Job, start: dict[str, Any]) -> dict[str, Any]:
    """The record of a run that starts."""
    # Where the backend finds the output of each node in its running model.
    nodes = {**record["nodes"], job.backend.name: dict(job.emission.nodes)}
    return {
        **record,
        "ir": program_digest(resolved_text(job.program)),
        "starts": [*record["starts"], start],
        "nodes": nodes,
        "epochs": job.epochs,
        "epochs_done": start["from_epoch"],
        "status": "running",
    }


def _record(job: Job) -> dict[str, Any]:
    """What a record says of all starts."""
    assert job.program.data is not None, "a run has data"
    prepared = job.prepared
    return {
        "training": job.training.name,
        "model": job.program.network.name,
        "data": {
            "name": job.program.data.name,
            "base": str(job.base.resolve()),
            "fingerprint": prepared.fingerprint,
            "examples": {part: len(rows) for part, rows in prepared.rows.items()},
            "columns": prepared.columns,
            "preparation": digest(prepared.fitted.arrays()),
        },
        "sources": source_names(job.sources),
        "reused": list(job.taken.record),
        "seed": job.training.seed,
        "precision": job.training.precision,
        "starts": [],
        "nodes": {},
    }
