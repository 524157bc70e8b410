"""Checkpoints: all that training needs to go on, on any backend, without pickle.

A checkpoint is a folder with ``state.safetensors`` (weights, buffers, optimizer slots
and counters by canonical name), ``best.safetensors`` and ``stopping.safetensors`` where
there are such weights, and ``manifest.json`` with the SHA-256 of each.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from .durable import flush_folder, to_json, write_new, writing
from .weights import DamagedError, pack, unpack

__all__ = ["Best", "Checkpoint", "Stopping", "newest", "search", "write_checkpoint"]

Arrays = dict[str, np.ndarray]

#: How many checkpoints are kept.
KEPT = 2
MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Best:
    """The weights of the epoch, from 1, with the best figure so far."""

    monitor: str
    figure: float
    epoch: int
    weights: Arrays


@dataclass(frozen=True)
class Stopping:
    """What early stopping remembers; `weights` are None unless it restores the best."""

    wait: int
    best: float | None
    best_epoch: int
    stopped: bool
    weights: Arrays | None = None


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after `epoch` epochs and `step` updates."""

    epoch: int
    step: int
    state: Arrays
    best: Best | None = None
    stopping: Stopping | None = None

    @property
    def weights(self) -> Arrays:
        """The weights and buffers of the state."""
        return {
            name: values
            for name, values in self.state.items()
            if not name.startswith(("optimizer/", "counter/"))
        }


def _name(epoch: int) -> str:
    return f"epoch-{epoch:06d}"


def _files(checkpoint: Checkpoint) -> dict[str, Arrays]:
    files = {"state.safetensors": checkpoint.state}
    if checkpoint.best is not None:
        files["best.safetensors"] = checkpoint.best.weights
    stopping = checkpoint.stopping
    if stopping is not None and _stopping_file(checkpoint) == "stopping.safetensors":
        files["stopping.safetensors"] = stopping.weights or {}
    return files


def _stopping_file(checkpoint: Checkpoint) -> str | None:
    """The file with early stopping's weights, which often are the best ones."""
    best, stopping = checkpoint.best, checkpoint.stopping
    if stopping is None or stopping.weights is None:
        return None
    same = best is not None and best.weights is stopping.weights
    return "best.safetensors" if same else "stopping.safetensors"


def _manifest(checkpoint: Checkpoint, digests: dict[str, str]) -> dict[str, Any]:
    best, stopping = checkpoint.best, checkpoint.stopping
    return {
        "format": FORMAT,
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "files": digests,
        "best": best
        and {"monitor": best.monitor, "figure": best.figure, "epoch": best.epoch},
        "stopping": stopping
        and {
            "wait": stopping.wait,
            "best": stopping.best,
            "best_epoch": stopping.best_epoch,
            "stopped": stopping.stopped,
            "weights": _stopping_file(checkpoint),
        },
    }


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to a folder of them, then remove all but the newest two.

    It is written under another name and gets its own when all of it is on the disk, so
    that a run may be killed at any moment.

    Raises:
        Fault: the system does not let it be written (status 4).
    """
    with writing(folder):
        folder.mkdir(exist_ok=True)
        beside = folder / f".{_name(checkpoint.epoch)}.new"
        try:
            _write(folder, beside, checkpoint)
        except OSError:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    for old in _found(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _write(folder: Path, beside: Path, checkpoint: Checkpoint) -> None:
    final = folder / _name(checkpoint.epoch)
    for old in (beside, final):
        shutil.rmtree(old, ignore_errors=True)
    beside.mkdir()
    digests: dict[str, str] = {}
    for name, arrays in _files(checkpoint).items():
        content = pack(arrays)
        write_new(beside / name, content)
        digests[name] = hashlib.sha256(content).hexdigest()
    write_new(beside / MANIFEST, to_json(_manifest(checkpoint, digests)))
    flush_folder(beside)
    beside.rename(final)
    flush_folder(folder)


def _found(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the newest first."""
    return sorted(folder.glob("epoch-*"), reverse=True) if folder.is_dir() else []


def search(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint whose files are those that its manifest tells of.

    Those before it that are damaged are told of beside. None if there is no whole one.
    """
    damaged: list[str] = []
    for path in _found(folder):
        try:
            return _read(path), damaged
        except (DamagedError, OSError) as error:
            damaged.append(f"{path.name}: {error}")
        except (ValidationError, KeyError):
            damaged.append(f"{path.name}: {MANIFEST} is not what was written")
    return None, damaged


def newest(folder: Path) -> Checkpoint | None:
    """The newest whole checkpoint, if there is one."""
    return search(folder)[0]


class _Part(BaseModel):
    """An object of a manifest."""

    model_config = ConfigDict(strict=True, extra="forbid")


class _Best(_Part):
    monitor: str
    figure: float
    epoch: int


class _Stopping(_Part):
    wait: int
    best: float | None
    best_epoch: int
    stopped: bool
    weights: str | None


class _Manifest(_Part):
    format: Literal[1]
    epoch: int
    step: int
    files: dict[str, str]
    best: _Best | None
    stopping: _Stopping | None


def _read(path: Path) -> Checkpoint:
    manifest = _Manifest.model_validate_json((path / MANIFEST).read_bytes())
    files: dict[str, Arrays] = {}
    for name, expected in manifest.files.items():
        content = (path / Path(name).name).read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            raise DamagedError(f"{name} is not what was written")
        files[name] = unpack(content)
    if path.name != _name(manifest.epoch):
        raise DamagedError(f"it is that of epoch {manifest.epoch}")
    best, stopping = manifest.best, manifest.stopping
    remembered = stopping and stopping.weights
    return Checkpoint(
        manifest.epoch,
        manifest.step,
        files["state.safetensors"],
        best and Best(**vars(best), weights=files["best.safetensors"]),
        stopping
        and Stopping(
            stopping.wait,
            stopping.best,
            stopping.best_epoch,
            stopping.stopped,
            files[remembered] if remembered else None,
        ),
    )
