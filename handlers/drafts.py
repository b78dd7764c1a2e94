"""Drafts: what was said and is not recorded yet; words that name another need than the one on the table, and the
queue of needs that wait to be confirmed."""

import re
from collections.abc import Sequence
from typing import Any

from handlers.desk import Desk
from handlers.incoming import Content, phone_in
from knowledge import Band, small_words
from knowledge.catalogue import GENERAL
from knowledge.matching import asks

CLEAR = 0.5
"""How sure a service must be for words to be a need of their own."""
_ALIKE = 0.1
_OPENING = re.compile(
    r"(?:[您你]们?好|请问|我们?|想|要|有|[一个件点些下哈儿]|事情?|问题?|咨询|反映|说|办|[，。！？,.!?\s吗嘛啊呢哦了])+|"
    r"(?:hello|hi|i|have|a|want|to|ask|question|problem|something|[\s,.!?])+",
    re.IGNORECASE,
)
"""A beginning that tells no need yet, such as 「有个事想问哈」."""

Draft = dict[str, Any]


def parts(draft: Draft) -> list[Content]:
    """The messages of a draft, as they came."""
    return [Content(s["text"], s["files"], s["album"], s["id"]) for s in draft["said"]]


def draft_of(contents: Sequence[Content]) -> Draft:
    """A draft of these messages; they are matched as one sentence."""
    said = [{"id": c.message_id, "text": c.text, "files": c.files, "album": c.album} for c in contents]
    return {"said": said, "text": "，".join(c.text for c in contents if c.text)}


def added(draft: Draft | None, content: Content) -> Draft:
    """The draft with one more message behind what was said."""
    before, new = draft or draft_of([]), draft_of([content])
    text = "，".join(filter(None, [before["text"], content.text]))
    return {**before, "said": [*before["said"], *new["said"]], "text": text}


def corrected(draft: Draft, content: Content) -> Draft | None:
    """The draft with a message of it in its newer words; None when that is no message of it."""
    if not content.text or not any(s["id"] == content.message_id for s in draft["said"]):
        return None
    said = [
        Content(content.text, p.files, p.album, p.message_id) if p.message_id == content.message_id else p
        for p in parts(draft)
    ]
    kept = {key: draft.get(key) for key in ("warned", "beside")}
    return {**draft_of(said), **kept, "queue": whole(draft)}


def instead(desk: Desk, draft: Draft, content: Content) -> Draft | None:
    """A new draft, when the words let go of what lies on the table and name something else; None when it is not sure
    that they do, for then they are better kept together."""
    rest = small_words.afresh(content.text)
    if rest is None or not _is_need(desk, rest):
        return None
    return {**draft_of([content]), "text": rest, "queue": whole(draft)}


def unsaid(draft: Draft) -> bool:
    """Whether no need was told yet: nothing but a phone number to call back."""
    return (
        bool(draft["said"]) and not draft.get("service") and all(phone_in(p.text) and not p.files for p in parts(draft))
    )


def another(desk: Desk, draft: Draft, content: Content) -> bool:
    """Whether these words ask for a service that is clearly outside what is on the table.

    Whoever was just asked to say more, or only said that there is something, goes on with the same need; words that
    tell and do not ask (「她八十岁了」) add to it, and so do services that are often confused."""
    shown = draft.get("service")
    if not content.text or draft.get("more") or not (shown or draft.get("ranked")):
        return False
    match = desk.office.matcher.match(content.text)
    best = match.ranked[0]
    if best.id == GENERAL or not (match.band is Band.STRAIGHT or best.confidence >= CLEAR):
        return False
    if not _is_need(desk, content.text) or (draft["text"] and not _is_need(desk, draft["text"])):
        return False
    before = desk.office.matcher.match(draft["text"])
    table = {c.id for c in before.ranked if c.confidence >= _ALIKE} if draft["text"] else set()
    table |= {shown} if shown else set(draft["ranked"])
    confused = any(desk.office.matcher.catalogue.contrast(best.id, one) for one in table if one)
    return best.id not in table and not confused


def _is_need(desk: Desk, text: str) -> bool:
    """Whether it asks for something: not a beginning, and not only what is told on the way (「我妈八十了」)."""
    return not _OPENING.fullmatch(text) and (asks(text) or desk.office.matcher.names(text))


def behind(draft: Draft) -> list[Draft]:
    """The queue when something comes before this draft: itself, and what waits behind it."""
    alone = {key: value for key, value in draft.items() if key not in ("queue", "beside")}
    return [alone, *draft.get("queue", ())]


def whole(draft: Draft) -> list[Draft]:
    """What waits behind this draft when its words are corrected: not the parts of the old words."""
    return [one for one in draft.get("queue", ()) if not one["said"] or one["said"][0]["id"]]


def first(queue: list[Draft]) -> Draft:
    """The next draft, with the others behind it."""
    return {**queue[0], "queue": queue[1:]}


def joined(draft: Draft) -> Draft:
    """The draft and the one it was put before as one need after all, in the order in which they were said."""
    earlier, *queue = draft["queue"]
    text = "，".join(filter(None, [earlier["text"], draft["text"]]))
    return {"said": [*earlier["said"], *draft["said"]], "text": text, "queue": queue, "split": True}
