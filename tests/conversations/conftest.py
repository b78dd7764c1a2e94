"""What stories share with pytest."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def nothing_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever comes in, no error is logged."""
    yield
    assert [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR] == []
