"""Training: the job and the run folder of a spec, and the runs whose weights it reuses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..diagnostics.model import Problem
from ..run import (
    Job,
    Progress,
    RunFolder,
    RunResult,
    Taken,
    create,
    create_named,
    open_run,
    prepare_again,
    take,
    train,
)
from .backends import emission, usable_backend
from .programs import Programs

__all__ = ["taken", "train_spec"]


def train_spec(
    spec: Programs,
    backend: str,
    name: str | None,
    run: str | Path | None,
    *,
    resume: bool,
    force: bool,
    device: str,
    threads: int | None,
    reuse: Mapping[str, str | Path] | None,
    progress: Progress | None,
    warn: Callable[[Sequence[Problem]], object] | None,
    command: Sequence[str],
) -> RunResult:
    """Train, and keep everything in a run folder; see `Spec.train`."""
    if resume and run is None:
        raise ValueError("to resume, name the run to go on with")
    if run == "":
        raise ValueError("the name of a run folder is not empty")
    before = open_run(Path(run or "")) if resume else None
    job = _job(spec, backend, name, command, before, reuse)
    folder = before or _new_folder(job, run, force)
    try:
        return train(
            job,
            folder,
            device=device,
            threads=threads,
            resume=resume,
            progress=progress,
            warn=warn,
        )
    except BaseException:
        with suppress(OSError):
            folder.path.rmdir()  # only where nothing was written yet
        raise


def _job(
    spec: Programs,
    backend: str,
    name: str | None,
    command: Sequence[str],
    before: RunFolder | None,
    reuse: Mapping[str, str | Path] | None,
) -> Job:
    """What is trained; `before` is the run that goes on, if one does."""
    found = usable_backend(backend)
    checked = spec.trained(name)
    program, origins = checked.program, checked.origins
    written = emission(checked, found)
    if before is None:
        prepared = spec.prepare(name)
        weights = taken(spec, name, reuse, backend)
    else:
        prepared = prepare_again(before, program, spec.folder, origins)
        weights = Taken(before.reused())
    return Job(
        program,
        written,
        found,
        prepared,
        origins,
        _sources(spec),
        spec.folder,
        command,
        weights,
    )


def _sources(spec: Programs) -> dict[str, str]:
    """The texts of the spec and of what it imports, by path from its folder."""
    found = {Path(spec.source.name).name: spec.source.text}
    for source in spec.checked.imports:
        path = os.path.relpath(source.name, spec.folder)
        found[Path(path).as_posix()] = source.text
    return found


def _new_folder(job: Job, run: str | Path | None, force: bool) -> RunFolder:
    if run is None:
        return create_named(Path("runs"), job.training.name, job.backend.name)
    return create(Path(run), force)


def taken(
    spec: Programs,
    name: str | None,
    reuse: Mapping[str, str | Path] | None,
    backend: str = "NAME",
) -> Taken:
    """The trained weights that a training begins with; see `Spec.taken`."""
    checked = spec.program(name)
    given = {key: Path(path) for key, path in (reuse or {}).items()}
    if not checked.program.network.reused and not given:
        return Taken()
    # What replaces settings is meant for the training that is asked for.
    plain = replace(spec, settings=replace(spec.settings, training={}))
    trained = {item.name: item.program for item in plain.checked.programs}
    return take(checked.program, checked.origins, trained, spec.folder, given, backend)
