"""Worker processes that tests share: one for each backend, as long as the session lives."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from specc.verify import WorkerPool

SIDES = ("torch", "keras", "reference")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the pages of constructs be written anew."""
    parser.addoption(
        "--update-pages",
        action="store_true",
        help="write the emitted code that the pages in tests/constructs show",
    )


def pytest_configure() -> None:
    """Heed what a shell has its background processes ignore, as tests send it."""
    usual = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
    for name, handler in usual.items():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    """A worker for each backend; each starts when it is first asked."""
    workers = WorkerPool(SIDES, timeout=180, kept=("reference",))
    yield workers
    workers.close()
