"""Remarks on a case: who writes, who reads, what is kept of them."""

from pathlib import Path
from typing import Any

import pytest

from approvals import comments, documents, errors, file_errors
from approvals.documents import Incoming
from approvals.file_models import CaseComment
from approvals.models import Case
from core.events import history
from core.settings import settings
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "home", tmp_path)


def remark(desk: Desk, who: str, case: Case, text: str = "Look.", **more: Any) -> CaseComment:
    return comments.comment(desk.session, desk.who(who), case.id, text, directory=desk.office, **more)


def read(desk: Desk, who: str, case: Case) -> list[list[str]]:
    """The texts that somebody reads, thread by thread."""
    threads = comments.threads(desk.session, desk.who(who), case)
    return [[c.text for c in (t.first, *t.answers)] for t in threads]


def test_the_office_deliberates_where_the_subject_does_not_read(desk: Desk):
    case = desk.open()
    remark(desk, "Kasi", case, "Is this so?")
    remark(desk, "Hana", case, "Please bring your diploma.", internal=False)
    assert read(desk, "Hana", case) == [["Is this so?"], ["Please bring your diploma."]]
    assert read(desk, "Budi", case) == [["Please bring your diploma."]]


def test_the_subjects_own_remarks_are_for_all_and_answers_stay_with_their_thread(desk: Desk):
    case = desk.open()
    asked = remark(desk, "Budi", case, "What is missing?")
    assert not asked.internal
    answer = remark(desk, "Kasi", case, "Nothing.", reply_to=asked.id, internal=True)
    assert not answer.internal
    assert read(desk, "Budi", case) == [["What is missing?", "Nothing."]]


def test_an_internal_thread_can_not_be_answered_by_whom_it_is_about(desk: Desk):
    case = desk.open("Hana")
    asked = remark(desk, "Kaban", case, "Hm.") if case.stage else None
    assert asked
    with pytest.raises(file_errors.NoSuchRemark):
        remark(desk, "Hana", case, "What?", reply_to=asked.id)
    assert read(desk, "Hana", case) == [], "not even being HR shows it"


def test_who_only_reads_by_their_office_does_not_remark(desk: Desk):
    desk.office.employ("Audit", "badan", "auditor")
    case = desk.open()
    with pytest.raises(file_errors.NotYoursToRemark):
        remark(desk, "Audit", case)
    with pytest.raises(errors.NoSuchCase):
        remark(desk, "Citra", case)
    remark(desk, "Kasi", case)
    assert read(desk, "Audit", case) == [["Look."]]


def test_an_edit_is_a_new_version_in_its_place(desk: Desk):
    case = desk.open()
    first = remark(desk, "Kasi", case, "one")
    remark(desk, "Hana", case, "two", reply_to=first.id)
    new = comments.edit(desk.session, desk.who("Kasi"), first.id, "ONE", directory=desk.office)
    newer = comments.edit(desk.session, desk.who("Kasi"), new.id, "ONE!", directory=desk.office)
    assert (newer.version, newer.thread_id) == (3, first.thread_id)
    assert read(desk, "Hana", case) == [["ONE!", "two"]]
    with pytest.raises(file_errors.RemarkChanged):
        comments.edit(desk.session, desk.who("Kasi"), first.id, "again", directory=desk.office)


def test_nobody_touches_the_remark_of_another(desk: Desk):
    case = desk.open()
    first = remark(desk, "Kasi", case)
    for change in (
        lambda: comments.edit(desk.session, desk.who("Hana"), first.id, "x", directory=desk.office),
        lambda: comments.withdraw_comment(desk.session, desk.who("Hana"), first.id, directory=desk.office),
    ):
        with pytest.raises(file_errors.NotYourRemark):
            change()


def test_what_is_withdrawn_stays_as_a_gap(desk: Desk):
    case = desk.open()
    first = remark(desk, "Kasi", case)
    comments.withdraw_comment(desk.session, desk.who("Kasi"), first.id, directory=desk.office)
    (thread,) = comments.threads(desk.session, desk.who("Hana"), case)
    assert thread.first.withdrawn_at
    with pytest.raises(file_errors.RemarkChanged):
        comments.withdraw_comment(desk.session, desk.who("Kasi"), first.id, directory=desk.office)


def test_a_remark_may_be_about_a_document_of_the_same_case(desk: Desk):
    case, other = desk.open(), desk.open("Citra")
    pdf = Incoming("a.pdf", b"%PDF-1.7\n%%EOF")
    made = documents.add(desk.session, desk.who("Hana"), case.id, pdf, title="SKP", directory=desk.office)
    remark(desk, "Kasi", case, "page 2", document_id=made.id)
    (thread,) = comments.threads(desk.session, desk.who("Hana"), case)
    assert thread.document == made
    with pytest.raises(file_errors.NoSuchRemark):
        remark(desk, "Kasi", other, "page 2", document_id=made.id)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_an_empty_or_endless_remark_is_refused(desk: Desk, text: str):
    with pytest.raises(file_errors.BadRemark):
        remark(desk, "Kasi", desk.open(), text)


def test_the_hashed_text_of_the_stream_holds_no_word_of_it(desk: Desk):
    case = desk.open()
    remark(desk, "Kasi", case, "a secret thing")
    (row,) = [e for e in history(desk.session, case.id) if e.name == "case.commented"]
    assert "secret" not in row.body
    assert row.personal and "secret" in row.personal
    assert case.version == 1, "a remark asks nobody to look again"


def test_people_are_marked_as_told_until_they_look(desk: Desk):
    case = desk.open()
    kasi, hana = named("Kasi"), named("Hana")
    assert comments.mark_told(desk.session, case.id, [kasi, hana]) == {kasi, hana}
    assert comments.mark_told(desk.session, case.id, [kasi, hana]) == set()
    comments.looked(desk.session, desk.who("Kasi"), case.id)
    assert comments.mark_told(desk.session, case.id, [kasi, hana]) == {kasi}


def test_a_remark_concerns_its_thread_and_its_owner_unless_it_is_internal(desk: Desk):
    case = desk.open()
    first = remark(desk, "Hana", case)
    remark(desk, "Kasi", case, reply_to=first.id)
    assert comments.hears(desk.session, case, first.thread_id, True) == {named("Hana"), named("Kasi")}
    assert named("Budi") in comments.hears(desk.session, case, first.thread_id, False)
