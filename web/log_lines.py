"""The log's events as a page or a file lays them out: who, as whom, about what, why, and where it lies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.analytics import stage_titles
from approvals.directory import Directory
from approvals.models import Case
from core.language import translate
from core.ledger.searching import Found
from flows.process.models import Process
from web.event_words import called, way
from web.formats import in_language
from web.sheets import Row
from web.words import N_, WORDS_OF

WHY = ("comment", "reason", "why", "note")
"""Under which of these a person's own words lie."""
AS_WHOM = frozenset({"acting_for", "capacity", "order_number", "code", "version"})
"""Facts that have a place of their own."""
CONCERNED = ("employee", "person", "subject")
"""Under which facts a stream that is nobody's own, such as a cycle's, names whom an event is about."""
OWN = ("", "definitive")
"""Capacities that need no word: one's own."""
PORTION = 1_000
COLUMNS = (
    N_("Place in the log"),
    N_("When"),
    N_("Event code"),
    N_("What happened"),
    N_("Who"),
    N_("Acting for"),
    N_("As"),
    N_("Order"),
    N_("Way in"),
    N_("About"),
    N_("Whose"),
    N_("Version seen"),
    N_("Reason code"),
    N_("Reason"),
    N_("Other facts"),
    N_("Hash (SHA-256)"),
)
ERASED = N_("erased by order of the law")


@dataclass(frozen=True, slots=True)
class About:
    """Whose history an event is in."""

    text: str
    address: str = ""
    """The page of it, if there is one for the log's readers."""
    subject_id: UUID | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An event with the names that belong to its ids."""

    event: Found
    title: str
    who: str
    way: str
    acting_for: str
    capacity: str
    order: str
    about: About
    detail: str
    """At which stage, and how it was decided, in words; empty where the event says neither."""
    version: int | None
    code: str
    reason: str
    more: Mapping[str, str]
    """What else it says, by the log's own names; ids of people as names."""

    @property
    def concerned(self) -> set[UUID]:
        """Whom it is about: whose history it is in, and whom it names."""
        named = (_id(self.event.facts.get(key)) for key in CONCERNED)
        return {id_ for id_ in (self.about.subject_id, *named) if id_}

    @property
    def row(self) -> Row:
        """As the columns of a file."""
        found = self.event
        rest = "; ".join(f"{name}: {value}" for name, value in self.more.items())
        about, as_whom = self.about, (self.acting_for, self.capacity, self.order)
        happened = f"{self.title}: {self.detail}" if self.detail else self.title
        said = (found.position, found.at, found.name, happened, self.who, *as_whom, self.way)
        return (
            *said,
            about.text,
            about.subject,
            self.version,
            self.code,
            self.reason,
            rest,
            found.hash,
        )


def lines(session: Session, directory: Directory, found: Sequence[Found], language: str) -> Sequence[Line]:
    """Events in words, in their order; for any number the same few statements."""
    people = directory.people(_people(found))
    names = {id_: person.name for id_, person in people.items()}
    about = _about(session, {event.stream for event in found}, names)
    titles = stage_titles(session).items()
    stages = {stage: in_language(title, language) for (_, stage), title in titles if stage}
    return [_line(event, names, about, stages, language) for event in found]


def rows(
    session: Session, directory: Directory, found: Iterable[Found], language: str, people: set[UUID]
) -> Iterator[Row]:
    """The same as rows of a file, portion by portion; whom they are about is added to `people`."""
    portion: list[Found] = []
    for event in found:
        portion.append(event)
        if len(portion) == PORTION:
            yield from _portion(session, directory, portion, language, people)
            portion.clear()
    yield from _portion(session, directory, portion, language, people)


def _portion(
    session: Session, directory: Directory, found: Sequence[Found], language: str, people: set[UUID]
) -> Iterator[Row]:
    for line in lines(session, directory, found, language):
        people |= line.concerned
        yield line.row


def _line(
    event: Found,
    names: Mapping[UUID, str],
    about: Mapping[UUID, About],
    stages: Mapping[str, str],
    language: str,
) -> Line:
    said = event.said
    system = translate(language, N_("The system"))
    erased = translate(language, ERASED)
    capacity = str(said.get("capacity") or "")
    why = next((str(said[key]) for key in WHY if said.get(key)), "")
    return Line(
        event,
        called(event.name, language),
        (names.get(event.actor, "–") if event.actor else system),
        way(event.via, language),
        names.get(acting, "–") if (acting := _id(said.get("acting_for"))) else "",
        translate(language, WORDS_OF.get(capacity, capacity)) if capacity not in OWN else "",
        str(said.get("order_number") or ""),
        about.get(event.stream, About(translate(language, KINDS.get(event.kind, event.kind)))),
        _detail(event.facts, stages, language),
        said.get("version") if isinstance(said.get("version"), int) else None,
        "" if event.kind == "process" else str(said.get("code") or ""),  # that of a decree is no reason's
        erased if event.erased else why,
        {name: _said(value, names) for name, value in said.items() if _is_more(name, value)},
    )


def _detail(facts: Mapping[str, Any], stages: Mapping[str, str], language: str) -> str:
    stage, how = (str(facts.get(key) or "") for key in ("stage", "kind"))
    word = translate(language, WORDS_OF[how]) if how in WORDS_OF else ""
    return ", ".join(part for part in (stages.get(stage, stage), word) if part)


KINDS = {
    "account": N_("Account"),
    "calendar": N_("Calendar"),
    "chain": N_("Approval chain"),
    "committee": N_("Committee"),
    "delegation": N_("Delegation"),
    "erasure": N_("Erasure"),
    "export": N_("Export"),
    "import": N_("Import"),
    "ledger": N_("Log"),
    "person": N_("Personal record"),
    "process": N_("Cycle"),
    "token": N_("Access token"),
    "unit": N_("Unit"),
    "webhook": N_("Webhook"),
}


def _is_more(name: str, value: object) -> bool:
    return name not in AS_WHOM and name not in WHY and value not in (None, "", [], {})


def _said(value: object, names: Mapping[UUID, str]) -> str:
    if isinstance(value, str):
        return names.get(id_, value) if (id_ := _id(value)) else value
    if isinstance(value, dict):
        parts = cast(dict[str, Any], value)
        return ", ".join(f"{key}: {_said(part, names)}" for key, part in parts.items())
    if isinstance(value, list):
        found = cast(list[Any], value)
        return ", ".join(_said(part, names) for part in found)
    return str(value)


def _people(found: Iterable[Found]) -> set[UUID]:
    """Every id that an event says: those of no person are simply not found."""
    said = {id_ for event in found for value in event.facts.values() if (id_ := _id(value))}
    return said | {event.actor for event in found if event.actor} | {event.stream for event in found}


def _about(session: Session, streams: set[UUID], names: Mapping[UUID, str]) -> Mapping[UUID, About]:
    cases = session.execute(
        select(Case.id, Case.reference, Case.subject_id, Case.subject_name).where(Case.id.in_(streams))
    )
    about = {
        id_: About(reference, f"/ledger/cases/{id_}", subject_id, subject)
        for id_, reference, subject_id, subject in cases.tuples()
    }
    cycles = select(Process.id, Process.reference).where(Process.id.in_(streams - about.keys()))
    for id_, reference in session.execute(cycles).tuples():
        about[id_] = About(reference, f"/processes/{id_}")
    for id_ in streams & names.keys():
        about[id_] = About(names[id_], subject_id=id_, subject=names[id_])
    return about


def _id(value: object) -> UUID | None:
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
