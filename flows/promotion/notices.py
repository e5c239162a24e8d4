"""Who is told by mail of what happens in a promotion cycle."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Role
from core.directory import Person
from core.events import Recorded
from flows.process.models import Process
from flows.promotion.models import Candidate, DecreeKind, Screening
from flows.promotion.params import params_of
from notifications.outbox import MessageDraft, enqueue
from personnel import ranks
from personnel.directory import PersonnelDirectory


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Put the messages that these events call for into the outbox, in the same transaction."""
    telling = [event for event in recorded if event.name in NOTICES]
    if not telling:
        return
    directory = PersonnelDirectory(session)
    directory.people([e.facts["employee"] for e in telling if "employee" in e.facts])
    drafts = [d for event in telling for d in NOTICES[event.name](session, directory, event)]
    enqueue(session, drafts)


def _opened(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Screening is over and the cases are open: the heads of the units concerned and HR are told."""
    process = session.get_one(Process, event.facts["process"])
    found: Mapping[str, int] = event.facts["counts"]
    facts = {
        "process": process.id,
        "title": process.title,
        "effective_on": params_of(process).effective_on,
        "cases": found[Screening.MEETS],
        "counts": {
            "eligible": found[Screening.MEETS],
            "incomplete": found[Screening.INCOMPLETE],
            "not_eligible": found[Screening.FAILS],
        },
        "by_name": process.created_by_name,
    }
    for person in [*_heads(session, directory, event), *directory.with_role(Role.HR)]:
        yield MessageDraft(event.id, "cycle_launched", person, facts)


def _heads(session: Session, directory: PersonnelDirectory, event: Recorded) -> list[Person]:
    """Whoever holds or acts for the head's post of a unit that has a candidate."""
    units = select(Candidate.unit_id).where(
        Candidate.process_id == event.facts["process"], Candidate.outcome == Screening.MEETS
    )
    posts = directory.posts("head", session.scalars(units.group_by(Candidate.unit_id)).all(), event.at)
    holders = {holder.person_id for post in posts.values() for holder in post.holders}
    return [person for person in directory.people(holders).values() if person.active]


def _incomplete(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Somebody's file lacks something: they are told what, while there is time."""
    del session
    person = directory.people([event.facts["employee"]]).get(event.facts["employee"])
    if person is None or not person.active:
        return
    facts = {
        "process": event.facts["process"],
        "name": event.personal["name"],
        "missing": event.personal["missing"],
        "effective_on": event.facts["effective_on"],
    }
    yield MessageDraft(event.id, "candidate_incomplete", person, facts)


def _decree(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """The person promoted is told, with the way to the decree."""
    del session
    person = directory.people([event.facts["employee"]]).get(event.facts["employee"])
    if person is None:
        return
    facts = {
        "number": event.facts["number"],
        "name": event.personal["name"],
        "rank_to": event.facts["rank_to"],
        "rank_name": ranks.name(event.facts["rank_to"]),
        "effective_on": event.facts["effective_on"],
        "code": event.facts["code"],
    }
    yield MessageDraft(event.id, "decree_issued", person, facts)


def _replaced(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """The person is told that their decree was corrected or revoked, why, and which rank they have now."""
    del session
    person = directory.people([event.facts["employee"]]).get(event.facts["employee"])
    if person is None:
        return
    facts = {
        "revoked": event.facts["kind"] == DecreeKind.REVOCATION,
        "number": event.facts["number"],
        "replaces": event.facts["replaces_number"],
        "name": event.personal["name"],
        "reason": event.personal["reason"],
        "rank": event.facts["rank"],
        "rank_name": ranks.name(event.facts["rank"]),
        "effective_on": event.facts["effective_on"],
        "code": event.facts["code"],
    }
    yield MessageDraft(event.id, "decree_replaced", person, facts)


Notices = Callable[[Session, PersonnelDirectory, Recorded], Iterator[MessageDraft]]

NOTICES: Mapping[str, Notices] = {
    "process.screened": _opened,
    "candidate.incomplete": _incomplete,
    "decree.issued": _decree,
    "decree.replaced": _replaced,
}
"""Who is told of what; an event that is not here is only in the log."""
