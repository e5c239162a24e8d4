"""What the records say of people as approvers: their work in hand, whom they know, what they decided."""

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, any_, column, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from approvals.models import Case, ChainVersion, Decision, DecisionKind, Task

EXPERIENCED_ENOUGH = 1_000
"""So many decisions at a stage count; whoever has more is no more experienced. It bounds the counting."""


def in_hand(session: Session, people: Collection[UUID]) -> Counter[UUID]:
    """How many open tasks each of these people has by name or by claim, along the inbox's own index.

    What waits at posts they hold is the posts', and is not counted.
    """
    counted = (
        select(Task.assignee_id, func.count())
        .where(
            _among(Task.assignee_id, people),
            Task.ended_at.is_(None),
            or_(Task.position_id.is_(None), Task.claimed_at.is_not(None)),
        )
        .group_by(Task.assignee_id)
    )
    return Counter({person: count for person, count in session.execute(counted).tuples() if person})


def familiar_with(session: Session, case_ids: Iterable[UUID], chain: str, stage: str) -> dict[UUID, UUID]:
    """Who decided a stage of a chain last for each of these cases' subjects; unknown subjects are missing."""
    this, other = aliased(Case), aliased(Case)
    found = (
        select(this.id, Decision.decider_id)
        .join(other, other.subject_id == this.subject_id)
        .join(ChainVersion, ChainVersion.id == other.chain_version_id)
        .join(Decision, Decision.case_id == other.id)
        .where(
            _among(this.id, case_ids),
            ChainVersion.chain == chain,
            Decision.stage == stage,
            Decision.kind != DecisionKind.RECUSE,
        )
        .distinct(this.id)
        .order_by(this.id, Decision.decided_at.desc(), Decision.id.desc())
    )
    return dict(session.execute(found).tuples().all())


def decided_by(session: Session, people: Collection[UUID], chain: str, stage: str) -> dict[UUID, int]:
    """How often each of these people decided a stage of a chain, up to EXPERIENCED_ENOUGH."""
    person = (
        func.unnest(literal(list(people), ARRAY(PG_UUID(as_uuid=True))))
        .table_valued(column("id", PG_UUID(as_uuid=True)), name="person")
        .render_derived()
    )
    some = (
        select(literal(1).label("one"))
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .join(ChainVersion, ChainVersion.id == Case.chain_version_id)
        .where(
            Decision.decider_id == person.c.id,
            Decision.stage == stage,
            Decision.kind != DecisionKind.RECUSE,
            ChainVersion.chain == chain,
        )
        .limit(EXPERIENCED_ENOUGH)
        .correlate(person)
        .subquery()
        .lateral()
    )
    counted = (
        select(person.c.id, func.count(some.c.one)).join_from(person, some, true()).group_by(person.c.id)
    )
    return dict(session.execute(counted).tuples().all())


def _among(
    of: InstrumentedAttribute[UUID | None] | InstrumentedAttribute[UUID], ids: Iterable[UUID]
) -> ColumnElement[bool]:
    return of == any_(literal(list(ids), ARRAY(PG_UUID(as_uuid=True))))
