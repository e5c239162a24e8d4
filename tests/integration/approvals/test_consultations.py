"""Asking a colleague without giving the task away."""

import pytest

from approvals import access, consultations, tasks
from approvals.errors import CommentNeeded, NotYours
from approvals.models import Case
from approvals.obstacles import (
    AskedAlready,
    AsksOwner,
    AsksThemselves,
    Gone,
    NoSuchQuestion,
    QuestionEnded,
)
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named


def consult(desk: Desk, who: str, case: Case, whom: str, question: str = "Is the diploma genuine?"):
    return consultations.consult(
        desk.session,
        desk.who(who),
        desk.task(case).id,
        named(whom),
        question=question,
        directory=desk.office,
    )


def sees(desk: Desk, who: str, case: Case) -> bool:
    return access.may_see(desk.session, desk.who(who), case, directory=desk.office)


def test_a_colleague_is_asked_sees_the_case_until_they_answer_and_answers_once(desk: Desk):
    case = desk.open()
    assert not sees(desk, "Dewi", case)
    asked = consult(desk, "Kasi", case, "Dewi")
    assert sees(desk, "Dewi", case)
    assert [q.consultation.id for q in consultations.asked(desk.session, desk.who("Dewi"))] == [asked.id]
    consultations.answer(desk.session, desk.who("Dewi"), asked.id, text="It is.")
    assert (asked.answer, asked.answered_at is None) == ("It is.", False)
    assert not sees(desk, "Dewi", case)
    with pytest.raises(QuestionEnded):
        consultations.answer(desk.session, desk.who("Dewi"), asked.id, text="Or not.")
    assert consultations.asked(desk.session, desk.who("Dewi")) == []
    assert [c.answer for c in consultations.about_task(desk.session, desk.task(case).id)] == ["It is."]
    desk.decide("Kasi", case)


def test_a_question_ends_with_its_task(desk: Desk):
    case = desk.open()
    asked = consult(desk, "Kasi", case, "Dewi")
    desk.decide("Kasi", case)
    assert not sees(desk, "Dewi", case)
    assert consultations.asked(desk.session, desk.who("Dewi")) == []
    with pytest.raises(QuestionEnded):
        consultations.answer(desk.session, desk.who("Dewi"), asked.id, text="Late.")


def test_being_asked_gives_no_right_to_decide(desk: Desk):
    case = desk.open()
    consult(desk, "Kasi", case, "Dewi")
    with pytest.raises(NotYours):
        desk.decide("Dewi", case)


@pytest.mark.parametrize(
    ("whom", "why"),
    [("Budi", AsksOwner), ("Kasi", AsksThemselves), ("Nobody", Gone)],
)
def test_whom_not_to_ask(desk: Desk, whom: str, why: type):
    case = desk.open()
    with pytest.raises(why):
        consult(desk, "Kasi", case, whom)


def test_only_who_may_decide_asks_with_a_question_and_each_once(desk: Desk):
    case = desk.open()
    with pytest.raises(NotYours):
        consult(desk, "Kabid", case, "Dewi")
    with pytest.raises(CommentNeeded):
        consult(desk, "Kasi", case, "Dewi", " ")
    asked = consult(desk, "Kasi", case, "Dewi")
    with pytest.raises(AskedAlready):
        consult(desk, "Kasi", case, "Dewi")
    with pytest.raises(NoSuchQuestion):
        consultations.answer(desk.session, desk.who("Citra"), asked.id, text="It is.")
    consultations.answer(desk.session, desk.who("Dewi"), asked.id, text="It is.")
    consult(desk, "Kasi", case, "Dewi", "And the other one?")


def test_the_question_goes_with_the_task_to_whoever_has_it(desk: Desk):
    case = desk.at("verification")
    tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    asked = consult(desk, "Vera", case, "Dewi")
    tasks.release(desk.session, desk.who("Vera"), desk.task(case).id)
    consultations.answer(desk.session, desk.who("Dewi"), asked.id, text="It is.")
    assert consultations.question(desk.session, desk.who("Vera"), asked.id).case.id == case.id
    with pytest.raises(NoSuchQuestion):
        consultations.question(desk.session, desk.who("Citra"), asked.id)
