"""Cases: opened in bulk, sent in again, withdrawn, corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals import statutory, versions
from approvals.announcing import Coming, announce, announced_after
from approvals.chains import definition_of
from approvals.crowds import About
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.dossier import lock_case
from approvals.errors import (
    CaseChanged,
    HrOnly,
    NoStageApplies,
    NotCorrectable,
    NotOwner,
    NotPossibleNow,
    NotRepairer,
    ReasonNeeded,
)
from approvals.interests import Interests, doubted_by, tied_to
from approvals.machine import CaseStatus, Entered, Move, NoStage, Passed, Skipped, advance, check_facts
from approvals.models import Case, CaseState, ChainVersion
from approvals.moving import Cause, about, move
from approvals.obstacles import FactsFixed, NotConfirmed
from approvals.opening import Opening, open_stages
from approvals.stage import Stage
from approvals.versions import Before
from core import clock
from core.actor import Actor, Role
from core.directory import Relation
from core.events import Event, record
from core.ids import new_id
from core.rows import as_json, given, text_of


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What a case is opened on. `natural_key` makes it one of a kind within its process."""

    natural_key: str
    reference: str
    title: str
    subject_id: UUID
    subject_name: str
    unit_id: UUID
    requester_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    appeals_id: UUID | None = None
    """The settled case that this one appeals against."""
    judged: tuple[UUID, ...] = ()
    """Who decided that one, and may not decide this."""
    is_fixed: bool = False
    """Whether its facts are what will be done, so that nobody changes them on the way."""


def open_cases(
    session: Session,
    actor: Actor,
    process_id: UUID,
    version: ChainVersion,
    drafts: Sequence[CaseDraft],
    *,
    directory: Directory,
) -> list[UUID]:
    """Open cases with their first tasks, any number in the same few statements; returns their ids in order.

    Those that the process has already stay as they are. The system and HR only. Raises HrOnly,
    NoStageApplies, NotConfirmed, BadCondition when the data lack a fact that some stage's condition reads.
    """
    _must_be_office(actor)
    return begin_cases(session, actor, process_id, version, drafts, directory=directory)


def begin_cases(
    session: Session,
    actor: Actor,
    process_id: UUID,
    version: ChainVersion,
    drafts: Sequence[CaseDraft],
    *,
    directory: Directory,
) -> list[UUID]:
    """The same for a verb that has its own guard. Raises NoStageApplies, BadCondition, NotConfirmed."""
    if version.confirmed_at is None:
        raise NotConfirmed
    definition, now = definition_of(version), clock.now(session)
    ties = directory.related({d.subject_id for d in drafts}, now)
    entries = {d.natural_key: _Entry.of(d, definition, ties.get(d.subject_id, ())) for d in drafts}
    law = statutory.at_opening(definition.statutory, {d.unit_id for d in drafts}, directory, now)
    rows = [entry.row(process_id, version.id, now) | law[entry.draft.unit_id] for entry in entries.values()]
    fresh = _insert(session, rows)
    opening = [entry for key, entry in entries.items() if fresh.get(key) == entry.id]
    events = open_stages(session, [e.opening for e in opening], directory=directory, now=now)
    coming = [announced for e in opening if (announced := e.announced)]
    for case_id, told in announce(session, coming, directory=directory, now=now).items():
        events[case_id] += told
    record(
        session,
        actor,
        [
            event
            for e in opening
            for event in e.events(process_id, version, events[e.id], law[e.draft.unit_id]["statutory_due_at"])
        ],
    )
    known = {e.id for e in opening}
    if len(known) < len(entries):
        fresh |= _existing(session, process_id, [k for k, e in entries.items() if e.id not in known])
    return [fresh[draft.natural_key] for draft in drafts]


