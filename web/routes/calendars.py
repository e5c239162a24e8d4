"""HR's calendars: which days are free, and which follow the hours of Ramadan."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from core.errors import Invalid, MufakatError
from core.settings import settings
from personnel import calendars
from web import pages
from web.deps import DbSession, HrActor
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/calendars")
Text = Annotated[str, Form()]
KINDS = ("holiday", "joint-leave", "local")
LONGEST_NAME = 120


class BadDay(Invalid):
    """Give the day (such as 2027-03-09), its kind and what it is called. Nothing was changed."""


@router.get("")
def known(request: Request, session: DbSession, actor: HrActor) -> Response:
    """Every calendar that units follow."""
    return pages.show(request, "calendars/list.html", calendars=calendars.known(session))


@router.get("/{calendar_id}")
def look(request: Request, session: DbSession, actor: HrActor, calendar_id: UUID, year: int = 0) -> Response:
    """A year of a calendar."""
    return _page(request, session, calendar_id, year)


@router.post("/{calendar_id}/days")
def add_day(
    request: Request,
    session: DbSession,
    actor: HrActor,
    calendar_id: UUID,
    on: Text = "",
    kind: Text = "",
    name: Text = "",
) -> Response:
    """Make a day free; deadlines are reckoned anew by themselves."""
    year = 0
    try:
        with session.begin_nested():
            day = _day(on)
            year = day.year
            if kind not in KINDS or not 0 < len(name.strip()) <= LONGEST_NAME:
                raise BadDay
            calendars.add_free_days(session, actor, calendar_id, {day: (kind, name.strip())})
    except MufakatError as error:
        return _page(request, session, calendar_id, year, error)
    return _done(calendar_id, year)


@router.post("/{calendar_id}/days/{on}/remove")
def remove_day(session: DbSession, actor: HrActor, calendar_id: UUID, on: date) -> Response:
    """Make a day a working day again."""
    calendars.remove_free_day(session, actor, calendar_id, on)
    return _done(calendar_id, on.year)


@router.post("/{calendar_id}/seasons")
def add_season(
    request: Request,
    session: DbSession,
    actor: HrActor,
    calendar_id: UUID,
    first: Text = "",
    last: Text = "",
) -> Response:
    """Let certain days follow the hours of Ramadan."""
    try:
        with session.begin_nested():
            begins, ends = _day(first), _day(last)
            calendars.add_season(session, actor, calendar_id, begins, ends)
    except MufakatError as error:
        return _page(request, session, calendar_id, 0, error)
    return _done(calendar_id, begins.year)


@router.post("/{calendar_id}/seasons/{first}/remove")
def remove_season(session: DbSession, actor: HrActor, calendar_id: UUID, first: date) -> Response:
    """Let those days keep the usual hours."""
    calendars.remove_season(session, actor, calendar_id, first)
    return _done(calendar_id, first.year)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as exc:
        raise BadDay from exc


def _done(calendar_id: UUID, year: int) -> Response:
    word = N_("The calendar is changed. Deadlines that it moves are reckoned anew within seconds.")
    return pages.go(f"/hr/calendars/{calendar_id}?year={year}", word)


def _page(
    request: Request, session: Session, calendar_id: UUID, year: int, problem: MufakatError | None = None
) -> Response:
    year = year if 2000 < year < 2200 else clock.now(session).astimezone(settings().zone).year
    return pages.show(
        request,
        "calendars/calendar.html",
        status_of(problem) if problem else 200,
        calendar=calendars.find(session, calendar_id),
        days=calendars.free_days_of(session, calendar_id, year),
        year=year,
        kinds=KINDS,
        problem=pages.said(request, problem) if problem else "",
    )
