"""Fixtures of the live tests: the stand-in, and what a machine may lack."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest

from tests.conftest import lacking
from tests.live.botapi import BotApi

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one the test is skipped, and on CI it fails."""
    found = CHROMIUM if os.path.exists(CHROMIUM) else shutil.which("chromium")
    if found is None:
        lacking("no chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    return found
