"""The three lists: needs by service and area, staff with their load, needs that become projects."""

from datetime import timedelta

from knowledge.catalogue import GENERAL
from knowledge.likeness import groups
from storage import three_lists
from storage.figures import Scope
from storage.ledger import Rules
from storage.report_tables import ProjectState
from tests.storage.office import NOON, Office

MONTH = Scope(NOON - timedelta(days=30), NOON + timedelta(days=1), NOON)


async def proposed(office: Office) -> int:
    """How many projects are new when everything is looked through."""
    async with office.database.write() as session:
        found = await three_lists.without_service(session, office.now)
        return sum([await three_lists.propose(session, area, groups(words), office.now) for area, words in found])


async def test_needs_resources_and_projects(any_office: Office, rules: Rules) -> None:
    """Two meals and six lamps that no service mends: counted, grouped, proposed once, counted anew, state kept."""
    office = any_office
    for number in range(6):
        await office.record(service_id=GENERAL, text=f"张秀英：{number}单元楼道灯不亮")
    await office.record()
    await office.record()
    office.later(minutes=1)
    async with office.database.read() as session:
        whole = await three_lists.needs(session, MONTH, by_area=False)
        local = await three_lists.needs(session, MONTH)
        words, _ = await three_lists.unmatched(session, MONTH)
        staff = await three_lists.resources(session, None, office.now)
        duty = await three_lists.on_duty(session, {office.areas["HJ"]}, office.now, rules.office())
    assert [(n.service_id, n.count, n.before) for n in whole] == [(GENERAL, 6, 0), ("elderly.meals", 2, 0)]
    assert [(n.area, n.service_id, n.count) for n in local] == [
        ("HJ社区", GENERAL, 6), ("HJ社区", "elderly.meals", 2),
    ]  # fmt: skip
    assert three_lists.overall(local) == whole
    [alike] = groups(words)
    assert (alike.name, len(alike.members)) == ("单元楼道灯不亮", 6)
    assert "张秀英" not in alike.example
    assert sum(r.load for r in staff) == 8
    assert {office.ids[name] for name in ("李敏", "周强", "王芳")} == duty
    assert await proposed(office) == 2, "one for HJ, one for the street above"
    async with office.database.write() as session:
        [(project, _)] = await three_lists.projects(session, {office.areas["HJ"]})
        project.state = ProjectState.ACCEPTED
    await office.record(service_id=GENERAL, text="7单元楼道灯不亮")
    office.later(days=1)
    assert await proposed(office) == 0
    async with office.database.read() as session:
        [(project, area)] = await three_lists.projects(session, {office.areas["HJ"]})
    assert (project.name, project.needs, project.state, area) == ("单元楼道灯不亮", 7, ProjectState.ACCEPTED, "HJ社区")
