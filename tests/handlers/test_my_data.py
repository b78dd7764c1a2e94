"""我的数据 as a page: everything that is kept has a name there, and nothing of it is lost on the way."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers import my_data
from handlers.texts import LANGUAGES, Voice, texts
from knowledge import Matcher
from storage import case_privacy, privacy
from tests.conversations.stories import FILES

MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AT = MADE.isoformat()
KNOWN: dict[str, Any] = {
    "name": "张<秀>英", "phone": None, "channel": "web", "chat": 77, "language": "zh", "elder_mode": True,
    "known_since": AT, "consented_at": AT, "consent_version": "2026-11", "contacts": [], "rectifications": [],
    "requests": [
        {
            "number": "26112300016", "service": "elderly.meals", "text": "第一行\n第二行", "status": "in_progress",
            "files": ["photo", "video_note"], "recorded_at": AT, "outcome": None, "elsewhere": [],
            "told": [{"at": AT, "delivered_at": None, "content": {"who": "六十岁以上", "materials": ["身份证"]}}],
            "messages": [
                {"at": AT, "from": "me", "text": "要软的", "files": [], "earlier": [{"text": "要硬的", "until": AT}]}
            ],
            "ratings": [{"level": 2, "changed_to": 4, "reason": "passed_around", "comment": "等了好久", "at": AT}],
        }
    ],
    "mediations": [
        {
            "number": "26112300016", "as": "other party", "stage": "settled", "messages": [],
            "meetings": [{"at": AT, "place": "二楼"}],
            "agreements": [{"text": "赔三千", "effective": "2026-11-23", "perform_by": "2026-12-01"}],
        }
    ],
}  # fmt: skip


def voice(language: str) -> Voice:
    return Voice(texts(), language, False, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_on_the_page(matcher: Matcher, language: str) -> None:
    """In words, with the office's time, and safe to open."""
    page = my_data.page(voice(language), matcher.catalogue, KNOWN, MADE).decode()
    for words in (
        "张&lt;秀&gt;英",
        "第一行<br>第二行",
        "六十岁以上",
        "身份证",
        "要软的",
        "要硬的",
        "等了好久",
        "二楼",
        "赔三千",
    ):
        assert words in page
    assert "2026-11-23 17:00" in page
    assert "elderly.meals" not in page
    if language == "zh":
        for words in (
            "老年助餐",
            "办理中",
            "照片、视频",
            "不满意",
            "满意",
            "推来推去",
            "另一方",
            "已达成协议",
            "长辈模式</b>　是",
        ):
            assert words in page


def test_all_that_is_kept_has_a_name() -> None:
    """Whatever is added to what the desk tells about somebody has its word too."""
    sources = [privacy.about, case_privacy._case, case_privacy.aftercare]
    keys = {key for one in sources for key in re.findall(r'"(\w+)":', inspect.getsource(one))}
    assert len(keys) > 40
    kinds = {"video_note" if kind == "videonote" else kind for kind in (*FILES, "animation", "sticker")}
    wanted = {f"data-{key}" for key in keys} | {f"data-file-{kind}" for kind in kinds}
    assert {key for key in wanted if not texts().has(key.replace("_", "-"))} == set()
