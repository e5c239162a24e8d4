"""Erasure by law of what the engine keeps beside the log: nothing that was said is left in any table."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from approvals import comments, consultations, documents, drafts, erasing, instruments, outside, tasks
from approvals.agreement import disagreements
from approvals.documents import Incoming
from approvals.drafts import Draft
from approvals.errors import CaseUnderWay
from approvals.file_errors import DocumentErased
from approvals.file_models import CaseDocument, ErasedContent
from approvals.instruments import Order
from approvals.models import Case, Consultation, Decision
from core import clock, filestore
from core.actor import Actor, Role
from core.database import Base
from core.events import facts_of, history
from core.ids import new_id
from core.ledger.erasing import NothingToErase, erase
from core.ledger.findings import Flaw
from core.ledger.verifying import verify
from core.settings import settings
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named

ADMIN = Actor(new_id(), "Adam", frozenset({Role.ADMIN}), "cli")
ORDER = {"order": "Putusan 12/Pdt/2026", "reason": "UU 27/2022"}
SECRET = "Rahasia"
"""What everything that people wrote holds, and nothing that the engine writes."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "home", tmp_path)
    return tmp_path / "files"


def pdf(said: str) -> Incoming:
    return Incoming(f"{said}.pdf", f"%PDF-1.7\n{said}\n%%EOF".encode())


def attach(desk: Desk, case: Case, said: str = SECRET, who: str = "Hana") -> CaseDocument:
    file = pdf(said)
    return documents.add(
        desk.session, desk.who(who), case.id, file, title=f"{SECRET} diploma", directory=desk.office
    )


def full_of_secrets(desk: Desk, subject: str = "Budi") -> Case:
    """A case that everybody wrote something into; it ends withdrawn."""
    session, office = desk.session, desk.office
    case = desk.open(subject, title=f"{SECRET} title", data={"subject": {"rank": 9}, "documents": [SECRET]})
    attach(desk, case)
    comments.comment(session, desk.who("Kasi"), case.id, f"{SECRET}?", directory=office)
    comments.comment(session, desk.who(subject), case.id, f"{SECRET}!", directory=office)
    desk.decide("Kasi", case, "return", comment=f"{SECRET} is missing")
    desk.resubmit(subject, case, {"documents": [f"{SECRET} 2"]}, comment=f"{SECRET} added")
    desk.decide("Kasi", case, comment=f"{SECRET} is there")
    desk.decide("Vera", case, comment=f"{SECRET} read")
    letter(desk, case, "B-1", "BTS")
    desk.resubmit(subject, case, comment=f"{SECRET} once more")
    letter(desk, case, "B-2", "MS")
    walikota, task = desk.who("Walikota"), desk.task(case)
    drafts.save_draft(session, walikota, task.id, Draft(comment=f"{SECRET} draft"))
    asked = ask(desk, case, "Dewi")
    consultations.answer(session, desk.who("Dewi"), asked.id, text=f"{SECRET}.")
    ask(desk, case, "Viktor")
    desk.withdraw(subject, case)
    return case


def letter(desk: Desk, case: Case, number: str, outcome: str) -> None:
    said: dict[str, Any] = {"letter_number": number, "letter_date": clock.now(desk.session).date()}
    said |= {"outcome": outcome, "note": f"{SECRET} note", "directory": desk.office}
    outside.answer(desk.session, desk.who("Hana"), case.id, **said)


def ask(desk: Desk, case: Case, whom: str) -> Consultation:
    walikota, task = desk.who("Walikota"), desk.task(case)
    return consultations.consult(
        desk.session, walikota, task.id, named(whom), question=f"{SECRET}?", directory=desk.office
    )


def where_it_stands(desk: Desk, word: str) -> dict[str, int]:
    """In which tables a word is still found, and in how many rows."""
    desk.session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        whole = text(f'SELECT count(*) FROM "{table.name}" t WHERE t::text ~ :word')
        if count := desk.session.scalar(whole, {"word": word}):
            found[table.name] = count
    return found


def grown_old(folder: Path) -> None:
    """Let all files have been stored two days ago."""
    for place in folder.rglob("*"):
        os.utime(place, (time.time() - 2 * 86400,) * 2)


