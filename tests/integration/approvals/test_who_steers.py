"""Who may not decide a case does not choose, by any verb beside deciding, who does or what they decide on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approvals import (
    access,
    consultations,
    corrections,
    documents,
    handing,
    instruments,
    meetings,
    panel_members,
    pausing,
    steering,
)
from approvals.documents import Incoming
from approvals.errors import DecidedForYou, DelegatesToOneself, RelatedToSubject, SteppedAside
from approvals.file_errors import NotYourFile
from approvals.instruments import Order
from approvals.models import Case
from approvals.obstacles import AddsThemselves, Conflicted
from approvals.ratifying import ratify_expiry
from approvals.ties import rebar
from core import clock
from core.directory import Capacity
from tests.integration.approvals.desk import CHAIN, FLOW, Desk
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.test_panels import MEETING, PANEL

SKIPPABLE = CHAIN.replace(
    "    candidates: {role: hr-verifier}\n", "    candidates: {role: hr-verifier}\n    skippable: true\n"
)
Steers = Callable[[Desk, Case], Any]


def _hands(verb: Any, desk: Desk, case: Case, *whom: str) -> Any:
    to = [named(name) for name in whom]
    task = desk.task(case).id
    return verb(desk.session, desk.who("Hana"), task, *to, reason="for us", directory=desk.office)


def _case(verb: Any, desk: Desk, case: Case, **said: Any) -> Any:
    said = {"reason": "for us", "directory": desk.office, **said}
    return verb(desk.session, desk.who("Hana"), case.id, **said)


STEERS: dict[str, Steers] = {
    "reassign": lambda desk, case: _hands(handing.reassign, desk, case, "Viktor"),
    "escalate": lambda desk, case: _hands(handing.escalate, desk, case),
    "suspend": lambda desk, case: _case(pausing.suspend_case, desk, case, code="complaint"),
    "skip": lambda desk, case: _case(steering.skip, desk, case, stage="verification"),
    "redo": lambda desk, case: _case(steering.redo, desk, case, to="unit-head", seen="verification"),
    "cancel": lambda desk, case: steering.cancel(desk.session, desk.who("Hana"), case.id, reason="for us"),
    "add": lambda desk, case: panel_members.add_approver(
        desk.session, desk.who("Hana"), case.id, named("Dewi"), reason="for us", directory=desk.office
    ),
    "correct": lambda desk, case: corrections.correct_data(
        desk.session,
        desk.who("Hana"),
        case.id,
        {"subject": {"rank": 10}},
        seen_version=case.version,
        reason="for us",
    ),
    "ratify": lambda desk, case: ratify_expiry(
        desk.session, desk.who("Hana"), case.id, expired=False, reason="for us", directory=desk.office
    ),
}


@pytest.mark.parametrize("what", STEERS)
def test_whose_kin_a_case_is_about_steers_it_by_no_verb(desk: Desk, session: Session, what: str):
    desk = Desk(session, desk.office, SKIPPABLE)
    desk.office.relate("Hana", "Budi", "family")
    case = desk.at("verification")
    before = desk.names(case)
    with pytest.raises(RelatedToSubject):
        STEERS[what](desk, case)
    assert desk.names(case) == before


def test_whose_kin_a_case_is_about_touches_nothing_in_its_file(desk: Desk):
    desk.office.relate("Hana", "Budi", "competitor")
    case, file = desk.open(), Incoming("one.pdf", b"%PDF-1.7\none\n%%EOF")
    with pytest.raises(NotYourFile):
        documents.add(desk.session, desk.who("Hana"), case.id, file, title="A letter", directory=desk.office)


@pytest.fixture
def panel(session: Session) -> Desk:
    office = Office.usual()
    for name in ("Ketua", "Agus", "Bela", "Cahya", "Tamu"):
        office.employ(name, "badan", "assessor")
    office.form_committee("baperjakat", "Ketua", "Agus", "Bela", "Cahya")
    return Desk(session, office, PANEL.format(candidates="{committee: baperjakat}", decide=MEETING))


def end(desk: Desk, case: Case) -> Any:
    return meetings.end_meeting(desk.session, desk.who("Ketua"), case.id, directory=desk.office)


def add(desk: Desk, who: str, case: Case, whom: str) -> Any:
    return panel_members.add_approver(
        desk.session, desk.who(who), case.id, named(whom), reason="knows it", directory=desk.office
    )


def test_a_chair_who_stepped_aside_neither_ends_the_meeting_nor_seats_anybody(panel: Desk):
    case = panel.open()
    panel.vote("Ketua", case, "recuse", comment="a friend of mine")
    for name in ("Agus", "Bela"):
        panel.vote(name, case)
    with pytest.raises(SteppedAside):
        end(panel, case)
    with pytest.raises(SteppedAside):
        add(panel, "Ketua", case, "Tamu")
    assert case.stage == "panel"


def test_a_chair_who_voted_and_then_declares_a_tie_does_not_end_the_meeting(panel: Desk):
    case = panel.open()
    for name in ("Ketua", "Agus", "Bela"):
        panel.vote(name, case)
    panel.office.relate("Ketua", "Budi", "household")
    rebar(panel.session, FLOW, [named("Ketua"), named("Budi")], directory=panel.office)
    with pytest.raises(RelatedToSubject):
        end(panel, case)
    assert case.stage == "panel"


def test_nobody_gives_themselves_a_say(panel: Desk, desk: Desk):
    case = panel.open()
    with pytest.raises(AddsThemselves):
        add(panel, "Hana", case, "Hana")
    case = desk.at("verification")
    with pytest.raises(AddsThemselves):
        add(desk, "Hana", case, "Hana")


def test_hr_delegates_for_others_but_never_to_themselves(desk: Desk):
    now: datetime = clock.now(desk.session)
    order = Order(
        from_id=named("Kasi"),
        to_id=named("Hana"),
        order_number="SP/9",
        reason="away",
        starts_at=now,
        ends_at=now + timedelta(days=3),
    )
    with pytest.raises(DelegatesToOneself):
        instruments.grant(desk.session, desk.who("Hana"), order, directory=desk.office)


def test_in_whose_name_a_stage_was_decided_decides_no_other(session: Session, desk: Desk):
    desk.office.appoint("head", "seksi", "Dewi", Capacity.PLH, "SP/3")
    desk.office.send_away("Kasi")
    desk.office.employ("Kasi", "seksi", "hr-verifier")
    case = desk.open()
    assert desk.decide("Dewi", case).acting_for_id == named("Kasi")
    assert named("Kasi") in desk.task(case).barred
    with pytest.raises(DecidedForYou):
        desk.decide("Kasi", case)
    desk.decide("Vera", case)


def test_a_rival_for_the_same_post_is_not_asked_and_sees_nothing(desk: Desk):
    desk.office.relate("Dewi", "Budi", "competitor")
    case = desk.open()
    with pytest.raises(Conflicted):
        consultations.consult(
            desk.session,
            desk.who("Kasi"),
            desk.task(case).id,
            named("Dewi"),
            question="What do you think?",
            directory=desk.office,
        )
    assert not access.may_see(desk.session, desk.who("Dewi"), case, directory=desk.office)
