"""What people send, in one clean shape."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.types import Message
from hypothesis import given
from hypothesis import strategies as st

from handlers.incoming import Content, clean, read
from tests.conversations.stories import FILES


def message(**more: Any) -> Message:
    return Message.model_validate(
        {"message_id": 7, "date": datetime(2026, 11, 23, tzinfo=UTC), "chat": {"id": 1, "type": "private"}, **more}
    )


@given(st.text())
def test_clean_text_hides_nothing(text: str) -> None:
    """No control, bidirectional or zero-width sign is left; cleaning twice changes nothing."""
    said = clean(text)
    assert clean(said) == said
    assert said == said.strip()
    for sign in said:
        assert sign in "\n\t\u200c\u200d" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}


@given(st.text(st.characters(categories=["L", "Nd"], exclude_characters="\u115f\u1160\u3164\uffa0"), min_size=1))
def test_letters_and_digits_are_kept(text: str) -> None:
    """Every letter of every script, rare characters too."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("  好  ", "好"),
        ("\u202e倒\u202c", "倒"),
        ("一\u200b二", "一二"),
        ("\x00a\x07b", "ab"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("2️⃣", "2️⃣"),
        ("𰻝𰻝面", "𰻝𰻝面"),
        ("\u3164", ""),
        ("\u2800\u200d", ""),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a" + " " * 5000 + "b", "a        b"),
        ("<b>&lt;", "<b>&lt;"),
    ],
)
def test_clean(raw: str, said: str) -> None:
    """What is seen stays, what cannot be seen goes."""
    assert clean(raw) == said


def test_a_very_long_text_is_kept() -> None:
    """A hundred thousand characters are all there."""
    assert len(clean("好" * 100_000)) == 100_000


@pytest.mark.parametrize(("kind", "sent"), FILES.items())
def test_every_kind_of_file_is_read(kind: str, sent: dict[str, Any]) -> None:
    """With the channel that has it, and what is known of it."""
    content = read(message(**sent, caption="看" if kind not in ("location", "videonote") else None), "web")
    [file] = content.files
    assert file["kind"] == {"videonote": "video_note"}.get(kind, kind)
    assert "latitude" in file or file["channel"] == "web"
    assert not content.empty
    assert not content.only_pictographs


def test_the_largest_photo_is_taken() -> None:
    """Of several sizes the last."""
    sizes = [{"file_id": f, "file_unique_id": f, "width": 9, "height": 9} for f in ("small", "large")]
    assert read(message(photo=sizes), "telegram").files[0]["file"] == "large"


def test_a_file_name_is_cleaned() -> None:
    """A name cannot turn around what is shown."""
    document = {"file_id": "D", "file_unique_id": "d", "file_name": "\u202egpj.exe\x00"}
    assert read(message(document=document), "web").files[0]["name"] == "gpj.exe"


def test_an_animation_is_one_file() -> None:
    """The document that comes with it is the same thing."""
    thing = {"file_id": "A", "file_unique_id": "a"}
    sent = message(animation={**thing, "width": 9, "height": 9, "duration": 1}, document=thing)
    assert [f["kind"] for f in read(sent, "web").files] == ["animation"]


def test_a_venue_has_its_name_and_a_contact_its_words() -> None:
    """A place by its title; a card of somebody as text."""
    place = {"latitude": 29.5, "longitude": 106.5}
    venue = message(location=place, venue={"location": place, "title": "菜市场", "address": "x"})
    assert read(venue, "web").files == [{"kind": "location", **place, "name": "菜市场"}]
    card = message(contact={"phone_number": "13800000000", "first_name": "王"})
    assert read(card, "web").text == "王 13800000000"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content("😀"), True),
        (Content("？？"), True),
        (Content("", [{"kind": "sticker"}]), True),
        (Content("好😀"), False),
        (Content("", [{"kind": "photo"}]), False),
        (Content(""), False),
    ],
)
def test_only_pictographs(content: Content, expected: bool) -> None:
    """Signs without a word, and nothing else."""
    assert content.only_pictographs is expected
