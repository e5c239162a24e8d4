"""Whose turn it is at a stage where work goes round: one row a stage, locked until the work is given.

Rows are locked after the cases whose work is given, and in the order of their names. Whoever gives out the
work of several cases in one transaction therefore locks all of these first (`lock_ahead`): then no two
writers wait for each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import any_, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from approvals.chains import definition_by_id
from approvals.definition import ChainDefinition
from approvals.models import Case, Rotation

Key = tuple[str, str]
"""A chain and one of its stages."""
NOBODY = UUID(int=0)
"""Before the first turn: the lowest id comes next."""


def next_after(last: UUID, among: Sequence[UUID]) -> UUID:
    """Whose turn it is after somebody, in the order of their ids; after the last comes the first."""
    return min((one for one in among if one > last), default=min(among))


def lock_turns(session: Session, keys: Iterable[Key]) -> dict[Key, UUID]:
    """Who had the last turn at each of these stages; until the transaction ends nobody else gives one."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    first = [{"chain": chain, "stage": stage, "last_id": NOBODY} for chain, stage in wanted]
    session.execute(insert(Rotation).on_conflict_do_nothing(), first)
    rows = session.execute(
        select(Rotation.chain, Rotation.stage, Rotation.last_id)
        .where(tuple_(Rotation.chain, Rotation.stage).in_(wanted))
        .order_by(Rotation.chain, Rotation.stage)
        .with_for_update()
    )
    return {(chain, stage): last for chain, stage, last in rows}


def keep_turns(session: Session, turns: Mapping[Key, UUID]) -> None:
    """Keep who had the last turn at stages that are locked."""
    for (chain, stage), last in turns.items():
        session.execute(
            update(Rotation).where(Rotation.chain == chain, Rotation.stage == stage).values(last_id=last),
            execution_options={"synchronize_session": False},
        )


def lock_ahead(session: Session, case_ids: Iterable[UUID], more: Iterable[ChainDefinition] = ()) -> None:
    """Lock these cases, then the turns at every stage of their chains, and of more, where work goes round."""
    ids = literal(list(case_ids), ARRAY(PG_UUID(as_uuid=True)))
    locked = (
        select(Case.chain_version_id)
        .where(Case.id == any_(ids))
        .order_by(Case.id)
        .with_for_update(key_share=True)
    )
    definitions = [*more, *(definition_by_id(session, id_) for id_ in set(session.scalars(locked)))]
    lock_turns(
        session, [(d.chain, s.name) for d in definitions for s in d.stages if s.allocate == "round-robin"]
    )
