"""Workers for tests of the comparison itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sides import TWINS

from specc.backend import backend
from specc.verify import WorkerPool


@pytest.fixture(scope="session")
def twins() -> Iterator[WorkerPool]:
    """Three workers of the reference backend, which start at once."""
    probe = backend("reference").probe
    with WorkerPool(TWINS, timeout=60, probes=dict.fromkeys(TWINS, probe)) as workers:
        yield workers
