"""Declared ties between people: one's own, and for HR everybody's; nobody else sees them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.actor import Actor, Role
from core.errors import MufakatError, NotFound
from personnel import finding, relations
from personnel.days import office_day
from personnel.relations import BadRelation, Kind
from web import pages
from web.deps import CurrentActor, DbSession, only
from web.errors import status_of
from web.typed import day, day_or_none
from web.words import N_

router = APIRouter()
KeeperActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]
DECLARED = N_(
    "The relation is declared. From now on you don't decide on them; nor they on you, once they have said"
    " that it is so."
)


class Declared(BaseModel):
    """What the form of a relation says; `person` only on HR's."""

    person: str = ""
    other: str = ""
    kind: str = "household"
    about: str = ""
    starts_on: str = ""
    ends_on: str = ""


@router.get("/my/relations")
def mine(request: Request, session: DbSession, actor: CurrentActor) -> Response:
    """What I declared, or somebody else about me, and the form to declare more."""
    return _page(request, session, actor)


@router.post("/my/relations")
def declare_mine(
    request: Request, session: DbSession, actor: CurrentActor, typed: Annotated[Declared, Form()]
) -> Response:
    """Declare what ties me to somebody."""
    try:
        with session.begin_nested():
            _declare(session, actor, _me(actor), typed)
    except MufakatError as error:
        return _page(request, session, actor, typed=typed, problem=error)
    return pages.go("/my/relations", DECLARED)


@router.post("/my/relations/{relation_id}/answer")
def answer(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    relation_id: UUID,
    so: Annotated[bool, Form()],
) -> Response:
    """Say whether it is as somebody else declared."""
    try:
        with session.begin_nested():
            relations.answer(session, actor, relation_id, so=so)
    except MufakatError as error:
        return _page(request, session, actor, problem=error)
    yes = N_("Recorded: you no longer decide on each other.")
    no = N_("Recorded. HR looks into it; until then you may decide.")
    return pages.go("/my/relations", yes if so else no)


@router.get("/hr/staff/relations")
def all_relations(request: Request, session: DbSession, actor: KeeperActor) -> Response:
    """Everybody's relations."""
    return _page(request, session, actor, everybody=True)


@router.post("/hr/staff/relations")
def declare(
    request: Request, session: DbSession, actor: KeeperActor, typed: Annotated[Declared, Form()]
) -> Response:
    """Declare what ties two people."""
    try:
        with session.begin_nested():
            _declare(session, actor, finding.one(session, typed.person).id, typed)
    except MufakatError as error:
        return _page(request, session, actor, everybody=True, typed=typed, problem=error)
    return pages.go("/hr/staff/relations", N_("The relation is declared."))


@router.post("/hr/staff/relations/{relation_id}/settle")
def settle(
    request: Request,
    session: DbSession,
    actor: KeeperActor,
    relation_id: UUID,
    confirmed: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Say whether a tie is one that somebody declared and another has not admitted."""
    try:
        with session.begin_nested():
            relations.settle(session, actor, relation_id, confirmed=confirmed, reason=reason)
    except MufakatError as error:
        return _page(request, session, actor, everybody=True, problem=error)
    return pages.go("/hr/staff/relations", N_("What HR found is recorded."))


@router.post("/hr/staff/relations/{relation_id}/end")
def end(
    request: Request,
    session: DbSession,
    actor: KeeperActor,
    relation_id: UUID,
    ends_on: Annotated[str, Form()] = "",
) -> Response:
    """Say which day is a relation's last."""
    try:
        with session.begin_nested():
            relations.end(session, actor, relation_id, day(ends_on))
    except MufakatError as error:
        return _page(request, session, actor, everybody=True, problem=error)
    return pages.go("/hr/staff/relations", N_("The relation's last day is recorded."))


def _declare(session: Session, actor: Actor, person_id: UUID, typed: Declared) -> None:
    relations.declare(
        session,
        actor,
        person_id,
        finding.one(session, typed.other).id,
        _kind(typed.kind),
        about=typed.about,
        starts_on=day_or_none(typed.starts_on),
        ends_on=day_or_none(typed.ends_on),
    )


def _kind(said: str) -> Kind:
    for kind in relations.KINDS:
        if kind == said:
            return kind
    raise BadRelation


def _me(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    everybody: bool = False,
    typed: Declared | None = None,
    problem: MufakatError | None = None,
) -> Response:
    return pages.show(
        request,
        "staff/relations.html" if everybody else "my/relations.html",
        status_of(problem) if problem else 200,
        relations=relations.relations(session, actor, None if everybody else _me(actor)),
        kinds=relations.KINDS,
        today=office_day(clock.now(session)),
        typed=typed or Declared(),
        problem=pages.said(request, problem) if problem else "",
    )
