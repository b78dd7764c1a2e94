"""How the log is written: as text, or one JSON object a line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`. Nothing else of a record is written, so that no
    value that somebody typed can come in by the side."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__qualname__
        return json.dumps(said, ensure_ascii=False)


class TextLines(logging.Formatter):
    """Plain text; of an error its kind and place, not its words, which may hold what somebody typed."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's
        from bot.faults import trace  # late: it loads the chat library, which a command may not need

        return trace(ei[1])


class Requests(logging.Filter):
    """For the log of the web server, whose errors hold lines and addresses of whoever sent what it could not read:
    only the kind of the error and its place are kept. What is no HTTP, or ends in the middle, is no fault, and
    anybody can send a lot of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        from aiohttp import web
        from aiohttp.http_exceptions import HttpProcessingError

        from bot.faults import trace

        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            return False
        record.msg = f"a request failed\n{trace(error)}" if error else "a request failed"
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


def log_to(written_as: str) -> None:
    """Have the log written to standard error, as text or as JSON lines."""
    handler = logging.StreamHandler()
    if written_as == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(TextLines("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
