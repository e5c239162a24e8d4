"""Short ways to say what people do, so that tests read as stories."""

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals import cases, chains, decisions, outside
from approvals.cases import CaseDraft
from approvals.decisions import Verdict
from approvals.models import Case, ChainVersion, Decision, ExternalAnswer, Task
from approvals.replay import differences
from core.actor import Actor, system
from core.events import facts_of, history
from core.ids import new_id
from tests.integration.approvals.office import Office, named

CHAIN = """
chain: promotion
title: {id: Kenaikan pangkat, en: Promotion}
correctable: [documents]
stages:
  - stage: unit-head
    title: {id: Kepala unit, en: Unit head}
    candidates: {holder_of: head, unit: subject.unit}
    due: 3 working days
    remind: [1 working day before, when due, every 2 working days after]
    escalate: {after: 5 working days, to: {holder_of: head, unit: subject.unit.parent}}
    acting: [plh, plt]
    return_to: [requester]
  - stage: verification
    candidates: {role: hr-verifier}
    checklist: [diploma, last-decree]
  - stage: consideration
    kind: external
  - stage: committee
    when: subject.rank >= 12
    candidates: {role: committee}
    separate_from: [unit-head]
  - stage: appointing-official
    candidates: {holder_of: ppk, unit: top}
    sign: decree
"""
ALL_TICKED = ("diploma", "last-decree")
FLOW = system("flow")
keys = itertools.count(1)


class Desk:
    """An office, its chain, and its people at work, in one session."""

    def __init__(self, session: Session, office: Office | None = None, chain: str = CHAIN) -> None:
        self.session = session
        self.office = office or Office.usual()
        self.process_id = new_id()
        self.version: ChainVersion = chains.publish(session, FLOW, chain)

    def who(self, actor: str | Actor) -> Actor:
        return self.office.actor(actor) if isinstance(actor, str) else actor

    def draft(self, subject: str = "Budi", key: str = "", **more: Any) -> CaseDraft:
        unit = self.office.staff[named(subject)].unit_id
        data: Mapping[str, Any] = {"subject": {"rank": 9}, "documents": ["diploma"]}
        said = {"title": f"Promotion of {subject}", "data": data, "unit_id": unit, **more}
        return CaseDraft(
            natural_key=key or subject,
            reference=f"KP/{key or subject}",
            subject_id=named(subject),
            subject_name=subject,
            **said,
        )

    def open(self, subject: str = "Budi", **more: Any) -> Case:
        drafts = [self.draft(subject, **more)]
        ids = cases.open_cases(
            self.session, FLOW, self.process_id, self.version, drafts, directory=self.office
        )
        return self.session.get_one(Case, ids[0])

    def task(self, case: Case) -> Task:
        """The one open task of a case."""
        return self.session.scalars(
            select(Task).where(Task.case_id == case.id, Task.ended_at.is_(None))
        ).one()

    def seat(self, case: Case, who: str) -> Task:
        """The open task that somebody has at a case's panel."""
        open_ = select(Task).where(Task.case_id == case.id, Task.ended_at.is_(None))
        return self.session.scalars(open_.where(Task.assignee_id == named(who))).one()

    def vote(self, who: str, case: Case, kind: str = "approve", **more: Any) -> Decision:
        """Decide one's seat of a panel."""
        return self.decide(who, self.seat(case, who), kind, **more)

    def tasks(self, case: Case) -> list[Task]:
        return list(self.session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.id)))

    def decide(self, actor: str | Actor, case: Case | Task, kind: str = "approve", **more: Any) -> Decision:
        task = self.task(case) if isinstance(case, Case) else case
        said = {
            "kind": kind,
            "seen_version": self.session.get_one(Case, task.case_id).version,
            "request_key": f"form-{next(keys)}",
            "checklist": ALL_TICKED,
            **({} if kind == "approve" else {"code": "other", "comment": "because"}),
            **more,
        }
        return decisions.decide(
            self.session, self.who(actor), task.id, Verdict(**said), directory=self.office
        )

    def resubmit(self, actor: str, case: Case, data: Mapping[str, Any] | None = None, **more: Any) -> Case:
        said = {"comment": "here it is", "seen_version": case.version, **more}
        return cases.resubmit(
            self.session, self.who(actor), case.id, data=data, directory=self.office, **said
        )

    def withdraw(self, actor: str, case: Case, code: str = "own-wish") -> Case:
        return cases.withdraw(self.session, self.who(actor), case.id, reason_code=code, comment="no more")

    def answer(
        self, case: Case, outcome: str = "MS", actor: str = "Hana", number: str = "B-1/2026"
    ) -> ExternalAnswer:
        return outside.answer(
            self.session,
            self.who(actor),
            case.id,
            outcome=outcome,
            letter_number=number,
            letter_date=date(2026, 1, 5),
            note="as received",
            directory=self.office,
        )

    def at(self, stage: str, subject: str = "Budi", **more: Any) -> Case:
        """A case that was approved up to a stage."""
        case = self.open(subject, **more)
        while case.stage != stage:
            match case.stage:
                case "consideration":
                    self.answer(case)
                case "verification":
                    self.decide("Vera", case)
                case _:
                    holder = self.task(case).assignee_id
                    name = next(n for n in self.office.staff if n == holder)
                    self.decide(self.office.staff[name].name, case)
        return case

    def names(self, case: Case) -> list[str]:
        """What its stream tells, in order."""
        return [event.name for event in history(self.session, case.id)]

    def facts(self, case: Case, name: str) -> list[dict[str, Any]]:
        """What the events of a name say."""
        return [facts_of(event) for event in history(self.session, case.id) if event.name == name]


def check_streams(session: Session) -> None:
    """Every case is what its stream tells, is in one state, and is never forgotten."""
    session.flush()
    for case_id in session.scalars(select(Case.id)).all():
        assert differences(session, case_id) == []
        case = session.get_one(Case, case_id)
        open_tasks = [
            t for t in session.scalars(select(Task).where(Task.case_id == case_id)) if not t.ended_at
        ]
        if case.state == "open":
            definition = chains.definition_by_id(session, case.chain_version_id)
            external = definition.stage(case.stage or "").is_external
            assert bool(open_tasks) is not external, "an open case waits for somebody"
            assert len(open_tasks) <= 1 or definition.stage(case.stage or "").is_panel
        elif case.state == "suspended":
            assert {t.state for t in open_tasks} <= {"suspended"}, "nobody works on what stands still"
        else:
            assert not open_tasks, "no ghost tasks"
        deciders = session.execute(
            select(Decision.stage, Decision.decider_id).where(Decision.case_id == case_id)
        ).all()
        assert all(who not in (case.subject_id, case.requester_id) for _, who in deciders)


def unit_of(office: Office, name: str) -> UUID | None:
    return office.staff[named(name)].unit_id
