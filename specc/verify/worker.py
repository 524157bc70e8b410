"""A process that runs emitted programs of one backend: ``python -m specc.verify.worker``.

It reads requests from its standard input and answers on what was its standard output;
all that a framework prints goes to standard error instead. One process holds one
framework.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import IO, Any

from .case import Trial
from .protocol import Case, Mishap, NoRoom, write_arrays

__all__ = ["main"]


def _private_channel() -> tuple[IO[str], IO[str]]:
    """Take the two pipes away from everyone else in this process."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _end_with_parent(life: int) -> None:
    """End at once, and remove the shared folder, when the other end of a pipe is closed."""

    def wait() -> None:
        os.read(life, 1)
        _end()

    threading.Thread(target=wait, daemon=True).start()


def _end() -> None:
    with suppress(FileNotFoundError):  # another worker was first
        shutil.rmtree(os.getcwd(), ignore_errors=True)
    os.kill(os.getpid(), signal.SIGKILL)


def _versions(packages: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for package in ["numpy", *packages]:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def mishap(error: Exception, stage: str, file: str) -> Mishap:
    """Describe an error: the last line of the emitted text that was running, if any."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    trace = "".join(traceback.format_exception(error))
    return Mishap(
        stage=stage,
        kind=type(error).__name__,
        message=str(error)[:2000],
        trace=trace[-6000:],
        line=lines[-1] if lines else None,
        names=list(_names_at_work(error.__traceback__, file)),
    )


def _names_at_work(trace: TracebackType | None, file: str) -> Iterator[str]:
    """What the variables of the emitted text's frames are named, innermost frame first."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    for frame in reversed(frames):
        if frame.f_code.co_filename == file:
            for value in list(frame.f_locals.values()):
                name: object = getattr(value, "__dict__", {}).get("name")
                if isinstance(name, str):
                    yield name


def answer(
    probe: Any, case: Case, number: int, told: Callable[[str], None]
) -> dict[str, Any]:
    """Run a case; errors of the emitted program are part of the answer."""
    trial = Trial(probe, case, f"specc_emitted_{number}", told)
    found: Mishap | None = None
    began = time.perf_counter()
    try:
        trial.run()
    except Exception as error:
        found = mishap(error, trial.stage, f"<{trial.name}>")
    try:
        write_arrays(case.out, trial.arrays)
    except NoRoom as error:
        return {"no_room": str(error)}
    seconds = time.perf_counter() - began
    reply: dict[str, Any] = {"figures": trial.figures, "seconds": seconds}
    if found is not None:
        reply["mishap"] = found.__dict__
    sys.modules.pop(trial.name, None)
    return reply


def main() -> None:
    """Serve cases until the input ends.

    Arguments: the probe's module, packages, and last the pipe that closes with the parent.
    """
    requests, replies = _private_channel()

    def say(message: dict[str, Any]) -> None:
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    module, *packages, life = sys.argv[1:]
    _end_with_parent(int(life))
    probe = import_module(module)
    probe.configure(threads=1)
    try:
        say({"ready": True, "versions": _versions(packages)})
        for number, line in enumerate(requests):
            case = Case.model_validate_json(line)
            say(answer(probe, case, number, lambda stage: say({"stage": stage})))
            gc.collect()
    except BrokenPipeError:
        pass
    _end()  # nobody listens any more


if __name__ == "__main__":
    main()
