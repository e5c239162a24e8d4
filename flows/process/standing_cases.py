"""Cases that belong to no cycle: by which chain they go, and their numbers, one after another."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import chains
from approvals.errors import NoSuchChain
from approvals.models import Case, ChainVersion
from core import clock
from core.actor import system


def version(session: Session, chain: str, shipped: Path) -> ChainVersion:
    """The chain in force: HR may have published another text of it; without any, the one that is shipped."""
    try:
        return chains.current(session, chain, clock.now(session))
    except NoSuchChain:
        return chains.publish(session, system("flow"), shipped.read_text())


def next_number(session: Session, standing: UUID) -> int:
    """The number of the next case of a kind; whoever asks at the same time waits, and gets another."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(standing), 1))))
    return session.scalars(select(func.count()).where(Case.process_id == standing)).one() + 1
