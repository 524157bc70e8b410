"""The examples are right, also where warnings count as errors."""

from pathlib import Path

import pytest

from specc.pipeline import Settings, check_source, read

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_passes_the_strict_check(path: Path) -> None:
    checked = check_source(read(path), Settings(strict=True))
    assert checked.problems == ()
    assert path.stem in [item.name for item in checked.programs]
