"""Proposals from what people chose: useful, private, and never learned unreviewed."""

import json
from pathlib import Path

import pytest

from knowledge import GENERAL, Matcher
from knowledge.learning import Outcome, OutcomeError, read, suggest


def test_a_phrase_the_matcher_missed_is_proposed_once_with_its_count(matcher: Matcher) -> None:
    """The like said three times is one proposal; what is understood already is none."""
    outcomes = [
        Outcome("屋头的老物件想请人来整整归置归置", (GENERAL,), "elderly.home_care"),
        Outcome("屋头的老物件想请人来整整归置归置嘛", (GENERAL,), "elderly.home_care"),
        Outcome("屋头老物件想请人来整整归置归置", (GENERAL,), "elderly.home_care"),
        Outcome("社区食堂", ("elderly.meals",), "elderly.meals"),
    ]
    (proposal,) = suggest(matcher, outcomes).phrases
    assert (proposal.service, proposal.times) == ("elderly.home_care", 3)
    assert proposal.phrase == outcomes[0].text


def test_words_that_were_withheld_count_only_as_choices(matcher: Matcher) -> None:
    """An empty text is no phrase and no unmet need."""
    found = suggest(matcher, [Outcome("", ("elderly.meals",), GENERAL), Outcome(" ", ("elderly.meals",), GENERAL)])
    assert (found.phrases, found.unmet) == ((), ())
    assert [(pair.offered, pair.chosen, pair.times) for pair in found.confused] == [("elderly.meals", GENERAL, 2)]


def test_confused_pairs_say_whether_a_question_is_written(matcher: Matcher) -> None:
    """Pairs people had to correct, most frequent first."""
    contrast = matcher.catalogue.contrasts[0]
    offered, chosen = contrast.between
    outcomes = [
        Outcome("说不清", (offered, chosen), chosen),
        Outcome("讲不明", (offered,), chosen),
        Outcome("搞不懂", ("mediation.pets",), "elderly.meals"),
        Outcome("对的", (offered,), offered),
    ]
    pairs = suggest(matcher, outcomes).confused
    assert [(p.offered, p.chosen, p.times, p.asked) for p in pairs] == [
        (offered, chosen, 2, True),
        ("mediation.pets", "elderly.meals", 1, False),
    ]


def test_needs_no_list_has_are_counted_together(matcher: Matcher) -> None:
    """What ended at the general window, or nowhere, shows what to add."""
    outcomes = [
        Outcome("小区想装充电桩", (), GENERAL),
        Outcome("小区想装充电桩嘛", (), None),
        Outcome("公厕脏得很", (), GENERAL),
    ]
    assert [(u.example, u.times) for u in suggest(matcher, outcomes).unmet] == [
        ("小区想装充电桩", 2),
        ("公厕脏得很", 1),
    ]


@pytest.mark.parametrize("text", ["我电话13800000000，没人做饭", "身份证５００１０２ 给你", "打 139-0000-0000"])
def test_texts_with_personal_numbers_are_never_proposed(matcher: Matcher, text: str) -> None:
    """A service list is read by everybody."""
    found = suggest(matcher, [Outcome(text, (), "elderly.visiting"), Outcome(text, (), None)])
    assert found.phrases == ()
    assert found.unmet == ()


def test_whole_stories_and_scraps_are_not_phrases(matcher: Matcher) -> None:
    """A phrase is short enough to be reviewed and long enough to mean something."""
    found = suggest(matcher, [Outcome("嗯", (), "elderly.meals"), Outcome("很" * 90, (), "elderly.meals")])
    assert found.phrases == ()


def test_outcomes_are_read_from_json_lines(matcher: Matcher, tmp_path: Path) -> None:
    """One object a line; blank lines are skipped."""
    file = tmp_path / "outcomes.jsonl"
    row = {"text": "没人做饭", "offered": ["elderly.meals"], "chosen": None}
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert read(file, matcher.catalogue) == [Outcome("没人做饭", ("elderly.meals",), None)]


@pytest.mark.parametrize("line", ["x", "[]", '{"offered": []}', '{"text": "x", "chosen": "no.such"}'])
def test_a_line_that_is_no_outcome_is_named(matcher: Matcher, tmp_path: Path, line: str) -> None:
    """With file and line."""
    file = tmp_path / "outcomes.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(OutcomeError, match=r"outcomes\.jsonl:1: expected"):
        read(file, matcher.catalogue)
