"""A transfer while a cycle goes on: shown before it is done, done at once, and never against a decision."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from httpx import Response
from sqlalchemy import func, select, update

from approvals.models import Case, Decision, Task
from core.database import transaction
from core.events import history
from core.ids import new_id
from notifications.models import Message
from personnel.models import Account, Employee, Holding, Position, Unit
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.test_mine import text


def vacant(office: Office, title: str = "Kepala Subbagian Umum") -> UUID:
    """A post that nobody holds, in the other head's unit."""
    with transaction() as session:
        unit = session.get_one(Employee, office.people.other_head).unit_id
        post = Position(
            id=new_id(), code="P-umum", unit_id=unit, title=title, kind="structural", key=None, echelon=None
        )
        session.add(post)
        return post.id


def send(hr: Browser, person: UUID, act: str, **said: Any) -> Response:
    page = f"/hr/directory/people/{person}/transfer"
    today = hr.get(page).text.split('id="on" name="on" type="date" value="')[1][:10]
    fields = {"on": today, "order_number": "824/12/2026", "reason": "Mutasi.", "end_delegations": "1"}
    return hr.fill(page, page, act=act, **(fields | said))


def hands(office: Office) -> set[UUID | None]:
    """Who has the open tasks of the first unit."""
    with transaction() as session:
        unit = session.get_one(Employee, office.people.staff[0]).unit_id
        found = select(Task.assignee_id).join(Case).where(Task.ended_at.is_(None), Case.unit_id == unit)
        return set(session.scalars(found))


def test_what_a_transfer_would_do_is_shown_and_nothing_of_it_stays(office: Office, browse: Browse):
    hr, head, post = browse("hr"), office.people.head, vacant(office)
    with transaction() as session:
        before = session.scalars(select(func.count()).select_from(Message)).one()
    page = send(hr, head, "preview", post=str(post))
    assert page.status_code == 200
    assert "8 tugas yang menunggu" in page.text and "belum ada yang diubah" in page.text
    assert page.text.count("Jabatan Kepala Bidang Mutasi dan Promosi kosong") == 8
    assert "Jabatan itu menjadi lowong" in page.text
    assert hands(office) == {head}
    with transaction() as session:
        assert session.scalars(select(func.count()).select_from(Message)).one() == before
        assert session.scalars(select(Holding).where(Holding.position_id == post)).all() == []


def test_a_head_who_is_transferred_takes_nothing_along(office: Office, browse: Browse):
    hr, head, post = browse("hr"), office.people.head, vacant(office)
    done = send(hr, head, "transfer", post=str(post))
    assert done.status_code == 303
    assert head not in hands(office)
    with transaction() as session:
        person = session.get_one(Employee, head)
        assert person.unit_id == session.get_one(Position, post).unit_id
        held = session.scalars(select(Holding).where(Holding.employee_id == head, Holding.ends_on.is_(None)))
        assert [holding.position_id for holding in held] == [post]
        assert "person.transferred" in [row.name for row in history(session, head)]
        told = select(func.count()).where(Message.template.in_(("task_assigned", "task_reassigned")))
        assert session.scalars(told).one() >= 1
    late = browse("head").decide(office.task(), decision="approve")
    assert late.status_code in (403, 404)


def test_the_new_holder_of_a_post_has_what_waited_there(office: Office, browse: Browse):
    hr, head, other = browse("hr"), office.people.head, office.people.other_head
    with transaction() as session:
        held = select(Holding.position_id).where(Holding.employee_id == head)
        post = session.scalars(held).one()
    assert send(hr, other, "transfer", post=str(post)).status_code == 303
    assert hands(office) == {other}


def test_what_somebody_claimed_goes_to_the_heir_whom_hr_names(office: Office, browse: Browse):
    verifier, colleague = office.people.verifier, office.people.other_head
    with transaction() as session:
        of_colleague = Account.employee_id == colleague
        session.execute(update(Account).where(of_colleague).values(roles=["employee", "hr-verifier"]))
        top = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        nip = session.get_one(Employee, colleague).nip
    browse("head").decide(office.task(), decision="approve")
    task = office.task(stage="verification")
    browse("verifier").fill(f"/tasks/{task}/claim", f"/tasks/{task}")
    hr = browse("hr")
    shown = send(hr, verifier, "preview", unit=str(top.id))
    assert "Dipegang atas nama sendiri" in shown.text
    assert send(hr, verifier, "transfer", unit=str(top.id), heir=nip).status_code == 303
    with transaction() as session:
        assert session.get_one(Task, task).assignee_id == colleague


def test_what_can_not_be_is_refused_and_what_was_typed_is_kept(office: Office, browse: Browse):
    hr, head, post = browse("hr"), office.people.head, vacant(office)
    for wrong, status in (
        ({"order_number": " "}, 422),
        ({"on": "2090-01-01"}, 422),
        ({"reason": " "}, 422),
        ({"post": ""}, 422),
        ({"heir": "siapa itu"}, 422),
    ):
        for act in ("preview", "transfer"):
            answer = send(hr, head, act, **({"post": str(post)} | wrong))
            assert answer.status_code == status, wrong
    assert send(hr, office.people.hr, "transfer", post=str(post)).status_code == 403
    page = f"/hr/directory/people/{head}/transfer"
    assert browse("head").get(page).status_code == 403
    assert "Mutasi" in text(hr, f"/hr/directory/people/{head}")


def test_a_decision_at_the_same_moment_stands_or_is_refused_and_the_rest_moves(
    office: Office, browse: Browse
):
    hr, head, post = browse("hr"), office.people.head, vacant(office)
    page = f"/hr/directory/people/{head}/transfer"
    deciders = [browse("head") for _ in range(3)]
    tasks = [office.task(n) for n in range(3)]
    for browser in deciders:
        browser.get("/inbox")
    hr.get(page)
    with ThreadPoolExecutor(4) as pool:
        deciding = [
            pool.submit(b.decide, t, decision="approve") for b, t in zip(deciders, tasks, strict=True)
        ]
        moving = pool.submit(send, hr, head, "transfer", post=str(post))
        assert moving.result().status_code == 303
        answers = {task: one.result().status_code for task, one in zip(tasks, deciding, strict=True)}
    with transaction() as session:
        for task_id, status in answers.items():
            task = session.get_one(Task, task_id)
            made = session.scalars(select(Decision).where(Decision.task_id == task_id)).all()
            assert status in (303, 403, 404, 409)
            assert [d.decider_id for d in made] == ([head] if status == 303 else [])
            assert (task.ended_at is not None) == (status == 303)
        open_ = select(Task).where(Task.assignee_id == head, Task.ended_at.is_(None))
        assert session.scalars(open_).all() == []
