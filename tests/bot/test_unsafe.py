"""`check` names what works and is not safe."""

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load
from bot.unsafe import unsafe


def given(tmp_path: Path, **more: object) -> Settings:
    return Settings(
        _env_file=None,
        **{"database_url": f"sqlite+aiosqlite:///{tmp_path / 'office.db'}", "data": tmp_path / "data", **more},
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, []),
        ({"web_host": "0.0.0.0"}, ["WEB_HOST"]),
        ({"web_host": "0.0.0.0", "web_url": "https://desk.example.org"}, ["WEB_HOST"]),
        ({"web_host": "0.0.0.0", "web_url": "https://desk.example.org", "web_proxies": "10.89.7.0/24"}, []),
        ({"web_host": "0.0.0.0", "web_url": "http://desk.example.org"}, ["WEB_HOST"]),
        ({"web_url": "http://desk.example.org"}, ["WEB_URL"]),
        ({"web_host": "0.0.0.0", "web_port": 0}, []),
        (
            {"webhook_url": "http://desk.example.org", "webhook_secret": "short", "telegram_token": "1:x"},
            ["WEBHOOK_URL", "WEBHOOK_SECRET"],
        ),
        ({"telegram_api": "http://api.example.org"}, ["TELEGRAM_API"]),
        ({"telegram_api": "http://127.0.0.1:8081"}, []),
        ({"redis_url": "redis://cache.example.org/0"}, ["REDIS_URL"]),
        ({"redis_url": "redis://:x@cache.example.org/0"}, []),
        ({"database_url": "postgresql+asyncpg://desk@db.example.org/desk"}, ["DATABASE_URL"]),
        ({"web_proxies": "0.0.0.0/0"}, ["WEB_PROXIES"]),
    ],
)  # fmt: skip
def test_addresses(tmp_path: Path, settings: dict[str, object], named: list[str]) -> None:
    """Open to others without TLS, secrets that can be guessed, secrets that travel in the clear."""
    found = unsafe(given(tmp_path, **settings), tmp_path / ".env")
    assert [line.split(":")[0].removeprefix("SHOUWEN_") for line in found] == named


def test_files_that_others_can_read(tmp_path: Path) -> None:
    """The database with its journal, the folder of files, the settings."""
    for name in ("office.db", "office.db-wal", ".env"):
        (tmp_path / name).touch(mode=0o600)
    (tmp_path / "data").mkdir(mode=0o700)
    assert unsafe(given(tmp_path), tmp_path / ".env") == []
    for name, mode in (("office.db", 0o640), ("office.db-wal", 0o604), (".env", 0o644), ("data", 0o755)):
        (tmp_path / name).chmod(mode)
    found = unsafe(given(tmp_path), tmp_path / ".env")
    assert [line.split(":")[0].rpartition("/")[2] for line in found] == ["office.db", "office.db-wal", "data", ".env"]
    assert "chmod 700" in found[2]


@pytest.mark.parametrize(
    ("name", "value"), [("METRICS_TOKEN", "short"), ("WEB_PROXIES", "10.0.0.0/99"), ("WEB_URL", "desk")]
)
def test_wrong_ones_stop_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """With their name."""
    monkeypatch.setenv(f"SHOUWEN_{name}", value)
    with pytest.raises(SettingsError, match=f"SHOUWEN_{name}: "):
        load(_env_file=None)
