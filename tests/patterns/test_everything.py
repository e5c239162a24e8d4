"""One case goes its way through a chain that uses every way of handing out work."""

import pytest

from approvals import pulling, tasks
from approvals.declining import decline
from approvals.errors import HeldBack
from approvals.models import Case
from approvals.upcoming import upcoming
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named

SENIOR = {"data": {"subject": {"rank": 13}, "documents": ["decree", "diploma"]}}


def holder(desk: Desk, case: Case) -> str:
    who = desk.task(case).assignee_id
    assert who is not None
    return desk.office.staff[who].name


def at_filing(desk: Desk, case: Case) -> list[str]:
    """Bring a case to the clerks; who decided on the way."""
    deciders = [holder(desk, case)]
    assert desk.task(case).state == "started"
    desk.decide(deciders[0], case)
    assert (case.stage, holder(desk, case)) == ("check", deciders[0])
    desk.decide(deciders[0], case)
    deciders.append(holder(desk, case))
    desk.decide(deciders[1], case)
    [asked] = desk.task(case).candidates or ()
    decline(desk.session, desk.who(desk.office.staff[asked].name), desk.task(case).id, directory=desk.office)
    [asked] = desk.task(case).candidates or ()
    deciders.append(desk.office.staff[asked].name)
    desk.decide(deciders[2], case)
    assert case.stage == "filing"
    return deciders


def test_a_case_goes_through_every_way(everything: Desk):
    desk = everything
    case = desk.open("Budi", **SENIOR)
    assert desk.names(case)[:2] == ["case.opened", "case.stage_passed"]
    deciders = at_filing(desk, case)
    assert deciders[1] != deciders[2]
    with pytest.raises(HeldBack):
        tasks.claim(desk.session, desk.who("Klara"), desk.task(case).id)
    desk.decide("Klara", pulling.take_next(desk.session, desk.who("Klara")))
    desk.decide("Rina", case)
    assert case.stage == "second-review"
    assert [r.stage for r in upcoming(desk.session, desk.who("Ketua"), directory=desk.office)] == [
        "committee"
    ]
    desk.decide("Rosa", case)
    for name in ("Ketua", "Agus", "Bela"):
        if case.stage == "committee":
            desk.vote(name, case)
    assert (case.stage, holder(desk, case)) == ("official", "Walikota")
    desk.decide("Walikota", case)
    assert case.state == "approved"


def test_the_next_case_of_the_same_person_goes_to_whoever_knows_them(everything: Desk):
    desk = everything
    for key in ("2025", "2026"):
        case = desk.open("Budi", key=key, data={"subject": {"rank": 9}, "documents": ["a", "b"]})
        at_filing(desk, case)
        desk.decide("Klara", pulling.take_next(desk.session, desk.who("Klara")))
        assert case.stage == "review"
        if key == "2025":
            assert desk.task(case).assignee_id is None
            desk.decide("Rudi", case)
            desk.decide("Rosa", case)
    assert desk.task(case).assignee_id == named("Rudi")
    desk.decide("Rudi", case)
    assert (case.stage, desk.task(case).assignee_id) == ("second-review", named("Rosa"))
