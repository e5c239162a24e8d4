"""Every verb that changes a case, at the same moment as one that claims or decides it, and the other way."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from approvals import (
    ahead,
    cases,
    chains,
    cohort,
    comments,
    consultations,
    corrections,
    decisions,
    declining,
    documents,
    drafts,
    extending,
    handing,
    instruments,
    lawful,
    meetings,
    migrating,
    outside,
    panel_members,
    pausing,
    ratifying,
    reminding,
    rescheduling,
    steering,
    sweep,
    tasks,
    ties,
)
from approvals.agreement import disagreements
from approvals.crossing import Way
from approvals.decisions import Verdict
from approvals.documents import Incoming
from approvals.drafts import Draft
from approvals.instruments import Order
from approvals.migrating import Change, Seen
from approvals.models import Case
from approvals.models_proposals import Proposal
from core import clock, database, events
from core.actor import system
from core.ids import new_id
from core.ledger.verifying import verify
from core.settings import settings
from tests.conftest import NewDatabase
from tests.integration.approvals.desk import FLOW, Desk
from tests.integration.approvals.office import Office, named
from tests.integration.approvals.pairs import Job, Ring, Spot, Verb
from tests.integration.approvals.second import ADMIN, agreed

CHAIN = """
chain: pairs
title: {id: Berpasangan, en: Pairs}
statutory: {within: 10 working days, reference: PP 11/2017, remind: [5 working days before]}
stages:
  - stage: head
    candidates: {holder_of: head, unit: subject.unit}
    acting: [delegate]
    due: 3 working days
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
  - {stage: check, candidates: {role: hr-verifier}, skippable: true, due: 4 working days, on_expiry: expire}
  - {stage: asked, candidates: {role: assessor}, allocate: round-robin, binding: false}
  - stage: panel
    candidates: {committee: baperjakat}
    decide: {quorum: 2, of: present, majority: more-than-half, chair: casting-vote}
  - {stage: outside, kind: external}
  - {stage: sign, candidates: {holder_of: ppk, unit: top}, sign: decree}
