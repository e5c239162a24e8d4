"""What two who agree can do together is there to be looked at."""

from datetime import timedelta

from approvals import oversight, steering
from approvals.handing import reassign
from core import clock
from tests.integration.approvals.desk import Desk
from tests.integration.approvals.office import named
from tests.integration.approvals.second import ADMIN

CHAIN = """
chain: leave
title: {id: Cuti, en: Leave}
stages:
  - stage: colleague
    candidates: {role: colleague}
"""


def test_who_approved_for_each_other_is_seen_and_nobody_else(desk: Desk):
    desk = Desk(desk.session, desk.office, CHAIN)
    for name in ("Budi", "Citra", "Dewi"):
        desk.office.employ(name, "seksi", "colleague")
    for who, whose in (("Budi", "Citra"), ("Citra", "Budi"), ("Budi", "Dewi")):
        desk.decide(who, desk.open(whose))
    since = clock.now(desk.session) - timedelta(days=1)
    (pair,) = oversight.favours(desk.session, since)
    assert {pair.one, pair.other} == {named("Budi"), named("Citra")}
    assert pair.times == 2
    assert oversight.favours(desk.session, clock.now(desk.session) + timedelta(days=1)) == []


def test_who_confirmed_whom_is_counted(desk: Desk):
    since = clock.now(desk.session)
    for subject in ("Budi", "Citra"):
        made = steering.cancel(desk.session, desk.who("Hana"), desk.open(subject).id, reason="twice")
        steering.confirm_cancelling(desk.session, ADMIN, made.id)
    (pair,) = oversight.confirmations(desk.session, since)
    assert (pair.one, pair.other, pair.times) == (named("Hana"), ADMIN.person_id, 2)


def test_what_one_person_does_alone_is_counted(desk: Desk):
    since = clock.now(desk.session)
    desk.answer(desk.at("consideration"))
    task = desk.task(desk.at("verification", "Citra"))
    reassign(desk.session, desk.who("Hana"), task.id, named("Viktor"), reason="busy", directory=desk.office)
    found = {(one.person, one.what): one.times for one in oversight.alone(desk.session, since)}
    assert found == {(named("Hana"), "letters"): 1, (named("Hana"), "handed"): 1}
