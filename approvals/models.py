"""The engine's tables. People, units and processes are ids of other rooms: no foreign key leaves this one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base


class CaseState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


SETTLED = frozenset(
    {CaseState.APPROVED, CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.CANCELLED, CaseState.EXPIRED}
)


class TaskState(StrEnum):
    OFFERED = "offered"
    ALLOCATED = "allocated"
    STARTED = "started"
    SUSPENDED = "suspended"
    DECIDED = "decided"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OPEN_TASKS = frozenset({TaskState.OFFERED, TaskState.ALLOCATED, TaskState.STARTED, TaskState.SUSPENDED})


class DecisionKind(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    ABSTAIN = "abstain"
    RECUSE = "recuse"


def _one_of(column: str, values: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(str(v)) for v in values)})"


class ChainVersion(Base):
    """A chain definition as it was published: immutable. An older text published again is a new one."""

    __tablename__ = "chain_version"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chain: Mapped[str]
    number: Mapped[int]
    content_hash: Mapped[str]
    source: Mapped[str]
    effective_from: Mapped[datetime]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    called_off_at: Mapped[datetime | None]
    """When it was called off before it took effect; then it never does."""
    confirmed_at: Mapped[datetime | None]
    """When somebody other than its author confirmed it: until then it does not take effect. What the system
    publishes needs nobody."""
    confirmed_by: Mapped[UUID | None]


class ChainDraft(Base):
    """A chain's text in the making: one for each chain, shared by those who may publish it."""

    __tablename__ = "chain_draft"
    __table_args__ = (UniqueConstraint("chain"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chain: Mapped[str]
    source: Mapped[str]
    based_on: Mapped[UUID | None] = mapped_column(ForeignKey(ChainVersion.id))
    """The version it was begun from; None for a chain that is new."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts up at each save; whoever saves names the one they saw."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID | None]
    saved_by_name: Mapped[str]


MARKED = "settled_at IS NULL AND (statutory_missed_at IS NOT NULL OR suspension = 'expired')"
"""A case that is late before the law, or that the clock stopped."""


class Case(Base):
    """One request inside a process, about a subject; in exactly one state."""

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint(_one_of("state", CaseState), name="state"),
        CheckConstraint(
            "(state IN ('approved','rejected','withdrawn','cancelled','expired')) = (settled_at IS NOT NULL)",
            name="settled",
        ),
        UniqueConstraint("process_id", "natural_key"),
        # "is any case of this gate unsettled?" is asked at every wake-up, of a cycle of thousands
        Index("ix_case_unsettled", "process_id", postgresql_where=text("settled_at IS NULL")),
        Index("ix_case_subject_id", "subject_id"),
        CheckConstraint("(state = 'suspended') = (suspended_from IS NOT NULL)", name="suspended"),
        # the keeper: whose suspension ends by itself
        Index("ix_case_resumes_at", "resumes_at", postgresql_where=text("resumes_at IS NOT NULL")),
        # one appeal a case; and the way from a case to its appeal
        Index(
            "uq_case_appeals_id", "appeals_id", unique=True, postgresql_where=text("appeals_id IS NOT NULL")
        ),
        # what the clock marked, for HR and operators to look at; few among all
        Index("ix_case_marked", "id", postgresql_where=text(MARKED)),
        # the sweep: the next case whose clock asks for something
        Index("ix_case_alarm", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_id: Mapped[UUID]
    natural_key: Mapped[str]
    """What makes it one of a kind within its process: opening it again changes nothing."""
    reference: Mapped[str]
    """What people call it by, such as KP-2026-12/0007."""
    title: Mapped[str]
    chain_version_id: Mapped[UUID] = mapped_column(ForeignKey(ChainVersion.id))
    subject_id: Mapped[UUID]
    subject_name: Mapped[str]
    unit_id: Mapped[UUID]
    requester_id: Mapped[UUID | None]
    """Who raised it; None when the system did."""
    state: Mapped[str]
    stage: Mapped[str | None]
    """The stage it is at; while returned, the stage it returns to; None when settled."""
    round: Mapped[int] = mapped_column(default=1)
    """Counts up at each resubmission."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts up whenever the data change; a decision names the version it saw."""
    data: Mapped[dict[str, Any]]
    """The facts it was opened on, and later corrections; conditions read these."""
    is_fixed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the facts stay as it was opened on: what it asks for is done as they say, word for word."""
    outcome: Mapped[str | None]
    """The coded reason of its last rejection, return or withdrawal; what it ended with."""
    opened_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    returned_to: Mapped[UUID | None]
    """While returned: who repairs it, the only one who may send it in again."""
    settled_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    """When its gate had passed: nothing about it changes any more."""
    suspended_from: Mapped[str | None]
    """While suspended: the state it was in, and goes back to."""
    suspended_at: Mapped[datetime | None]
    suspension: Mapped[str | None]
    """Why it is suspended, as a code; what was written is in its stream."""
    resumes_at: Mapped[datetime | None]
    """While suspended: when it goes on by itself; None when somebody must say so."""
    statutory_due_at: Mapped[datetime | None]
    """By when the law wants it decided, whatever the stages' own deadlines say."""
    statutory_since: Mapped[datetime | None]
    """Since when that clock runs: the opening, or the last time it went on."""
    statutory_left: Mapped[int | None]
    """How many seconds of its term were left when it last stood still; then it has no due date."""
    statutory_missed_at: Mapped[datetime | None]
    """When the keeper marked that the law's deadline had passed."""
    decided_ahead: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Stages to come that somebody has decided already."""
    alarm_at: Mapped[datetime | None]
    """When the sweep must look at the case next, for the law's clock."""

    tied: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), default=list, server_default="{}")
    """Who may not decide it for what ties them to the subject: as declared when it opened, and since."""
    doubted: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), server_default="{}")
    """Who is said by others to be tied to the subject, and must answer that before they decide it."""
    corrected_by: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), server_default="{}")
    """Who of the office entered facts that it is decided by, or an answer from outside: they don't decide."""

    appeals_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    """The settled case that this one appeals against."""
    judged: Mapped[list[UUID]] = mapped_column(
        ARRAY(PG_UUID(as_uuid=True)), default=list, server_default=text("'{}'")
    )
    """Of an appeal: who decided the first time, and may not decide now."""

    chain_version: Mapped[ChainVersion] = relationship(lazy="raise")
    tasks: Mapped[list["Task"]] = relationship(back_populates="case", lazy="raise", order_by="Task.opened_at")


