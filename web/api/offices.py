"""What the office stands on: chains, delegations, colleagues."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from approvals import chains, instruments
from approvals.definition import ChainDefinition
from approvals.errors import (
    BadDelegation,
    DelegatesToOneself,
    DelegationEnded,
    NoSuchChain,
    NoSuchDelegate,
    NoSuchDelegation,
    NotYourDelegation,
)
from approvals.instruments import Order
from approvals.models import ChainVersion, Delegation
from core import clock
from core.directory import Scope
from core.errors import NotAllowed
from personnel import colleagues
from personnel.colleagues import Colleague, SearchTooShort
from personnel.scopes import BadScope, checked
from web import veil
from web.api import paging
from web.api.caller import AnyCaller, ChainsReader, DelegationsReader, DelegationsWriter, PeopleReader
from web.api.once import OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyReused, refusals
from web.api.shapes import A_MOMENT, AN_ID, Named, Shape
from web.deps import DbSession, People
from web.typed import YEARS, BadDay, begins, ends

router = APIRouter()


class Me(Shape):
    """Who a token lets in, and what it allows."""

    name: str = Field(examples=["Irwansyah Daulay"])
    person_id: UUID | None = Field(examples=[AN_ID], description="Null for a system.")
    roles: list[str] = Field(examples=[["employee"]])
    permits: list[str] = Field(examples=[["tasks:read", "tasks:decide"]])
    language: str = Field(examples=["id"])
    expires_at: datetime = Field(examples=[A_MOMENT])


class StageSaid(Shape):
    """A stage of a chain."""

    stage: str = Field(examples=["unit-head"])
    title: Named
    signs: bool
    external: bool


class VersionOut(Shape):
    """A version of a chain, as it was published: it never changes."""

    chain: str = Field(examples=["rank-promotion"])
    number: int = Field(examples=[1])
    title: Named
    content_hash: str
    effective_from: datetime = Field(examples=[A_MOMENT])
    published_at: datetime = Field(examples=[A_MOMENT])
    called_off_at: datetime | None
    in_force: bool
    stages: list[StageSaid]
    source: str = Field(description="The chain as YAML.", examples=["chain: rank-promotion\n..."])


class DelegationOut(Shape):
    """An order by which one person's tasks may be decided by another for a while."""

    id: UUID = Field(examples=[AN_ID])
    order_number: str = Field(examples=["SPT-12/2026"])
    reason: str
    from_id: UUID = Field(examples=[AN_ID])
    from_name: str = Field(examples=["Irwansyah Daulay"])
    to_id: UUID = Field(examples=[AN_ID])
    to_name: str = Field(examples=["Saodah Rangkuti"])
    starts_at: datetime = Field(examples=[A_MOMENT])
    ends_at: datetime = Field(examples=[A_MOMENT])
    chains: list[str] = Field(description="Empty: all.")
    stages: list[str] = Field(description="Empty: all.")
    up_to_rank: int | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, made: Delegation) -> "DelegationOut":
        return cls(**{name: getattr(made, name) for name in cls.model_fields})


class Delegated(BaseModel):
    """A delegation to be made. `from_id` is for HR alone; without it, it is the caller's own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "to_id": AN_ID,
                    "order_number": "SPT-12/2026",
                    "reason": "Dinas luar",
                    "first_day": "2026-12-01",
                    "last_day": "2026-12-05",
                }
            ]
        },
    )

    to_id: UUID
    from_id: UUID | None = None
    order_number: str = Field(max_length=100)
    reason: str = Field(max_length=2000)
    first_day: date
    last_day: date
    chains: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=50)
    stages: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=200)
    up_to_rank: int | None = Field(default=None, ge=1, le=100)

    def order(self, caller: UUID) -> Order:
        """Raises BadDay, BadScope."""
        if self.first_day.year not in YEARS or self.last_day.year not in YEARS:
            raise BadDay
        return Order(
            from_id=self.from_id or caller,
            to_id=self.to_id,
            order_number=self.order_number,
            reason=self.reason,
            starts_at=begins(self.first_day),
            ends_at=ends(self.last_day),
            scope=checked(Scope(tuple(self.chains), tuple(self.stages), self.up_to_rank)),
        )


class ColleagueOut(Shape):
    """Somebody who serves here."""

    id: UUID = Field(examples=[AN_ID])
    name: str = Field(examples=["Sri Wahyuni, S.AP."])
    unit: str = Field(examples=["Badan Kepegawaian"])
    posts: list[str] = Field(examples=[["Kepala Bidang Mutasi dan Promosi"]])

    @classmethod
    def of(cls, found: Colleague) -> "ColleagueOut":
        return cls(id=found.id, name=found.name, unit=found.unit, posts=list(found.posts))


@router.get("/me", tags=["me"])
def read_me(caller: AnyCaller) -> Me:
    """Who the token lets in, and what it allows."""
    return Me(
        name=caller.actor.name,
        person_id=caller.actor.person_id,
        roles=sorted(caller.actor.roles),
        permits=sorted(caller.permits),
        language=caller.language,
        expires_at=caller.bearer.expires_at,
    )


@router.get("/chains", tags=["chains"], responses=refusals(NotAllowed))
def list_chains(session: DbSession, caller: ChainsReader) -> Page[VersionOut]:
    """The version of each chain that is in force; one page."""
    caller.must_oversee()
    now = clock.now(session)
    names = dict.fromkeys(version.chain for version in chains.versions(session))
    found = [version for name in names for version in _in_force(session, name, now)]
    return Page(items=[_version(session, version, now) for version in found])


@router.get("/chains/{chain}", tags=["chains"], responses=refusals(NotAllowed, NoSuchChain))
def list_versions(
    request: Request,
    response: Response,
    session: DbSession,
    caller: ChainsReader,
    chain: Annotated[str, Path(max_length=60)],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[VersionOut]:
    """A chain's versions, the newest first."""
    caller.must_oversee()
    found = chains.versions(session, chain)
    if not found:
        raise NoSuchChain(chain=chain)
    if before := paging.opened(cursor, paging.number):
        found = [version for version in found if version.number < before[0]]  # pyright: ignore[reportOperatorIssue] - read by this very reader
    now = clock.now(session)
    return paging.page(
        request,
        response,
        found,
        limit,
        lambda version: _version(session, version, now),
        lambda version: (version.number,),
    )


