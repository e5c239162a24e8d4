"""Committees: formed by a decree, changed seat by seat, ended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.errors import MufakatError
from personnel import committees, finding, seats
from personnel.committees import Decree, OneChair, Part
from personnel.days import office_day
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.typed import day, day_or_none
from web.words import N_

router = APIRouter(prefix="/hr/staff/committees")


class Formed(BaseModel):
    """What the form of a new committee says; members one a line."""

    key: str = ""
    title_id: str = ""
    title_en: str = ""
    order_number: str = ""
    starts_on: str = ""
    ends_on: str = ""
    chair: str = ""
    secretary: str = ""
    members: str = ""


class Seated(BaseModel):
    """What the form of a seat says."""

    person: str = ""
    part: str = "member"
    starts_on: str = ""


@router.get("")
def all_committees(request: Request, session: DbSession, actor: HrActor) -> Response:
    """The committees, and the form for another one."""
    return _list(request, session)


@router.post("")
def form(request: Request, session: DbSession, actor: HrActor, typed: Annotated[Formed, Form()]) -> Response:
    """Form a committee."""
    try:
        with session.begin_nested():
            made = committees.form(session, actor, _decree(typed), _sitters(session, typed))
    except MufakatError as error:
        return _list(request, session, typed, error)
    return pages.go(f"/hr/staff/committees/{made.id}", N_("The committee is formed."))


@router.get("/{committee_id}")
def look(request: Request, session: DbSession, actor: HrActor, committee_id: UUID) -> Response:
    """A committee with its seats."""
    return _one(request, session, committee_id)


@router.post("/{committee_id}/seats")
def seat(
    request: Request,
    session: DbSession,
    actor: HrActor,
    committee_id: UUID,
    typed: Annotated[Seated, Form()],
) -> Response:
    """Give somebody a seat."""
    try:
        with session.begin_nested():
            part = _part(typed.part)
            person = finding.one(session, typed.person)
            committees.seat(
                session, actor, committee_id, person.id, part=part, starts_on=day(typed.starts_on)
            )
    except MufakatError as error:
        return _one(request, session, committee_id, typed, error)
    return pages.go(f"/hr/staff/committees/{committee_id}", N_("{name} has a seat."), name=person.name)


@router.post("/{committee_id}/seats/{seat_id}/end")
def unseat(
    request: Request,
    session: DbSession,
    actor: HrActor,
    committee_id: UUID,
    seat_id: UUID,
    ends_on: Annotated[str, Form()] = "",
) -> Response:
    """Say which day is a seat's last."""
    try:
        with session.begin_nested():
            committees.unseat(session, actor, seat_id, day(ends_on))
    except MufakatError as error:
        return _one(request, session, committee_id, problem=error)
    return pages.go(f"/hr/staff/committees/{committee_id}", N_("The seat's last day is recorded."))


@router.post("/{committee_id}/end")
def end(
    request: Request,
    session: DbSession,
    actor: HrActor,
    committee_id: UUID,
    ends_on: Annotated[str, Form()] = "",
) -> Response:
    """Say which day is a committee's last."""
    try:
        with session.begin_nested():
            committees.end(session, actor, committee_id, day(ends_on))
    except MufakatError as error:
        return _one(request, session, committee_id, problem=error)
    return pages.go(f"/hr/staff/committees/{committee_id}", N_("The committee's last day is recorded."))


def _decree(typed: Formed) -> Decree:
    return Decree(
        key=typed.key.strip(),
        title_id=typed.title_id,
        title_en=typed.title_en,
        order_number=typed.order_number,
        starts_on=day(typed.starts_on),
        ends_on=day_or_none(typed.ends_on),
    )


def _sitters(session: Session, typed: Formed) -> dict[UUID, Part]:
    """Who sits, by what was typed. Raises OneChair for somebody who is named twice."""
    said: list[tuple[str, Part]] = [(typed.chair, "chair"), (typed.secretary, "secretary")]
    for line in typed.members.splitlines():
        said.append((line, "member"))
    sitters: dict[UUID, Part] = {}
    for name, part in said:
        if name.strip():
            person = finding.one(session, name)
            if person.id in sitters:
                raise OneChair
            sitters[person.id] = part
    return sitters


def _part(said: str) -> Part:
    for part in committees.PARTS:
        if part == said:
            return part
    raise OneChair


def _list(
    request: Request, session: Session, typed: Formed | None = None, problem: MufakatError | None = None
) -> Response:
    return pages.show(
        request,
        "staff/committees.html",
        status_of(problem) if problem else 200,
        committees=seats.committees(session),
        today=office_day(clock.now(session)),
        typed=typed or Formed(),
        problem=pages.said(request, problem) if problem else "",
    )


def _one(
    request: Request,
    session: Session,
    committee_id: UUID,
    typed: Seated | None = None,
    problem: MufakatError | None = None,
) -> Response:
    today = office_day(clock.now(session))
    return pages.show(
        request,
        "staff/committee.html",
        status_of(problem) if problem else 200,
        committee=seats.find(session, committee_id),
        seats=seats.seats(session, committee_id, today),
        parts=committees.PARTS,
        today=today,
        typed=typed or Seated(),
        problem=pages.said(request, problem) if problem else "",
    )
