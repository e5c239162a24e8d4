"""News for those whose pages are open: one reader of the log's end a process, once a second, for all of them.

A page that listens holds a connection of the browser's, never one of the database's. Each web process asks
the log once a second what happened, finds whom it concerns, and tells these; nobody else is woken, and an
office at rest costs one short statement a second.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from approvals import inbox as inboxes
from approvals.access import Reach
from approvals.directory import Directory
from approvals.models import Task
from core import clock
from core.actor import Actor
from core.database import transaction
from core.errors import MufakatError
from core.tail import OVERLAP, Happened, Tail
from personnel import logins_alive

EVERY_SECONDS = 1.0
CHECKED_EVERY = 3
"""Rounds between two looks at whether the logins are still open."""
REACH_LASTS = 60
"""Rounds after which it is asked anew what work can reach somebody."""
QUIET_SECONDS = 20.0
"""A sign of life goes out so often, so that nothing between takes a stream for dead."""
LONGEST_SECONDS = 900.0
"""A stream ends after a while and the browser asks again: as who they then are."""
MOST_OF_ONE = 6
MOST = 2_000
COUNTED = 50
"""So many are told their counts in a round; others ask for themselves."""
NAMED = 20
"""So many tasks are named; a page only asks whether its own is among them."""
JUST_ENDED = timedelta(minutes=1)

log = structlog.get_logger(__name__)
News = dict[str, Any]


class TooManyListeners(MufakatError):
    """Too many pages listen for news at the moment; yours looks by itself every minute instead."""


@dataclass(slots=True, eq=False)
class Listener:
    """A page that is open."""

    actor: Actor
    login: str
    """What is kept of the login's token: when it ends, the stream does."""
    news: asyncio.Queue[News | None] = field(default_factory=lambda: asyncio.Queue(20))
    reach: Reach | None = None
    rounds: int = 0

    def tell(self, news: News | None) -> None:
        """Say something; who does not listen for long loses the oldest, and is told by the newest to look."""
        if self.news.full():
            self.news.get_nowait()
        self.news.put_nowait(news)


