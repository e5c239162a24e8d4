"""HR's pages of people, and what everybody sets for themselves: plain forms, kept when refused."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from approvals.models import Decision, Delegation, Task
from core.database import transaction
from core.directory import Capacity
from core.settings import settings
from personnel.models import Employee, Holding, Leave, Position
from personnel.models_committees import Committee, CommitteeSeat
from personnel.models_people import Capability, Relation
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from web import cookies

TODAY = datetime.now(settings().zone).date()
STAFF = "/hr/staff"


def nip(person: UUID) -> str:
    with transaction() as session:
        return session.get_one(Employee, person).nip


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def seen(browser: Browser, path: str) -> str:
    browser.cookies.set(cookies.LANGUAGE, "en")
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def away(office: Office, browse: Browse) -> Browser:
    """The head will be away; HR has recorded it."""
    hr = browse("hr")
    said = {"person": nip(office.people.head), "kind": "annual", "starts_on": day(1), "ends_on": day(5)}
    assert hr.fill(f"{STAFF}/leave", STAFF, **said).status_code == 303
    return hr


def test_leave_of_a_head_proposes_a_substitute_who_is_appointed_by_the_orders_number(
    office: Office, browse: Browse
):
    hr = away(office, browse)
    page = seen(hr, STAFF)
    assert "Irwansyah Daulay" in page
    assert "Rudi Hartono" in page, "the head of the unit above is proposed: nobody else holds a post there"
    form = {"person": nip_of("Rudi Hartono"), "capacity": "plh", "starts_on": day(1), "ends_on": day(5)}
    with transaction() as session:
        post = session.scalars(
            select(Holding.position_id).where(Holding.employee_id == office.people.head)
        ).one()
    answer = hr.fill(f"{STAFF}/acting", STAFF, position=str(post), order_number="800/9", **form)
    assert answer.status_code == 303
    assert "Everybody whose post decides something is here" in seen(hr, STAFF)
    assert "800/9" in seen(hr, STAFF)
    with transaction() as session:
        made = session.scalars(select(Holding).where(Holding.capacity == Capacity.PLH)).one()
        assert made.ends_on == date.fromisoformat(day(5))
    ended = hr.fill(f"{STAFF}/acting/{made.id}/end", STAFF, ends_on=day(2))
    assert ended.status_code == 303
    assert "Nobody acts from" in seen(hr, STAFF)


def nip_of(name: str) -> str:
    with transaction() as session:
        return session.scalars(select(Employee.nip).where(Employee.name == name)).one()


def test_a_refused_order_says_why_and_keeps_what_was_typed(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        post = session.scalars(
            select(Position.id)
            .join(Holding, Holding.position_id == Position.id)
            .where(Holding.employee_id == office.people.head)
        ).one()
    said = {"position": str(post), "capacity": "plt", "starts_on": day(0), "ends_on": day(5)}
    answer = hr.fill(f"{STAFF}/acting", STAFF, person="Siti Aminah", order_number="800/17", **said)
    assert answer.status_code == 409
    assert 'value="800/17"' in answer.text and 'value="Siti Aminah"' in answer.text
    for wrong in ({"position": "x"}, {"starts_on": "besok"}, {"capacity": "definitive"}, {"person": "Z"}):
        answer = hr.fill(
            f"{STAFF}/acting", STAFF, **{"person": "Siti Aminah", "order_number": "1", **said, **wrong}
        )
        assert answer.status_code == 422, wrong
    with transaction() as session:
        assert not session.scalars(select(Holding).where(Holding.capacity != "definitive")).all()


def test_leave_that_overlaps_is_refused_on_the_page(office: Office, browse: Browse):
    hr = away(office, browse)
    said = {"person": nip(office.people.head), "kind": "sick", "starts_on": day(2), "ends_on": day(2)}
    answer = hr.fill(f"{STAFF}/leave", STAFF, **said)
    assert answer.status_code == 409
    with transaction() as session:
        assert len(session.scalars(select(Leave)).all()) == 1


def test_hr_forms_a_committee_seats_people_and_ends_it(office: Office, browse: Browse):
    hr, page = browse("hr"), f"{STAFF}/committees"
    decree = {
        "key": "baperjakat",
        "title_id": "Tim Penilai",
        "title_en": "Assessors",
        "order_number": "SK-1",
        "starts_on": day(-10),
    }
    refused = hr.fill(page, page, **decree, chair="Rudi Hartono", members="Rudi Hartono")
    assert refused.status_code == 422 and 'value="SK-1"' in refused.text
    made = hr.fill(page, page, **decree, chair="Rudi Hartono", members="Siti Aminah\nTogar Sihombing\n")
    assert made.status_code == 303
    one = made.headers["location"]
    assert "Siti Aminah" in seen(hr, one)
    assert "Assessors" in seen(hr, page)
    again = hr.fill(f"{one}/seats", one, person="Siti Aminah", part="member", starts_on=day(0))
    assert again.status_code == 409
    odd = hr.fill(f"{one}/seats", one, person="Maria Magdalena Ginting", part="king", starts_on=day(0))
    assert odd.status_code == 422
    chair = hr.fill(f"{one}/seats", one, person="Maria Magdalena Ginting", part="chair", starts_on=day(0))
    assert chair.status_code == 303
    with transaction() as session:
        seats = session.scalars(select(CommitteeSeat).order_by(CommitteeSeat.part, CommitteeSeat.starts_on))
        chairs = [s for s in seats if s.part == "chair"]
        assert [s.ends_on is None for s in chairs] == [False, True]
        member = session.scalars(select(CommitteeSeat).where(CommitteeSeat.part == "member")).first()
        assert member is not None
    assert hr.fill(f"{one}/seats/{member.id}/end", one, ends_on=day(3)).status_code == 303
    assert hr.fill(f"{one}/seats/{chairs[1].id}/end", one, ends_on=day(3)).status_code == 409
    assert hr.fill(f"{one}/end", one, ends_on="x").status_code == 422
    assert hr.fill(f"{one}/end", one, ends_on=day(30)).status_code == 303
    with transaction() as session:
        assert session.scalars(select(Committee)).one().ends_on == date.fromisoformat(day(30))


def test_a_relation_declared_on_the_page_takes_the_task_from_the_head(office: Office, browse: Browse):
    task = office.task()
    head, page = browse("head"), "/my/relations"
    subject = office.case_of(task).subject_name
    unknown = head.fill(page, page, other="Nobody Here", kind="family", about="")
    assert unknown.status_code == 422 and "Nobody Here" in unknown.text
    answer = head.fill(page, page, other=subject.split(",")[0], kind="household", about="", starts_on=day(0))
    assert answer.status_code == 303
    assert subject in seen(head, page)
    assert head.decide(task, decision="approve").status_code in (403, 404)
    with transaction() as session:
        assert session.get_one(Task, task).assignee_id != office.people.head
        assert not session.scalars(select(Decision)).all()


def test_relations_are_for_the_two_and_hr_alone(office: Office, browse: Browse):
    staff, hr = browse("staff0"), browse("hr")
    with transaction() as session:
        one, other = (session.get_one(Employee, p).name for p in office.people.staff[:2])
    page = f"{STAFF}/relations"
    assert staff.get(page).status_code == 403
    assert hr.fill(page, page, person=one, other=other, kind="competitor", about="Kabid").status_code == 303
    assert hr.fill(page, page, person=one, other=one, kind="family").status_code == 422
    assert other in seen(hr, page)
    assert other in seen(staff, "/my/relations")
    assert one not in seen(browse("staff2"), "/my/relations").split("<form")[0]
    with transaction() as session:
        tie = session.scalars(select(Relation)).one()
    assert staff.fill(f"{page}/{tie.id}/end", "/my/relations", ends_on=day(0)).status_code == 403
    assert hr.fill(f"{page}/{tie.id}/end", page, ends_on="?").status_code == 422
    assert hr.fill(f"{page}/{tie.id}/end", page, ends_on=day(0)).status_code == 303


def test_hr_records_proofs_and_ends_them(office: Office, browse: Browse):
    hr, page = browse("hr"), f"{STAFF}/capabilities"
    said = {"person": "Siti Aminah", "number": "A-7", "since": day(-5)}
    assert hr.fill(page, page, **said, code="Certified Assessor").status_code == 422
    assert hr.fill(page, page, **said, code="certified-assessor").status_code == 303
    assert "A-7" in seen(hr, page)
    with transaction() as session:
        proof = session.scalars(select(Capability)).one()
    assert hr.fill(f"{page}/{proof.id}/end", page, until=day(-9)).status_code == 422
    assert hr.fill(f"{page}/{proof.id}/end", page, until=day(9)).status_code == 303


def test_a_head_delegates_on_the_page_and_revokes(office: Office, browse: Browse):
    head, page = browse("head"), "/my/delegations"
    said = {"reason": "dinas luar", "starts_on": day(0), "ends_on": day(3)}
    refused = head.fill(page, page, to="Irwansyah Daulay", order_number="ST-1", **said)
    assert refused.status_code == 422 and 'value="ST-1"' in refused.text
    answer = head.fill(
        page,
        page,
        to="Saodah Rangkuti",
        order_number="ST-1",
        up_to_rank="12",
        chains="rank-promotion",
        **said,
    )
    assert answer.status_code == 303
    assert "Saodah Rangkuti" in seen(head, page)
    assert "rank-promotion" in seen(head, page)
    other = browse("other_head")
    assert "Irwansyah Daulay" in seen(other, page)
    with transaction() as session:
        given = session.scalars(select(Delegation)).one()
        assert (given.up_to_rank, given.chains) == (12, ["rank-promotion"])
        assert given.ends_at - given.starts_at == timedelta(days=4, seconds=-1)
    assert other.fill(f"{page}/{given.id}/revoke", page).status_code == 404
    assert head.fill(f"{page}/{given.id}/revoke", page).status_code == 303
    assert "revoked" in seen(head, page)


def test_hr_delegates_for_somebody_and_ends_it(office: Office, browse: Browse):
    hr, page = browse("hr"), f"{STAFF}/delegations"
    said = {"order_number": "ST-2", "reason": "sakit", "starts_on": day(0), "ends_on": day(3)}
    assert hr.fill(page, page, giver="Irwansyah Daulay", to="?", **said).status_code == 422
    assert hr.fill(page, page, giver="Irwansyah Daulay", to="Saodah Rangkuti", **said).status_code == 303
    assert "ST-2" in seen(hr, page)
    with transaction() as session:
        given = session.scalars(select(Delegation)).one()
        assert given.created_by == office.people.hr
    assert hr.fill(f"{page}/{given.id}/revoke", page).status_code == 303


def test_a_delegate_finds_the_tasks_in_the_inbox_and_decides_on_the_page(office: Office, browse: Browse):
    head, other, page = browse("head"), browse("other_head"), "/my/delegations"
    task = office.task()
    assert other.get(f"/tasks/{task}").status_code == 404
    said = {"order_number": "ST-3", "reason": "dinas", "starts_on": day(0), "ends_on": day(1)}
    assert head.fill(page, page, to="Saodah Rangkuti", **said).status_code == 303
    assert "for a colleague" in seen(other, "/inbox")
    assert other.decide(task, decision="approve").status_code == 303
    with transaction() as session:
        decision = session.scalars(select(Decision)).one()
    assert (decision.acting_for_id, decision.order_number) == (office.people.head, "ST-3")
    assert "By delegation" in seen(browse("hr"), f"/cases/{decision.case_id}")


def test_people_see_their_abilities_and_seats_in_their_own_record(office: Office, browse: Browse):
    hr = browse("hr")
    with transaction() as session:
        name = session.get_one(Employee, office.people.staff[0]).name
    proofs, committees = f"{STAFF}/capabilities", f"{STAFF}/committees"
    said = {"person": name, "code": "certified-assessor", "number": "A-77", "since": day(-5)}
    assert hr.fill(proofs, proofs, **said).status_code == 303
    decree = {
        "key": "tim",
        "title_id": "Tim Uji",
        "title_en": "Trial Team",
        "order_number": "SK-77",
        "starts_on": day(-3),
        "chair": name,
    }
    assert hr.fill(committees, committees, **decree).status_code == 303
    page = seen(browse("staff0"), "/my/data")
    assert "A-77" in page
    assert "Trial Team" in page
    assert "Chair" in page
