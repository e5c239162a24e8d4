import pytest
from sqlalchemy.orm import Session

from core import events
from core.errors import NotAllowed
from core.ids import new_id
from notifications import holds, leases
from notifications.holds import AlreadyHeld, NotHeld
from notifications.outbox import URGENT, MessageDraft, ReasonMissing, enqueue
from tests.integration.notifications.factories import CLERK, OPERATOR, draft, person

CODE = MessageDraft(new_id(), "one_time_code", person(), {"code_id": str(new_id()), "purpose": "x"}, URGENT)


def test_while_the_mail_is_held_only_codes_go_out_and_nothing_is_lost(session: Session):
    enqueue(session, [draft(), draft(), CODE])
    holds.place(session, OPERATOR, "a wrong text went out")
    assert [m.template for m in leases.lease(session, "me", 10)] == ["one_time_code"]
    holds.lift(session, OPERATOR, "the text is right now")
    assert [m.template for m in leases.lease(session, "me", 10)] == ["task_assigned"] * 2


def test_who_held_it_and_why_is_kept(session: Session, heard: list[events.Recorded]):
    hold = holds.place(session, OPERATOR, " wrong text ")
    assert holds.current(session) is hold
    assert (hold.reason, hold.placed_by_name) == ("wrong text", "Operator")
    holds.lift(session, OPERATOR, "mended")
    assert holds.current(session) is None
    assert [(e.name, e.personal["reason"]) for e in heard] == [
        ("mail_hold.placed", "wrong text"),
        ("mail_hold.lifted", "mended"),
    ]


def test_it_is_held_once_and_lifted_once(session: Session):
    with pytest.raises(NotHeld):
        holds.lift(session, OPERATOR, "why not")
    holds.place(session, OPERATOR, "first")
    with pytest.raises(AlreadyHeld):
        holds.place(session, OPERATOR, "second")


def test_only_operators_hold_the_mail_and_say_why(session: Session):
    for deed in (holds.place, holds.lift):
        with pytest.raises(NotAllowed):
            deed(session, CLERK, "because")
        with pytest.raises(ReasonMissing):
            deed(session, OPERATOR, "  ")
