"""One process at a time trains in a folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from run_programs import job, program

from specc.diagnostics.fault import Fault
from specc.run import create, train
from specc.run.hold import Hold

HOLDER = """
import sys
from pathlib import Path
from specc.run.hold import Hold

with Hold() as hold:
    hold.take(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """The folder is held by another process."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_folder_in_which_another_process_trains_is_left_alone(tmp_path) -> None:
    first = train(job(program(1)), create(tmp_path / "run")).folder
    record = first.record()
    with held_elsewhere(first.path) as other:
        for folder, resume in ((create(first.path, force=True), False), (first, True)):
            with pytest.raises(Fault, match="another process trains in") as caught:
                train(job(program(3)), folder, resume=resume)
            assert caught.value.status == 2
        assert first.record() == record
        other.kill()  # as a process that ends without a word
        other.wait()
        assert train(job(program(3)), first, resume=True).status == "finished"


def test_what_takes_the_place_of_a_run_is_held_too(tmp_path) -> None:
    with Hold() as one, Hold() as other:
        one.take(tmp_path)
        with pytest.raises(Fault):
            other.take(tmp_path)
        (tmp_path / "sub").mkdir()
        one.take(tmp_path / "sub")
        other.take(tmp_path)
        with pytest.raises(Fault):
            other.take(tmp_path / "sub")
