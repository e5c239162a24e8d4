"""When units work: weeks, seasons such as Ramadan, holidays and joint leave; what an office starts with."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import yaml
from sqlalchemy import Row, delete, extract, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock
from core.actor import Actor, system
from core.errors import Invalid, NotFound
from core.events import Event
from core.ids import new_id
from core.questions import ask
from core.settings import settings
from core.worktime import Season, Week, WorkCalendar
from personnel import history
from personnel.access import keep_records
from personnel.models import Calendar, FreeDay
from personnel.questions import CALENDARS

DATA = Path(__file__).with_name("data") / "calendar.yaml"
SEEDING = 0x6D756963
"""Advisory lock: two who start an office at once make one calendar."""


class BadWeek(Invalid):
    """These working hours can't be used: {why}. Nothing was changed; write each span as from-to, in order."""


@lru_cache
def _given() -> dict[str, Any]:
    given: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))
    return given


def default_name() -> str:
    """The name of the calendar that units follow when nothing else is said."""
    return str(_given()["name"])


def free_days(year: int) -> dict[date, tuple[str, str]]:
    """A year's free days as (kind, name): as decreed where known, else the national holidays alone."""
    decreed: Mapping[str, Mapping[date, str]] | None = _given()["years"].get(year)
    if decreed is not None:
        return {on: (kind, name) for kind, days in decreed.items() for on, name in days.items()}
    national = holidays.country_holidays("ID", years=year, language="id")
    return {on: ("holiday", name) for on, name in sorted(national.items())}


def seed(session: Session, actor: Actor | None = None) -> UUID:
    """Make sure that the default calendar is there, with free days from 2026 to next year; returns its id.

    A year that has any free day already is left as the office keeps it. Running it again changes nothing.
    """
    calendar_id, years = _missing(session)
    if calendar_id is not None and not years:
        return calendar_id
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEEDING})
    calendar_id, years = _missing(session)
    actor = actor or system("cli")
    if calendar_id is None:
        given = _given()
        days = [{"first": s["first"].isoformat(), "last": s["last"].isoformat()} for s in given["seasons"]]
        seasons = [season | day for season, day in zip(given["seasons"], days, strict=True)]
        calendar_id = define(session, actor, default_name(), given["week"], seasons).id
    if freed := {on: said for year in years for on, said in free_days(year).items()}:
        add_free_days(session, actor, calendar_id, freed)
    return calendar_id


def _missing(session: Session) -> tuple[UUID | None, list[int]]:
    """The default calendar, if it is there, and the years of which it has no free day."""
    calendar_id = session.scalar(select(Calendar.id).where(Calendar.name == default_name()))
    kept = select(extract("year", FreeDay.on)).where(FreeDay.calendar_id == calendar_id).distinct()
    known = {int(year) for year in session.scalars(kept)}
    return calendar_id, sorted({*range(min(_given()["years"]), clock.now(session).year + 2)} - known)


def define(
    session: Session, actor: Actor, name: str, week: Mapping[str, Any], seasons: list[Any] | None = None
) -> Calendar:
    """Make a calendar, or give one of this name another week. Raises BadWeek, RecordsAreHrs."""
    keep_records(actor)
    seasons = seasons or []
    for said in (week, *(s["week"] for s in seasons)):
        _week(said)
    calendar = session.scalar(select(Calendar).where(Calendar.name == name).with_for_update())
    if calendar is None:
        calendar = Calendar(id=new_id(), name=name, zone=settings().office.zone)
        session.add(calendar)
    calendar.week, calendar.seasons = dict(week), seasons
    session.flush()
    facts = {"calendar": calendar.id, "name": name, "week": week, "seasons": seasons}
    history.record(session, actor, [Event("calendar.defined", calendar.id, "calendar", facts)])
    return calendar


def add_free_days(
    session: Session, actor: Actor, calendar_id: UUID, days: Mapping[date, tuple[str, str]]
) -> None:
    """Make days free, or rename them; each with its kind (holiday, joint-leave, local) and name.

    Raises NotFound, RecordsAreHrs.
    """
    keep_records(actor)
    _locked(session, calendar_id)
    rows = [{"calendar_id": calendar_id, "on": on, "kind": k, "name": n} for on, (k, n) in days.items()]
    stored = insert(FreeDay).values(rows)
    session.execute(
        stored.on_conflict_do_update(
            index_elements=["calendar_id", "on"], set_={c: stored.excluded[c] for c in ("kind", "name")}
        )
    )
    facts = {"calendar": calendar_id, "days": {on.isoformat(): list(said) for on, said in days.items()}}
    history.record(session, actor, [Event("calendar.days_freed", calendar_id, "calendar", facts)])


