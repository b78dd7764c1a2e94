"""docs/reports.md says how every figure is worked out, in the words of the sheet."""

from pathlib import Path

from handlers.summary import formula_of, name_of
from handlers.texts import texts
from knowledge.satisfaction import MEASURES


def test_every_figure_has_its_formula_in_the_docs() -> None:
    """Nothing is shown that is not explained, and nothing explained otherwise than on the sheet."""
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text("utf-8")
    for measure in MEASURES:
        name, formula = (texts().get("zh", key) for key in (name_of(measure.key), formula_of(measure.key)))
        assert f"| {name} |" in page, measure.key
        assert f"| {formula} |" in page, measure.key
