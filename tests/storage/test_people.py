"""People, areas, posts and invitations."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from knowledge.lifecycle import Role
from storage import local_facts
from storage.people import INVITE_LIFE, People, PeopleError, Post
from storage.tables import Area, Invite, Level, Person, Staff
from tests.storage.office import NOON, Office


async def code_for(office: Office, role: Role = Role.WORKER, area: str = "HJ", **more: object) -> str:
    async with office.database.write() as session:
        people = People(session, office.now)
        found = await people.area_by_code(area)
        assert found is not None
        return await people.invite(found, role, **more)  # type: ignore[arg-type]


async def join(office: Office, code: str, name: str) -> list[Post]:
    async with office.database.write() as session:
        people = People(session, office.now)
        await people.join(code, await people.get(office.ids[name]))
        return await people.posts(office.ids[name])


# -- invitations


async def test_a_code_gives_its_post(any_office: Office) -> None:
    """Role, area, domains, and the name that residents will see."""
    code = await code_for(any_office, Role.WORKER, domains=["mediation"], name="张调解")
    assert await join(any_office, code, "张秀英") == [
        Post(any_office.areas["HJ"], Role.WORKER, frozenset({"mediation"}))
    ]
    async with any_office.database.read() as session:
        assert (await People(session, NOON).get(any_office.ids["张秀英"])).name == "张调解"


async def test_only_a_digest_of_the_code_is_kept(office: Office) -> None:
    """Whoever reads the database cannot join with what stands there; codes are long and differ."""
    codes = {await code_for(office) for _ in range(3)}
    assert len(codes) == 3
    assert all(len(code) >= 22 for code in codes)
    async with office.database.read() as session:
        kept = (await session.execute(text("SELECT * FROM invite"))).all()
    assert not any(code in str(kept) for code in codes)


@pytest.mark.parametrize(
    ("code", "refusal"), [("", "invite_wrong"), ("falsch", "invite_wrong"), ("码" * 300, "invite_wrong")]
)
async def test_a_wrong_code(office: Office, code: str, refusal: str) -> None:
    """Gives nothing, whatever was typed."""
    with pytest.raises(PeopleError) as refused:
        await join(office, code, "张秀英")
    assert refused.value.code == refusal


async def test_a_code_works_once_and_not_for_ever(office: Office) -> None:
    """The second use is refused, also by the same person; so is one that is a week old."""
    code = await code_for(office)
    await join(office, code, "张秀英")
    for name in ("张秀英", "周强"):
        with pytest.raises(PeopleError) as refused:
            await join(office, code, name)
        assert refused.value.code == "invite_used"
    late = await code_for(office)
    office.now += INVITE_LIFE - timedelta(seconds=1)
    early = await code_for(office)
    office.now += timedelta(seconds=1)
    with pytest.raises(PeopleError) as refused:
        await join(office, late, "张秀英")
    assert refused.value.code == "invite_expired"
    await join(office, early, "周强")


async def test_the_same_post_again_is_one_post(office: Office) -> None:
    """A second code for the same role and area changes the domains; another role or area is a post of its own."""
    await join(office, await code_for(office, domains=["mediation"]), "张秀英")
    hj, st = office.areas["HJ"], office.areas["ST"]
    assert await join(office, await code_for(office), "张秀英") == [Post(hj, Role.WORKER, frozenset())]
    assert await join(office, await code_for(office, Role.MANAGER, "ST"), "张秀英") == [
        Post(hj, Role.WORKER, frozenset()),
        Post(st, Role.MANAGER, frozenset()),
    ]


async def test_an_unused_code_keeps_nobody(office: Office) -> None:
    """A refused code leaves no post behind."""
    with pytest.raises(PeopleError):
        await join(office, "falsch", "张秀英")
    async with office.database.read() as session:
        assert await People(session, NOON).posts(office.ids["张秀英"]) == []
        assert (await session.execute(select(Invite))).first() is None


# -- posts


async def test_posts_begin_and_end(office: Office) -> None:
    """A post counts from its first moment up to, not including, its last."""
    async with office.database.write() as session:
        post = (await session.execute(select(Staff).where(Staff.person_id == office.ids["李敏"]))).scalar_one()
        post.until = NOON + timedelta(hours=1)
    for minutes, held in ((-1, 0), (0, 1), (59, 1), (60, 0)):
        async with office.database.read() as session:
            assert len(await People(session, NOON + timedelta(minutes=minutes)).posts(office.ids["李敏"])) == held


async def test_who_can_be_handed_a_request(office: Office) -> None:
    """The area's workers and managers by name, then the managers above; nobody who has left or cannot be reached."""
    await office.staff("钱多")
    await office.staff("走了")
    await office.leaves("走了")
    await office.staff("街道科员", area="ST")
    async with office.database.write() as session:
        blocked = await session.get(Person, office.ids["周强"])
        assert blocked is not None
        blocked.unreachable_at = NOON
    async with office.database.read() as session:
        found = [p.name for p in await People(session, NOON).colleagues(office.areas["HJ"])]
    assert found == [*sorted(["李敏", "王芳", "钱多"]), "赵云"]


