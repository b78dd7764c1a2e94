"""The knowledge folder alone is a library: no bot, no chat library, no database; and training fits a small machine."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import knowledge

FOLDER = Path(knowledge.__file__).parent
ASK = """
import json, sys
sys.path.insert(0, {place!r})
from knowledge import Matcher
match = Matcher.load({lists!r}).match("我老汉八十二了，屋头没得人煮饭")
alarm = Matcher.load().match("楼上着火了").danger
print(json.dumps({{
    "ids": [c.id for c in match.ranked], "confidence": [c.confidence for c in match.ranked], "band": match.band,
    "intents": list(match.intents), "danger": match.danger, "alarm": [alarm.kind, alarm.tier],
    "others": [name for name in ("aiogram", "sqlalchemy", "handlers", "storage") if name in sys.modules],
}}))
"""
TRAIN = """
import resource, sys
sys.path.insert(0, {place!r})
from knowledge.catalogue import Catalogue
from knowledge.training import train_matcher
lists = Catalogue.load()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
train_matcher(lists)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def python(script: str, home: Path) -> str:
    """What a Python started elsewhere prints, with one thread for the mathematics."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "XDG_CACHE_HOME": str(home / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_folder_answers_by_itself(tmp_path: Path) -> None:
    """Copied elsewhere it loads and matches; the fields are those that others build on."""
    shutil.copytree(FOLDER, tmp_path / "alone" / "knowledge", ignore=shutil.ignore_patterns("__pycache__"))
    place = str(tmp_path / "alone")
    said = json.loads(python(ASK.format(place=place, lists=str(FOLDER / "services")), tmp_path))
    assert said["ids"][0] == "elderly.meals"
    assert len(said["ids"]) == 5
    assert said["confidence"] == sorted(said["confidence"], reverse=True)
    assert 0 <= said["confidence"][-1] <= said["confidence"][0] <= 1
    assert (said["band"], said["intents"], said["danger"]) == ("straight", [], None)
    assert said["alarm"] == ["fire_gas", "present"]
    assert said["others"] == []


def test_training_anew_fits_a_small_machine(tmp_path: Path) -> None:
    """After an edited phrase the start needs at most 250 MB more for a moment."""
    assert int(python(TRAIN.format(place=str(FOLDER.parent)), tmp_path)) <= 250
