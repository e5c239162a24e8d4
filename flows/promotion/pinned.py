"""What a cycle goes by from its beginning to its end: its rulebook and its approval chain, by their texts."""

import hashlib
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals.chains import current, publish
from approvals.errors import NoSuchChain
from approvals.models import ChainVersion
from core import clock
from core.actor import Actor
from core.settings import ROOT
from flows.process.models import Process
from flows.promotion.models import RulebookVersion
from flows.promotion.rulebook import FILE, Rulebook, parse, rulebook

CHAIN = "rank-promotion"
CHAIN_FILE = ROOT / "flows" / "promotion" / "chain.yaml"

_read: dict[str, Rulebook] = {}
"""By hash: texts never change, and are few."""


def pin_rulebook(session: Session, process: Process) -> str:
    """The hash of the rulebook that the cycle began with; at its beginning, of the present one."""
    if known := process.progress.get("rulebook"):
        return known
    source = FILE.read_text()
    digest = hashlib.sha256(source.encode()).hexdigest()
    version = insert(RulebookVersion).values(hash=digest, source=source, first_used_at=clock.now(session))
    session.execute(version.on_conflict_do_nothing())
    return digest


def rulebook_of(session: Session, process: Process) -> Rulebook:
    """The rulebook that a cycle is screened by; before screening, the present one. Raises BadRules."""
    digest = process.progress.get("rulebook")
    return rulebook_by_hash(session, digest) if digest else rulebook()


def rulebook_by_hash(session: Session, digest: str) -> Rulebook:
    """A rulebook that some cycle was screened by."""
    if digest not in _read:
        _read[digest] = parse(session.get_one(RulebookVersion, digest).source)
    return _read[digest]


def chain_of(session: Session, process: Process) -> ChainVersion | None:
    """The chain that the cycle's cases follow; None before screening."""
    known = process.progress.get("chain_version")
    return session.get(ChainVersion, UUID(known)) if known else None


def pin_chain(session: Session, actor: Actor, process: Process) -> ChainVersion:
    """The cycle's chain: the office's own in force when it began, or the one that is shipped."""
    if known := chain_of(session, process):
        return known
    try:
        newest = current(session, CHAIN, clock.now(session))
    except NoSuchChain:
        newest = None
    if newest is None or newest.published_by is None:
        return publish(session, actor, CHAIN_FILE.read_text())
    return newest
