"""三事分流: every service is of one sort, and the table adds to what the rules ask for, never takes away."""

import pytest

from knowledge.catalogue import GENERAL, Catalogue, Kind, Matter, Service
from knowledge.matters import TABLE, Hearer, Moment, hearers

CATALOGUE = Catalogue.load()

SMALL = [
    "elderly.meals",
    "elderly.bathing",
    "elderly.home_care",
    "elderly.day_care",
    "elderly.institution_bed",
    "elderly.respite",
    "elderly.dementia_care",
    "elderly.visiting",
    "elderly.emergency_call",
    "elderly.home_adaptation",
    "elderly.medical_escort",
    "elderly.learning",
    "legal.consultation",
    "legal.document_drafting",
    "employment.job_matching",
    "employment.career_guidance",
    "employment.job_fair",
    "employment.gig_market",
    "mediation.parking",
    "mediation.property_management",
    "mediation.elevator_retrofit",
    "general.window",
]
"""小事, read through by hand: what the community does with its own people, or settles among many neighbours."""

OWN = [
    "elderly.accident_insurance",
    "legal.marriage_family",
    "legal.inheritance_notary",
    "mediation.neighbour",
    "mediation.noise",
    "mediation.water_leak",
    "mediation.pets",
    "mediation.marriage_family",
    "mediation.elder_support",
    "mediation.inheritance",
    "mediation.child_custody",
    "mediation.tenancy",
    "mediation.lending",
    "mediation.consumer",
    "mediation.labour",
    "mediation.traffic",
    "mediation.injury",
    "mediation.renovation",
    "mediation.land_boundary",
    "mediation.agreement_confirmation",
]
"""私事: what is between private people, or one's own to decide; the community helps. The rest is 大事: a benefit, a
qualification or a right that an authority decides on."""


@pytest.mark.parametrize("service", list(CATALOGUE.services.values()), ids=lambda service: service.id)
def test_every_service_is_of_the_sort_it_should_be(service: Service) -> None:
    """All of them, one by one."""
    wanted = Matter.COMMUNITY if service.id in SMALL else Matter.PERSONAL if service.id in OWN else Matter.GOVERNMENT
    assert CATALOGUE.service(service.id).matter is wanted


def test_the_sorts_fit_the_kinds() -> None:
    """Mediation is never the government's to decide; what a law sets a limit for, and is no mediation, always is; the
    window that takes everything starts in the community."""
    for service in CATALOGUE.services.values():
        if service.kind is Kind.MEDIATION:
            assert service.matter is not Matter.GOVERNMENT, service.id
        elif service.statutory_limit is not None:
            assert service.matter is Matter.GOVERNMENT, service.id
    assert CATALOGUE.service(GENERAL).matter is Matter.COMMUNITY


@pytest.mark.parametrize("matter", list(Matter))
def test_rule_8_holds_for_every_sort(matter: Matter) -> None:
    """Warned: the handler. Broken: the handler, the first responder, the manager. Another day: the manager above."""
    assert Hearer.HANDLER in hearers(matter, Moment.WARN)
    assert {Hearer.HANDLER, Hearer.FIRST_RESPONDER, Hearer.MANAGER} <= hearers(matter, Moment.BREACH)
    assert Hearer.ABOVE in hearers(matter, Moment.ESCALATE)


def test_what_each_sort_adds() -> None:
    """大事 is known to the manager from the start and to the street as it breaks; 私事 warns two."""
    assert hearers(Matter.GOVERNMENT, Moment.RECORD) == {Hearer.MANAGER}
    assert Hearer.ABOVE in hearers(Matter.GOVERNMENT, Moment.BREACH)
    assert Hearer.HIGHER in hearers(Matter.GOVERNMENT, Moment.ESCALATE)
    assert Hearer.ABOVE not in hearers(Matter.COMMUNITY, Moment.BREACH)
    assert hearers(Matter.COMMUNITY, Moment.RECORD) == hearers(Matter.PERSONAL, Moment.RECORD) == frozenset()
    assert hearers(Matter.PERSONAL, Moment.WARN) == {Hearer.HANDLER, Hearer.FIRST_RESPONDER}


def test_the_table_is_whole() -> None:
    """Every sort at every moment."""
    assert {(matter, moment) for matter in TABLE for moment in TABLE[matter]} == {
        (matter, moment) for matter in Matter for moment in Moment
    }
