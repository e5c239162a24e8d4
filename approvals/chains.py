"""Published chains: immutable versions, one in force at a time."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.definition import ChainDefinition, parse
from approvals.errors import CommentNeeded, HrOnly, InForce, NoSuchChain
from approvals.models import ChainVersion
from approvals.stage import Stage
from core import clock
from core.actor import Actor, Role
from core.events import Event, record
from core.ids import new_id


def publish(
    session: Session,
    actor: Actor,
    source: str,
    effective_from: datetime | None = None,
    reason: str = "",
) -> ChainVersion:
    """Make a chain's text its newest version, in force from a moment on (from now, when not said).

    Publishing the newest text again changes nothing. HR and the system only. Raises BadChain, HrOnly.
    """
    must_publish(actor)
    definition = parse(source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(definition.chain, 0))))
    newest = session.scalar(
        select(ChainVersion)
        .where(ChainVersion.chain == definition.chain)
        .order_by(ChainVersion.number.desc())
        .limit(1)
    )
    if newest and newest.content_hash == digest:
        return newest
    now = clock.now(session)
    version = ChainVersion(
        id=new_id(),
        chain=definition.chain,
        number=newest.number + 1 if newest else 1,
        content_hash=digest,
        source=source,
        effective_from=effective_from or now,
        published_at=now,
        published_by=actor.person_id,
    )
    session.add(version)
    session.flush()
    record(session, actor, [_published(version, reason)])
    return version


def call_off(session: Session, actor: Actor, version_id: UUID, *, reason: str) -> ChainVersion:
    """Take back a version that has not taken effect yet; it never will.

    Raises NoSuchChain, HrOnly, CommentNeeded, InForce.
    """
    must_publish(actor)
    if not reason.strip():
        raise CommentNeeded
    found = select(ChainVersion).where(ChainVersion.id == version_id).with_for_update()
    version = session.scalar(found, execution_options={"populate_existing": True})
    if version is None:
        raise NoSuchChain(chain="")
    now = clock.now(session)
    if version.effective_from <= now:
        raise InForce
    if version.called_off_at is None:
        version.called_off_at = now
        session.flush()
        facts = {"version": version.id, "chain": version.chain, "number": version.number}
        record(session, actor, [Event("chain.called_off", version.id, "chain", facts, {"reason": reason})])
    return version


def must_publish(actor: Actor) -> None:
    """Only those who may publish a chain go on. Raises HrOnly."""
    if not (actor.is_system or actor.has(Role.HR, Role.ADMIN)):
        raise HrOnly


def current(session: Session, chain: str, at: datetime) -> ChainVersion:
    """The version in force at a moment: the latest to take effect. Raises NoSuchChain."""
    version = session.scalar(
        select(ChainVersion)
        .where(
            ChainVersion.chain == chain,
            ChainVersion.effective_from <= at,
            ChainVersion.called_off_at.is_(None),
        )
        .order_by(ChainVersion.effective_from.desc(), ChainVersion.number.desc())
        .limit(1)
    )
    if version is None:
        raise NoSuchChain(chain=chain)
    return version


def versions(session: Session, chain: str | None = None) -> list[ChainVersion]:
    """All versions, of one chain or of every; by chain, the newest first."""
    found = select(ChainVersion).order_by(ChainVersion.chain, ChainVersion.number.desc())
    return list(session.scalars(found.where(ChainVersion.chain == chain) if chain else found))


def definition_of(version: ChainVersion) -> ChainDefinition:
    """What a version says; read once, for versions never change."""
    if version.id not in _read:
        _read[version.id] = parse(version.source)
    return _read[version.id]


def definition_by_id(session: Session, version_id: UUID) -> ChainDefinition:
    """The same by the version's id, without a question to the database when it was read before."""
    known = _read.get(version_id)
    return known or definition_of(session.get_one(ChainVersion, version_id))


def stage_of(session: Session, version_id: UUID, name: str) -> Stage:
    """A stage that a case is or was at: of its version, or of the latest that had it. Raises KeyError.

    A case that went on by another version has decisions at stages which that one may not know.
    """
    definition = definition_by_id(session, version_id)
    if name in (stage.name for stage in definition.stages):
        return definition.stage(name)
    for version in versions(session, definition.chain):
        for stage in definition_of(version).stages:
            if stage.name == name:
                return stage
    raise KeyError(name)


_read: dict[UUID, ChainDefinition] = {}
"""By version: versions are few and immutable, so this grows with the number of chains ever published."""


def _published(version: ChainVersion, reason: str) -> Event:
    return Event(
        "chain.published",
        version.id,
        "chain",
        {
            "version": version.id,
            "chain": version.chain,
            "number": version.number,
            "content_hash": version.content_hash,
            "effective_from": version.effective_from,
        },
        {"reason": reason} if reason else None,
        opens=True,
    )
