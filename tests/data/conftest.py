"""Fixtures that prepare data, or expect it to be refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from data_blocks import TEXT, span

from specc import ir
from specc.data import Prepared, prepare
from specc.diagnostics.fault import Fault
from specc.diagnostics.model import Problem


@pytest.fixture
def origins() -> ir.Origins:
    """The place of the source."""
    found = ir.Origins()
    found.put("data", "", span(TEXT, TEXT))
    found.put("data", "source", span(TEXT, "source = here"))
    return found


Refuse = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def refuse(tmp_path: Path, origins: ir.Origins) -> Refuse:
    """Prepare data that has a fault; its problems, with their status checked."""

    def run(data: ir.Data, status: int = 1) -> tuple[Problem, ...]:
        with pytest.raises(Fault) as caught:
            prepare(data, tmp_path, origins)
        assert caught.value.status == status
        assert all(problem.span is not None for problem in caught.value.problems)
        return caught.value.problems

    return run


@pytest.fixture
def ready(tmp_path: Path) -> Callable[[ir.Data], Prepared]:
    """Prepare data whose files lie in the test's folder."""
    return lambda data: prepare(data, tmp_path)
