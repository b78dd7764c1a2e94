"""Utterances written before the matcher was shown any of them: how good it is on words it has not learnt.

Shares are lower bounds that leave room for retraining; `python -m knowledge evaluate` prints what they are.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import Catalogue, DangerKind, Matcher, Tier, evaluation
from knowledge.danger import find
from knowledge.training import EXAMPLES

HERE = Path(__file__).parent
DANGER: dict[str, Any] = yaml.safe_load((HERE / "danger_blind.yaml").read_text(encoding="utf-8"))
NEEDS: dict[str, Any] = yaml.safe_load((HERE / "two_needs.yaml").read_text(encoding="utf-8"))
ROWS = HERE / "needs_blind.jsonl"
LATER = HERE / "needs_fresh.jsonl"
"""Seven sets, each harder than the last, and each measured before anything was learnt from it.

At first sight the first service was right in 0.74 to 0.93 of a set (0.84 of all), one of the first three in 0.91
to 1.00, and of what was sent straight on 0.87 to 0.99; since then phrases were written for what had been
misunderstood, so that these rows guard what was won and no longer measure it.
"""


@cache
def measures(file: Path = ROWS) -> dict[str, Any]:
    matcher = Matcher.load()
    rows = evaluation.read(file, matcher.catalogue)
    return evaluation.report(matcher, evaluation.answers(matcher, rows, lambda done: None))


@pytest.mark.parametrize(
    ("measure", "least"), [("top1", 0.88), ("top3", 0.95), ("domain", 0.93)], ids=["first", "first three", "domain"]
)
def test_the_right_service_is_found(measure: str, least: float) -> None:
    """City messages, legal questions, stories, dialect, dictation, typing errors and a word or two."""
    assert measures()[measure]["value"] >= least


def test_what_is_sent_straight_on_is_right() -> None:
    """More than half of the messages need no question, and hardly any of those was wrong."""
    straight = measures()["straight"]
    assert straight["precision"]["value"] >= 0.95
    assert straight["share"]["value"] >= 0.5
    assert measures()["out_of_scope_sent_wrong"]["value"] <= 0.03


@pytest.mark.parametrize(
    ("measure", "least"), [("top1", 0.93), ("top3", 0.98), ("domain", 0.95)], ids=["first", "first three", "domain"]
)
def test_what_was_won_is_kept(measure: str, least: float) -> None:
    """Long letters to the city, terse questions to lawyers, dictation, dialect, and much that no list names."""
    assert measures(LATER)[measure]["value"] >= least


def test_later_messages_go_straight_on_rightly() -> None:
    """As many as before go without a question, and as rarely wrong."""
    straight = measures(LATER)["straight"]
    assert straight["precision"]["value"] >= 0.97
    assert straight["share"]["value"] >= 0.6
    assert measures(LATER)["out_of_scope_sent_wrong"]["value"] <= 0.03


def test_usual_messages_are_not_interrupted() -> None:
    """Of harmless messages at most one in two hundred meets an alarm, and three in a hundred a line."""
    danger = measures()["danger"]
    assert danger["false_interrupt"]["value"] <= 0.005
    assert danger["false_line"]["value"] <= 0.03


@pytest.mark.parametrize(("group", "least"), [("explicit", 0.98), ("oblique", 0.93)])
def test_danger_is_found(group: str, least: float) -> None:
    """Said outright or told sideways: farewells, a smell, a mouth that droops, a door that stays shut."""
    texts = [text for some in DANGER[group].values() for text in some]
    assert sum(find(text) is not None for text in texts) >= least * len(texts)


def test_every_kind_of_danger_is_told_sideways() -> None:
    """No kind is left to the others: nine in ten of each."""
    assert set(DANGER["oblique"]) == set(DangerKind)
    for texts in DANGER["oblique"].values():
        assert sum(find(text) is not None for text in texts) >= 0.9 * len(texts)


def test_what_is_told_sideways_in_a_long_story_is_heard() -> None:
    """A sentence between two others about something else is not lost in them."""
    story = (
        "我是渝中这边的居民，今年六十八了，退休前在厂里上班，老伴身体也不好。本来是想问一下高龄津贴的事情。"
        "{}。另外还想问社区食堂中午几点开门，一顿饭好多钱，远不远。"
    )
    assert find(story.format("材料都交给楼长了，一直没得消息")) is None
    texts = [text for some in DANGER["oblique"].values() for text in some]
    assert sum(find(story.format(text)) is not None for text in texts) >= 0.85 * len(texts)


def test_what_only_sounds_like_danger_hardly_interrupts() -> None:
    """Figures of speech, old stories, claims, devices, animals: at most one in fifty, though chosen to be hard."""
    found = [find(text) for text in DANGER["harmless"]]
    assert sum(danger is not None and danger.tier is Tier.PRESENT for danger in found) <= 0.02 * len(found)
    assert sum(danger is not None for danger in found) <= 0.1 * len(found)


def test_nothing_here_was_learnt() -> None:
    """A measure on what was trained on would say nothing."""
    learnt = {line.strip().removeprefix("- ").strip('"') for line in EXAMPLES.read_text("utf-8").splitlines()}
    learnt |= {phrase for service in Catalogue.load().services.values() for phrase in service.phrases}
    told = {text for group in ("explicit", "oblique") for some in DANGER[group].values() for text in some}
    rows = {row.text for file in (ROWS, LATER) for row in evaluation.read(file, Catalogue.load())}
    assert not learnt & (told | set(DANGER["harmless"]) | rows)


def taken_apart(matcher: Matcher, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of these texts with two needs are taken apart; each of them into the right two."""
    right = 0
    for row in rows:
        needs = matcher.match(row["text"]).needs
        if len(needs) > 1:
            first, second = (matcher.match(need).ranked[0].id for need in needs)
            assert first in row["first"]
            assert second in row["second"]
            right += 1
    return right


def test_two_needs_without_a_connecting_word(matcher: Matcher) -> None:
    """Two in five are taken apart, and then rightly; the others stay one request with all that was said."""
    assert taken_apart(matcher, NEEDS["two"]) >= 0.4 * len(NEEDS["two"])


@pytest.mark.parametrize("text", NEEDS["one"])
def test_one_need_told_in_clauses_stays_one(matcher: Matcher, text: str) -> None:
    """Clauses that sound like another service open no second request."""
    assert matcher.match(text).needs == (text,)


def test_two_needs_dictated_without_a_mark(matcher: Matcher) -> None:
    """「还有」, 「另外」, 「对了」: eight in ten are taken apart, and then rightly."""
    assert taken_apart(matcher, NEEDS["spoken"]) >= 0.8 * len(NEEDS["spoken"])


def test_the_same_words_in_one_need_open_no_second(matcher: Matcher) -> None:
    """「我和老伴还有我妈」 lists, 「对了要不要钱」 goes on; one in fifty may be mistaken."""
    cut = [text for text in NEEDS["listed"] if len(matcher.match(text).needs) > 1]
    assert len(cut) <= 0.02 * len(NEEDS["listed"])


@pytest.mark.parametrize("file", [ROWS, LATER], ids=["first", "later"])
def test_stories_are_hardly_ever_cut(matcher: Matcher, file: Path) -> None:
    """Over all messages here, each with one need: at most one in a hundred."""
    rows = evaluation.read(file, matcher.catalogue)
    assert sum(len(matcher.match(row.text).needs) > 1 for row in rows) <= 0.01 * len(rows)
