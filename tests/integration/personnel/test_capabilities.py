from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from core import clock, events
from core.errors import NotFound
from core.ids import new_id
from personnel import accounts, capabilities
from personnel.access import RecordsAreHrs
from personnel.capabilities import BadCapability, ProvedAlready
from personnel.days import office_day
from personnel.directory import PersonnelDirectory
from tests.integration.personnel.office import CLERK, HR, SYSTEM, Office

CODE = "certified-assessor"
LONG_AGO = date(2020, 1, 1)


def test_those_who_have_proof_at_present_are_found_by_it(office: Office, session: Session) -> None:
    unit, today = office.unit("A"), office_day(clock.now(session))
    zul, ahmad, past, gone = (office.person(unit, n) for n in ("Zulkifli", "Ahmad", "Past", "Gone"))
    for person in (zul, ahmad, gone):
        capabilities.prove(session, HR, person.id, CODE, "A-1", since=LONG_AGO, until=today)
    capabilities.prove(session, HR, past.id, CODE, "A-1", since=LONG_AGO, until=date(2021, 1, 1))
    gone.left_on = LONG_AGO
    session.flush()
    directory = PersonnelDirectory(session)
    assert [p.name for p in directory.with_capability(CODE)] == ["Ahmad", "Zulkifli"]
    assert directory.with_capability("welder") == []
    assert capabilities.codes(session) == [CODE]
    assert {row.name for row in capabilities.capabilities(session)} == {"Zulkifli", "Ahmad", "Past", "Gone"}


def test_a_proof_is_recorded_once_by_hr_and_ends_on_a_day(office: Office, session: Session) -> None:
    person = office.person(office.unit("A"))
    with pytest.raises(RecordsAreHrs):
        capabilities.prove(session, CLERK, person.id, CODE, "A-1", since=LONG_AGO)
    proof = capabilities.prove(session, HR, person.id, CODE, "A-1", since=LONG_AGO)
    with pytest.raises(ProvedAlready):
        capabilities.prove(session, HR, person.id, CODE, "A-1", since=LONG_AGO)
    with pytest.raises(BadCapability):
        capabilities.end(session, HR, proof.id, date(2019, 1, 1))
    capabilities.end(session, HR, proof.id, date(2021, 1, 1))
    assert PersonnelDirectory(session).with_capability(CODE) == []
    names = [event.name for event in events.history(session, person.id)]
    assert names == ["capability.proved", "capability.ended"]


@pytest.mark.parametrize(("code", "number"), [("Certified Assessor", "1"), ("", "1"), (CODE, " ")])
def test_a_proof_has_a_code_and_a_number(office: Office, session: Session, code: str, number: str) -> None:
    person = office.person(office.unit("A"))
    with pytest.raises(BadCapability):
        capabilities.prove(session, HR, person.id, code, number, since=LONG_AGO)
    with pytest.raises(NotFound):
        capabilities.prove(session, HR, new_id(), CODE, "1", since=LONG_AGO)


def test_a_profile_says_what_conditions_may_read(office: Office, session: Session) -> None:
    unit, today = office.unit("A.1"), office_day(clock.now(session))
    able = office.person(
        unit,
        rank="III/c",
        appointed_on=today.replace(year=today.year - 7, day=1),
        wanted_roles=["hr-verifier"],
    )
    plain = office.person(unit, rank=None)
    accounts.provision(session, SYSTEM)
    capabilities.prove(session, HR, able.id, CODE, "1", since=LONG_AGO)
    found = PersonnelDirectory(session).profiles([able.id, plain.id, new_id()])
    assert found == {
        able.id: {
            "unit": "A.1",
            "rank": 11,
            "roles": ["employee", "hr-verifier"],
            "capabilities": [CODE],
            "serving_years": 7,
        },
        plain.id: {
            "unit": "A.1",
            "rank": 0,
            "roles": ["employee"],
            "capabilities": [],
            "serving_years": 0,
        },
    }


def test_a_post_says_what_an_order_to_act_covers(office: Office, session: Session) -> None:
    unit = office.unit("A")
    post = office.post(unit)
    office.holding(
        post,
        office.person(unit),
        capacity="plt",
        order_number="1",
        scope={"chains": ["promotion"], "up_to_rank": 12},
    )
    (holder,) = PersonnelDirectory(session).post(post.id, datetime(2026, 5, 1, tzinfo=UTC)).holders
    assert holder.scope.covers("promotion", "unit-head", 12)
    assert not holder.scope.covers("promotion", "unit-head", 13)
    assert not holder.scope.covers("training", "unit-head", 12)
