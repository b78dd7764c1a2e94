"""Messages within the limits of the Bot API, whatever is put into them."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.desk import Act, Pick
from handlers.speech import ELDER_CHOICES, LIMIT, MORE, Choice, Say, keyboard, methods, page, quoted, split
from knowledge import Matcher
from tests.conversations.test_buttons import ACTS, PICKS

_TAG = re.compile(r"</?([a-z]+)>")
LARGEST = 2**63 - 1


def units(text: str) -> int:
    """Length as the Bot API counts it."""
    return len(text.encode("utf-16-le")) // 2


def well_formed(html: str) -> bool:
    """Every tag is closed in order, nothing is cut in two."""
    opened: list[str] = []
    for found in _TAG.finditer(html):
        if found[0].startswith("</"):
            if not opened or opened.pop() != found[1]:
                return False
        else:
            opened.append(found[1])
    bare = _TAG.sub("", html)
    return not opened and "<" not in bare and ">" not in bare and not re.search(r"&(?!(?:amp|lt|gt);)", bare)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400)
pieces = st.lists(
    st.one_of(
        words.map(lambda w: w.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
        words.map(lambda w: quoted(w * 9)),
        st.sampled_from(
            ["<b>粗</b>", "<code>261123-0001-6</code>", "。", "\n", "&amp;" * 900, "好" * 3000, "🙏" * 3000]
        ),
    ),
    max_size=14,
)


@settings(deadline=None)
@given(pieces, st.sampled_from([LIMIT, 1024]))
def test_a_long_text_is_split_into_valid_parts(parts: list[str], limit: int) -> None:
    """No part is too long, empty or broken, and together they say everything."""
    html = "".join(parts)
    built = split(html, limit)
    assert built
    for part in built:
        assert units(part) <= limit
        assert well_formed(part)
    assert re.sub(r"\s", "", "".join(_TAG.sub("", p) for p in built)) == re.sub(r"\s", "", _TAG.sub("", html))
    if len(built) > 1:
        assert all(_TAG.sub("", part).strip() for part in built)


@pytest.mark.parametrize("sign", ["。", "&amp;", "好", "\n。", "🙏"])
def test_splitting_takes_time_in_proportion(sign: str) -> None:
    """A hundred thousand ends of sentences do not stop the desk."""
    begun = time.process_time()
    assert len(split(sign * 100_000)) > 20
    assert time.process_time() - begun < 5


def test_a_cut_reopens_what_was_open() -> None:
    """A quotation that is cut is a quotation in both parts."""
    first, second, *_ = split(f"<blockquote>{'一二三四五。' * 1200}</blockquote>")
    assert first.endswith("。</blockquote>")
    assert second.startswith("<blockquote>")


def test_buttons_stand_under_the_last_part_and_the_quote_at_the_first() -> None:
    """A long message quotes once and asks once."""
    said = Say("好。" * 5000, [Choice("一", "x")])
    built = methods(said, 7, elder=False, more="更多", reply_to=3)
    assert len(built) > 2
    assert [bool(m.reply_markup) for m in built] == [False] * (len(built) - 1) + [True]  # type: ignore[attr-defined]
    assert [bool(m.reply_parameters) for m in built] == [True] + [False] * (len(built) - 1)  # type: ignore[attr-defined]


@given(st.integers(0, 40))
def test_elder_mode_shows_three_and_loses_none(count: int) -> None:
    """Page by page every choice comes, in order."""
    choices = [Choice(str(n), f"d{n}") for n in range(count)]
    seen: list[Choice] = []
    rest = choices
    while True:
        shown, rest = page(rest, True, "更多")
        assert len(shown) <= ELDER_CHOICES
        seen += [c for c in shown if c.data != MORE]
        if not rest:
            break
    assert seen == choices


def test_elder_buttons_carry_their_digit_one_a_row() -> None:
    """Whatever the columns."""
    markup = keyboard([Choice("甲", "a"), Choice("乙", "b")], columns=2, elder=True)
    assert markup is not None
    assert [[b.text for b in row] for row in markup.inline_keyboard] == [["1 甲"], ["2 乙"]]


def test_a_say_survives_the_outbox() -> None:
    """Packed and unpacked it is the same."""
    said = Say("字", [Choice("一", "x")], 2, ["菜单"], 5)
    assert Say.unpack(said.pack()) == said


def test_callback_data_fits_for_the_longest_ids(matcher: Matcher) -> None:
    """64 bytes for every act on the largest id, every service, every domain, the longest area code."""
    packed = [Act(act=act, id=LARGEST, arg=str(LARGEST)).pack() for act in ACTS]
    packed += [
        Pick(what=w, arg=s).pack()
        for w in ("service", "confirm", "not", "behalf-as")
        for s in matcher.catalogue.services
    ]
    packed += [Pick(what="domain", arg=d.id).pack() for d in matcher.catalogue.domains]
    packed += [Pick(what=w, arg="x" * 32).pack() for w in PICKS]
    assert max(len(p.encode()) for p in packed) <= 64


@pytest.mark.parametrize("number", [-1, 2**63])
def test_an_id_that_no_database_holds_is_no_button(number: int) -> None:
    """A forged id is refused before anything is asked of the database."""
    with pytest.raises(ValueError, match="id"):
        Act.unpack(f"r:open:{number}:")