@dataclass(slots=True)
class Hub:
    """All that listen in this process, and the one task that reads for them."""

    directory: Callable[[Session], Directory]
    listeners: dict[Listener, None] = field(default_factory=dict[Listener, None])
    """In the order in which they came."""
    tail: Tail | None = None
    recent: deque[tuple[float, Happened]] = field(default_factory=deque[tuple[float, Happened]])
    """What happened in the last seconds: a page may be so old when it begins to listen."""
    _reading: asyncio.Task[None] | None = None

    def join(self, listener: Listener) -> None:
        """Begin to listen. Raises TooManyListeners; of one person's own the oldest goes."""
        if len(self.listeners) >= MOST:
            raise TooManyListeners
        own = [one for one in self.listeners if one.actor.person_id == listener.actor.person_id]
        for oldest in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            self.leave(oldest)
            oldest.tell(None)
        self.listeners[listener] = None
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())

    def leave(self, listener: Listener) -> None:
        self.listeners.pop(listener, None)

    async def stream(self, listener: Listener, last: str) -> AsyncIterator[str]:
        """What a page is told, as server-sent events; `last` is what it heard of last."""
        try:
            yield "retry: 5000\n\n"
            if last:
                listener.tell({})  # it was away: let it look
            ends = asyncio.get_running_loop().time() + LONGEST_SECONDS
            while asyncio.get_running_loop().time() < ends:
                try:
                    news = await asyncio.wait_for(listener.news.get(), QUIET_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if news is None:
                    yield "event: end\ndata: {}\n\n"
                    return
                position = self.tail.position if self.tail else 0
                yield f"id: {position}\nevent: inbox\ndata: {json.dumps(news)}\n\n"
        finally:
            self.leave(listener)

    async def _read(self) -> None:
        """While anybody listens: look, tell, rest."""
        self.tail, round_ = None, 0
        self.recent.clear()
        while self.listeners:
            heard = list(self.listeners)
            try:
                told, ended = await asyncio.to_thread(self._look, heard, round_)
            except SQLAlchemyError as error:
                log.warning("live.unread", error=type(error).__name__)
            else:
                for listener, news in told:
                    listener.tell(news)
                for listener in ended:
                    self.leave(listener)
                    listener.tell(None)
            round_ += 1
            await asyncio.sleep(EVERY_SECONDS)

    def _look(
        self, heard: Sequence[Listener], round_: int
    ) -> tuple[list[tuple[Listener, News]], list[Listener]]:
        """One look at the log: whom to tell what, and whose login has ended. In a thread of its own."""
        with transaction() as session:
            directory = self.directory(session)
            if self.tail is None:
                self.tail = Tail.now(session)
            happened = self.tail.read(session)
            ended: list[Listener] = []
            if round_ % CHECKED_EVERY == 0:
                living = logins_alive.still_open(session, {one.login for one in heard})
                ended = [one for one in heard if one.login not in living]
            present = [one for one in heard if one not in ended]
            fresh = {one for one in present if one.reach is None}
            _renew(session, present, directory)
            if happened is None:
                return [(one, News()) for one in present], ended
            told = _concerned(session, [one for one in present if one not in fresh], happened)
            told += _concerned(session, list(fresh), self._lately(happened))
            for one, news in told[:COUNTED]:
                found = inboxes.counts(session, one.actor, directory=directory)
                news.update(waiting=found.mine + found.offered, overdue=found.overdue)
            return told, ended

    def _lately(self, happened: Sequence[Happened]) -> list[Happened]:
        """What happened now and in the last seconds."""
        now = time.monotonic()
        self.recent.extend((now, one) for one in happened)
        while self.recent and self.recent[0][0] < now - OVERLAP.total_seconds():
            self.recent.popleft()
        return [one for _, one in self.recent]


def _renew(session: Session, listeners: Iterable[Listener], directory: Directory) -> None:
    """Ask what work can reach those who are new, and at times the others."""
    now = clock.now(session)
    for one in listeners:
        if one.actor.person_id and (one.reach is None or one.rounds >= REACH_LASTS):
            one.reach = Reach.of(session, one.actor, one.actor.person_id, directory=directory, at=now)
            one.rounds = 0
        one.rounds += 1


def _concerned(
    session: Session, listeners: Sequence[Listener], happened: Sequence[Happened]
) -> list[tuple[Listener, News]]:
    """Whom it concerns: whose tasks the cases have or just had, and who is named by the facts."""
    touched = _tasks_of(session, {one.stream_id for one in happened})
    latest = {one.stream_id: one.at.isoformat() for one in sorted(happened, key=lambda one: one.at)}
    of_cases = [one for one in happened if one.name.startswith(("task.", "case."))]
    told: list[tuple[Listener, News]] = []
    for listener in listeners:
        reach, me = listener.reach, str(listener.actor.person_id)
        mine = [task for task in touched if reach and _reaches(reach, task)]
        moments = [latest[task.case_id] for task in mine]
        moments += [one.at.isoformat() for one in of_cases if me in one.facts.values()]
        if moments:
            told.append((listener, {"tasks": [str(task.id) for task in mine[:NAMED]], "at": max(moments)}))
    return told


def _tasks_of(session: Session, streams: set[UUID]) -> Sequence[Task]:
    if not streams:
        return []
    alive: ColumnElement[bool] = or_(Task.ended_at.is_(None), Task.ended_at > clock.now(session) - JUST_ENDED)
    return session.scalars(select(Task).where(Task.case_id.in_(streams), alive)).all()


def _reaches(reach: Reach, task: Task) -> bool:
    """Whether a task is, or just was, before somebody: wide rather than narrow, for it only wakes them."""
    me = reach.person_id
    return (
        task.assignee_id == me
        or task.assignee_id in reach.named
        or task.queue in reach.queues
        or me in (task.candidates or ())
        or task.position_id in reach.posts
    )
