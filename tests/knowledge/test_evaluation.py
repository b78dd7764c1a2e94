"""Measures, and the commands that print them."""

import json
from pathlib import Path

import pytest

from knowledge import GENERAL, Matcher, evaluation, training
from knowledge.__main__ import main
from knowledge.evaluation import RowError, share

ROWS = [
    {"text": "社区食堂", "domain": "elderly_care", "items": ["elderly.meals"], "danger": None, "style": "short"},
    {"text": "路灯坏了没人修", "domain": "general", "items": [GENERAL], "danger": None, "style": "short"},
    {"text": "我妈昏倒了喊不醒", "domain": "general", "items": [GENERAL], "danger": "medical", "style": "voice"},
    {"text": "楼上漏水", "domain": "mediation", "items": ["mediation.pets"], "danger": None, "style": "short"},
]


def write(tmp_path: Path, rows: list[dict[str, object]]) -> Path:
    """A file of rows."""
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_shares_have_wilson_intervals(part: int, whole: int, low: float, high: float) -> None:
    """Worked by hand: sound at the edges, where the usual interval is not."""
    found = share(part, whole)
    assert found == {"value": part / whole, "low": low, "high": high, "n": whole}


def test_a_share_of_nothing_is_no_number() -> None:
    """Nothing measured is not zero."""
    assert share(0, 0) == {"value": None, "low": None, "high": None, "n": 0}


def test_the_report_counts_what_was_said(matcher: Matcher, tmp_path: Path) -> None:
    """Right, wrong, straight on, danger and confusions of four known rows."""
    rows = evaluation.read(write(tmp_path, ROWS), matcher.catalogue)
    done: list[int] = []
    measures = evaluation.report(matcher, evaluation.answers(matcher, rows, done.append))
    assert done == [1, 2, 3, 4]
    assert measures["rows"] == 4
    assert measures["danger"]["found"]["value"] == 1.0
    assert measures["danger"]["by_kind"]["medical"]["interrupts"]["n"] == 1
    assert measures["danger"]["false_interrupt"]["n"] == 3
    assert {"wanted": "mediation.pets", "said": "mediation.water_leak", "times": 1} in measures["confusions"]
    assert measures["by_domain"]["elderly_care"]["top1"]["value"] == 1.0
    assert measures["by_domain"]["mediation"]["domain"]["value"] == 1.0
    assert measures["by_style"]["short"]["top1"]["n"] == 3
    assert set(measures["latency_ms"]) == {"p50", "p95", "p99", "max"}
    lines = evaluation.table(measures)
    assert "top1" in lines
    assert "mediation.pets taken for mediation.water_leak" in lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("not json", "expected a JSON object"),
        ("[]", "text: expected text"),
        ('{"text": "x"}', "items: expected a list"),
        ('{"text": "x", "items": ["no.such"]}', "found no.such"),
        ('{"text": "x", "items": ["elderly.meals"], "danger": "flood"}', "danger: expected null or one of"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(matcher: Matcher, tmp_path: Path, line: str, expected: str) -> None:
    """The message has file, line and what was expected."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "x", "items": ["elderly.meals"]}\n' + line, encoding="utf-8")
    with pytest.raises(RowError) as caught:
        evaluation.read(file, matcher.catalogue)
    assert f"{file}:2: " in str(caught.value)
    assert expected in str(caught.value)


def test_route_prints_the_match(capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object on stdout, nothing else."""
    assert main(["route", "我妈昏倒了喊不醒"]) == 0
    said = capsys.readouterr()
    match = json.loads(said.out)
    assert match["danger"] == {"kind": "medical", "tier": "present", "numbers": ["120"]}
    assert len(match["ranked"]) == 5
    assert said.err == ""


def test_evaluate_prints_json_and_keeps_progress_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout can be piped; progress goes to stderr."""
    assert main(["evaluate", str(write(tmp_path, ROWS))]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["rows"] == 4
    assert said.err.strip() == "4/4"
    assert main(["evaluate", "--table", str(write(tmp_path, ROWS))]) == 0
    assert capsys.readouterr().out.startswith("top1 ")


def test_suggest_proposes_what_was_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The outcomes' file becomes proposals."""
    file = write(tmp_path, [{"text": "想找人跳坝坝舞", "offered": [], "chosen": "elderly.learning"}])
    assert main(["suggest", str(file)]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"phrases", "confused", "unmet"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["route"], 2),
        (["evaluate", "no-such-file.jsonl"], 2),
        (["evaluate", "--rows", "3"], 2),
        (["nonsense"], 2),
        ([], 2),
    ],
)
def test_wrong_use_is_one_line_and_code_two(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, no pages of help."""
    assert main(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


def test_what_is_wrong_with_files_is_code_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ran, and found rows or lists that cannot be used."""
    file = tmp_path / "rows.jsonl"
    file.write_text("{}", encoding="utf-8")
    assert main(["evaluate", str(file)]) == 1
    assert main(["suggest", str(file)]) == 1
    assert main(["route", "x", "--catalogue", str(tmp_path / "none")]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 3


def test_train_check_says_whether_the_weights_are_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code one when somebody edited a list and forgot to train."""
    assert main(["train", "--check"]) == 0
    assert json.loads(capsys.readouterr().out) == {"stale": []}
    monkeypatch.setattr(training, "stale", lambda: ["matcher"])
    assert main(["train", "--check"]) == 1
    renewed: list[str] = []
    monkeypatch.setattr(training, "renew", renewed.append)
    assert main(["train"]) == 0
    assert renewed == ["matcher"]
