"""The operator's page: what is wrong and what to do, then everything that runs; and asking for something."""

import platform
import tomllib
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from approvals import hold_ups, holders, proposals
from approvals.directory import Directory
from approvals.models_proposals import Proposal
from core import upkeep
from core.errors import Invalid, MufakatError
from core.machine import newest_revision
from core.settings import ROOT, settings
from core.upkeep import Chore
from flows.process import asking, cancelling, run_logs
from flows.process import queries as processes
from flows.process.board import OnBoard
from flows.process.models import IntentKind, ProcessState, Step
from notifications import outbox
from notifications.models import Message
from web import alarm_words, alarms, doctoring, limiting, pages, timeline
from web.deps import CurrentActor, DbSession, OperatorActor, People, Visitor
from web.patience import Patient
from web.vitals import Vitals, vitals
from web.words import N_

router = APIRouter(prefix="/operator")
MOST_DEAD = 50
PROPOSED = N_("Proposed. It takes effect when another of HR, or an administrator, agrees.")


class UnknownWish(Invalid):
    """This can't be asked of a process; nothing was changed."""


@router.get("")
def overview(
    request: Request, visit: Visitor, session: DbSession, actor: OperatorActor, people: People
) -> Response:
    """Whether something is wrong, what, and what to do; without a question to the flow server."""
    patient = Patient(session)
    now = vitals(session, patient)
    living = now.processes or ()
    ids = [one.process.id for one in living]
    awaited = patient.read("awaited", partial(holders.awaited, process_ids=ids)) or {}
    whose = {h.person_id for one in awaited.values() for h in one.holders[:MOST_NAMED] if h.person_id}
    names = patient.read("awaited", lambda _: _names(people, whose)) or {}
    proposed = patient.read("processes", partial(proposals.about_processes, process_ids=ids)) or {}
    dead = patient.read("mail", partial(outbox.dead, limit=MOST_DEAD))
    marked = patient.read("processes", hold_ups.attention)
    return pages.show(
        request,
        "operator/overview.html",
        vitals=now,
        problems=_told(now, visit.language),
        living=living,
        awaited=awaited,
        names=names,
        proposed=proposed,
        most_named=MOST_NAMED,
        askable={one.process.id: _askable(actor, one) for one in living},
        places={name: timeline.place(name, visit.language) for name in _places(living)},
        marked=marked or (),
        dead=dead or (),
        expected=alarms.EXPECTED,
        code=_code(),
        revision=newest_revision(),
        prefect=settings().prefect_pages,
    )


MOST_NAMED = 4
"""Of those whom a cycle waits for; the others are counted."""


@router.get("/processes/{process_id}/log")
def log(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    process_id: UUID,
    step: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The end of what the flow server kept of a step's log, or of the flow's own."""
    process = processes.process(session, process_id)
    known = session.get(Step, (process_id, step)) if step else None
    session.commit()  # no connection is held while another server is asked
    found, refusal = None, ""
    try:
        found = run_logs.read(process_id, step)
    except MufakatError as error:
        refusal = pages.said(request, error)
    return pages.show(
        request,
        "operator/log.html",
        process=process,
        step=step,
        place=timeline.place(step, pages.visit_of(request).language) if step else "",
        log=found,
        refusal=refusal,
        error=(known.error if known else None) or process.error,
        prefect=settings().prefect_pages,
    )


@router.post("/doctor")
def examine(
    request: Request, session: DbSession, actor: OperatorActor, look: Annotated[Literal["now"], Form()]
) -> Response:
    """Have the doctor look at everything; what it finds is kept, and shown on the page."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    session.commit()  # no connection is held meanwhile
    try:
        found = doctoring.look()
    except MufakatError as error:
        return pages.go("/operator#doctor", pages.said(request, error), "plain")
    well = all(one["state"] != "broken" for one in found)
    upkeep.note(session, Chore.DOCTOR, well=well, findings=found)
    return pages.go("/operator#doctor", N_("The doctor looked at everything."), "good" if well else "plain")


@router.post("/processes/{process_id}/{kind}")
def ask(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    process_id: UUID,
    kind: str,
    reason: Annotated[str, Form()] = "",
    start: Annotated[int | None, Form()] = None,
    next: Annotated[str, Form()] = "/operator",
) -> Response:
    """Ask for something to happen to a process; the keeper carries it out."""
    where = pages.own_page(next)
    if kind not in set(IntentKind):
        raise UnknownWish
    try:
        with session.begin_nested():
            asked = cancelling.ask(session, actor, process_id, IntentKind(kind), reason, start=start)
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    if isinstance(asked, Proposal):
        return pages.go(where, PROPOSED, "plain")
    if any(one.service == "keeper" and not one.silent for one in processes.services(session)):
        return pages.go(where, N_("It is asked for, and will be carried out within seconds."))
    return pages.go(
        where, N_("It is asked for. The keeper is silent: it is carried out when that is back."), "plain"
    )


@router.post("/messages/resend")
def resend_all(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    people: People,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Queue all messages again that could not be delivered, to the addresses of today."""
    try:
        with session.begin_nested():
            queued, stayed = outbox.resend_all(session, actor, reason, people.people)
    except MufakatError as error:
        return pages.go("/operator#mail", pages.said(request, error), "bad")
    word = N_("Queued again: {queued}. Without an address, or codes whose time is over: {stayed}.")
    return pages.go("/operator#mail", word, queued=queued, stayed=stayed)


@router.post("/messages/{message_id}/resend")
def resend(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    people: People,
    message_id: UUID,
    reason: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Queue a message again that could not be delivered, to the address that its reader has today."""
    message = session.get(Message, message_id)
    today = people.people([message.recipient_id]).get(message.recipient_id) if message else None
    try:
        with session.begin_nested():
            outbox.resend(session, actor, message_id, reason, recipient=today, seen=seen)
    except MufakatError as error:
        return pages.go("/operator#mail", pages.said(request, error), "bad")
    return pages.go("/operator#mail", N_("The message is queued again; the courier sends it within seconds."))


def _told(now: Vitals, language: str) -> list[alarm_words.Told]:
    return [alarm_words.told(one, language) for one in alarms.problems(now, alarms.circumstances())]


def _askable(actor: CurrentActor, one: OnBoard) -> frozenset[IntentKind]:
    asked = {intent.kind for intent in one.pending}
    return asking.askable(actor, ProcessState(one.process.state), asked)


def _places(living: Sequence[OnBoard]) -> set[str]:
    return {part.name for one in living for part in (*one.gates, *one.steps)}


def _names(people: Directory, whose: set[UUID]) -> dict[UUID, str]:
    return {person.id: person.name for person in people.people(whose).values()}


@lru_cache
def _code() -> dict[str, str]:
    """What runs in this process, by name."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return {
        "Mufakat": str(ours),
        "Python": platform.python_version(),
        "Prefect": version("prefect"),
        "FastAPI": version("fastapi"),
    }
