"""A chain's draft: HR leaves it and comes back, and two at once do not write over each other."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from approvals import chains
from approvals.definition import parse
from approvals.errors import BadChain, CommentNeeded, DraftChanged, InThePast, NoSuchDraft, NothingChanged
from approvals.models import ChainDraft, ChainVersion
from core import clock
from core.actor import Actor
from core.ids import new_id


def drafts(session: Session) -> list[ChainDraft]:
    """All drafts, by chain."""
    return list(session.scalars(select(ChainDraft).order_by(ChainDraft.chain)))


def draft_of(session: Session, chain: str) -> ChainDraft:
    """The draft of a chain. Raises NoSuchDraft."""
    draft = session.scalar(select(ChainDraft).where(ChainDraft.chain == chain))
    if draft is None:
        raise NoSuchDraft
    return draft


def begin(
    session: Session, actor: Actor, chain: str, source: str, *, based_on: ChainVersion | None = None
) -> ChainDraft:
    """Begin a chain's draft from a text; one that is there already stays as it is. Raises HrOnly."""
    chains.must_publish(actor)
    row = {
        "id": new_id(),
        "chain": chain,
        "source": source,
        "based_on": based_on.id if based_on else None,
        "revision": 1,
        "saved_at": clock.now(session),
        "saved_by": actor.person_id,
        "saved_by_name": actor.name,
    }
    session.execute(insert(ChainDraft).values(row).on_conflict_do_nothing())
    return draft_of(session, chain)


def save(session: Session, actor: Actor, chain: str, source: str, *, seen_revision: int) -> ChainDraft:
    """Keep a draft's text as it is, right or wrong. Raises HrOnly, NoSuchDraft, DraftChanged."""
    draft = _locked(session, actor, chain, seen_revision)
    if draft.source != source:
        draft.source, draft.revision, draft.saved_at = source, draft.revision + 1, clock.now(session)
        draft.saved_by, draft.saved_by_name = actor.person_id, actor.name
        session.flush()
    return draft


def drop(session: Session, actor: Actor, chain: str, *, seen_revision: int) -> None:
    """Throw a draft away. Raises HrOnly, NoSuchDraft, DraftChanged."""
    session.delete(_locked(session, actor, chain, seen_revision))
    session.flush()


def publish(
    session: Session,
    actor: Actor,
    chain: str,
    *,
    seen_revision: int,
    effective_from: datetime | None,
    reason: str,
) -> ChainVersion:
    """Publish a draft as the chain's newest version, for a reason, in force from now or a later moment.

    Raises HrOnly, NoSuchDraft, DraftChanged, CommentNeeded, InThePast, BadChain, NothingChanged.
    """
    draft = _locked(session, actor, chain, seen_revision)
    if not reason.strip():
        raise CommentNeeded
    now = clock.now(session)
    if effective_from and effective_from < now:
        raise InThePast
    if parse(draft.source).chain != chain:
        raise BadChain(line=1, field="chain", why=f"this is the draft of {chain!r}")
    known = {version.id for version in chains.versions(session, chain)}
    version = chains.publish(session, actor, draft.source, effective_from, reason.strip())
    if version.id in known:
        raise NothingChanged
    session.delete(draft)
    session.flush()
    return version


def _locked(session: Session, actor: Actor, chain: str, seen_revision: int) -> ChainDraft:
    chains.must_publish(actor)
    found = select(ChainDraft).where(ChainDraft.chain == chain).with_for_update()
    draft = session.scalar(found, execution_options={"populate_existing": True})
    if draft is None:
        raise NoSuchDraft
    if draft.revision != seen_revision:
        raise DraftChanged(by=draft.saved_by_name, at=draft.saved_at)
    return draft