def remove_free_day(session: Session, actor: Actor, calendar_id: UUID, on: date) -> None:
    """Make a day a working day again. Raises NotFound when it was not free, RecordsAreHrs."""
    keep_records(actor)
    _locked(session, calendar_id)
    gone = delete(FreeDay).where(FreeDay.calendar_id == calendar_id, FreeDay.on == on).returning(FreeDay.on)
    if session.scalar(gone) is None:
        raise NotFound
    facts = {"calendar": calendar_id, "on": on}
    history.record(session, actor, [Event("calendar.day_restored", calendar_id, "calendar", facts)])


class BadSeason(Invalid):
    """These days can't be a season: {why}. Nothing was changed; give its first and its last day."""


def add_season(session: Session, actor: Actor, calendar_id: UUID, first: date, last: date) -> Calendar:
    """Let a calendar follow the hours of Ramadan on certain days, first and last included.

    Raises NotFound, RecordsAreHrs, BadSeason when the days are turned round or another season has them.
    """
    keep_records(actor)
    calendar = _locked(session, calendar_id)
    if last < first:
        raise BadSeason(why=f"{first} - {last}")
    for other in calendar.seasons:
        if first.isoformat() <= other["last"] and other["first"] <= last.isoformat():
            raise BadSeason(why=f"{other['first']} - {other['last']}")
    week = _given()["seasons"][0]["week"]
    season = {"first": first.isoformat(), "last": last.isoformat(), "week": week}
    seasons = sorted([*calendar.seasons, season], key=lambda s: str(s["first"]))
    return define(session, actor, calendar.name, calendar.week, seasons)


def remove_season(session: Session, actor: Actor, calendar_id: UUID, first: date) -> Calendar:
    """Let a calendar keep its usual hours on the days of a season. Raises NotFound, RecordsAreHrs."""
    keep_records(actor)
    calendar = _locked(session, calendar_id)
    kept = [s for s in calendar.seasons if s["first"] != first.isoformat()]
    if len(kept) == len(calendar.seasons):
        raise NotFound
    return define(session, actor, calendar.name, calendar.week, kept)


def known(session: Session) -> list[Calendar]:
    """Every calendar, by name."""
    return list(session.scalars(select(Calendar).order_by(Calendar.name)))


def find(session: Session, calendar_id: UUID) -> Calendar:
    """A calendar by its id. Raises NotFound."""
    if found := session.get(Calendar, calendar_id):
        return found
    raise NotFound


def free_days_of(session: Session, calendar_id: UUID, year: int) -> list[FreeDay]:
    """A year's free days of a calendar, in their order."""
    of_year = (FreeDay.calendar_id == calendar_id, extract("year", FreeDay.on) == year)
    return list(session.scalars(select(FreeDay).where(*of_year).order_by(FreeDay.on)))


def work_calendar(session: Session, calendar_id: UUID) -> WorkCalendar:
    """One calendar, ready to count with. Raises NotFound."""
    found = work_calendars(session, [calendar_id])
    if calendar_id not in found:
        raise NotFound
    return found[calendar_id]


def work_calendars(session: Session, calendar_ids: Iterable[UUID]) -> dict[UUID, WorkCalendar]:
    """Several calendars in one statement; an unknown id is missing."""
    ids = list(set(calendar_ids))
    return {row.id: read(row) for row in (ask(session, CALENDARS, ids=ids) if ids else ())}


def read(row: Row[Any]) -> WorkCalendar:
    """A calendar as its row says it."""
    seasons = tuple(_season(said) for said in row.seasons)
    return WorkCalendar(ZoneInfo(row.zone), _week(row.week), frozenset(row.free), seasons)


def _season(said: Mapping[str, Any]) -> Season:
    return Season(date.fromisoformat(said["first"]), date.fromisoformat(said["last"]), _week(said["week"]))


def _week(said: Mapping[str, Any]) -> Week:
    week: dict[int, tuple[tuple[time, time], ...]] = {}
    for weekday, spans in said.items():
        try:
            read = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in spans)
        except (ValueError, TypeError) as exc:
            raise BadWeek(why=exc) from exc
        edges = [edge for span in read for edge in span]
        if weekday not in set("0123456") or edges != sorted(set(edges)):
            raise BadWeek(why=f"{weekday}: {spans}")
        week[int(weekday)] = read
    if not any(week.values()):
        raise BadWeek(why="no working hours at all")
    return week


def _locked(session: Session, calendar_id: UUID) -> Calendar:
    found = select(Calendar).where(Calendar.id == calendar_id).with_for_update()
    calendar = session.scalar(found, execution_options={"populate_existing": True})
    if calendar is None:
        raise NotFound
    return calendar
