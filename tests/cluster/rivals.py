"""Clients who work on the same tasks at once, and note what they asked and were told.

Each note is a line of JSON, written before a deed and again after it; the clock is the machine's monotonic
one, which all processes share.
"""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from approvals import cases, decisions, handing, pausing, tasks
from approvals.decisions import Verdict
from approvals.models import Case, Task
from core import database, events
from core.actor import Actor
from core.errors import MufakatError
from core.ids import new_id
from tests.bench import place
from tests.integration.approvals.office import Office, named

VERIFIERS = ("Vera", "Viktor", "Vina")
MEMBERS = ("Agus", "Bela", "Cahya", "Dian")
CHAIN = """
chain: rivals
title: {id: Lomba, en: Rivals}
stages:
  - stage: first
    candidates: {role: hr-verifier}
  - stage: second
    candidates: {role: hr-verifier}
  - stage: panel
    candidates: {committee: rivals}
    decide: {quorum: 2}
"""
QUORUM = 2
DEEDS = ("decide", "decide", "claim", "claim", "release", "suspend", "suspend", "resume", "resume")
DEEDS += ("delegate", "delegate", "reassign")
SELDOM = 0.015
"""How often whom a case is about takes it back, which ends it."""
PAUSE = 0.02
"""Seconds before the next try while the database is away."""
Job = Callable[[Session], object]
VERBS: dict[str, Callable[[Session, Actor, UUID], object]] = {
    "claim": tasks.claim,
    "release": tasks.release,
    "suspend": lambda session, actor, task: pausing.suspend_task(session, actor, task, reason="waits"),
    "resume": pausing.resume_task,
}


def office() -> Office:
    """Three verifiers and a committee of four."""
    made = Office.usual()
    made.employ("Vina", "badan", "hr-verifier")
    for name in MEMBERS:
        made.employ(name, "badan")
    made.form_committee("rivals", *MEMBERS)
    return made


class Rival:
    """One client."""

    def __init__(self, seed: int, notes: Path) -> None:
        self.random = random.Random(seed)
        self.notes = notes.open("a", buffering=1)
        self.office = office()
        self.seed, self.count = seed, 0

    def work(self) -> None:
        """Do something to some task, for ever."""
        while True:
            try:
                with database.transaction() as session:
                    found = self.choose(session)
            except DBAPIError:
                time.sleep(PAUSE)
                continue
            if found is None:
                time.sleep(0.01)
            else:
                self.meddle(*found)

    def choose(self, session: Session) -> tuple[UUID, UUID, str, str, int] | None:
        """A task of one of the oldest open cases, mostly an open one, and who tries."""
        oldest = select(Case.id).where(Case.settled_at.is_(None)).order_by(Case.reference).limit(3)
        rows = session.execute(
            select(Task.id, Task.case_id, Task.stage, Task.assignee_id, Task.ended_at).where(
                Task.case_id.in_(oldest)
            )
        ).all()
        alive = [row for row in rows if row.ended_at is None]
        if not rows:
            return None
        row = self.random.choice(alive if alive and self.random.random() < 0.8 else rows)
        if row.stage == "panel":
            holder = self.office.staff[row.assignee_id].name
            return row.id, row.case_id, row.stage, holder, 1
        has_it = [self.office.staff[row.assignee_id].name] if row.assignee_id else []
        who = self.random.choice([*VERIFIERS, *has_it * len(VERIFIERS)])
        return row.id, row.case_id, row.stage, who, 1

    def meddle(self, task_id: UUID, case_id: UUID, stage: str, who: str, version: int) -> None:
        actor = self.office.actor(who)
        about = [str(task_id), stage, who]
        if self.random.random() < SELDOM:
            budi = self.office.actor("Budi")
            said = {"reason_code": "own-wish", "comment": ""}
            deed: Job = lambda s: cases.withdraw(s, budi, case_id, **said)  # noqa: E731
            self.do(case_id, "withdraw", [str(task_id), stage, "Budi"], deed)
            return
        what = "decide" if stage == "panel" else self.random.choice(DEEDS)
        if what == "decide":
            self.decide(case_id, task_id, about, actor, version)
        elif what in ("delegate", "reassign"):
            to = self.random.choice([name for name in VERIFIERS if name != who])
            self.do(case_id, what, [*about, to], self.hands_on(what, actor, task_id, to))
        else:
            verb = VERBS[what]
            self.do(case_id, what, about, lambda s: verb(s, actor, task_id))

    def hands_on(self, what: str, actor: Actor, task_id: UUID, to: str) -> Job:
        office, hana, to_id = self.office, self.office.actor("Hana"), named(to)
        if what == "reassign":
            said = {"reason": "is ill", "directory": office}
            return lambda s: handing.reassign(s, hana, task_id, to_id, **said)
        return lambda s: handing.delegate(
            s, actor, task_id, to_id, reason="a trip", with_draft=True, directory=office
        )

    def decide(self, case_id: UUID, task_id: UUID, about: list[str], actor: Actor, version: int) -> None:
        """Decide by a form; while it is not known what became of it, send the same form again."""
        key = str(new_id())
        verdict = Verdict(kind="approve", seen_version=version, request_key=key)

        def deed(session: Session) -> object:
            return decisions.decide(session, actor, task_id, verdict, directory=self.office)

        tries = 1 + (self.random.random() < 0.2)
        while tries:
            told = self.do(case_id, "decide", [*about, key], deed)
            tries = tries if told is None else tries - 1

    def do(self, case_id: UUID, what: str, about: list[str], deed: Job) -> str | None:
        self.count += 1
        number = f"{self.seed}-{self.count}"
        note = {"deed": number, "case": str(case_id), "what": what, "about": about}
        self.note({**note, "began": time.monotonic_ns()})
        try:
            with database.transaction() as session:
                deed(session)
            told: str | None = "ok"
        except MufakatError as refused:
            told = type(refused).__name__
        except DBAPIError:
            told = None
            time.sleep(PAUSE)
        self.note({"deed": number, "ended": time.monotonic_ns(), "answer": told})
        return told

    def note(self, said: dict[str, object]) -> None:
        self.notes.write(json.dumps(said) + "\n")


def work(url: str, seed: int, notes: Path) -> None:
    """A client's life."""
    place.work_at(url)
    events.wire([])
    Rival(seed, notes).work()
