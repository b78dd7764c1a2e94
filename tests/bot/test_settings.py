"""Settings: a wrong one is named, with what was expected; all of them stand in the README."""

from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings, SettingsError, load

README = Path(__file__).resolve().parents[2] / "README.md"
TOKEN, SECRET = "123456:ABC-def", "s-1"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from this machine, and no .env."""
    import os

    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


WRONG = [
    ("DATABASE_URL", "shouwen.db", "expected a URL such as"),
    ("DATABASE_URL", "mysql://localhost/x", "begins with sqlite+aiosqlite or postgresql+asyncpg, not mysql"),
    ("DATABASE_URL", "sqlite+aiosqlite:////nowhere/at/all.db", "a file in an existing folder"),
    ("DATABASE_URL", "sqlite+aiosqlite:////tmp", "a file in an existing folder"),
    ("REDIS_URL", "localhost:6379", "begins with redis://"),
    ("TELEGRAM_TOKEN", "ABC", "of the form 123456:ABC"),
    ("TELEGRAM_TOKEN", "bot:ABC", "of the form 123456:ABC"),
    ("TELEGRAM_API", "api.telegram.org", "begins with https://"),
    ("WEBHOOK_URL", "chat.example.org", "begins with https://"),
    ("WEBHOOK_SECRET", "two words", "letters, digits, _ or -"),
    ("WEB_PORT", "99999", "less than or equal to 65535"),
    ("WEB_PORT", "http", "valid integer"),
    ("TIMEZONE", "Chongqing", "expected a time zone such as Asia/Shanghai"),
    ("TIMEZONE", "../../etc/passwd", "expected a time zone such as Asia/Shanghai"),
    ("CATALOGUE", "/nowhere/services", "expected an existing folder"),
    ("CALENDAR", "/nowhere/days.yaml", "expected an existing file"),
    ("DATA", __file__, "expected a folder"),
    ("TELEGRAM_TOKN", TOKEN, "there is no such setting"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_a_wrong_value_names_its_variable(name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line: the variable as it is written, and what was expected."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as wrong:
        load()
    [line] = str(wrong.value).splitlines()
    assert line.startswith(f"{PREFIX}{name}: ")
    assert words in line
    if name == "TELEGRAM_TOKEN":
        assert value not in line.split(": ", 1)[1].replace("123456:ABC", "")


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should have to start the bot five times to find five mistakes."""
    for name, value in (("WEB_PORT", "x"), ("TIMEZONE", "y"), ("NONSENSE", "z")):
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as wrong:
        load()
    assert {line.partition(":")[0] for line in str(wrong.value).splitlines()} == {
        f"{PREFIX}{name}" for name in ("WEB_PORT", "TIMEZONE", "NONSENSE")
    }


@pytest.mark.parametrize("missing", ["WEBHOOK_SECRET", "TELEGRAM_TOKEN", "WEB_PORT"])
def test_a_webhook_needs_all_its_parts(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its secret, its bot, or a server to be called at, it could never work."""
    whole = {"WEBHOOK_URL": "https://x.example", "WEBHOOK_SECRET": SECRET, "TELEGRAM_TOKEN": TOKEN, "WEB_PORT": "8080"}
    for name, value in (whole | {missing: "0" if missing == "WEB_PORT" else ""}).items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=f"^{PREFIX}WEBHOOK_URL: needs .*{missing}"):
        load()


def test_good_values_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the environment and of .env, where the environment wins and empty means not set."""
    (tmp_path / ".env").write_text(f"{PREFIX}WEB_PORT=9000\n{PREFIX}TIMEZONE=UTC\nOTHER=1\n")
    values = {
        "DATABASE_URL": "postgresql+asyncpg://u:p@db/x",
        "REDIS_URL": "rediss://cache:6380/1",
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API": "http://127.0.0.1:8081",
        "WEBHOOK_URL": "",
        "WEB_PORT": "0",
        "CATALOGUE": str(tmp_path),
    }
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    found = load()
    assert (found.web_port, found.timezone, found.webhook_url) == (0, "UTC", None)
    assert found.telegram_token is not None
    assert found.telegram_token.get_secret_value() == TOKEN
    assert TOKEN not in repr(found)


def test_every_setting_stands_in_the_readme() -> None:
    """With its name; a default that is written there is the true one."""
    text = README.read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"{PREFIX}{name.upper()}" in text, name
        if isinstance(field.default, str):
            assert field.default in text, name
