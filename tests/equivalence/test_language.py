"""What the language can say beyond layers in a row is proven equal like anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sides import SIDES

from specc.api import load
from specc.verify import WorkerPool, render

FOLDER = Path(__file__).parent / "language"
SPECS = sorted(FOLDER.glob("*.nnspec"))
#: How many steps, where not a few.
STEPS = {"sizes": 60, "recurrent": 60, "over_time": 60, "types": 60}


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
