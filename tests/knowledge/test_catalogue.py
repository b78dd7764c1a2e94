"""The service lists: the packaged ones are whole, and mistakes in edited ones are named with file and line."""

from pathlib import Path

import pytest

from knowledge import GENERAL, Catalogue, CatalogueError, Kind, Matter
from knowledge.catalogue import PACKAGED

GENERAL_LIST = """\
domain: general
name: 综合窗口
name_en: General window
services:
  - id: general.window
    name: 其他诉求
    name_en: Anything else
    matter: community
    kind: help
    phrases: [路灯坏了, 停水了]
"""
PLANTS = """\
domain: plants
name: 花草服务
name_en: Plants
services:
  - id: plants.watering
    name: 代浇花
    name_en: Watering
    matter: personal
    kind: help
    aliases: [浇花]
    phrases: [出门了没人浇花, 花要干死了]
    promise: {acknowledge: 30m, resolve: 5wd}
    statutory_limit: 30d
    hotline: "12345"
    local: [phone]
  - id: plants.pruning
    name: 修枝
    name_en: Pruning
    matter: community
    kind: complaint
    phrases: [树枝挡窗]
contrasts:
  - between: [plants.watering, plants.pruning]
    ask: 您是要浇水，还是要剪枝？
    ask_en: Water or prune?
    choices: [浇水, 剪枝]
    choices_en: [Water, Prune]
"""


