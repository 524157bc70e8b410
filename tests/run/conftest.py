"""Where runs of tests lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.run import RunFolder, create


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """The folder of a new run."""
    return create(tmp_path / "run")