class Task(Base):
    """One person's, or one candidate group's, work item at a stage of a case."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(_one_of("state", TaskState), name="state"),
        CheckConstraint(
            "state <> 'offered' OR queue IS NOT NULL OR candidates IS NOT NULL", name="offered_to_somebody"
        ),
        CheckConstraint(
            "state NOT IN ('allocated','started') OR assignee_id IS NOT NULL", name="allocated_to"
        ),
        CheckConstraint(
            "(state IN ('decided','skipped','cancelled')) = (ended_at IS NOT NULL)", name="ended"
        ),
        # the inbox, by urgency: what is mine by name or by claim, what my groups are offered, what waits at
        # my posts; each open task is in one of these for each of its readers
        Index(
            "ix_task_mine",
            "assignee_id",
            "due_at",
            "id",
            postgresql_where=text("ended_at IS NULL AND (position_id IS NULL OR claimed_at IS NOT NULL)"),
        ),
        Index("ix_task_offered", "queue", "due_at", "id", postgresql_where=text("state = 'offered'")),
        Index("ix_task_position", "position_id", "due_at", "id", postgresql_where=text("ended_at IS NULL")),
        # what a group's colleagues have, and what is held back for its free hands, the oldest first
        Index(
            "ix_task_taken",
            "queue",
            "due_at",
            "id",
            postgresql_where=text("queue IS NOT NULL AND ended_at IS NULL AND state <> 'offered'"),
        ),
        Index(
            "ix_task_held", "queue", "id", postgresql_where=text("held_back IS TRUE AND state = 'offered'")
        ),
        # what is offered to certain people by name
        Index(
            "ix_task_candidates",
            "candidates",
            postgresql_using="gin",
            postgresql_where=text("ended_at IS NULL AND candidates IS NOT NULL"),
        ),
        # the sweep: the next alarm that is due
        Index("ix_task_alarm", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
        # the keeper: whose suspension ends by itself
        Index(
            "ix_task_suspended_until", "suspended_until", postgresql_where=text("suspended_until IS NOT NULL")
        ),
        Index("ix_task_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    stage: Mapped[str]
    round: Mapped[int]
    state: Mapped[str]
    queue: Mapped[str | None]
    """The candidate group that may claim it, such as `role:hr-verifier`."""
    position_id: Mapped[UUID | None]
    """The post whose holder it waits for; its holders and permitted acting ones may decide."""
    acting: Mapped[list[str]]
    """By which capacities others than that post's holder may decide: the stage's, kept for the inbox."""
    barred: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    """Who may not decide it for a conflict of interest, when it opened: kept for the inbox."""
    assignee_id: Mapped[UUID | None]
    assignee_capacity: Mapped[str | None]
    order_number: Mapped[str | None]
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    alarm_at: Mapped[datetime | None]
    """When the sweep must look at it next."""
    reminded: Mapped[int] = mapped_column(default=0)
    escalated_at: Mapped[datetime | None]
    escalated_from: Mapped[UUID | None]
    term_from: Mapped[datetime | None]
    """When its term began anew after it had expired; None where it began as the task opened or rose."""
    term_left: Mapped[int | None]
    """After a return, how many seconds of its stage's term it was given; None: the whole term."""
    ended_at: Mapped[datetime | None]
    seat: Mapped[int] = mapped_column(default=0, server_default="0")
    """Its place in the stage's panel, from 0; a sequence is decided in this order."""
    part: Mapped[str] = mapped_column(default="", server_default="")
    """Which part its decider has in the panel: chair, secretary, member, or the post's or role's name."""
    candidates: Mapped[list[UUID] | None] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    """Offered to exactly these people, as its queue's other members do not qualify."""
    held_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Distributed late: in no list until the system hands it to whoever has a free hand."""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What whoever has it prepared and did not decide yet: comment, ticks, reason."""
    started_at: Mapped[datetime | None]
    suspended_from: Mapped[str | None]
    """While suspended: the state it was in, and goes back to."""
    suspended_at: Mapped[datetime | None]
    suspended_until: Mapped[datetime | None]
    chain: Mapped[str] = mapped_column(default="", server_default="")
    """Its case's chain, and below its subject's rank: what the scope of an order or a delegation asks."""
    rank: Mapped[int | None]
    handed_by: Mapped[UUID | None]
    """Who delegated or reassigned it to whoever has it; None when it came by rule."""

    case: Mapped[Case] = relationship(back_populates="tasks", lazy="raise")


