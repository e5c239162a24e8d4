"""Who is told by mail of absences that leave a post alone, and of delegations."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from core.actor import Role
from core.directory import Person
from core.events import Recorded
from notifications.outbox import MessageDraft, enqueue
from personnel import absences
from personnel.absences import Alone
from personnel.days import office_day
from personnel.directory import PersonnelDirectory

AHEAD = timedelta(days=60)
"""How far ahead an absence is told of at once; what lies further off is on the page in time."""


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Put the messages that these events call for into the outbox, in the same transaction."""
    leaves = [event for event in recorded if event.name == "leave.recorded"]
    given = [event for event in recorded if event.name in DELEGATIONS]
    if not leaves and not given:
        return
    directory = PersonnelDirectory(session)
    drafts = [draft for event in given for draft in _delegation(directory, event)]
    enqueue(session, [*drafts, *_left_alone(session, directory, leaves)])


DELEGATIONS = {"delegation.granted": "delegation_granted", "delegation.revoked": "delegation_ended"}
"""What is told of a delegation, by the event's name."""


def _delegation(directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Both are told: whoever decides now, or no more, and whose tasks they are."""
    said = {name: event.personal[name] for name in ("from_name", "to_name", "order")}
    if event.name == "delegation.granted":
        said |= {"reason": event.personal["reason"]}
        said |= {name: event.facts[name] for name in ("starts_at", "ends_at")}
    else:
        said |= {"by_name": event.actor.name}
    people = directory.people([event.facts["from"], event.facts["to"]])
    for end, received in (("to", True), ("from", False)):
        person = people.get(event.facts[end])
        if person and person.active:
            facts = {**said, "received": received}
            yield MessageDraft(event.id, DELEGATIONS[event.name], person, facts)


def _left_alone(
    session: Session, directory: PersonnelDirectory, leaves: Sequence[Recorded]
) -> list[MessageDraft]:
    """One message to each of HR, however many leaves a file brings: the first post, and how many more."""
    if not leaves:
        return []
    today = office_day(leaves[0].at)
    people = {event.facts["person"] for event in leaves}
    alone = absences.without_substitute(session, today, today + AHEAD, people=people)
    if not alone:
        return []
    first = alone[0]
    facts = {
        "title": first.title,
        "holder": first.holder_name,
        "first": first.gap[0],
        "last": first.gap[1],
        "deputy": _proposed(first),
        "more": len(alone) - 1,
    }
    hr: list[Person] = directory.with_role(Role.HR)
    return [MessageDraft(leaves[0].id, "substitute_wanted", one, facts) for one in hr if one.active]


def _proposed(one: Alone) -> str:
    return f"{one.deputy.name}, {one.deputy.title}" if one.deputy else ""
