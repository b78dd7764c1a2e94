"""Settings from the environment or .env; a wrong one stops the start with its name and why."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "SHOUWEN_"
_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class SettingsError(Exception):
    """One line a wrong setting: its name and what was expected."""


class Settings(BaseSettings):
    """Read with `load`, never at import."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = "sqlite+aiosqlite:///shouwen.db"
    redis_url: str | None = None
    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    timezone: str = "Asia/Shanghai"
    catalogue: Path | None = None
    calendar: Path | None = None
    data: Path = Path("data")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername
        except ArgumentError as error:
            raise ValueError("expected a URL such as sqlite+aiosqlite:///shouwen.db") from error
        if driver not in _DRIVERS:
            raise ValueError(f"expected a URL that begins with {' or '.join(_DRIVERS)}, not {driver}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("expected a time zone such as Asia/Shanghai") from error
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            bot_id, _, secret = value.get_secret_value().partition(":")
            if not bot_id.isdecimal() or not secret:
                raise ValueError("expected a bot token of the form 123456:ABC…")
        return value

    @field_validator("catalogue", "calendar")
    @classmethod
    def _exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.exists():
            raise ValueError(f"expected an existing path, not {value}")
        return value

    @model_validator(mode="after")
    def _webhook_whole(self) -> "Settings":
        if self.webhook_url and not (self.webhook_secret and self.telegram_token):
            raise ValueError("WEBHOOK_URL needs WEBHOOK_SECRET and TELEGRAM_TOKEN")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def load(**overrides: object) -> Settings:
    """The settings in force.

    :raises SettingsError: one line for each that is wrong
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_input=False):
            name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
            reason = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name.removesuffix('_')}: {reason}")
        raise SettingsError("\n".join(lines)) from error
