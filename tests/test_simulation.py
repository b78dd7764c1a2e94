"""A month of two communities, and what the simulation says when a rule is broken."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from storage.casebook import Casebook
from tests.simulation.__main__ import simulate

SMALL = {"requests": 60, "communities": 2, "workers": 8, "days": 30, "seed": 7}


async def live(folder: Path) -> tuple[list[str], str]:
    said = io.StringIO()
    console = Console(file=said, width=200)
    url = f"sqlite+aiosqlite:///{folder / 'year.db'}"
    broken = await simulate(url, console=console, every=True, **SMALL)
    return broken, said.getvalue()


async def test_a_month_of_two_communities(tmp_path: Path) -> None:
    """Every rule holds, every need is recorded, and the tables name both communities."""
    broken, said = await live(tmp_path)
    assert broken == []
    assert "60 requests" in said
    assert "| record | 60 |" in said
    for name in ("C001社区", "C002社区", "养老服务", "**全区 all**"):
        assert name in said


async def test_a_broken_rule_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a transfer takes the request from its first responder, the simulation names rule and request."""
    transfer = Casebook.transfer

    async def wrong(books: Casebook, request_id: int, actor_id: int, to_id: int, reason: str) -> object:
        request = await transfer(books, request_id, actor_id, to_id, reason)
        request.first_responder_id = to_id
        return request

    monkeypatch.setattr(Casebook, "transfer", wrong)
    broken, _ = await live(tmp_path)
    assert any(finding.startswith("rule_3: ") for finding in broken)
