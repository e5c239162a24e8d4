"""The one composition root: who listens to events, which kinds of process there are, who knows people."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import ahead, confirming
from approvals import erasing as of_cases
from approvals.models_proposals import ProposalKind
from approvals.tasks import ended
from core import events
from core.events import Subscriber
from core.ledger.erasing import Room
from core.worktime import WorkCalendar
from flows.completion import service as completion
from flows.correction import service as correction
from flows.erasure import service as erasure
from flows.process import (
    account_notices,
    calendars,
    cancelling,
    handovers,
    kinds,
    second_notices,
    staff_notices,
)
from flows.process import notices as process_notices
from flows.promotion import candidates, replacements
from flows.promotion import erasing as of_candidates
from flows.promotion import notices as promotion_notices
from flows.promotion.service import KIND as PROMOTION
from notifications import erasing as of_messages
from notifications import webhooks
from notifications.surroundings import Surroundings
from personnel import erasing as of_files
from personnel.directory import PersonnelDirectory

ERASURE: tuple[Room, ...] = (
    of_cases.erase,
    of_candidates.erase,
    of_messages.erase,
    webhooks.erase,
    of_files.erase,
)
"""Who holds content of people beside the log: each erases its own when the law orders it. Cases come first,
for they are locked before anything else."""


def wire(*more: Subscriber) -> None:
    """Put the rooms together; again is harmless. Every edge calls it before its first verb.

    `more` are the edge's own listeners, after those of the rooms.
    """
    kinds.register(PROMOTION)
    confirming.register(ProposalKind.PROCESS_CANCELLATION, lambda s, a, id_, _: cancelling.confirm(s, a, id_))
    confirming.register(ProposalKind.EXCLUSION, lambda s, a, id_, _: candidates.confirm_excluding(s, a, id_))
    confirming.register(ProposalKind.ERASURE, lambda s, a, id_, _: erasure.confirm(s, a, id_, ERASURE))
    events.wire(
        [
            handovers.subscriber,
            completion.subscriber,
            replacements.subscriber,
            calendars.subscriber,
            ahead.subscriber(directory),
            staff_notices.subscriber,
            second_notices.subscriber,
            account_notices.subscriber,
            promotion_notices.subscriber,
            *more,
        ],
        heralds=[correction.herald, process_notices.herald],
    )


def surroundings() -> Surroundings:
    """What the courier asks of the other rooms."""
    return Surroundings(calendars_of, ended)


def calendars_of(session: Session, people: Collection[UUID]) -> dict[UUID, WorkCalendar]:
    """When the offices of people work; who has no unit is missing."""
    known = directory(session)
    units = {p.id: p.unit_id for p in known.people(people).values() if p.unit_id}
    calendars = known.calendars(set(units.values()))
    return {id_: calendars[unit] for id_, unit in units.items() if unit in calendars}


def directory(session: Session) -> PersonnelDirectory:
    """People, posts and calendars, for one piece of work."""
    return PersonnelDirectory(session)
