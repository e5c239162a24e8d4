"""The operator's one page: what runs, what waits for whom, what failed; and asking for something."""

import platform
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import hold_ups
from approvals.models_proposals import Proposal
from core.errors import Invalid, MufakatError
from core.settings import settings
from flows.process import asking, cancelling
from flows.process import queries as processes
from flows.process.models import ENDED, IntentKind, Process, ProcessState
from flows.process.queries import ProcessView
from notifications import outbox
from notifications.models import Message
from web import pages, timeline
from web.deps import CurrentActor, DbSession, OperatorActor, People, Visitor
from web.words import N_

router = APIRouter(prefix="/operator")
MOST_DEAD = 50
MOST_SHOWN = 100
PROPOSED = N_("Proposed. It takes effect when another of HR, or an administrator, agrees.")
LIVING = [state for state in ProcessState if state not in ENDED]


class UnknownWish(Invalid):
    """This can't be asked of a process; nothing was changed."""


@router.get("")
def overview(request: Request, visit: Visitor, session: DbSession, actor: OperatorActor) -> Response:
    """Everything an operator looks at first, without a question to the flow server."""
    living = [
        processes.process_view(session, process.id)
        for process in processes.processes(session, states=LIVING, limit=MOST_SHOWN)
    ]
    pending = {view.process.id: {intent.kind for intent in view.pending} for view in living}
    return pages.show(
        request,
        "operator/overview.html",
        overview=processes.overview(session),
        living=living,
        askable={v.process.id: _askable(actor, v.process, pending[v.process.id]) for v in living},
        places={name: timeline.place(name, visit.language) for name in _places(living)},
        outbox=outbox.depth(session),
        marked=hold_ups.attention(session),
        dead=outbox.dead(session, MOST_DEAD),
        versions=_versions(session),
        disk=shutil.disk_usage(_existing_home()),
        prefect=settings().prefect.api_url.removesuffix("/api"),
    )


@router.post("/processes/{process_id}/{kind}")
def ask(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    process_id: UUID,
    kind: str,
    reason: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/operator",
) -> Response:
    """Ask for something to happen to a process; the keeper carries it out."""
    where = pages.own_page(next)
    if kind not in set(IntentKind):
        raise UnknownWish
    try:
        with session.begin_nested():
            asked = cancelling.ask(session, actor, process_id, IntentKind(kind), reason)
    except MufakatError as error:
        return pages.go(where, pages.said(request, error), "bad")
    if isinstance(asked, Proposal):
        return pages.go(where, PROPOSED, "plain")
    return pages.go(where, N_("It is asked for, and will be carried out within seconds."))


@router.post("/messages/{message_id}/resend")
def resend(
    request: Request,
    session: DbSession,
    actor: OperatorActor,
    people: People,
    message_id: UUID,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Queue a message again that could not be delivered, to the address that its reader has today."""
    message = session.get(Message, message_id)
    today = people.people([message.recipient_id]).get(message.recipient_id) if message else None
    try:
        with session.begin_nested():
            outbox.resend(session, actor, message_id, reason, recipient=today)
    except MufakatError as error:
        return pages.go("/operator#outbox", pages.said(request, error), "bad")
    return pages.go("/operator#outbox", N_("The message is queued again."))


def _askable(actor: CurrentActor, process: Process, pending: set[str]) -> frozenset[IntentKind]:
    return asking.askable(actor, ProcessState(process.state), pending)


def _places(living: Sequence[ProcessView]) -> set[str]:
    return {part.name for view in living for part in (*view.gates, *view.steps)}


def _versions(session: Session) -> dict[str, str]:
    """What runs here, by name."""
    database = session.execute(text("SHOW server_version")).scalar_one()
    return {
        "Python": platform.python_version(),
        "PostgreSQL": str(database),
        "Prefect": version("prefect"),
        "FastAPI": version("fastapi"),
    }


def _existing_home() -> str:
    """The data folder, or the nearest folder above it that is there."""
    home = settings().home
    return str(next(folder for folder in (home, *home.parents) if folder.exists()))
