"""Who is told by mail of what waits for a second person, of its answer, and of ties that others declared."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Case, ChainVersion
from approvals.proposals import CONFIRMERS
from approvals.titles import Titles
from core.actor import Role
from core.directory import Person
from core.events import Recorded
from flows.process.models import Process
from notifications.outbox import MessageDraft, enqueue
from personnel.directory import PersonnelDirectory
from personnel.models import Employee

KINDS: Mapping[str, Titles] = {
    "version": Titles(id="Versi baru rantai persetujuan", en="A new version of a chain"),
    "take-over": Titles(id="Pengalihan usulan ke versi lain", en="Cases go over to another version"),
    "correction": Titles(
        id="Pembetulan data yang mengubah jalannya usulan", en="A correction that turns a case's way"
    ),
    "removal": Titles(id="Pengurangan anggota sidang", en="A member loses a seat in a panel"),
    "cancellation": Titles(id="Usulan berakhir tanpa keputusan", en="A case ends without a decision"),
    "exclusion": Titles(id="Peserta dikeluarkan dari siklus", en="A candidate leaves a cycle"),
    "erasure": Titles(id="Penghapusan data atas perintah hukum", en="Erasure by order of the law"),
    "process-cancellation": Titles(id="Pembatalan seluruh siklus", en="A whole cycle is cancelled"),
}
ANSWERED = ("proposal.confirmed", "proposal.turned_down")
TIES = ("relation.declared", "relation.answered")


def subscriber(session: Session, recorded: Sequence[Recorded]) -> None:
    """Put the messages that these events call for into the outbox, in the same transaction."""
    telling = [e for e in recorded if e.name in ("proposal.made", *ANSWERED, *TIES)]
    if not telling:
        return
    directory = PersonnelDirectory(session)
    drafts: list[MessageDraft] = []
    for event in telling:
        if event.name in TIES:
            drafts += _tie(directory, event)
        elif event.name == "proposal.made":
            drafts += _asked(session, directory, event)
        else:
            drafts += _answered(session, directory, event)
    enqueue(session, drafts)


def _asked(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Whoever may confirm it, without its author and whom its case is about."""
    about, subject = _about(session, event)
    facts = {**_words(event, about), "comment": event.personal.get("reason", "")}
    who = (Role.ADMIN,) if event.facts.get("person") else CONFIRMERS
    for person in _members(directory, who, [event.facts["by"], subject]):
        yield MessageDraft(event.id, "second_asked", person, facts)


def _answered(session: Session, directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Its author."""
    author = directory.people([event.facts["by"]]).get(event.facts["by"])
    if author and author.active:
        facts = {
            **_words(event, _about(session, event)[0]),
            "comment": event.personal.get("reason", ""),
            "confirmed": event.name == "proposal.confirmed",
        }
        yield MessageDraft(event.id, "second_answered", author, facts)


def _tie(directory: PersonnelDirectory, event: Recorded) -> Iterator[MessageDraft]:
    """Whom others say to be tied, in whose stream the event stands; and HR, once, of what to settle."""
    ends = (event.facts["person"], event.facts["other"])
    people = directory.people(ends)
    names = {end: person.name for end, person in people.items()}
    me = event.event.stream
    other = next(end for end in ends if end != me)
    if event.name == "relation.declared" and me != event.actor.person_id and (person := people.get(me)):
        facts = {"other_name": names.get(other, ""), "by_name": event.actor.name}
        if person.active:
            yield MessageDraft(event.id, "tie_declared", person, facts)
    denied = event.name == "relation.answered" and not event.facts["so"]
    if me == ends[0] and (denied or event.name == "relation.declared"):
        said: dict[str, Any] = {"name": names.get(ends[0], ""), "other_name": names.get(ends[1], "")}
        for member in _members(directory, (Role.HR,), [*ends, event.actor.person_id]):
            yield MessageDraft(
                event.id, "tie_unsettled", member, said | {"denied": denied, "by_name": event.actor.name}
            )


def _words(event: Recorded, about: str) -> dict[str, Any]:
    kind = KINDS[event.facts["kind"]]
    return {"kind_title": kind.model_dump(), "about": about, "by_name": event.actor.name}


def _about(session: Session, event: Recorded) -> tuple[str, UUID | None]:
    """What a proposal is about, in words; and of a case its subject."""
    if process_id := event.facts.get("process"):
        process = session.get_one(Process, process_id)
        return f"{process.title} ({process.reference})", None
    if person_id := event.facts.get("person"):
        return session.get_one(Employee, person_id).nip, person_id
    if case_id := event.facts.get("case"):
        found = select(Case.reference, Case.subject_id).where(Case.id == case_id)
        return session.execute(found).tuples().one()
    version = session.get_one(ChainVersion, event.facts["version"])
    return f"{version.chain} {version.number}", None


def _members(
    directory: PersonnelDirectory, roles: Sequence[Role], but: Sequence[UUID | None]
) -> list[Person]:
    found = {p.id: p for role in roles for p in directory.with_role(role) if p.active and p.id not in but}
    return list(found.values())