@router.get("/delegations", tags=["delegations"], responses=refusals(NotAllowed, NotYourDelegation))
def list_delegations(
    session: DbSession, caller: DelegationsReader, everybody: bool = False
) -> Page[DelegationOut]:
    """What the caller gave and received, the latest first; for HR everybody's, if wanted. One page."""
    found = (
        instruments.delegations(session, caller.actor)
        if everybody
        else instruments.delegations_of(session, caller.actor, caller.person_id)
    )
    return Page(items=[DelegationOut.of(made) for made in found])


@router.post(
    "/delegations",
    status_code=201,
    tags=["delegations"],
    responses=refusals(
        NotYourDelegation, DelegatesToOneself, NoSuchDelegate, BadDelegation, BadDay, BadScope, KeyReused
    ),
)
def delegate(
    session: DbSession, people: People, caller: DelegationsWriter, once: OnlyOnce, said: Delegated
) -> DelegationOut:
    """Delegate one's own tasks to a colleague for a while; HR may for somebody who can't."""
    order = said.order(caller.person_id)
    return once(
        lambda: DelegationOut.of(instruments.grant(session, caller.actor, order, directory=people)), 201
    )


@router.post(
    "/delegations/{delegation_id}/revocation",
    tags=["delegations"],
    responses=refusals(NoSuchDelegation, DelegationEnded, KeyReused),
)
def revoke(
    session: DbSession, caller: DelegationsWriter, once: OnlyOnce, delegation_id: UUID
) -> DelegationOut:
    """End a delegation at once; what was decided under it stands."""
    return once(lambda: DelegationOut.of(veil.revoke_delegation(session, caller.actor, delegation_id)))


@router.get("/people", tags=["people"], responses=refusals(SearchTooShort))
def find_people(
    request: Request,
    response: Response,
    session: DbSession,
    caller: PeopleReader,
    search: Annotated[str, Query(max_length=100, description="At least three letters of the name.")],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ColleagueOut]:
    """Colleagues by a part of their name: who they are and where they serve, nothing else of their record."""
    del caller
    after = paging.opened(cursor, str, UUID)
    rows = colleagues.colleagues(
        session,
        search,
        after=after,  # pyright: ignore[reportArgumentType] - read by these very readers
        limit=limit + 1,
    )
    return paging.page(request, response, rows, limit, ColleagueOut.of, lambda row: (row.key, row.id))


def _in_force(session: DbSession, chain: str, now: datetime) -> list[ChainVersion]:
    try:
        return [chains.current(session, chain, now)]
    except NoSuchChain:  # all its versions are planned, or were called off
        return []


def _version(session: DbSession, version: ChainVersion, now: datetime) -> VersionOut:
    said: ChainDefinition = chains.definition_of(version)
    return VersionOut(
        chain=version.chain,
        number=version.number,
        title=Named.of(said.title),
        content_hash=version.content_hash,
        effective_from=version.effective_from,
        published_at=version.published_at,
        called_off_at=version.called_off_at,
        in_force=version in _in_force(session, version.chain, now),
        stages=[
            StageSaid(
                stage=stage.name,
                title=Named.of(stage.title),
                signs=stage.sign is not None,
                external=stage.is_external,
            )
            for stage in said.stages
        ],
        source=version.source,
    )
