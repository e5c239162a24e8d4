"""The next of what is held back, one kind after another, one case to its end, and the work of one's group."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select, update

import wiring
from approvals import cases, chains
from approvals.cases import CaseDraft
from approvals.models import Task
from core.actor import system
from core.database import transaction
from core.ids import new_id
from personnel.models import Account, Employee
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Office

CHAIN = """
chain: second
title: {id: Kedua, en: Second}
stages:
  - stage: check
    title: {id: Periksa, en: Check}
    candidates: {role: hr-verifier}
    CHECK
  - stage: file
    title: {id: Arsip, en: File}
    candidates: {role: hr-verifier}
    separate_from: SEPARATE
    FILE
"""


@dataclass
class Second:
    """Cases of another chain, about the first people of the office."""

    office: Office
    ids: list[UUID]

    def tasks(self, stage: str = "check") -> list[Task]:
        with transaction() as session:
            found = select(Task).where(Task.case_id.in_(self.ids), Task.stage == stage).order_by(Task.id)
            return list(session.scalars(found))

    def given(self) -> list[str]:
        return [str(task.id) for task in self.tasks() if task.assignee_id == self.office.people.verifier]


def second(office: Office, check: str, count: int = 3, separate: str = "[check]", file: str = "") -> Second:
    text = CHAIN.replace("CHECK", check).replace("SEPARATE", separate).replace("FILE", file)
    with transaction() as session:
        version = chains.publish(session, system("flow"), text)
        people = [session.get_one(Employee, id_) for id_ in office.people.staff[:count]]
        drafts = [
            CaseDraft(f"K2-{n}", f"K2/{n}", "Berkas kedua", p.id, p.name, p.unit_id)
            for n, p in enumerate(people)
        ]
        made = cases.open_cases(
            session, system("flow"), new_id(), version, drafts, directory=wiring.directory(session)
        )
    return Second(office, made)


@pytest.fixture
def colleague(office: Office) -> str:
    """Another verifier, who has a login of their own."""
    with transaction() as session:
        session.execute(
            update(Account)
            .where(Account.employee_id == office.people.staff[11])
            .values(roles=["hr-verifier"])
        )
    return "staff11"


def test_the_next_of_what_is_held_back_is_taken_from_the_inbox(office: Office, browse: Browse):
    made = second(office, "distribute: late\n    hold: 2")
    verifier = browse("verifier")
    inbox = verifier.get("/inbox").text
    case = browse("hr").get(f"/cases/{made.ids[0]}").text
    assert "Disimpan sampai ada yang senggang" in case
    assert "3 tugas disimpan sampai ada yang senggang." in inbox
    assert "K2/0" not in inbox
    first = verifier.fill("/inbox/next", "/inbox")
    assert (first.status_code, first.headers["location"]) == (303, f"/tasks/{made.tasks()[0].id}")
    verifier.fill("/inbox/next", "/inbox")
    full = verifier.fill("/inbox/next", "/inbox")
    assert full.headers["location"] == "/inbox"
    assert "Anda sudah memegang 2 tugas semacam ini." in verifier.get("/inbox").text
    assert made.given() == [str(task.id) for task in made.tasks()[:2]]


def test_nobody_else_is_offered_what_is_held_back(office: Office, browse: Browse):
    second(office, "distribute: late\n    hold: 2")
    head = browse("head")
    assert "/inbox/next" not in head.get("/inbox").text
    answer = head.fill("/inbox/next", "/inbox")
    assert answer.headers["location"] == "/inbox"
    assert "Tidak ada lagi tugas yang menunggu dibagikan." in head.get("/inbox").text


def test_a_decision_goes_on_to_the_next_of_its_kind_where_one_asks_for_it(office: Office, browse: Browse):
    made = second(office, "allocate: offer")
    verifier = browse("verifier")
    first, following, last = made.tasks()
    answer = verifier.decide(first.id, decision="approve", then="same-kind")
    assert answer.headers["location"] == f"/tasks/{following.id}?then=same-kind"
    assert [task.state for task in made.tasks()] == ["decided", "started", "offered"]
    page = verifier.get(answer.headers["location"]).text
    assert 'name="then" value="same-kind" checked' in page
    answer = verifier.decide(following.id, decision="approve")
    assert answer.headers["location"] != f"/tasks/{last.id}?then=same-kind"
    assert made.tasks()[2].state == "offered"


def test_a_task_given_to_one_person_offers_no_more_of_its_kind(office: Office, browse: Browse):
    assert 'name="then"' not in browse("head").get(f"/tasks/{office.task()}").text


def test_whoever_may_do_the_next_stage_too_goes_on_with_the_case(office: Office, browse: Browse):
    made = second(office, "allocate: offer", separate="[]")
    verifier, first = browse("verifier"), made.tasks()[0]
    answer = verifier.decide(first.id, decision="approve")
    [begun] = [task for task in made.tasks("file") if task.case_id == first.case_id]
    assert (answer.headers["location"], begun.state) == (f"/tasks/{begun.id}", "started")


def test_what_is_coming_is_told_in_the_inbox(office: Office, browse: Browse, colleague: str):
    second(office, "allocate: offer", file="distribute: early")
    inbox = browse(colleague).get("/inbox", headers={"accept-language": "en"}).text
    assert "Akan datang kepada Anda" in inbox
    assert "kini di: Periksa" in inbox
    assert "Akan datang" not in browse("head").get("/inbox").text


def test_the_work_of_the_group_says_what_is_free_and_who_has_what(
    office: Office, browse: Browse, colleague: str
):
    made = second(office, "see: {allocated: candidates}")
    verifier, first = browse("verifier"), made.tasks()[0]
    verifier.fill(f"/tasks/{first.id}/claim", f"/tasks/{first.id}")
    mate = browse(colleague)
    free = mate.get("/inbox/group").text
    assert [f"K2/{n}" in free for n in range(3)] == [False, True, True]
    assert f'href="/tasks/{made.tasks()[1].id}"' in free
    taken = mate.get("/inbox/group?part=allocated").text
    assert [f"K2/{n}" in taken for n in range(3)] == [True, False, False]
    assert "Dipegang oleh" in taken
    assert f'href="/tasks/{first.id}"' not in taken
    assert "K2/0" not in verifier.get("/inbox/group?part=allocated").text
    assert "Tidak ada yang ditampilkan" in browse("staff0").get("/inbox/group").text
    assert "K2/0" in browse("hr").get("/inbox/group?part=allocated").text


def test_whoever_is_only_asked_may_decline_and_the_next_is_asked(
    office: Office, browse: Browse, colleague: str
):
    made = second(office, "allocate: round-robin\n    binding: false", count=1)
    [task] = made.tasks()
    verifier, mate = browse("verifier"), browse(colleague)
    asked, other = (verifier, mate) if task.candidates == [office.people.verifier] else (mate, verifier)
    assert other.get(f"/tasks/{task.id}").status_code == 404
    assert "Tidak bersedia" in asked.get(f"/tasks/{task.id}").text
    answer = asked.fill(f"/tasks/{task.id}/decline", f"/tasks/{task.id}", comment="Sedang cuti")
    assert answer.headers["location"] == "/inbox"
    assert "Tidak bersedia" in other.get(f"/tasks/{task.id}").text
    assert asked.get(f"/tasks/{task.id}").status_code == 404


def test_the_next_is_never_taken_by_a_look(office: Office, browse: Browse):
    made = second(office, "distribute: late\n    hold: 2")
    assert browse("verifier").get("/inbox/next").status_code == 405
    assert made.given() == []


def test_the_inbox_is_read_in_the_order_that_is_chosen(office: Office, browse: Browse):
    head = browse("head")
    newest = head.get("/inbox?order=newest").text
    assert "Yang terbaru dulu" in newest
    shown = [newest.index(f'id="t-{office.task(n)}"') for n in range(3)]
    assert shown == sorted(shown, reverse=True)
    usual = head.get("/inbox?order=nonsense").text
    assert "Yang terbaru dulu" not in usual
    assert "/inbox?order=newest" in usual
