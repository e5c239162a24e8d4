"""Verbs of HR and operators: create a process, and ask for something to happen to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, Role
from core.ids import new_id
from flows.process import kinds
from flows.process.asking import guard_asking, guard_moment
from flows.process.errors import BadParams, NoSuchProcess, OnlyHr, StartedAnew, TakesTwo
from flows.process.history import tell
from flows.process.models import Intent, IntentKind, Process, ProcessState

LONGEST_TITLE = 200


def create(
    session: Session,
    actor: Actor,
    kind: str,
    title: str,
    params: Mapping[str, Any],
    *,
    start_at: datetime | None = None,
    owner_unit_id: UUID | None = None,
) -> Process:
    """Write a process down as a draft; nothing runs before HR asks for its launch.

    Parameters are checked against the records first. Raises OnlyHr, NoSuchKind, BadParams, and what the
    kind's own check raises.
    """
    if not actor.has(Role.HR) or actor.person_id is None:
        raise OnlyHr
    chosen = kinds.kind(kind)
    value = chosen.read(params)
    chosen.check(session, value)
    now = clock.now(session)
    process = Process(
        id=new_id(),
        kind=kind,
        title=_title(title),
        reference=_unique_reference(session, chosen.reference(value)),
        owner_unit_id=owner_unit_id,
        params=value.model_dump(mode="json"),
        state=ProcessState.DRAFT,
        start_at=start_at or now,
        created_by=actor.person_id,
        created_by_name=actor.name,
        created_at=now,
        progress={},
    )
    session.add(process)
    session.flush()
    facts = {"kind": kind, "reference": process.reference, "params": process.params}
    tell(session, actor, process, "created", facts, personal={"title": process.title}, opens=True)
    return process


def ask(
    session: Session,
    actor: Actor,
    process_id: UUID,
    kind: IntentKind,
    reason: str = "",
    *,
    confirmed_by: UUID | None = None,
    start: int | None = None,
) -> Intent:
    """Ask for something to happen to a process; the keeper carries it out, once.

    Asking again for what is still pending returns the first request. `start` is the number of the start that
    whoever asks saw: asked about an earlier one, a restart was carried out already. What has begun is
    cancelled by two, see cancelling.py. Raises NoSuchProcess, OnlyHr, OnlyOperators, ReasonNeeded,
    StartedAnew, NotNow, TakesTwo.
    """
    guard_asking(actor, kind, reason)
    process = locked(session, process_id)
    if already := pending(session, process_id, kind):
        return already
    if kind is IntentKind.RESTART and start is not None and start != process.fence:
        raise StartedAnew
    guard_moment(ProcessState(process.state), kind)
    guard_second(process, kind, confirmed_by)
    intent = Intent(
        id=new_id(),
        process_id=process_id,
        kind=kind,
        reason=reason.strip(),
        asked_by=actor.person_id,
        asked_by_name=actor.name,
        asked_as=sorted(actor.roles),
        asked_at=clock.now(session),
        confirmed_by=confirmed_by,
        state="pending",
    )
    session.add(intent)
    session.flush()
    tell(
        session,
        actor,
        process,
        "asked",
        {"intent": intent.id, "kind": kind},
        personal={"reason": intent.reason},
    )
    return intent


def pending(session: Session, process_id: UUID, kind: IntentKind) -> Intent | None:
    """What was asked of a process already, and is not carried out yet."""
    asked = Intent.process_id == process_id, Intent.kind == kind, Intent.state == "pending"
    return session.scalar(select(Intent).where(*asked))


def guard_second(process: Process, kind: str, confirmed_by: UUID | None) -> None:
    """Raises TakesTwo for the end of what has begun, unless a second person agreed."""
    if kind == IntentKind.CANCEL and process.launched_at is not None and confirmed_by is None:
        raise TakesTwo


def locked(session: Session, process_id: UUID) -> Process:
    """A process, locked against other writers of its row. Raises NoSuchProcess."""
    found = session.scalar(
        select(Process)
        .where(Process.id == process_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchProcess
    return found


def _title(title: str) -> str:
    said = " ".join(title.split())
    if not said or len(said) > LONGEST_TITLE:
        raise BadParams(field="title", why=f"say 1 to {LONGEST_TITLE} characters")
    return said


def _unique_reference(session: Session, wanted: str) -> str:
    """The reference, or with a number after it when it is taken: KP-2026-12, KP-2026-12-2, ..."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('process.reference'))"))
    taken = set(session.scalars(select(Process.reference).where(Process.reference.startswith(wanted))))
    nth = 1
    while (reference := wanted if nth == 1 else f"{wanted}-{nth}") in taken:
        nth += 1
    return reference