"""
LATER = CHAIN.replace("due: 4 working days", "due: 6 working days")
MEMBERS = ("Ketua", "Agus", "Bela", "Cahya")
PATH = {"head": "Kasi", "check": "Vera", "asked": "Asih"}


@pytest.fixture(scope="module")
def sessions(database_url: str, new_database: NewDatabase) -> Iterator[sessionmaker[Session]]:
    """Real commits for all pairs of this module: each pair has a case of its own, ended afterwards."""
    yield database.sessions()
    database.engine().dispose()
    new_database(database_url.rpartition("/")[2])


@pytest.fixture
def ring(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ring]:
    monkeypatch.setattr(settings(), "home", tmp_path)
    monkeypatch.setattr(events, "_subscribers", [ahead.subscriber(office_of)])
    yield Ring(sessions)
    with sessions() as session:
        assert verify(session, domains=[disagreements]).findings == []


def office_of(_: Session) -> Office:
    """People of the pairs: the usual ones, with a committee and an assessor, who is asked first."""
    office = Office.usual()
    for name in MEMBERS:
        office.employ(name, "badan")
    office.form_committee("baperjakat", *MEMBERS)
    office.employ("Asih", "badan", "assessor")
    office.employ("Baru", "seksi")
    return office


# where they meet


def at(stage: str, then: Callable[[Spot, Session], Any] | None = None) -> Callable[[Session], Spot]:
    """A case that came to a stage; perhaps something was done there."""

    def prepare(session: Session) -> Spot:
        desk = Desk(session, office_of(session), CHAIN)
        case = desk.open("Budi", key=str(new_id()))
        while case.stage != stage:
            if case.stage == "panel":
                for name in MEMBERS[:2]:
                    desk.decide(name, desk.seat(case, name))
                meetings.end_meeting(session, desk.who("Ketua"), case.id, directory=desk.office)
            else:
                desk.decide(PATH[case.stage or ""], case)
        open_ = [t for t in desk.tasks(case) if t.ended_at is None]
        spot = Spot(desk, case.id, open_[0].id if open_ else None, {})
        if stage == "panel":
            spot.more = {"seats": {name: desk.seat(case, name).id for name in MEMBERS}}
        if then:
            spot.more = {**spot.more, **(then(spot, session) or {})}
        return spot

    return prepare


def claimed(spot: Spot, session: Session) -> None:
    tasks.claim(session, spot.desk.who("Vera"), task_of(spot))


def aside(spot: Spot, session: Session) -> None:
    claimed(spot, session)
    until = clock.now(session) + timedelta(hours=1)
    pausing.suspend_task(session, spot.desk.who("Vera"), task_of(spot), reason="waits", until=until)
    clock.move(session, timedelta(hours=2))


def stopped(spot: Spot, session: Session) -> None:
    claimed(spot, session)
    said: dict[str, Any] = {"code": "other", "reason": "x", "until": clock.now(session) + timedelta(hours=1)}
    pausing.suspend_case(session, spot.desk.who("Hana"), spot.case_id, directory=spot.office, **said)
    clock.move(session, timedelta(hours=2))


def expired(spot: Spot, session: Session) -> None:
    claimed(spot, session)
    clock.move(session, timedelta(days=9))
    sweep.sweep(session, directory=spot.office)
    assert session.get_one(Case, spot.case_id).suspension == "expired"


def late(spot: Spot, session: Session) -> None:
    """Days go by, of which some were free; nothing was reckoned by that yet."""
    clock.move(session, timedelta(days=12))
    today = clock.now(session).date()
    spot.office.holidays = frozenset(today + timedelta(days=n) for n in range(-4, 5))


def new_head(spot: Spot, session: Session) -> None:
    spot.office.appoint("head", "seksi", "Baru")


def named_two(spot: Spot, session: Session) -> None:
    panel_members.add_approver(
        session, spot.desk.who("Hana"), spot.case_id, named("Dewi"), reason="knows", directory=spot.office
    )


def ahead_made(spot: Spot, session: Session) -> None:
    decided_ahead("Vera")(spot)(session)


def delegated(spot: Spot, session: Session) -> dict[str, UUID]:
    now = clock.now(session)
    order = Order(
        from_id=named("Kasi"),
        to_id=named("Dewi"),
        order_number="ST-1",
        reason="dinas",
        starts_at=now,
        ends_at=now + timedelta(days=1),
    )
    kasi = spot.desk.who("Kasi")
    return {"order": instruments.grant(session, kasi, order, directory=spot.office).id}


def returned(spot: Spot, session: Session) -> None:
    decides("Kasi", "return")(spot)(session)


def newer(spot: Spot, session: Session) -> dict[str, Any]:
    """There is another version of the chain."""
    claimed(spot, session)
    version = chains.publish(session, FLOW, LATER)
    takeover = agreed(session, spot.desk.who("Hana"), Change(version, Way("move")))
    return {"takeover": takeover.id, "seen": Seen.of(session.get_one(Case, spot.case_id))}


def voted(spot: Spot, session: Session) -> None:
    for name in MEMBERS[:2]:
        votes(name)(spot)(session)


# what people do


def task_of(spot: Spot) -> UUID:
    assert spot.task_id
    return spot.task_id


def verdict(kind: str = "approve") -> Verdict:
    reason = {} if kind == "approve" else {"code": "other", "comment": "no"}
    return Verdict(kind=kind, seen_version=1, request_key=str(new_id()), **reason)


def decides(name: str, kind: str = "approve") -> Callable[[Spot], Job]:
    return lambda spot: (
        lambda session: decisions.decide(
            session, spot.desk.who(name), task_of(spot), verdict(kind), directory=spot.office
        )
    )


def votes(name: str, kind: str = "approve") -> Callable[[Spot], Job]:
    return lambda spot: (
        lambda session: decisions.decide(
            session, spot.desk.who(name), spot.more["seats"][name], verdict(kind), directory=spot.office
        )
    )


def decided_ahead(name: str) -> Callable[[Spot], Job]:
    return lambda spot: (
        lambda session: ahead.decide_ahead(
            session, spot.desk.who(name), spot.case_id, "check", verdict(), directory=spot.office
        )
    )


def of_task(verb: Callable[..., Any], name: str, *more: Any, **said: Any) -> Callable[[Spot], Job]:
    """A verb on the task; whether it wants to know the office shows in what is said."""
    return lambda spot: (
        lambda session: verb(session, spot.desk.who(name), task_of(spot), *more, **known(said, spot))
    )


def of_case(verb: Callable[..., Any], name: str, *more: Any, **said: Any) -> Callable[[Spot], Job]:
    return lambda spot: (
        lambda session: verb(session, spot.desk.who(name), spot.case_id, *more, **known(said, spot))
    )


def known(said: dict[str, Any], spot: Spot) -> dict[str, Any]:
    return {name: spot.office if value is OFFICE else value for name, value in said.items()}


OFFICE = object()
WHO = {"directory": OFFICE}


def migrates(spot: Spot) -> Job:
    return lambda session: migrating.migrate(
        session,
        spot.desk.who("Hana"),
        session.get_one(Proposal, spot.more["takeover"]),
        [spot.more["seen"]],
        directory=spot.office,
    )


def cancels(spot: Spot) -> Job:
    """One of HR proposes it, another confirms."""

    def job(session: Session) -> object:
        made = steering.cancel(session, spot.desk.who("Hana"), spot.case_id, reason="x")
        return steering.confirm_cancelling(session, ADMIN, made.id)

    return job


def ratifies(over: bool) -> Callable[[Spot], Job]:
    """That it is over is confirmed by another."""

    def of(spot: Spot) -> Job:
        def job(session: Session) -> object:
            hana = spot.desk.who("Hana")
            said = ratifying.ratify_expiry(session, hana, spot.case_id, expired=over, **known(HR, spot))
            return (
                steering.confirm_cancelling(session, ADMIN, said.id) if isinstance(said, Proposal) else said
            )

        return job

    return of


def unseats(spot: Spot) -> Job:
    def job(session: Session) -> object:
        seat, hana = spot.more["seats"]["Bela"], spot.desk.who("Hana")
        made = panel_members.remove_approver(session, hana, seat, named("Bela"), **known(HR, spot))
        assert isinstance(made, Proposal)
        return panel_members.confirm_removing(session, ADMIN, made.id, directory=spot.office)

    return job


def rehomes(spot: Spot) -> Job:
    return lambda session: tasks.rehome(session, system("cli"), [named("head@seksi")], directory=spot.office)


def is_tied(spot: Spot) -> Job:
    def job(session: Session) -> int:
        spot.office.relations.clear()
        spot.office.relate("Kasi", "Budi")
        return ties.rebar(session, FLOW, [named("Budi"), named("Kasi")], directory=spot.office)

    return job


def holiday(spot: Spot) -> Job:
    return lambda session: rescheduling.recompute_deadlines(
        session, system("keeper"), [named("seksi")], directory=spot.office, why="holiday"
    )


CLAIM, CLAIM_TOO = (Verb(f"{n} claims", of_task(tasks.claim, n)) for n in ("Vera", "Viktor"))
DECIDE, RETURN = Verb("Vera decides", decides("Vera")), Verb("Vera returns", decides("Vera", "return"))
DECIDE_TOO = Verb("Viktor decides", decides("Viktor"))
HEAD, HEAD_RETURNS = Verb("Kasi decides", decides("Kasi")), Verb("Kasi returns", decides("Kasi", "return"))
WITHDRAW = Verb("Budi withdraws", of_case(cases.withdraw, "Budi", reason_code="own-wish", comment=""))
HR: dict[str, Any] = {"reason": "so it is", **WHO}
PDF = Incoming("a.pdf", b"%PDF-1.7\na\n%%EOF")
TO_VIKTOR = {"to_id": named("Viktor"), **HR}

BESIDE = {
    # on a task that somebody has, and on its case
    "release": Verb("Vera releases", of_task(tasks.release, "Vera")),
    "delegate": Verb("Vera delegates", of_task(handing.delegate, "Vera", with_draft=True, **TO_VIKTOR)),
    "reassign": Verb("Hana reassigns", of_task(handing.reassign, "Hana", **TO_VIKTOR)),
    "suspend task": Verb("Vera puts aside", of_task(pausing.suspend_task, "Vera", reason="x")),
    "start": Verb("Vera starts", of_task(drafts.start, "Vera")),
    "draft": Verb("Vera drafts", of_task(drafts.save_draft, "Vera", Draft(comment="half"))),
    "consult": Verb("Vera asks", of_task(consultations.consult, "Vera", named("Dewi"), question="?", **WHO)),
    "suspend": Verb("Hana suspends", of_case(pausing.suspend_case, "Hana", code="other", **HR)),
    "skip": Verb("Hana skips", of_case(steering.skip, "Hana", stage="check", **HR)),
    "redo": Verb("Hana sends back", of_case(steering.redo, "Hana", to="head", seen="check", **HR)),
    "cancel": Verb("two cancel", cancels),
    "cancel cases": Verb(
        "the process ends",
        lambda s: lambda session: cohort.cancel_cases(session, FLOW, s.desk.process_id, "x"),
    ),
    "withdraw": WITHDRAW,
    "correct": Verb(
        "Hana corrects",
        of_case(corrections.correct_data, "Hana", {"documents": []}, seen_version=1, reason="x"),
    ),
    "document": Verb("Hana adds a document", of_case(documents.add, "Hana", PDF, title="A", **WHO)),
    "remark": Verb("Kasi remarks", of_case(comments.comment, "Kasi", "hm", **WHO)),
    "add": Verb("Hana adds Dewi", of_case(panel_members.add_approver, "Hana", named("Dewi"), **HR)),
    "extend": Verb(
        "Hana gives the process more time",
        lambda s: (
            lambda session: (
                extending.extend(
                    session,
                    s.desk.who("Hana"),
                    s.desk.process_id,
                    until=clock.now(session) + timedelta(days=7),
                    directory=s.office,
                ).tasks
            )
        ),
    ),
    "remind": Verb(
        "Hana reminds",
        lambda s: (
            lambda session: reminding.remind(
                session, s.desk.who("Hana"), s.desk.process_id, assignee_id=named("Vera")
            )
        ),
    ),
    "reassign many": Verb(
        "Hana reassigns many",
        lambda s: (
            lambda session: handing.reassign_many(
                session, s.desk.who("Hana"), from_id=named("Vera"), **known(TO_VIKTOR, s)
            )
        ),
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_on_what_somebody_has(ring: Ring, name: str):
    for rival in (DECIDE, CLAIM_TOO):
        ring.meet(at("check", claimed), BESIDE[name], rival)


def drafted(spot: Spot, session: Session) -> None:
    """Somebody wrote on it already: writing more is no event."""
    claimed(spot, session)
    drafts.save_draft(session, spot.desk.who("Vera"), task_of(spot), Draft(comment="begun"))


def begun(spot: Spot, session: Session) -> None:
    claimed(spot, session)
    drafts.start(session, spot.desk.who("Vera"), task_of(spot))


@pytest.mark.parametrize("prepare", [drafted, begun])
def test_on_what_somebody_writes(ring: Ring, prepare: Any):
    for rival in (DECIDE, RETURN, BESIDE["release"], BESIDE["delegate"], WITHDRAW):
        ring.meet(at("check", prepare), BESIDE["draft"], rival)


OFFERED = {
    "claim": CLAIM,
    "decide": DECIDE,
    "reassign": BESIDE["reassign"],
    "skip": BESIDE["skip"],
    "cancel": BESIDE["cancel"],
    "withdraw": WITHDRAW,
    "add": BESIDE["add"],
    "suspend": BESIDE["suspend"],
    "correct": BESIDE["correct"],
}


@pytest.mark.parametrize("name", OFFERED)
def test_on_what_is_on_offer(ring: Ring, name: str):
    for rival in (DECIDE_TOO, CLAIM_TOO):
        ring.meet(at("check"), OFFERED[name], rival)


def test_going_over_to_another_version(ring: Ring):
    for rival in (DECIDE, RETURN, CLAIM_TOO, BESIDE["release"]):
        ring.meet(at("check", newer), Verb("Hana migrates", migrates), rival)


def test_taking_one_of_several_approvers_out(ring: Ring):
    less = of_task(panel_members.remove_approver, "Hana", named("Dewi"), **HR)
    remove = Verb("Hana takes Dewi out", less)
    claims, takes = Verb("Dewi decides", decides("Dewi")), Verb("Dewi claims", of_task(tasks.claim, "Dewi"))
    for rival in (claims, takes, DECIDE, CLAIM):
        ring.meet(at("check", named_two), remove, rival)


PAUSED = {
    "resume task": (aside, Verb("Vera takes up", of_task(pausing.resume_task, "Vera"))),
    "resume case": (stopped, Verb("Hana resumes", of_case(pausing.resume_case, "Hana", **HR))),
    "release": (aside, BESIDE["release"]),
}
BY_ITSELF = Verb(
    "it goes on", lambda s: lambda session: pausing.resume_due(session, directory=s.office), passes_by=True
)


@pytest.mark.parametrize("name", PAUSED)
def test_going_on_with_what_stood_still(ring: Ring, name: str):
    prepare, verb = PAUSED[name]
    for rival in (DECIDE, CLAIM_TOO, WITHDRAW, BY_ITSELF):
        ring.meet(at("check", prepare), verb, rival)


@pytest.mark.parametrize("prepare", [aside, stopped])
def test_what_goes_on_by_itself(ring: Ring, prepare: Any):
    for rival in (DECIDE, CLAIM_TOO):
        ring.meet(at("check", prepare), BY_ITSELF, rival)


AT_A_POST = {
    "escalate": (None, Verb("Hana escalates", of_task(handing.escalate, "Hana", **HR))),
    "decide ahead": (None, Verb("Vera decides ahead", decided_ahead("Vera"))),
    "take back": (ahead_made, Verb("Vera takes it back", of_case(ahead.take_back, "Vera", "check"))),
    "declare a tie": (None, Verb("a tie is declared", is_tied)),
    "revoke": (
        delegated,
        Verb(
            "Kasi revokes",
            lambda s: lambda session: instruments.revoke(session, s.desk.who("Kasi"), s.more["order"]),
        ),
    ),
}


@pytest.mark.parametrize("name", AT_A_POST)
def test_on_what_waits_at_a_post(ring: Ring, name: str):
    prepare, verb = AT_A_POST[name]
    for rival in (HEAD, Verb("Dewi decides for Kasi", decides("Dewi"))):
        ring.meet(at("head", prepare), verb, rival)


BY_THE_CLOCK = {
    "sweep": Verb(
        "the sweep", lambda s: lambda session: sweep.sweep(session, directory=s.office), passes_by=True
    ),
    "law": Verb(
        "the law's clock",
        lambda s: lambda session: lawful.sweep_cases(session, directory=s.office),
        passes_by=True,
    ),
    "holiday": Verb("a holiday", holiday, passes_by=True),
}


@pytest.mark.parametrize("name", BY_THE_CLOCK)
def test_what_the_clock_does(ring: Ring, name: str):
    for rival in (HEAD, HEAD_RETURNS):
        ring.meet(at("head", late), BY_THE_CLOCK[name], rival)


def test_a_term_runs_out(ring: Ring):
    for rival in (DECIDE, CLAIM_TOO, WITHDRAW):
        ring.meet(
            at("check", lambda s, session: (claimed(s, session), late(s, session))[0]),
            BY_THE_CLOCK["sweep"],
            rival,
        )


@pytest.mark.parametrize("over", [True, False])
def test_a_persons_word_on_what_expired(ring: Ring, over: bool):
    ratify = Verb("Hana ratifies", ratifies(over))
    other = Verb("Hana says otherwise", ratifies(not over))
    for rival in (DECIDE, CLAIM_TOO, WITHDRAW, other):
        ring.meet(at("check", expired), ratify, rival)


def test_a_post_that_gets_another_holder(ring: Ring):
    for rival in (HEAD, Verb("Baru decides", decides("Baru")), BESIDE["cancel"]):
        ring.meet(at("head", new_head), Verb("the post's tasks move", rehomes), rival)


def test_saying_no_to_what_one_was_asked(ring: Ring):
    decline = Verb("Asih declines", of_task(declining.decline, "Asih", **WHO))
    for rival in (Verb("Asih decides", decides("Asih")), Verb("Asih claims", of_task(tasks.claim, "Asih"))):
        ring.meet(at("asked"), decline, rival)
    ring.meet(at("asked"), decline, decline)


SEATS = {
    "end meeting": Verb("Ketua ends it", of_case(meetings.end_meeting, "Ketua", **WHO)),
    "add a member": Verb("Hana seats Dewi", of_case(panel_members.add_approver, "Hana", named("Dewi"), **HR)),
    "remove a member": Verb("two unseat Bela", unseats),
    "redo": Verb("Hana sends back", of_case(steering.redo, "Hana", to="check", seen="panel", **HR)),
    "another vote": Verb("Cahya votes", votes("Cahya", "reject")),
}


@pytest.mark.parametrize("name", SEATS)
def test_in_a_panel(ring: Ring, name: str):
    for rival in (
        Verb("Bela votes", votes("Bela")),
        Verb("Bela steps aside", votes("Bela", "recuse")),
        Verb("Cahya returns it", votes("Cahya", "return")),
    ):
        ring.meet(at("panel", voted), SEATS[name], rival)


OUTSIDE = {"letter_number": "B-1", "letter_date": date(2026, 1, 5), "note": "", **WHO}


def test_a_letter_from_outside(ring: Ring):
    letter = Verb("Hana records MS", of_case(outside.answer, "Hana", outcome="MS", **OUTSIDE))
    other = Verb(
        "Hana records TMS",
        of_case(outside.answer, "Hana", outcome="TMS", **{**OUTSIDE, "letter_number": "B-2"}),
    )
    for rival in (letter, other, WITHDRAW, BESIDE["cancel"], BESIDE["correct"], BESIDE["suspend"]):
        ring.meet(at("outside"), letter, rival)


def test_sending_in_again(ring: Ring):
    again: dict[str, Any] = {"data": None, "comment": "", "seen_version": 1, **WHO}
    resubmit = Verb("Budi sends in", of_case(cases.resubmit, "Budi", **again))
    for rival in (resubmit, WITHDRAW, BESIDE["cancel"], BESIDE["correct"], BESIDE["suspend"], HEAD):
        ring.meet(at("head", returned), resubmit, rival)
