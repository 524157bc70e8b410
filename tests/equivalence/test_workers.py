"""Workers and what they leave behind: nothing, however the comparison ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError

from specc.verify import protocol

POOL = """
import sys, time
from specc.verify import WorkerPool
with WorkerPool(("reference",)) as pool:
    print(pool.folder, *(w._process.pid for w in pool._workers.values()), flush=True)
    time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody waited for counts."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    return state.rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")
@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_workers_end_with_their_parent_and_remove_the_folder(how: str) -> None:
    """Whatever they were at: here they are still being started."""
    parent = subprocess.Popen(
        [sys.executable, "-c", POOL], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    folder, pid = parent.stdout.readline().split()
    time.sleep(2.0)
    getattr(parent, how)()
    parent.wait()
    until = time.monotonic() + 20.0
    while time.monotonic() < until and not (
        gone(int(pid)) and not Path(folder).exists()
    ):
        time.sleep(0.1)
    assert gone(int(pid))
    assert not Path(folder).exists()


def test_a_full_disk_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(protocol, "save_file", full)
    with pytest.raises(protocol.NoRoom, match="No space left"):
        protocol.write_arrays(tmp_path / "a.safetensors", {"a": np.zeros(2)})