class Decision(Base):
    """What was decided on a task: once, by whom, by which right, on which version."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(_one_of("kind", DecisionKind), name="kind"),
        UniqueConstraint("task_id"),
        UniqueConstraint("request_key"),
        Index("ix_decision_case_id", "case_id"),
        # figures read a period of many years' decisions; these lie as they were made, so a block range index
        # finds it at the cost of some kilobytes and nearly nothing for a decision
        Index("ix_decision_decided_at", "decided_at", postgresql_using="brin"),
        # how experienced somebody is at a stage, what they decided
        Index("ix_decision_decider_id", "decider_id", "stage"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey(Task.id))
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    stage: Mapped[str]
    kind: Mapped[str]
    decider_id: Mapped[UUID]
    decider_name: Mapped[str]
    acting_for_id: Mapped[UUID | None]
    capacity: Mapped[str | None]
    order_number: Mapped[str | None]
    code: Mapped[str | None]
    comment: Mapped[str]
    checklist: Mapped[list[str]]
    case_version: Mapped[int]
    request_key: Mapped[str]
    via: Mapped[str]
    decided_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    """The case's round it was taken in: votes of an earlier round do not count."""
    part: Mapped[str] = mapped_column(default="", server_default="")


class ExternalAnswer(Base):
    """What an authority outside said at an external stage, with the number and date of its letter."""

    __tablename__ = "external_answer"
    __table_args__ = (
        CheckConstraint("outcome IN ('approve','reject','return')", name="outcome"),
        UniqueConstraint("case_id", "stage", "round"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    stage: Mapped[str]
    round: Mapped[int]
    outcome: Mapped[str]
    letter_number: Mapped[str]
    letter_date: Mapped[date]
    note: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime]


class Consultation(Base):
    """A question to a colleague about a case, without giving the task away."""

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_consultation_case_id", "case_id"),
        # the inbox of whoever is asked
        Index("ix_consultation_asked", "asked_id", "asked_at", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    task_id: Mapped[UUID] = mapped_column(ForeignKey(Task.id))
    asker_id: Mapped[UUID]
    asker_name: Mapped[str]
    asked_id: Mapped[UUID]
    asked_name: Mapped[str]
    question: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was answered; without an answer it ends with its task."""


class DecisionAhead(Base):
    """What a later stage's approver decided before the case came there; it counts if nothing changed."""

    __tablename__ = "decision_ahead"
    __table_args__ = (
        UniqueConstraint("case_id", "stage"),
        CheckConstraint("kind IN ('approve','reject','return')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey(Case.id))
    stage: Mapped[str]
    kind: Mapped[str]
    decider_id: Mapped[UUID]
    decider_name: Mapped[str]
    roles: Mapped[list[str]]
    """By which roles the decider came; asked again when it is to count."""
    code: Mapped[str | None]
    comment: Mapped[str]
    checklist: Mapped[list[str]]
    case_version: Mapped[int]
    request_key: Mapped[str]
    via: Mapped[str]
    made_at: Mapped[datetime]


class Rotation(Base):
    """Whose turn it was last at a stage of a chain, where work goes round."""

    __tablename__ = "rotation"

    chain: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    last_id: Mapped[UUID]


class Delegation(Base):
    """An order by which one person's tasks may be decided by another for a while."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_another"),
        CheckConstraint("ends_at > starts_at", name="dates"),
        CheckConstraint("order_number <> ''", name="by_order"),
        Index("ix_delegation_to", "to_id", "ends_at", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_delegation_from", "from_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_number: Mapped[str]
    reason: Mapped[str]
    from_id: Mapped[UUID]
    from_name: Mapped[str]
    to_id: Mapped[UUID]
    to_name: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    chains: Mapped[list[str]]
    """Empty: all."""
    stages: Mapped[list[str]]
    up_to_rank: Mapped[int | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
