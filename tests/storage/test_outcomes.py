"""What leaves the database to learn phrases from: the choice, and no more of anybody's words than a phrase needs."""

from datetime import timedelta

from storage.outcomes import outcomes
from tests.storage.office import Office


async def found(office: Office, *, days: int = 1) -> list[tuple[str, list[str], str]]:
    async with office.database.read() as session:
        rows = await outcomes(
            session,
            office.now - timedelta(days=1),
            office.now + timedelta(days=days),
            list(office.areas.values()),
            office.rules.catalogue.services.keys(),
        )
    return [(row["text"], row["offered"], row["chosen"]) for row in rows]


async def test_what_was_proposed_and_what_was_chosen(any_office: Office) -> None:
    """In the order of recording; a service that is in no list any more is not proposed."""
    await any_office.record(
        text="屋头没得人煮饭", service_id="elderly.meals", matched=("elderly.home_care", "gone.item")
    )
    await any_office.record(text="不晓得找哪个", service_id="general.window")
    assert await found(any_office) == [
        ("屋头没得人煮饭", ["elderly.home_care"], "elderly.meals"),
        ("不晓得找哪个", [], "general.window"),
    ]
    assert await found(any_office, days=0) == []


async def test_words_that_are_somebodys_stay(any_office: Office) -> None:
    """No names, no numbers, no stories, nothing said to a mediator; the choice is counted all the same."""
    for text, service in (
        ("我是张秀英，李敏叫我来问送饭", "elderly.meals"),
        ("打我电话13800000000", "elderly.meals"),
        ("我今年八十了，" * 12, "elderly.meals"),
        ("隔壁老王天天吵", "mediation.noise"),
    ):
        await any_office.record(text=text, service_id=service)
    assert [text for text, *_ in await found(any_office)] == ["我是某某，某某叫我来问送饭", "", "", ""]


async def test_calls_for_help_teach_nothing(any_office: Office) -> None:
    """What danger recorded was never matched."""
    await any_office.record(text="着火了", service_id="general.window", danger="fire_gas")
    assert await found(any_office) == []
