"""Published chains: immutable versions, one in force at a time; what a person publishes, another confirms."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals.definition import ChainDefinition, parse
from approvals.errors import CommentNeeded, HrOnly, InForce, NoSuchChain
from approvals.models import ChainVersion
from approvals.models_proposals import Proposal, ProposalKind
from approvals.obstacles import NoSuchProposal, NotNewest, VersionWaits
from approvals.proposals import (
    CONFIRMERS,
    confirm,
    latest,
    locked,
    must_confirm,
    propose,
    take_back,
    turn_down,
)
from approvals.stage import Stage
from core import clock
from core.actor import Actor
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

    What a person publishes waits until another confirms it: nobody alone makes the rules by which cases are
    decided. What the system publishes needs nobody. Publishing the newest text again changes nothing. HR and
    the system only. Raises BadChain, HrOnly, VersionWaits.
    """
    must_publish(actor)
    definition = parse(source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    _lock(session, definition.chain)
    known = versions(session, definition.chain)
    newest = next((v for v in known if v.called_off_at is None and _counts(v, actor)), None)
    if newest and newest.content_hash == digest:
        return newest
    if newest and newest.confirmed_at is None:
        raise VersionWaits(number=newest.number)
    now = clock.now(session)
    version = ChainVersion(
        id=new_id(),
        chain=definition.chain,
        number=known[0].number + 1 if known else 1,
        content_hash=digest,
        source=source,
        effective_from=effective_from or now,
        published_at=now,
        published_by=actor.person_id,
        confirmed_at=now if actor.is_system else None,
    )
    session.add(version)
    session.flush()
    opens = _event("published" if actor.is_system else "proposed", version, reason, opens=True)
    record(session, actor, [opens])
    if not actor.is_system:
        body = {"chain": version.chain, "number": version.number}
        said = reason.strip() or "–"
        propose(session, actor, ProposalKind.VERSION, body, version_id=version.id, reason=said)
    return version


def confirm_version(session: Session, actor: Actor, proposal_id: UUID) -> ChainVersion:
    """Confirm what another published: it takes effect now, or from its day on.

    Raises NoSuchProposal, AnsweredAlready, HrOnly, OwnProposal, NotNewest.
    """
    version_id = session.scalar(select(Proposal.version_id).where(Proposal.id == proposal_id))
    if version_id is None:
        raise NoSuchProposal
    _lock(session, session.get_one(ChainVersion, version_id).chain)
    proposal = locked(session, proposal_id, ProposalKind.VERSION)
    must_confirm(actor, proposal)
    version = _locked_version(session, version_id)
    if any(v.number > version.number and v.confirmed_at for v in versions(session, version.chain)):
        raise NotNewest
    now = clock.now(session)
    version.confirmed_at, version.confirmed_by = now, actor.person_id
    version.effective_from = max(version.effective_from, now)
    confirm(session, actor, proposal)
    record(session, actor, [_event("published", version, proposal.reason)])
    return version


def call_off(session: Session, actor: Actor, version_id: UUID, *, reason: str) -> ChainVersion:
    """Take back a version that has not taken effect yet; it never will. One that still waits to be confirmed
    is taken back by its author, and turned down by anybody else.

    Raises NoSuchChain, HrOnly, CommentNeeded, InForce.
    """
    must_publish(actor)
    if not reason.strip():
        raise CommentNeeded
    version = _locked_version(session, version_id)
    now = clock.now(session)
    if version.confirmed_at is not None and version.effective_from <= now:
        raise InForce
    if version.called_off_at is None:
        if version.confirmed_at is None and (made := latest(session, version.id, ProposalKind.VERSION)):
            answer_no(session, actor, made, reason)
        version.called_off_at = now
        session.flush()
        facts = {"version": version.id, "chain": version.chain, "number": version.number}
        record(session, actor, [Event("chain.called_off", version.id, "chain", facts, {"reason": reason})])
    return version


def answer_no(session: Session, actor: Actor, proposal: Proposal, reason: str) -> None:
    """One's own is taken back, another's is turned down."""
    if actor.person_id == proposal.made_by:
        take_back(session, actor, proposal.id)
    else:
        turn_down(session, actor, locked(session, proposal.id), None, reason=reason)


def must_publish(actor: Actor) -> None:
    """Only those who may publish a chain go on. Raises HrOnly."""
    if not (actor.is_system or actor.has(*CONFIRMERS)):
        raise HrOnly


def current(session: Session, chain: str, at: datetime) -> ChainVersion:
    """The version in force at a moment: the latest to take effect, confirmed by then. Raises NoSuchChain."""
    version = session.scalar(
        select(ChainVersion)
        .where(
            ChainVersion.chain == chain,
            ChainVersion.effective_from <= at,
            ChainVersion.called_off_at.is_(None),
            ChainVersion.confirmed_at.is_not(None),
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


def _counts(version: ChainVersion, actor: Actor) -> bool:
    """The system goes by what is in force or planned; people also see what waits."""
    return version.confirmed_at is not None or not actor.is_system


def _lock(session: Session, chain: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(chain, 0))))


def _locked_version(session: Session, version_id: UUID) -> ChainVersion:
    found = select(ChainVersion).where(ChainVersion.id == version_id).with_for_update()
    version = session.scalar(found, execution_options={"populate_existing": True})
    if version is None:
        raise NoSuchChain(chain="")
    return version


def _event(happened: str, version: ChainVersion, reason: str, *, opens: bool = False) -> Event:
    facts = {
        "version": version.id,
        "chain": version.chain,
        "number": version.number,
        "content_hash": version.content_hash,
        "effective_from": version.effective_from,
    }
    return Event(
        f"chain.{happened}", version.id, "chain", facts, {"reason": reason} if reason else None, opens=opens
    )
