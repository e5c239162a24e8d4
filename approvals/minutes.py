"""The minutes of a panel: who sat, who was there, how it voted and why. Data, and a PDF of the same bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import typst
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.access import READERS, must_see
from approvals.chains import definition_by_id, stage_of
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.errors import NoSuchMinutes
from approvals.models import Case, Decision, DecisionKind, Task
from approvals.panels import CONVENER
from approvals.stage import Stage
from approvals.titles import Titles
from core.actor import Actor
from core.events import EventRow, facts_of, history
from core.language import moment, translate
from core.settings import ROOT, settings

FOLDER = ROOT / "approvals"
VOTES = {
    DecisionKind.APPROVE: "in favour",
    DecisionKind.REJECT: "against",
    DecisionKind.RETURN: "to be returned",
    DecisionKind.ABSTAIN: "abstains",
    DecisionKind.RECUSE: "stepped aside",
}
OUTCOMES = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.REJECT: "rejected",
    DecisionKind.RETURN: "returned for repair",
}
ABSENT = "not present"
TEXTS = (
    "Minutes",
    "Case",
    "About",
    "Stage",
    "Formed by decree",
    "Convened",
    "Decided on",
    "Outcome",
    "Name",
    "Part",
    "Vote",
    "Reason",
    "Had no seat, for their own interest",
    "Ended early",
    "Drawn from the log; hash of the count",
)
"""What the page itself says, in the reader's language."""
PARTS = {"chair": "Chair", "secretary": "Secretary", "member": "Member"}


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who had a seat; `vote` is None for who was not there."""

    name: str
    part: str
    vote: DecisionKind | None
    at: datetime | None
    reason: Titles | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a panel decided on one case in one round."""

    case: Case
    stage: Stage
    round: int
    orders: Sequence[str]
    convened_at: datetime
    decided_at: datetime
    outcome: DecisionKind
    voters: Sequence[Voter]
    away: Sequence[str]
    """Members who had no seat, for their own interest in the case."""
    closing: str
    """What was said when the meeting was ended before everybody had voted."""
    hash: str
    """Of the event that counted the votes: what the ledger vouches for."""

    def number(self, vote: DecisionKind | None) -> int:
        """How many voted so; None asks for who was not there."""
        return sum(voter.vote is vote for voter in self.voters)


def minutes_of(session: Session, case: Case) -> list[tuple[str, int]]:
    """The panels that came to a decision on a case, by stage and round."""
    counted = [facts_of(row) for row in history(session, case.id) if row.name == "panel.decided"]
    return [(facts["stage"], facts["round"]) for facts in counted]


def may_read(session: Session, actor: Actor, case: Case) -> bool:
    """Deliberations are for the office's readers and for those who sat, not for whom they are about."""
    if actor.person_id in (case.subject_id, case.requester_id):
        return False
    sat = select(Task.id).where(Task.case_id == case.id, Task.assignee_id == actor.person_id, Task.part != "")
    return actor.has(*READERS) or session.scalar(sat.limit(1)) is not None


def minutes(
    session: Session, actor: Actor, case_id: UUID, stage: str, round: int, *, directory: Directory
) -> Minutes:
    """The minutes of a panel. Raises NoSuchCase, NoSuchMinutes where there are none for the actor to read."""
    case = must_see(session, actor, case_id, directory=directory)
    rows = history(session, case.id)
    counted = next((r for r in rows if _is(r, "panel.decided", stage, round)), None)
    if counted is None or not may_read(session, actor, case):
        raise NoSuchMinutes
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.stage == stage, Task.round == round, Task.part != CONVENER)
        .order_by(Task.seat, Task.id)
    ).all()
    said = select(Decision).where(Decision.case_id == case.id, Decision.stage == stage)
    decisions = {d.task_id: d for d in session.scalars(said)}
    before = [r for r in rows if r.index <= counted.index and facts_of(r).get("stage") == stage]
    convened = [r for r in before if r.name in ("panel.convened", "panel.short")][-1]
    closed = next((r for r in reversed(before) if r.name == "panel.closed"), None)
    away = [UUID(one) for one in facts_of(convened)["away"]]
    people = directory.people({t.assignee_id for t in tasks if t.assignee_id} | set(away))
    names = {id_: person.name for id_, person in people.items()}
    definition = definition_by_id(session, case.chain_version_id)
    return Minutes(
        case,
        stage_of(session, case.chain_version_id, stage),
        round,
        facts_of(convened).get("orders", ()),
        convened.at,
        counted.at,
        DecisionKind(facts_of(counted)["outcome"]),
        [_voter(task, decisions.get(task.id), names, definition) for task in tasks],
        [names.get(one, "–") for one in away],
        str(facts_of(closed).get("comment", "")) if closed else "",
        counted.hash.hex(),
    )


def pdf(minutes: Minutes, language: str) -> bytes:
    """The minutes as a PDF/A; the same bytes for the same facts and language."""
    drawn = _compiler().compile(
        sys_inputs={"minutes": json.dumps(_facts(minutes, language), ensure_ascii=False, sort_keys=True)},
        format="pdf",
        pdf_standards=["a-2b"],
        timestamp=minutes.decided_at.replace(microsecond=0),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst answered with pages instead of one document")
    return drawn


def _voter(
    task: Task, decision: Decision | None, names: dict[UUID, str], definition: ChainDefinition
) -> Voter:
    if decision is None:
        return Voter(names.get(task.assignee_id, "–") if task.assignee_id else "–", task.part, None, None)
    return Voter(
        decision.decider_name,
        task.part,
        DecisionKind(decision.kind),
        decision.decided_at,
        definition.reasons_for(decision.kind, task.stage).get(decision.code or ""),
        decision.comment,
    )


def _is(row: EventRow, name: str, stage: str, round: int) -> bool:
    return row.name == name and (facts_of(row)["stage"], facts_of(row)["round"]) == (stage, round)


def _facts(of: Minutes, language: str) -> dict[str, Any]:
    zone = settings().zone

    def said(text: str) -> str:
        return translate(language, text)

    def line(voter: Voter) -> dict[str, str]:
        reason = voter.reason.said(language) if voter.reason else ""
        return {
            "name": voter.name,
            "part": said(PARTS[voter.part]) if voter.part in PARTS else voter.part,
            "vote": said(VOTES[voter.vote] if voter.vote else ABSENT),
            "at": moment(language, voter.at, zone) if voter.at else "",
            "why": ". ".join(part for part in (reason, voter.comment) if part),
        }

    return {
        "language": language,
        "said": {text: said(text) for text in TEXTS},
        "office": settings().office.name,
        "reference": of.case.reference,
        "title": of.case.title,
        "subject": of.case.subject_name,
        "stage": of.stage.title.said(language),
        "round": of.round,
        "orders": list(of.orders),
        "convened": moment(language, of.convened_at, zone),
        "decided": moment(language, of.decided_at, zone),
        "outcome": said(OUTCOMES[of.outcome]),
        "voters": [line(voter) for voter in of.voters],
        "counts": [
            (said("In favour"), of.number(DecisionKind.APPROVE)),
            (said("Against"), of.number(DecisionKind.REJECT) + of.number(DecisionKind.RETURN)),
            (said("Abstained"), of.number(DecisionKind.ABSTAIN)),
            (said("Stepped aside"), of.number(DecisionKind.RECUSE) + len(of.away)),
            (said("Not present"), of.number(None)),
        ],
        "away": list(of.away),
        "closing": of.closing,
        "hash": of.hash,
    }


@lru_cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(FOLDER / "minutes.typ", root=FOLDER, ignore_system_fonts=True)