async def test_the_managers_of_an_area(office: Office) -> None:
    """Its own; where it has none who can be reached, those of the nearest area above."""
    async with office.database.read() as session:
        assert await People(session, NOON).managers(office.areas["HJ"]) == [office.ids["王芳"]]
    await office.leaves("王芳")
    async with office.database.read() as session:
        assert await People(session, NOON).managers(office.areas["HJ"]) == [office.ids["赵云"]]
    await office.leaves("赵云")
    async with office.database.read() as session:
        assert await People(session, NOON).managers(office.areas["HJ"]) == []


async def test_what_a_manager_manages(office: Office) -> None:
    """Their area and everything under it; a worker nothing."""
    grid = await office.area("G1", "HJ")
    other = await office.area("OTHER", "ST")
    hj, st = office.areas["HJ"], office.areas["ST"]
    async with office.database.read() as session:
        people = People(session, NOON)
        assert await people.managed(office.ids["王芳"]) == {hj, grid}
        assert await people.managed(office.ids["赵云"]) == {st, hj, grid, other}
        assert await people.managed(office.ids["李敏"]) == frozenset()


# -- areas


@pytest.mark.parametrize("code", ["", "a b", "码", "x" * 33, "a/b", "<b>"])
async def test_area_codes_are_fit_for_links(office: Office, code: str) -> None:
    """1 to 32 ASCII letters, digits, - or _."""
    async with office.database.write() as session:
        with pytest.raises(PeopleError) as refused:
            await People(session, NOON).add_area(code, "社区")
    assert refused.value.code == "area_code"


async def test_areas_are_unique_and_have_known_parents(office: Office) -> None:
    """Codes differ also when only their case does not; a parent must be there."""
    async with office.database.write() as session:
        people = People(session, NOON)
        for code, parent, refusal in (("hj", None, "area_exists"), ("NEW", "NIX", "no_parent")):
            with pytest.raises(PeopleError) as refused:
                await people.add_area(code, "社区", parent=parent)
            assert refused.value.code == refusal
        found = await people.area_by_code("hJ")
        assert found is not None
        assert found.code == "HJ"


@pytest.mark.parametrize(
    ("words", "first"),
    [("黄桷", "黄桷社区"), ("黄角社区", "黄桷社区"), ("大石坝", "大石坝社区"), ("石坝", "大石坝社区")],
)
async def test_a_community_is_found_by_its_name(office: Office, words: str, first: str) -> None:
    """Part of the name is enough, and a wrong character does no harm; streets are not offered."""
    async with office.database.write() as session:
        people = People(session, NOON)
        for code, name in (("A", "黄桷社区"), ("B", "大石坝社区"), ("C", "五里店社区")):
            await people.add_area(code, name)
        await people.add_area("D", "黄桷街道", level=Level.STREET)
        found = await people.search_areas(words)
    assert found[0].name == first
    assert all(area.level is not Level.STREET for area in found)


async def test_local_facts_come_from_the_nearest_area(office: Office) -> None:
    """The community's own before the street's; a service's own before what holds for all."""
    async with office.database.write() as session:
        people = People(session, NOON)
        hj, st = office.areas["HJ"], office.areas["ST"]
        for area, service, field, value in (
            (st, "*", "phone", "street"),
            (st, "elderly.meals", "hours", "street"),
            (hj, "*", "address", "community"),
            (hj, "elderly.meals", "hours", "old"),
            (hj, "elderly.meals", "hours", "community"),
        ):
            await local_facts.put(session, area, service, field, value)
        assert await local_facts.known(session, people, hj, "elderly.meals") == {
            "hours": "community",
            "phone": "street",
            "address": "community",
        }
        assert await local_facts.known(session, people, st, "legal.consultation") == {"phone": "street"}


async def test_where_an_emergency_without_a_community_goes(office: Office) -> None:
    """To the highest area in which somebody answers."""
    async with office.database.read() as session:
        found = await People(session, NOON).answering_area()
    assert isinstance(found, Area)
    assert found.code == "ST"