def test_nothing_that_was_written_into_a_case_is_left_in_any_table(desk: Desk):
    case, other = full_of_secrets(desk), full_of_secrets(desk, "Citra")
    before = where_it_stands(desk, SECRET)
    assert {"case", "case_version", "case_document", "case_comment", "decision", "event"} < before.keys()
    assert {"external_answer", "consultation"} < before.keys()
    decided = [d for d in desk.names(case) if d == "task.decided"]
    found = erase(desk.session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)
    assert where_it_stands(desk, SECRET) == {table: count // 2 for table, count in before.items()}
    assert found.rows["document"] == 1
    assert found.rows["version"] == 3
    assert (case.title, case.subject_name, case.data) == ("—", "—", {})
    assert [d for d in desk.names(case) if d == "task.decided"] == decided, "what was done stays"
    assert other.subject_name == "Citra"
    said = facts_of(history(desk.session, case.id)[-1])
    assert (said["order"], said["reason"]) == (ORDER["order"], ORDER["reason"])
    assert said["rows"] == found.rows
    assert verify(desk.session).sound
    with pytest.raises(NothingToErase):
        erase(desk.session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)


@pytest.mark.tampers
@pytest.mark.parametrize("again", ["subject_name = 'Budi'", "title = 'Promotion'", "data = '{\"a\": 1}'"])
def test_what_is_put_back_after_its_erasure_is_found(session: Session, again: str):
    desk = Desk(session)
    case = full_of_secrets(desk)
    erase(session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)
    assert verify(session, domains=[disagreements]).sound
    session.execute(text(f'UPDATE "case" SET {again}'))
    (found,) = verify(session, domains=[disagreements]).findings
    assert (found.flaw, found.place.stream) == (Flaw.DOMAIN, str(case.id))


def test_a_case_that_goes_on_is_not_erased(desk: Desk):
    case, over = desk.open("Citra"), full_of_secrets(desk)
    with pytest.raises(CaseUnderWay) as refused, desk.session.begin_nested():
        erase(desk.session, ADMIN, [over.id, case.id], rooms=[erasing.erase], **ORDER)
    assert refused.value.facts["reference"] == case.reference
    desk.session.expire_all()
    assert over.subject_name == "Budi" and history(desk.session, over.id)[0].personal


def test_the_bytes_go_and_the_entry_says_so(desk: Desk, folder: Path):
    case = desk.open()
    document = attach(desk, case)
    digest = document.sha256
    desk.withdraw("Budi", case)
    grown_old(folder)
    erase(desk.session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)
    assert filestore.holds(digest), "they go when the erasure is committed"
    assert documents.remove_erased(desk.session) == 1
    assert not filestore.holds(digest) and not list(folder.rglob(digest[2:]))
    with pytest.raises(DocumentErased):
        documents.content(document)
    assert documents.remove_erased(desk.session) == 0


def test_bytes_that_several_files_have_stay_until_the_last_of_them_is_erased(desk: Desk, folder: Path):
    first, second = desk.open("Budi"), desk.open("Citra")
    one, other = attach(desk, first), attach(desk, second)
    digest = one.sha256
    assert other.sha256 == digest
    grown_old(folder)
    desk.withdraw("Budi", first)
    erase(desk.session, ADMIN, [first.id], rooms=[erasing.erase], **ORDER)
    documents.remove_erased(desk.session)
    assert documents.content(other) == pdf(SECRET).content
    assert desk.session.scalars(select(ErasedContent)).all() == []
    desk.withdraw("Citra", second)
    erase(desk.session, ADMIN, [second.id], rooms=[erasing.erase], **ORDER)
    documents.remove_erased(desk.session)
    assert not filestore.holds(digest)


def test_bytes_that_somebody_stores_at_this_moment_are_looked_at_later(desk: Desk, folder: Path):
    case = desk.open()
    digest = attach(desk, case).sha256
    desk.withdraw("Budi", case)
    erase(desk.session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)
    assert (documents.remove_erased(desk.session), filestore.holds(digest)) == (0, True)
    grown_old(folder)
    assert (documents.remove_erased(desk.session), filestore.holds(digest)) == (1, False)


def test_bytes_that_were_put_aside_already_are_removed_too(desk: Desk, folder: Path):
    case = desk.open()
    digest = attach(desk, case).sha256
    desk.withdraw("Budi", case)
    grown_old(folder)
    erase(desk.session, ADMIN, [case.id], rooms=[erasing.erase], **ORDER)
    assert filestore.sweep(lambda hashes: documents.referred_to(desk.session, hashes)) == 1
    assert filestore.holds(digest)
    documents.remove_erased(desk.session)
    assert not filestore.holds(digest)


def test_of_a_person_their_name_and_words_go_wherever_they_took_part(desk: Desk):
    desk.office.employ("Rahasia", "badan", "hr-verifier")
    session, now = desk.session, clock.now(desk.session)
    case, going_on = desk.open("Budi"), desk.open("Citra")
    for one in (case, going_on):
        desk.decide("Kasi", one, comment="seen")
        comments.comment(session, desk.who("Hana"), one.id, "Is it whole?", directory=desk.office)
    desk.decide(SECRET, case, comment=f"{SECRET} says yes")
    drafts.save_draft(session, desk.who(SECRET), claimed(desk, going_on), Draft(comment=SECRET))
    comments.comment(session, desk.who(SECRET), going_on.id, f"{SECRET} asks", directory=desk.office)
    order = Order(
        from_id=named(SECRET),
        to_id=named("Vera"),
        order_number="SP/1",
        reason=f"{SECRET} travels",
        starts_at=now,
        ends_at=now + timedelta(days=3),
    )
    instruments.grant(session, desk.who(SECRET), order, directory=desk.office)
    assert {"decision", "case_comment", "task", "delegation"} <= where_it_stands(desk, SECRET).keys()
    found = erase(session, ADMIN, person=named(SECRET), rooms=[erasing.erase], **ORDER)
    assert where_it_stands(desk, SECRET) == {}
    assert found.rows == {"decision": 1, "draft": 1, "remark": 1, "delegation": 1}
    kept = [d.comment for d in desk.session.scalars(select(Decision)) if d.decider_id == named("Kasi")]
    assert kept == ["seen", "seen"], "others' words stay"
    assert going_on.subject_name == "Citra"
    assert verify(session).sound
    desk.decide(SECRET, going_on)


def claimed(desk: Desk, case: Case) -> UUID:
    return tasks.claim(desk.session, desk.who(SECRET), desk.task(case).id).id
