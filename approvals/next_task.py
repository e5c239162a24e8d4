"""What somebody does next, asked after every decision: the first of their inbox, by a question made once.

It is the inbox's own order and the inbox's own wells (`inbox`), but as one statement whoever asks: what
somebody stands on before posts and people travels as rows, where the inbox is put together anew for each. All
lists travel as JSON, for PostgreSQL supposes the same of each: of arrays it knows how long this one is, finds
a plan for it cheaper than the one that it would keep, and makes one each time.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import FromClause, TableValuedAlias

from approvals.access import Footing, Reach, given_to
from approvals.directory import Directory
from approvals.errors import NoSuchTask
from approvals.instruments import in_force
from approvals.models import Case, Delegation, Task
from core import clock
from core.actor import Actor
from core.directory import Capacity
from core.questions import ID, ask

MINE, OFFERED = 1, 2


@dataclass(frozen=True, slots=True)
class Done:
    """A task as its decider is told of it afterwards."""

    task_id: UUID
    case_id: UUID
    chain: str
    stage: str
    reference: str
    subject_name: str
    more: bool
    """Whether the case has another open task that they are not barred from."""
    following: UUID | None
    """The first of their inbox now."""


def done(session: Session, actor: Actor, task_id: UUID, *, directory: Directory) -> Done:
    """What somebody just did, and what comes next in their inbox. Raises NoSuchTask."""
    if actor.person_id is None:
        raise NoSuchTask
    at = clock.now(session)
    own = Reach.own(actor, actor.person_id, directory=directory, at=at)
    found = ask(session, _DONE_BY_ONESELF, task=task_id, at=at, **_asking(own, but=task_id))
    if found and found[0].lent:  # few have delegations, and need not be asked for them apart
        reach = Reach.of(session, actor, actor.person_id, directory=directory, at=at)
        named = _rows(reach.named)
        found = ask(session, _DONE, task=task_id, at=at, named=named, **_asking(reach, but=task_id))
    if not found:
        raise NoSuchTask
    *said, _ = found[0]
    return Done(*said)


def _asking(reach: Reach, *, but: UUID) -> dict[str, Any]:
    return {
        "me": reach.person_id,
        "but": but,
        "queues": orjson.dumps(list(reach.queues)).decode(),
        "posts": _rows(reach.posts),
    }


def _rows(footings: Any) -> str:
    """What one stands on before each post, or each person, as the rows that `_footings` unpacks."""
    return orjson.dumps([_row(of, one) for of, each in footings.items() for one in each]).decode()


def _row(of: UUID, footing: Footing) -> dict[str, Any]:
    scope = footing.scope
    return {
        "of": of,
        "capacity": footing.capacity,
        "acts_for": footing.acts_for,
        "chains": scope.chains or None,
        "stages": scope.stages or None,
        "up_to_rank": scope.up_to_rank,
    }


def _footings(parameter: str) -> TableValuedAlias:
    rows = func.jsonb_to_recordset(cast(bindparam(parameter, type_=Text), JSONB)).table_valued(
        column("of", ID),
        column("capacity", Text),
        column("acts_for", ID),
        column("chains", ARRAY(Text)),
        column("stages", ARRAY(Text)),
        column("up_to_rank", Integer),
    )
    return rows.render_derived(parameter, with_types=True)


def _allowed(footing: FromClause) -> ColumnElement[bool]:
    """The terms of `access.may_act`, of a footing that is a row."""
    said = footing.c
    by_order = and_(
        Task.acting.contains(array([said.capacity])),
        or_(said.acts_for.is_(None), not_(said.acts_for == any_(Task.barred))),
        or_(said.chains.is_(None), Task.chain == any_(said.chains)),
        or_(said.stages.is_(None), Task.stage == any_(said.stages)),
        or_(said.up_to_rank.is_(None), Task.rank <= said.up_to_rank),
    )
    return or_(said.capacity == str(Capacity.DEFINITIVE), by_order)


def _first(part: int, *where: ColumnElement[bool]) -> Select[Any]:
    """The most urgent task of a well: one probe of the index that the well lies along."""
    return (
        select(literal_column(str(part), Integer).label("part"), Task.id, Task.due_at)
        .where(*where, Task.id.is_distinct_from(bindparam("but", type_=ID)))
        .order_by(Task.due_at.asc().nulls_last(), Task.id)
        .limit(literal_column("1"))
    )


def _of_each(rows: FromClause, well: Select[Any]) -> Select[Any]:
    """The most urgent of each row's well."""
    each = well.correlate(rows).lateral()
    return select(each.c.part, each.c.id, each.c.due_at).select_from(rows).join(each, literal_column("true"))


def _next(*, by_delegation: bool) -> Select[Any]:
    """The wells of `inbox`; `offered` is said as text there and here, so that a partial index fits."""
    me, queues = bindparam("me", type_=ID), cast(bindparam("queues", type_=Text), JSONB)
    posts, named = _footings("posts"), _footings("named")
    queue = (
        func.jsonb_array_elements_text(queues).table_valued(column("key", Text)).render_derived("offered_to")
    )
    offered = Task.state == literal_column("'offered'")
    open_, free = Task.ended_at.is_(None), not_(me == any_(Task.barred))
    by_name = or_(Task.position_id.is_(None), Task.claimed_at.is_not(None))
    mine = and_(Task.assignee_id == me, Task.claimed_at.is_not(None))
    rest = (not_(and_(offered, queues.has_key(Task.queue))), _allowed(posts), free)
    of_others = _of_each(named, _first(MINE, given_to(named.c.of), _allowed(named), free))
    wells = union_all(
        _boxed(_first(MINE, Task.assignee_id == me, open_, by_name)),
        _of_each(posts, _first(MINE, Task.position_id == posts.c.of, open_, mine.is_not(True), *rest)),
        *([of_others] if by_delegation else []),
        _of_each(queue, _first(OFFERED, Task.queue == queue.c.key, offered, free, not_(Task.held_back))),
        _boxed(
            _first(
                OFFERED,
                Task.candidates.contains(array([me])),
                offered,
                open_,
                free,
                not_(Task.held_back),
            )
        ),
    ).subquery()
    return (
        select(wells.c.id)
        .order_by(wells.c.part, wells.c.due_at.asc().nulls_last(), wells.c.id)
        .limit(literal_column("1"))
    )


def _boxed(well: Select[Any]) -> Select[Any]:
    """A well with its own order and limit, as a part of a union."""
    return select(well.subquery())


_OTHER = aliased(Task)
_ANOTHER = exists().where(
    _OTHER.case_id == Task.case_id,
    _OTHER.ended_at.is_(None),
    not_(bindparam("me", type_=ID) == any_(_OTHER.barred)),
)
_LENT = exists().where(
    Delegation.to_id == bindparam("me", type_=ID), in_force(bindparam("at", type_=Delegation.starts_at.type))
)


def _done(*, by_delegation: bool) -> Select[Any]:
    return (
        select(
            Task.id,
            Task.case_id,
            Task.chain,
            Task.stage,
            Case.reference,
            Case.subject_name,
            _ANOTHER.label("more"),
            _next(by_delegation=by_delegation).scalar_subquery().label("following"),
            _LENT.label("lent"),
        )
        .join(Case, Case.id == Task.case_id)
        .where(Task.id == bindparam("task", type_=ID))
    )


_DONE = _done(by_delegation=True)
_DONE_BY_ONESELF = _done(by_delegation=False)