def resubmit(
    session: Session,
    actor: Actor,
    case_id: UUID,
    *,
    data: Mapping[str, Any] | None,
    comment: str,
    seen_version: int,
    directory: Directory,
) -> Case:
    """Send a returned case in again, with corrections of what the chain lets its repairer correct.

    Raises NoSuchCase, CaseSealed, CaseSettled, NotPossibleNow, NotRepairer, CaseChanged, FactsFixed,
    NotCorrectable, BadCondition when a stage's condition could no longer be answered.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    case = dossier.case
    if case.state != CaseState.RETURNED:
        raise NotPossibleNow(state=case.state)
    if actor.person_id is None or actor.person_id != case.returned_to:
        raise NotRepairer
    if seen_version != case.version:
        raise CaseChanged(seen=seen_version, version=case.version)
    corrections = {k: v for k, v in (data or {}).items() if case.data.get(k) != v}
    if corrections and case.is_fixed:
        raise FactsFixed
    if wrong := sorted(set(corrections) - set(dossier.definition.correctable)):
        raise NotCorrectable(key=wrong[0])
    before, now = Before.of(session, case), clock.now(session)
    case.data = {**case.data, **corrections}
    check_facts(dossier.definition.stages, case.data)
    cause = Cause(Move.RESUBMIT, corrects=bool(corrections))
    events = move(session, dossier, cause, directory=directory, now=now)
    if corrections:
        versions.keep(session, actor, case, before, now=now, reason=comment)
    facts: dict[str, Any] = {"round": case.round, "version": case.version, "stage": case.stage}
    if dossier.definition.statutory:
        facts["statutory_due_at"] = case.statutory_due_at
    said = about(case, "case.resubmitted", comment, **facts)
    session.flush()
    record(session, actor, [said, *events])
    return case


def withdraw(session: Session, actor: Actor, case_id: UUID, *, reason_code: str, comment: str) -> Case:
    """Take a case back before it is decided. Its subject or requester only.

    Raises NoSuchCase, CaseSealed, CaseSettled, NotOwner, ReasonNeeded, NotPossibleNow.
    """
    dossier = lock_case(session, case_id)
    dossier.must_be_alive()
    case = dossier.case
    if actor.person_id is None or actor.person_id not in (case.subject_id, case.requester_id):
        raise NotOwner
    if reason_code not in dossier.definition.reasons_for("withdraw"):
        raise ReasonNeeded(code=reason_code)
    cause = Cause(Move.WITHDRAW, reason_code, comment.strip())
    events = move(session, dossier, cause, directory=None, now=clock.now(session))
    session.flush()
    record(session, actor, events)
    return case


@dataclass(frozen=True, slots=True)
class _Entry:
    """A draft with its id and the first stage that applies to it."""

    draft: CaseDraft
    chain: str
    stage: Stage
    before: tuple[Skipped | Passed, ...]
    coming: Stage | None
    tied: tuple[UUID, ...]
    doubted: tuple[UUID, ...]
    id: UUID = field(default_factory=new_id)

    @classmethod
    def of(cls, draft: CaseDraft, definition: ChainDefinition, ties: Sequence[Relation]) -> "_Entry":
        check_facts(definition.stages, draft.data)
        try:
            _, effects = advance(definition, CaseStatus(CaseState.DRAFT, None), Move.OPEN, draft.data)
        except NoStage as exc:
            raise NoStageApplies(reference=draft.reference) from exc
        entered = next(e.stage for e in effects if isinstance(e, Entered))
        before = tuple(e for e in effects if isinstance(e, Skipped | Passed))
        coming = announced_after(definition, entered.name, draft.data)
        tied, doubted = tied_to(draft.subject_id, ties), doubted_by(draft.subject_id, ties)
        return cls(draft, definition.chain, entered, before, coming, tied, doubted)

    def row(self, process_id: UUID, version_id: UUID, now: datetime) -> dict[str, Any]:
        draft = self.draft
        return {
            "id": self.id,
            "process_id": process_id,
            "natural_key": draft.natural_key,
            "reference": draft.reference,
            "title": draft.title,
            "chain_version_id": version_id,
            "subject_id": draft.subject_id,
            "subject_name": draft.subject_name,
            "unit_id": draft.unit_id,
            "requester_id": draft.requester_id,
            "state": CaseState.OPEN,
            "stage": self.stage.name,
            "round": 1,
            "version": 1,
            "data": dict(draft.data),
            "is_fixed": draft.is_fixed,
            "outcome": None,
            "opened_at": now,
            "returned_at": None,
            "returned_to": None,
            "settled_at": None,
            "sealed_at": None,
            "suspended_from": None,
            "suspended_at": None,
            "suspension": None,
            "resumes_at": None,
            "tied": [*self.tied],
            "doubted": [*self.doubted],
            "appeals_id": draft.appeals_id,
            "judged": [*draft.judged],
        }

    @property
    def interests(self) -> Interests:
        draft = self.draft
        return Interests(draft.subject_id, draft.requester_id, tied=self.tied, judged=draft.judged)

    @property
    def opening(self) -> Opening:
        return Opening(
            self.id,
            self.draft.unit_id,
            1,
            self.stage,
            frozenset(self.interests.barred_from(self.stage)),
            chain=self.chain,
            about=About(self.draft.data),
        )

    @property
    def announced(self) -> Coming | None:
        """The stage after the first, if it is announced."""
        if self.coming is None:
            return None
        draft = self.draft
        barred = frozenset(self.interests.barred_from(self.coming))
        here, about_it = self.stage.name, About(draft.data)
        return Coming(self.id, draft.unit_id, 1, here, self.coming, barred, about_it)

    def events(
        self, process_id: UUID, version: ChainVersion, begun: list[Event], by_law: datetime | None
    ) -> list[Event]:
        draft = self.draft
        facts = {
            "case": self.id,
            "process": process_id,
            "chain": version.chain,
            "chain_version": version.id,
            "subject": draft.subject_id,
            "requester": draft.requester_id,
            "unit": draft.unit_id,
            "stage": self.stage.name,
            "reference": draft.reference,
            **({"statutory_due_at": by_law} if by_law else {}),
            **({"appeals": draft.appeals_id} if draft.appeals_id else {}),
        }
        personal: dict[str, Any] = {"title": draft.title, "subject_name": draft.subject_name}
        if self.tied:
            personal["tied"] = [*self.tied]
        first = Event("case.opened", self.id, "case", facts, personal, opens=True)
        skips = [_before(self.id, effect) for effect in self.before]
        return [first, *skips, *begun]


def _before(case_id: UUID, effect: Skipped | Passed) -> Event:
    """What the stream says of a stage before the first that begins."""
    facts = {"case": case_id, "stage": effect.stage.name}
    if isinstance(effect, Passed):
        return Event("case.stage_passed", case_id, "case", {**facts, "rule": effect.stage.pass_when})
    return Event("case.stage_skipped", case_id, "case", facts)


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, UUID]:
    if not rows:
        return {}
    written = session.connection().exec_driver_sql(_insert_new(tuple(rows[0])), {"rows": as_json(rows)})
    return dict(written.tuples().all())


@lru_cache
def _insert_new(columns: tuple[str, ...]) -> str:
    """Made once: what is not there yet is inserted, and named."""
    new = insert(Case).from_select([*columns], select(*given(Case, columns).c))
    only_new = new.on_conflict_do_nothing(constraint="uq_case_process_id_natural_key")
    return text_of(only_new.returning(Case.natural_key, Case.id))


def _existing(session: Session, process_id: UUID, keys: Sequence[str]) -> dict[str, UUID]:
    found = select(Case.natural_key, Case.id).where(Case.process_id == process_id, Case.natural_key.in_(keys))
    return dict(session.execute(found).tuples().all())


def _must_be_office(actor: Actor) -> None:
    if not (actor.is_system or actor.has(Role.HR, Role.ADMIN)):
        raise HrOnly
