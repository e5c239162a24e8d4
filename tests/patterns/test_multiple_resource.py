"""Multiple resource patterns."""

from approvals import consultations, panel_members, tasks
from approvals.inbox import counts, inbox
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named
from tests.patterns.conftest import Chained


def test_42_simultaneous_execution(desk: Desk):
    """One person may have any number of tasks in hand at the same time."""
    cases = [desk.at("verification", name) for name in ("Budi", "Citra", "Dewi")]
    for case in cases:
        tasks.claim(desk.session, desk.who("Vera"), desk.task(case).id)
    assert counts(desk.session, desk.who("Vera"), directory=desk.office).mine == 3
    for case in reversed(cases):
        desk.decide("Vera", case)


def test_43_additional_resources(with_chain: Chained):
    """Whoever is at work on a case asks others in: a colleague for advice, a further member for the panel."""
    desk = with_chain(
        "candidates: {committee: baperjakat}, decide: {quorum: 2, of: present, majority: more-than-half}"
    )
    case = desk.open()
    seat = desk.seat(case, "Ketua")
    asked = consultations.consult(
        desk.session,
        desk.who("Ketua"),
        seat.id,
        named("Rina"),
        question="Is the file whole?",
        directory=desk.office,
    )
    consultations.answer(desk.session, desk.who("Rina"), asked.id, text="It is.")
    panel_members.add_approver(
        desk.session, desk.who("Ketua"), case.id, named("Rosa"), reason="she knows", directory=desk.office
    )
    assert [row.reference for row in inbox(desk.session, desk.who("Rosa"), directory=desk.office)] == [
        case.reference
    ]
    for name in ("Rosa", "Ketua", "Agus", "Bela"):
        if case.state == "open":
            desk.vote(name, case)
    assert case.state == "approved"
