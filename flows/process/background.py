"""What messages about cases need to know beside the event: the case, its chain's words, who is meant."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, select
from sqlalchemy.orm import Session

from approvals import instruments
from approvals.chains import definition_by_id
from approvals.models import Case, Task
from core.directory import Capacity, Person
from core.events import Recorded
from core.questions import IDS, Answer, ask
from flows.process.models import Process
from personnel.directory import PersonnelDirectory


@dataclass(frozen=True, slots=True)
class CaseWords:
    """A case as messages speak of it."""

    id: UUID
    process_id: UUID
    process_title: str | dict[str, str] | None
    """Or what its chain is called, by language, where it belongs to no process."""
    chain_version_id: UUID
    reference: str
    title: str
    subject_id: UUID
    subject_name: str
    statutory_due_at: datetime | None
    version: int
    requester_id: UUID | None = None

    @property
    def asked_by(self) -> UUID:
        """Who waits for how it ends: whoever asked for it; else whom it is about."""
        return self.requester_id or self.subject_id


class Background:
    """What a batch of events is about, read in a handful of statements however long the batch is."""

    def __init__(
        self,
        session: Session,
        telling: Sequence[Recorded],
        recorded: Sequence[Recorded],
        coming: Iterable[Mapping[str, Any]],
    ) -> None:
        """`telling` are those of the recorded events that call for messages; tasks that are `coming` are
        not in the table yet."""
        self.session = session
        self._coming = {row["id"]: Task(**row) for row in coming}
        self.directory = PersonnelDirectory(session)
        self.unfilled = {e.facts["task"] for e in recorded if e.name == "task.unfilled"}
        """Tasks for which nobody was found: HR is told so, and not offered them as usual besides."""
        self.sent_back = {e.facts["case"]: e for e in recorded if e.name == "case.sent_back"}
        """Cases that go back to an earlier stage, and what was said of that."""
        self.ahead_due = {e.facts["case"] for e in recorded if e.name == "case.ahead_due"}
        """Cases at a stage that was decided ahead: what comes of that tells who must decide."""
        self._cases, self._barred = self._read_cases(telling)
        people = (e.facts.get(key) for e in telling for key in ("assignee", "to", "from", "by", "person"))
        told = {e.facts["case"] for e in telling if e.name.startswith("case.") and "case" in e.facts}
        subjects = (id_ for c in self._cases.values() if c.id in told for id_ in (c.subject_id, c.asked_by))
        named = (id_ for e in telling for id_ in e.facts.get("candidates") or ())
        wanted = {p for p in (*people, *subjects, *named) if isinstance(p, UUID)}
        self.directory.people(wanted)  # asked for together, and remembered
        self._telling = telling
        self._bearers: dict[UUID, list[UUID]] | None = None

    def case(self, event: Recorded) -> CaseWords | None:
        """The case of an event; None for one that is not there."""
        return self._cases.get(event.facts["case"])

    def stage_title(self, case: CaseWords, stage: str) -> dict[str, str]:
        """What the case's chain calls a stage, by language."""
        return definition_by_id(self.session, case.chain_version_id).called(stage).model_dump()

    def task_facts(self, case: CaseWords, event: Recorded) -> dict[str, Any]:
        """What mails about a task say of it."""
        return {
            "task": event.facts["task"],
            "case": case.id,
            "reference": case.reference,
            "title": case.title,
            "subject_name": case.subject_name,
            "stage_title": self.stage_title(case, event.facts["stage"]),
            "due_at": event.facts.get("due_at"),
            "process_title": case.process_title,
            "law_due_at": case.statutory_due_at,
            "version": case.version,
        }

    def reason_title(self, case: CaseWords, kind: str, code: str | None) -> dict[str, str] | None:
        """What the case's chain calls a coded reason, wherever in it the reason is listed."""
        definition = definition_by_id(self.session, case.chain_version_id)
        for stage in (None, *(s.name for s in definition.stages)):
            if code and (title := definition.reasons_for(kind, stage).get(code)):
                return title.model_dump()
        return None

    def person(self, id_: object) -> Person | None:
        """Somebody in this batch who still works here."""
        found = self.directory.people([id_]).get(id_) if isinstance(id_, UUID) else None
        return found if found and found.active else None

    def bearers(self, event: Recorded) -> list[Person]:
        """Who else may decide the task of an event, by a delegation of whoever it was given to."""
        if self._bearers is None:
            tasks = self._tasks(e.facts["task"] for e in self._telling if self._may_be_delegated(e))
            self._bearers = instruments.bearers(self.session, tasks, event.at)
            ids = {person for people in self._bearers.values() for person in people}
            self.directory.people(ids)
        found = dict.fromkeys(self._bearers.get(event.facts["task"], ()))
        return [person for id_ in found if (person := self.person(id_))]

    def _tasks(self, wanted: Iterable[UUID]) -> list[Task]:
        """These tasks as they are, or are about to be."""
        ids = list(wanted)
        known = [id_ for id_ in ids if id_ not in self._coming]
        found = self.session.scalars(select(Task).where(Task.id.in_(known))) if known else ()
        return [*found, *(self._coming[id_] for id_ in ids if id_ in self._coming)]

    def _may_be_delegated(self, event: Recorded) -> bool:
        """Whether an event's stage lets its task be delegated: most do not, and cost no question."""
        case = self._cases.get(event.facts["case"]) if "task" in event.facts else None
        if case is None:
            return False
        stages = definition_by_id(self.session, case.chain_version_id).stages
        name = event.facts.get("stage")
        return any(s.name == name and Capacity.DELEGATE in s.acting for s in stages)

    def members(self, role: str, but: Iterable[UUID] = ()) -> list[Person]:
        """Everybody who has a role, without those who may not be asked."""
        barred = set(but)
        return [p for p in self.directory.with_role(role) if p.active and p.id not in barred]

    def hands(self, case_id: UUID) -> list[Person]:
        """Who has a case's open tasks, or may take them, at present."""
        open_ = self.session.scalars(select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None)))
        found: dict[UUID, Person] = {}
        for task in open_:
            named = [task.assignee_id] if task.assignee_id else task.candidates or []
            people = [p for p in self.directory.people(named).values() if p.active]
            if not named and task.queue:
                people = self.members(task.queue.removeprefix("role:"), task.barred)
            found |= {p.id: p for p in people}
        return list(found.values())

    def offered(self, event: Recorded) -> list[Person]:
        """Who may take the task of an event: certain people, or those of its queue."""
        if candidates := event.facts.get("candidates"):
            return [person for id_ in candidates if (person := self.person(id_))]
        kind, _, role = (event.facts.get("queue") or "").partition(":")
        return self.members(role, self._barred.get(event.facts["task"], ())) if kind == "role" else []

    def _read_cases(
        self, telling: Sequence[Recorded]
    ) -> tuple[dict[UUID, CaseWords], dict[UUID, Sequence[UUID]]]:
        """The cases' words; and who is barred from which of the tasks that are offered to a role."""
        cases = {e.facts["case"] for e in telling if "case" in e.facts}
        found = _of_cases(self.session, cases)
        words = {row.id: self._words(CaseWords(*row)) for row in found}
        barred: dict[UUID, Sequence[UUID]] = {id_: task.barred for id_, task in self._coming.items()}
        offered = (e.facts["task"] for e in telling if e.facts.get("queue"))
        if stored := [id_ for id_ in offered if id_ not in barred]:
            barred |= {row.id: row.barred for row in ask(self.session, _BARRED, ids=stored)}
        return words, barred

    def _words(self, case: CaseWords) -> CaseWords:
        """A case of no process, such as a correction somebody asked for, is called by its chain."""
        if case.process_title is not None:
            return case
        title = definition_by_id(self.session, case.chain_version_id).title
        return replace(case, process_title=title.model_dump())


def _of_cases(session: Session, ids: Collection[UUID]) -> Answer:
    """What cases are called; of one alone it is said that it is one, for which PostgreSQL keeps its plan."""
    if len(ids) == 1:
        return ask(session, _OF_CASE, case=next(iter(ids)))
    return ask(session, _OF_CASES, ids=list(ids)) if ids else ()


_WORDS = select(
    Case.id,
    Case.process_id,
    Process.title.label("process_title"),
    Case.chain_version_id,
    Case.reference,
    Case.title,
    Case.subject_id,
    Case.subject_name,
    Case.statutory_due_at,
    Case.version,
    Case.requester_id,
).outerjoin(Process, Process.id == Case.process_id)
_OF_CASE = _WORDS.where(Case.id == bindparam("case"))
_OF_CASES = _WORDS.where(Case.id == any_(IDS))
_BARRED = select(Task.id, Task.barred).where(Task.id == any_(IDS))
