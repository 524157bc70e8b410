"""Workers for tests of the comparison itself, and what specs find beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
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


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    """Where a copy of a spec finds ``arrays.npz``: 40 rows for any of them."""
    random = np.random.default_rng(5)
    shapes = {
        "left": (6,),
        "right": (6,),
        "image": (5, 4, 2),
        "same": (1,),
        "again": (1,),
        "frames": (7, 4, 5, 2),
        "words": (7, 3),
        "steps": (7, 6),
        "frame": (8, 5, 2),
        "picture": (4, 5, 2),
        "mark": (2,),
        "marks": (7, 2),
    }
    found = {name: random.normal(size=(40, *shape)) for name, shape in shapes.items()}
    found["small"] = random.integers(-9, 9, (40, 7, 3))
    found["large"] = random.integers(-(2**40), 2**40, (40, 7, 2)) >> 30
    found["truths"] = random.integers(0, 2, (40, 7, 2, 2))
    found["tags"] = random.integers(0, 4, (40, 7))
    np.savez(tmp_path / "arrays.npz", **found, label=random.integers(0, 3, 40))
    return tmp_path
