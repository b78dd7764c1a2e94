"""Every sentence is there in both languages, with the same gaps, and is used."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import Junk, Message, MessageReference, TermReference, VariableReference
from fluent.syntax.visitor import Visitor

from handlers import texts as package
from handlers.notices import KINDS
from handlers.texts import LANGUAGES, Markup, Texts, texts

HANDLERS = Path(package.__file__).parent.parent
CODE = {path: path.read_text("utf-8") for path in [*HANDLERS.glob("*.py"), *(HANDLERS.parent / "bot").rglob("*.py")]}
STORAGE = "\n".join(p.read_text("utf-8") for p in (HANDLERS.parent / "storage").glob("*.py"))


class Gaps(Visitor):
    """The variables that a pattern needs."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 - named by the parser
        self.found.add(node.id.name)


class Names(Visitor):
    """Other sentences and terms that a sentence is made of."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_MessageReference(self, node: MessageReference | TermReference) -> None:  # noqa: N802
        self.found.append(node.id.name)

    visit_TermReference = visit_MessageReference  # noqa: N815


def gaps(node: object) -> frozenset[str]:
    visitor = Gaps()
    visitor.visit(node)  # type: ignore[arg-type]
    return frozenset(visitor.found)


def messages(language: str) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path in sorted((HANDLERS / "texts" / language).glob("*.ftl")):
        for entry in FluentParser(with_spans=False).parse(path.read_text("utf-8")).body:
            assert not isinstance(entry, Junk), f"{path.name}: {entry.content[:60]}"
            if isinstance(entry, Message):
                assert entry.id.name not in found, f"{path.name}: {entry.id.name} twice"
                found[entry.id.name] = entry
    return found


ZH, EN = (messages(language) for language in LANGUAGES)


def strings(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Every string of the code, and whether it is the pattern of an f-string (with * for what is put in)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, False
        if isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "*" for p in node.values), True


PLAIN: set[str] = set()
PATTERNS: set[str] = set()
for _code in CODE.values():
    for _string, _pattern in strings(ast.parse(_code)):
        (PATTERNS if _pattern else PLAIN).add(_string)
KEY_PATTERNS = {p for p in PATTERNS if re.fullmatch(r"[a-z*][a-z*-]*-[a-z*-]*\*?", p) and "*" in p}


def is_key(string: str) -> bool:
    return re.fullmatch(r"[a-z0-9_-]+", string) is not None


def used(key: str) -> bool:
    return key in PLAIN or any(re.fullmatch(re.escape(p).replace(r"\*", "[a-z0-9-]+"), key) for p in KEY_PATTERNS)


def test_a_sentence_is_whole_by_itself() -> None:
    """Each is read alone, when it is first said; and each is found."""
    names = Names()
    for key in ZH:
        names.visit(ZH[key])
        names.visit(EN[key])
        assert texts().has(key)
    assert names.found == []


def test_both_languages_have_the_same_sentences() -> None:
    """No key in one and not in the other."""
    assert set(ZH) == set(EN)


def shape(entry: Message) -> dict[str, frozenset[str]]:
    """The gaps of a sentence and of each of its forms."""
    assert entry.value is not None, entry.id.name
    return {"": gaps(entry.value), **{a.id.name: gaps(a.value) for a in entry.attributes}}


def test_sentences_have_the_same_shape_in_both_languages() -> None:
    """The same forms, with the same gaps; a short form needs nothing that the long one does not get."""
    for key, chinese in ZH.items():
        assert shape(chinese) == shape(EN[key]), key
        assert all(form <= shape(chinese)[""] for form in shape(chinese).values()), key


def test_every_sentence_that_the_code_names_is_there() -> None:
    """The first argument of t, say, button, label, has, every and Says, everywhere in the code."""
    missing = set()
    for path, code in CODE.items():
        for node in ast.walk(ast.parse(code)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"Says"}:
                keys = node.args
            elif name in {"t", "say", "button", "label"}:
                keys = node.args[:1]
            else:
                continue
            missing |= {
                f"{path.name}: {arg.value}"
                for arg in keys
                if isinstance(arg, ast.Constant)
                and isinstance(arg.value, str)
                and is_key(arg.value)
                and arg.value not in ZH
            }
    assert missing == set()


def test_no_sentence_is_unused() -> None:
    """Each key is named in the code, or made there from a pattern."""
    assert {key for key in ZH if not used(key)} == set()


def test_every_error_has_its_sentence() -> None:
    """Whatever the casebook, people and invitations refuse in chat."""
    raised = set(re.findall(r'(?:CaseError|PeopleError)\("([a-z_]+)"', STORAGE))
    only_at_the_console = {"area_code", "area_exists", "no_parent"}
    assert {c for c in raised - only_at_the_console if f"error-{c.replace('_', '-')}" not in ZH} == set()


def test_every_notice_that_storage_writes_can_be_put_into_words() -> None:
    """No kind of notice without a renderer."""
    written = set(re.findall(r'_tell\([^"]*?"([a-z_]+)"', STORAGE))
    written |= set(re.findall(r'_tell_resident\([^"]*?"([a-z_]+)"', STORAGE))
    written |= {kind for code in CODE.values() for kind in re.findall(r'\.notice\([^")]*?"([a-z_]+)"', code)}
    assert len(written) > 15
    assert written <= KINDS


def test_no_sentence_has_a_pictograph_or_a_wrong_tag() -> None:
    """Bare machines lack the glyphs; only tags of the Bot API, each closed."""
    for catalogue in (ZH, EN):
        for key, entry in catalogue.items():
            written = FluentSerializer().serialize_entry(entry)
            assert not re.search("[\U0001f000-\U0001ffff\u2600-\u26ff]", written), key
            opened = re.findall(r"<(\w+)>", written)
            assert sorted(opened) == sorted(re.findall(r"</(\w+)>", written)), key
            assert set(opened) <= {"b", "i", "code", "blockquote"}, key


def test_what_is_put_in_is_escaped_unless_it_is_safe() -> None:
    """Words of people are text; a piece of HTML made here stays HTML."""
    said = texts().get("zh", "area-chosen", area="<b>&")
    assert "&lt;b&gt;&amp;" in said
    assert "<i>x</i>" in texts().get("zh", "area-chosen", area=Markup("<i>x</i>"))


@pytest.mark.parametrize("length", [999, 1001, 2600, 100_000])
def test_long_words_are_put_in_whole(length: int) -> None:
    """However long an outcome is."""
    words = "好<" * (length // 2)
    assert words.replace("<", "&lt;") in texts().get("zh", "my-card-outcome", outcome=words)


def test_a_missing_sentence_or_gap_is_an_error() -> None:
    """Never a blank on the screen."""
    with pytest.raises(LookupError, match="no text"):
        texts().get("zh", "there-is-no-such-key")
    with pytest.raises(LookupError, match="area"):
        texts().get("zh", "area-chosen")


def test_an_unknown_language_falls_back_to_chinese() -> None:
    """Somebody's setting cannot break a sentence."""
    assert texts().get("xx", "cancel") == "取消"


def test_every_way_to_call_a_button_is_known() -> None:
    """Its words in all languages can be typed."""
    assert texts().every("menu-human") == {"转人工", "Talk to a person"}


def test_a_moment_is_told_on_the_areas_clock() -> None:
    """With the weekday, in the language of who reads it."""
    moment, zone = datetime(2026, 11, 23, 10, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai")
    assert Texts.when(moment, "zh", zone) == "11月23日（周一）18:00"
    assert Texts.when(moment, "en", zone) == "Mon 23 Nov, 18:00"
