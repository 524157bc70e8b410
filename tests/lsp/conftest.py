"""One server for most tests; its start takes longer than all that it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lsp_session import Session


@pytest.fixture(scope="session")
def editor() -> Iterator[Session]:
    """An editor with a server that was never told nonsense."""
    session = Session()
    yield session
    assert session.messages == []  # errors of the server are shown to the user
    assert session.end() == 0
