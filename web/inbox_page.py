"""What the inbox shows: gathered once, so that its template only lays it out."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from approvals import consultations, inbox_parts, pulling, upcoming
from approvals import inbox as inboxes
from approvals.chains import definition_by_id
from approvals.consultations import Question
from approvals.directory import Directory
from approvals.inbox import InboxCounts, InboxOrder, InboxRow
from approvals.titles import Titles
from approvals.upcoming import UpcomingRow
from core import clock
from core.actor import Actor
from core.settings import settings
from flows.process import queries as processes
from personnel import units
from web import saved_views
from web.inbox_view import View, place_read, place_said
from web.models_views import SavedView

A_PAGE = 50
A_GLANCE = 20
Group = tuple[str, Sequence[InboxRow]]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A saved view, and how much is in it now."""

    saved: SavedView
    view: View
    count: int


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A page of a part of the inbox."""

    view: View
    groups: Sequence[Group]
    counts: InboxCounts
    """Of the part that is looked at."""
    shelves: Sequence[Shelf]
    units: Mapping[UUID, str]
    chips: Sequence[tuple[str, Titles | str, str]]
    """What the part is narrowed to: which kind of thing, its name, and the address without it."""
    further: str
    """The address of what comes behind; empty at the end."""
    paged: bool
    """Whether this is not the first page."""
    held: int
    coming: Sequence[UpcomingRow]
    coming_count: int
    asked: Sequence[Question]

    @property
    def here(self) -> int:
        return sum(len(rows) for _, rows in self.groups)


def gathered(session: Session, actor: Actor, view: View, behind: str, *, directory: Directory) -> InboxPage:
    """A page of the inbox; it costs the same among thousands of tasks as among a few."""
    place = place_read(behind)
    rows = inboxes.inbox(
        session,
        actor,
        directory=directory,
        filter=view.filter,
        narrow=view.narrow,
        order=view.order,
        limit=A_PAGE + 1,
        behind=place,
    )
    shown, more = rows[:A_PAGE], len(rows) > A_PAGE
    coming = upcoming.upcoming(session, actor, directory=directory, limit=A_GLANCE)
    known = units.names(session, {row.unit_id for row in shown})
    return InboxPage(
        view=view,
        groups=groups(shown, view.order, clock.now(session)),
        counts=inboxes.counts(session, actor, directory=directory, narrow=view.narrow),
        shelves=_shelves(session, actor, directory),
        units=known,
        chips=_chips(session, view, shown, known),
        further=f"/inbox?{view.query(behind=place_said(shown[-1], view.order))}" if more else "",
        paged=place is not None,
        held=sum(pulling.held_for(session, actor).values()),
        coming=coming,
        coming_count=len(coming)
        if len(coming) < A_GLANCE
        else upcoming.count_upcoming(session, actor, directory=directory),
        asked=consultations.asked(session, actor),
    )


def groups(rows: Sequence[InboxRow], order: InboxOrder, now: datetime) -> list[Group]:
    """Neighbours of the same urgency together; in another order all are one group."""
    if order is not InboxOrder.URGENCY:
        return [(order, list(rows))] if rows else []
    return [(name, list(group)) for name, group in groupby(rows, key=lambda row: when(row.due_at, now))]


def when(due: datetime | None, now: datetime) -> str:
    """When something is due, as people plan: `overdue`, `today`, `tomorrow`, `week`, `later` or `none`."""
    if due is None:
        return "none"
    if due <= now:
        return "overdue"
    zone = settings().zone
    days = (due.astimezone(zone).date() - now.astimezone(zone).date()) // timedelta(days=1)
    return "today" if days == 0 else "tomorrow" if days == 1 else "week" if days < 7 else "later"


@dataclass(frozen=True, slots=True)
class Choices:
    """What an inbox can be narrowed to, each with how much of it waits."""

    processes: Sequence[tuple[str, str, int]]
    kinds: Sequence[tuple[str, Titles, int]]
    units: Sequence[tuple[str, str, int]]


def choices(session: Session, actor: Actor, *, directory: Directory) -> Choices:
    """Everything that somebody has tasks of, the most first."""
    heaps = inbox_parts.heaps(session, actor, directory=directory)
    titles = {
        f"{heap.chain}:{heap.stage}": definition_by_id(session, heap.chain_version_id).stage(heap.stage).title
        for heap in heaps
    }
    names = units.names(session, {heap.unit_id for heap in heaps})
    of_process = _summed((heap.process_id, heap.count) for heap in heaps)
    cycles = {id_: processes.process(session, id_).title for id_ in of_process}
    of_kind = _summed((f"{heap.chain}:{heap.stage}", heap.count) for heap in heaps)
    of_unit = _summed((heap.unit_id, heap.count) for heap in heaps)
    return Choices(
        [(str(id_), cycles[id_], count) for id_, count in of_process.items()],
        [(kind, titles[kind], count) for kind, count in of_kind.items()],
        [(str(id_), names[id_], count) for id_, count in of_unit.items()],
    )


def _summed(counts: Iterable[tuple[K, int]]) -> dict[K, int]:
    """The sums of each, the largest first."""
    found: Counter[K] = Counter()
    for key, count in counts:
        found[key] += count
    return dict(found.most_common())


def _shelves(session: Session, actor: Actor, directory: Directory) -> list[Shelf]:
    saved = saved_views.saved(session, actor)
    views = [View.read(one.query) for one in saved]
    parts = [(view.filter, view.narrow) for view in views]
    counts = inbox_parts.counted(session, actor, parts, directory=directory)
    return [Shelf(*one) for one in zip(saved, views, counts, strict=True)]


def _chips(
    session: Session, view: View, rows: Sequence[InboxRow], names: Mapping[UUID, str]
) -> list[tuple[str, Titles | str, str]]:
    """Names are said of what the person has tasks of, and of nothing else."""
    found: list[tuple[str, Titles | str, str]] = []
    if view.process:
        title = processes.process(session, view.process).title if rows else "–"
        found.append(("process", title, view.but(process=None)))
    if view.kind:
        found.append(("kind", rows[0].stage_title if rows else view.kind[1], view.but(kind=None)))
    if view.unit:
        found.append(("unit", names[view.unit] if rows else "–", view.but(unit=None)))
    if view.text:
        found.append(("text", view.text, view.but(text="")))
    return found
