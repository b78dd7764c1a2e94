"""docs/first-responder.md says what is so: the picture is the table, and every file and name on it is there."""

import ast
import re
from pathlib import Path

from knowledge.diagram import mermaid

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "first-responder.md").read_text(encoding="utf-8")


def test_the_picture_is_the_table() -> None:
    """`python -m knowledge lifecycle` draws what stands there."""
    [drawn] = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    assert drawn == mermaid()


def _names(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_every_place_is_there() -> None:
    """`path.py::name` is a file of ours with that name in it."""
    places = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(places) > 60
    for path, name in places:
        assert (ROOT / path).is_file(), path
        assert not name or name in _names(ROOT / path), f"{path}::{name}"


def test_every_rule_has_its_line() -> None:
    """Fourteen rules, each with where it is enforced, and its question to the books."""
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d+\. ", line)]
    assert [int(line[2:].split(".")[0]) for line in lines] == list(range(1, 15))
    for number, line in enumerate(lines, 1):
        _, _, enforced, proven, _ = line.split("|")
        assert "`" in enforced
        assert f"`tests/proof/rules.py::rule_{number}`" in proven