def folder(tmp_path: Path, plants: str = PLANTS, general: str = GENERAL_LIST) -> Path:
    """A folder with two service lists."""
    (tmp_path / "plants.yaml").write_text(plants, encoding="utf-8")
    (tmp_path / "general.yaml").write_text(general, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def packaged() -> Catalogue:
    return Catalogue.load()


def test_packaged_lists_offer_the_four_domains_and_the_general_window(packaged: Catalogue) -> None:
    """Domains come in the order they are shown, the general window last."""
    assert [domain.id for domain in packaged.domains] == [
        "elderly_care", "legal_aid", "employment", "mediation", "general",
    ]  # fmt: skip
    assert packaged.service(GENERAL).domain == "general"


def test_every_packaged_service_has_what_a_resident_is_told(packaged: Catalogue) -> None:
    """Each has enough phrases to be found by, steps, and names in both languages."""
    for service in packaged.services.values():
        assert len(service.phrases) >= 30, service.id
        assert service.steps, service.id
        assert service.name, service.id
        assert service.name_en.isascii(), service.id
        assert service.id.split(".")[0] in {"elderly", "legal", "employment", "mediation", "general"}


def test_no_packaged_phrase_belongs_to_two_services(packaged: Catalogue) -> None:
    """A phrase under two services would teach that both are right and neither is."""
    owners: dict[str, str] = {}
    for service in packaged.services.values():
        for phrase in service.phrases:
            assert owners.setdefault(phrase, service.id) == service.id, phrase


def test_packaged_contrasts_ask_in_both_languages(packaged: Catalogue) -> None:
    """The question of a pair is found whichever way round it is asked for."""
    assert packaged.contrasts
    for contrast in packaged.contrasts:
        first, second = contrast.between
        assert packaged.contrast(first, second) is packaged.contrast(second, first) is contrast
        assert "？" in contrast.ask
        assert "?" in contrast.ask_en


def test_everything_a_list_says_is_kept(tmp_path: Path) -> None:
    """Optional facts are read where they stand and empty where they do not."""
    catalogue = Catalogue.load(folder(tmp_path))
    watering = catalogue.service("plants.watering")
    assert (watering.matter, watering.kind, watering.domain) == (Matter.PERSONAL, Kind.HELP, "plants")
    assert watering.promise.acknowledge == "30m"
    assert watering.promise.contact is None
    assert watering.promise.resolve == "5wd"
    assert (watering.statutory_limit, watering.hotline, watering.local) == ("30d", "12345", ("phone",))
    pruning = catalogue.service("plants.pruning")
    assert (pruning.who, pruning.materials, pruning.fee) == (None, (), None)
    assert catalogue.domain("plants").services == (watering, pruning)


def test_unknown_ids_are_refused(tmp_path: Path) -> None:
    """An id that no list has is a KeyError, never silently the general window."""
    catalogue = Catalogue.load(folder(tmp_path))
    with pytest.raises(KeyError):
        catalogue.service("plants.mowing")
    with pytest.raises(KeyError):
        catalogue.domain("animals")
    assert catalogue.contrast("plants.watering", "plants.mowing") is None


def test_a_service_that_left_the_lists_has_a_stand_in(tmp_path: Path) -> None:
    """What was recorded under it is called and handled as the general window, under its own id."""
    catalogue = Catalogue.load(folder(tmp_path))
    general = catalogue.service(GENERAL)
    gone = catalogue.recorded("plants.mowing")
    assert (gone.id, gone.name, gone.domain, gone.kind) == ("plants.mowing", general.name, general.domain, general.kind)
    assert catalogue.recorded("plants.watering") is catalogue.service("plants.watering")


def test_fingerprint_follows_every_edit_but_not_line_endings(tmp_path: Path) -> None:
    """Weights are kept by it: the same words under another system's line ends are the same lists."""
    before = Catalogue.load(folder(tmp_path)).fingerprint
    (tmp_path / "plants.yaml").write_bytes(PLANTS.replace("\n", "\r\n").encode())
    assert Catalogue.load(tmp_path).fingerprint == before
    assert Catalogue.load(folder(tmp_path, PLANTS.replace("花要干死了", "花蔫了"))).fingerprint != before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: help", "kind: helping", "plants.yaml:9: plants.watering.kind: expected one of consulting"),
        ("matter: personal", "matter: mine", "plants.watering.matter: expected one of government"),
        ("resolve: 5wd", "resolve: 5 days", "plants.watering.promise.resolve: expected a duration"),
        ("statutory_limit: 30d", "statutory_limit: 0d", "plants.watering.statutory_limit: expected a duration"),
        ('hotline: "12345"', "hotline: 12345", "plants.watering.hotline: expected text"),
        ("local: [phone]", "local: [fax]", "plants.watering.local: expected some of address"),
        ("name: 代浇花", "nmae: 代浇花", "services[0].nmae: expected one of"),
        ("phrases: [树枝挡窗]", "phrases: []", "plants.pruning.phrases: expected at least one"),
        ("phrases: [树枝挡窗]", "phrases: 树枝挡窗", "plants.pruning.phrases: expected a list"),
        ("id: plants.pruning", "id: plants.watering", "this id is already used in plants.yaml:5"),
        ("id: plants.pruning", "id: Plants", "expected domain.name in lower-case"),
        ("plants.pruning]", "plants.mowing]", "expected ids of the service lists, found plants.mowing"),
        ("choices: [浇水, 剪枝]", "choices: [浇水]", "contrasts[0].choices: expected exactly two"),
        ("domain: plants", "domain: general", "is already the domain of general.yaml"),
        ("domain: plants", "domain: plant", "plants.yaml:1: domain: expected plants as the file is called"),
        ("name_en: Plants\n", "", "file.name_en: expected a value, found none"),
        ("name: 修枝", "name: 修枝\n    name: 修枝", "expected once, found twice"),
        ("services:", "services: {", "file: expected YAML"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_file_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    """Whoever edits a list can put it right from the message alone."""
    assert old in PLANTS
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(folder(tmp_path, PLANTS.replace(old, new, 1)))
    assert expected in str(caught.value)
    assert str(caught.value).startswith(("plants.yaml:", "general.yaml:"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to correct one line to hear of the next."""
    wrong = PLANTS.replace("kind: help", "kind: x").replace("matter: community", "matter: y")
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(folder(tmp_path, wrong))
    assert len(str(caught.value).splitlines()) == 2


def test_a_folder_without_lists_or_without_the_general_window_is_refused(tmp_path: Path) -> None:
    """Nobody may be turned away, so the window that takes the rest must exist."""
    with pytest.raises(CatalogueError, match="at least one"):
        Catalogue.load(tmp_path)
    (tmp_path / "plants.yaml").write_text(PLANTS, encoding="utf-8")
    with pytest.raises(CatalogueError, match="expected general"):
        Catalogue.load(tmp_path)


def test_files_that_are_not_text_are_refused(tmp_path: Path) -> None:
    """A spreadsheet saved under a list's name is an error with its name, not a crash."""
    (folder(tmp_path) / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match=r"odd\.yaml:1: file: expected UTF-8"):
        Catalogue.load(tmp_path)


def test_packaged_folder_is_the_default() -> None:
    """None means the lists that come with the package."""
    assert Catalogue.load(PACKAGED).fingerprint == Catalogue.load().fingerprint
