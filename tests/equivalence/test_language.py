"""What the language can say beyond layers in a row is proven equal like anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sides import SIDES

from specc.api import load
from specc.verify import WorkerPool, render

FOLDER = Path(__file__).parent / "language"
SPECS = sorted(FOLDER.glob("*.nnspec"))
#: How many steps, where not a few.
STEPS = {"sizes": 60, "over_time": 60, "types": 60}


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


def test_there_are_some() -> None:
    assert SPECS


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_all_backends_agree(pool: WorkerPool, arrays: Path, path: Path) -> None:
    copy = arrays / path.name
    copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    spec = load(copy, strict=True)
    assert spec.checked.programs, spec.checked.problems
    for name in (item.name for item in spec.checked.programs):
        steps = STEPS.get(path.stem, 6)
        verdict = spec.verify(name, backends=SIDES, steps=steps, pool=pool)
        assert verdict.equal, render(verdict)
