"""Chains as HR finds them: which versions are in force, planned or past, and what is in the making."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import chains, drafting
from approvals.definition import ChainDefinition
from approvals.directory import Directory
from approvals.errors import NoSuchChain
from approvals.models import Case, ChainDraft, ChainVersion
from approvals.titles import Titles
from core import clock
from core.events import facts_of, history

Standing = Literal["in-force", "planned", "superseded", "called-off", "waiting", "turned-down"]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many cases stayed, moved or restarted, when and why."""

    choice: str
    cases: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShelfVersion:
    """A version and how it stands today."""

    version: ChainVersion
    standing: Standing
    open_cases: int
    by: str
    reason: str
    called_off: str
    """Why it was called off, or turned down."""
    confirmed_by: str = ""
    taken_over: tuple[TakenOver, ...] = ()
    """What became of cases that were under way by other versions."""

    @property
    def definition(self) -> ChainDefinition:
        return chains.definition_of(self.version)


@dataclass(frozen=True, slots=True)
class ShelfChain:
    """A chain with its versions, the newest first, and its draft."""

    chain: str
    versions: tuple[ShelfVersion, ...]
    draft: ChainDraft | None

    @property
    def title(self) -> Titles:
        return self.versions[0].definition.title if self.versions else Titles.plain(self.chain)

    @property
    def in_force(self) -> ShelfVersion | None:
        return next((v for v in self.versions if v.standing == "in-force"), None)

    def numbered(self, number: int) -> ShelfVersion:
        """A version by its number. Raises NoSuchChain."""
        for version in self.versions:
            if version.version.number == number:
                return version
        raise NoSuchChain(chain=f"{self.chain} {number}")


def shelf(session: Session, directory: Directory) -> list[ShelfChain]:
    """Every chain, by its key."""
    return _shelves(session, directory, chains.versions(session), drafting.drafts(session))


def chain(session: Session, directory: Directory, key: str) -> ShelfChain:
    """One chain. Raises NoSuchChain."""
    drafts = [draft for draft in drafting.drafts(session) if draft.chain == key]
    found = _shelves(session, directory, chains.versions(session, key), drafts)
    if not found:
        raise NoSuchChain(chain=key)
    return found[0]


def _shelves(
    session: Session, directory: Directory, versions: list[ChainVersion], drafts: list[ChainDraft]
) -> list[ShelfChain]:
    now, made = clock.now(session), {draft.chain: draft for draft in drafts}
    waiting = _waiting(session)
    told = {id_ for v in versions for id_ in (v.published_by, v.confirmed_by) if id_}
    people = directory.people(told)
    names = {id_: person.name for id_, person in people.items()}
    found = {
        key: tuple(_versions(session, list(group), now, waiting, names))
        for key, group in groupby(versions, key=lambda v: v.chain)
    }
    return [ShelfChain(key, found.get(key, ()), made.get(key)) for key in sorted({*found, *made})]


def _versions(
    session: Session,
    versions: list[ChainVersion],
    now: datetime,
    waiting: Mapping[UUID, int],
    names: Mapping[UUID, str],
) -> Iterable[ShelfVersion]:
    current = max(
        (v for v in versions if v.called_off_at is None and v.confirmed_at and v.effective_from <= now),
        key=lambda v: (v.effective_from, v.number),
        default=None,
    )
    for version in versions:
        rows = history(session, version.id)
        said = {row.name: facts_of(row).get("reason", "") for row in rows}
        over = [(facts_of(row), row.at) for row in rows if row.name == "chain.cases_migrated"]
        yield ShelfVersion(
            version,
            _standing(version, current, now, {row.name for row in rows}),
            waiting.get(version.id, 0),
            names.get(version.published_by, "") if version.published_by else "",
            said.get("chain.published", "") or said.get("chain.proposed", ""),
            said.get("chain.called_off", "") or said.get("proposal.turned_down", ""),
            names.get(version.confirmed_by, "") if version.confirmed_by else "",
            tuple(TakenOver(f["choice"], f["cases"], f.get("reason", ""), at) for f, at in over),
        )


def _standing(
    version: ChainVersion, current: ChainVersion | None, now: datetime, happened: Collection[str]
) -> Standing:
    if version.called_off_at:
        return "turned-down" if "proposal.turned_down" in happened else "called-off"
    if version.confirmed_at is None:
        return "waiting"
    if version is current:
        return "in-force"
    return "planned" if version.effective_from > now else "superseded"


def _waiting(session: Session) -> dict[UUID, int]:
    """How many cases are not settled yet, by the version they go by."""
    counted = (
        select(Case.chain_version_id, func.count())
        .where(Case.settled_at.is_(None))
        .group_by(Case.chain_version_id)
    )
    return dict(session.execute(counted).tuples().all())
