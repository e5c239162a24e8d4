"""What the rules can't forbid because two agree to it: who confirms whom, who decides for each other; and
what stays with one person. For auditors to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import Session, aliased

from approvals.models import Case, Decision, DecisionKind, ExternalAnswer, Task
from approvals.models_proposals import Proposal, ProposalState

MOST = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people and how often; the latest time."""

    one: UUID
    other: UUID
    times: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class Alone:
    """What one person did alone, and how often."""

    person: UUID
    what: str
    """letters (answers from outside that they entered) or handed (tasks they gave to others by hand)."""
    times: int


def confirmations(session: Session, since: datetime) -> Sequence[Pair]:
    """Who confirmed what whom proposed, the most often first."""
    times, latest = func.count(), func.max(Proposal.answered_at)
    found = (
        select(Proposal.made_by, Proposal.answered_by, times, latest)
        .where(Proposal.state == ProposalState.CONFIRMED, Proposal.answered_at >= since)
        .group_by(Proposal.made_by, Proposal.answered_by)
        .order_by(times.desc(), latest.desc())
        .limit(MOST)
    )
    rows = session.execute(found).tuples()
    return [Pair(one, other, n, at or since) for one, other, n, at in rows if other]


def favours(session: Session, since: datetime) -> Sequence[Pair]:
    """Who approved cases about each other: each of the two at least one; how many cases in all."""
    mine, yours = aliased(Decision), aliased(Decision)
    about_you, about_me = aliased(Case), aliased(Case)
    one = case((mine.decider_id < yours.decider_id, mine.decider_id), else_=yours.decider_id)
    other = case((mine.decider_id < yours.decider_id, yours.decider_id), else_=mine.decider_id)
    times, latest = func.count(distinct(about_you.id)), func.max(mine.decided_at)
    found = (
        select(one, other, times, latest)
        .select_from(mine)
        .join(about_you, about_you.id == mine.case_id)
        .join(about_me, about_me.subject_id == mine.decider_id)
        .join(yours, (yours.case_id == about_me.id) & (yours.decider_id == about_you.subject_id))
        .where(mine.kind == DecisionKind.APPROVE, yours.kind == DecisionKind.APPROVE)
        .where(mine.decided_at >= since, yours.decided_at >= since)
        .group_by(one, other)
        .order_by(times.desc(), latest.desc())
        .limit(MOST)
    )
    return [Pair(a, b, n, at) for a, b, n, at in session.execute(found).tuples()]


def alone(session: Session, since: datetime) -> Sequence[Alone]:
    """What needs no second person, and is only looked at afterwards."""
    letters = (
        select(ExternalAnswer.recorded_by, func.count())
        .where(ExternalAnswer.recorded_at >= since)
        .group_by(ExternalAnswer.recorded_by)
    )
    handed = (
        select(Task.handed_by, func.count())
        .where(Task.handed_by.is_not(None), Task.opened_at >= since)
        .group_by(Task.handed_by)
    )
    found = [Alone(who, "letters", n) for who, n in session.execute(letters).tuples()]
    found += [Alone(who, "handed", n) for who, n in session.execute(handed).tuples() if who]
    return sorted(found, key=lambda one: -one.times)[:MOST]
