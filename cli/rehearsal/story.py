"""A whole promotion cycle lived by scripted people, over the pages and mails that an office would use."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from approvals.models import Case, Decision, Task
from cli.instance import Instance
from cli.rehearsal import opening
from cli.rehearsal.habits import Habits, verdict
from cli.rehearsal.invariants import Finding, check_all
from cli.rehearsal.kills import Reaper
from cli.rehearsal.people import Browser, NoSuchForm, Page, PageRefused
from cli.rehearsal.postbag import A_GLANCE, Postbag
from core import clock
from core.clock import now
from core.database import transaction
from core.events import EventRow
from core.settings import settings
from flows.process.models import ENDED, Process, ProcessState
from flows.promotion.models import Decree
from notifications.links import BadLink, read_link
from notifications.mailbox import LocalMail, messages
from notifications.models import Message, MessageState

T = TypeVar("T")
IDLE_SECONDS = 4.0
A_DAY = timedelta(days=1)
LONGEST = timedelta(days=120)
PATIENCE_SECONDS = 120.0


class Stuck(Exception):
    """Nothing moves any more, and the cycle has not ended."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A decision that somebody was shown as accepted; it must be in the records."""

    task_id: UUID
    kind: str


@dataclass(slots=True)
class Rehearsal:
    """What happens in one rehearsal, and what was counted on the way."""

    instance: Instance
    reaper: Reaper
    rng: random.Random
    tell: Callable[[str], None]
    habits: Habits = field(default_factory=Habits)
    postbag: Postbag = field(default_factory=Postbag)
    accepted: list[Accepted] = field(default_factory=list[Accepted])
    counts: Counter[str] = field(default_factory=Counter[str])
    latencies: list[float] = field(default_factory=list[float])
    browsers: dict[str, Browser] = field(default_factory=dict[str, Browser])
    heads: dict[str, bool] = field(default_factory=dict[str, bool])
    """Which heads of units sleep."""
    moved: timedelta = timedelta()

    def play(self, process_id: UUID) -> Process:
        """Live the cycle until it has ended. Raises Stuck when nothing moves for long."""
        quiet_since = time.monotonic()
        while True:
            process = self.ask(lambda s: s.get_one(Process, process_id))
            if process.state in ENDED or process.state == ProcessState.FAILED:
                return process
            if self._read_mail() or self._exchange_outside(process_id):
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > IDLE_SECONDS and self._flow_rests(process_id):
                self._let_a_day_pass()
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > PATIENCE_SECONDS:
                raise Stuck(f"{process.title}: {process.state}, run {process.run_state}")
            self._death_passes()
            time.sleep(0.2)

    def findings(self) -> list[Finding]:
        """Every promise held against the records, and against what people were shown and sent."""
        findings = self.ask(_held_at_one_moment)
        kinds = dict(self.ask(lambda s: s.execute(select(Decision.task_id, Decision.kind)).tuples().all()))
        lost = tuple(str(a.task_id) for a in self.accepted if kinds.get(a.task_id) != a.kind)
        findings.append(Finding("no decision that was shown as accepted is lost", len(self.accepted), lost))
        sent = set(self.ask(lambda s: s.scalars(select(Message.id).where(Message.sent_at.isnot(None))).all()))
        arrived = {mail.message_id for mail in messages(limit=A_GLANCE)}
        missing = tuple(str(id_) for id_ in sent if not any(str(id_) in m or id_.hex in m for m in arrived))
        findings.append(Finding("every message that was marked as sent arrived", len(sent), missing))
        waiting = self.ask(unsent)
        findings.append(
            Finding("no message waits for ever", waiting, (f"{waiting} wait",) if waiting else ())
        )
        return findings

    def let_mail_arrive(self) -> None:
        """Give the courier time for what is still on its way."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.ask(unsent) and time.monotonic() < until:
            time.sleep(0.5)

    def tally(self, process_id: UUID) -> dict[str, int]:
        """What was counted on the way, and what the records hold at the end."""
        held = (Case.state, func.count())
        cases = self.ask(lambda s: s.execute(select(*held).group_by(Case.state)).tuples().all())
        counted = {
            "events": EventRow,
            "messages": Message,
            "decisions": Decision,
            "tasks": Task,
            "decrees": Decree,
        }
        rows = {
            name: self.ask(lambda s, t=table: s.scalar(select(func.count()).select_from(t))) or 0
            for name, table in counted.items()
        }
        return {**self.counts, **{f"cases {state}": n for state, n in cases}, **rows}

    # what people do

    def _read_mail(self) -> bool:
        mails = self.postbag.fresh()
        for mail in mails:
            self._death_passes()
            self._react(mail)
        return bool(mails)

    def _react(self, mail: LocalMail) -> None:
        for link in mail.links:
            if "/link/" in link:
                return self._decide(mail, link)
            if "/cases/" in link:
                return self._repair(mail, link)
        return None

    def _decide(self, mail: LocalMail, link: str) -> None:
        task_id = self._task_of(link)
        if task_id is None or self._sleeps(mail, task_id):
            return
        by_mail = self.rng.random() < self.habits.by_mail
        try:
            page = self._by_code(mail, link) if by_mail else self.browser(mail.to).open(link)
            form = page.form(r"/decide$")
        except (NoSuchForm, PageRefused):
            self.counts["too late"] += 1  # a colleague was faster, or the case was taken back
            return
        fields = verdict(form, self.habits, self.rng)
        started = time.monotonic()
        browser = self._stranger if by_mail else self.browser(mail.to)
        try:
            browser.submit(page, r"/decide$", fields)
        except PageRefused as refused:
            self.counts["refused"] += 1
            self.tell(str(refused))
            return
        self.latencies.append(time.monotonic() - started)
        self.accepted.append(Accepted(task_id, str(fields["decision"])))
        self.counts[f"{fields['decision']} by {'mail' if by_mail else 'page'}"] += 1

    def _by_code(self, mail: LocalMail, link: str) -> Page:
        """The way of somebody who is not logged in: ask for a code, read it in the mail, confirm."""
        stranger = self._stranger
        stranger.client.cookies.clear()
        page = stranger.open(link)
        known = self.postbag.known(_address(mail))
        page = stranger.submit(page, r"/code$")
        return stranger.submit(page, r"/confirm$", {"code": self.postbag.code(_address(mail), known)})

    def _repair(self, mail: LocalMail, link: str) -> None:
        browser = self.browser(mail.to)
        try:
            page = browser.open(link)
            browser.submit(page, r"/resubmit$", {"comment": "Sudah diperbaiki."})
        except NoSuchForm:
            return
        self.counts["resubmitted"] += 1

    def _exchange_outside(self, process_id: UUID) -> bool:
        """HR sends what waits to the agency, which answers each file; most meet the requirements."""
        waiting = self.ask(lambda s: opening.waiting_outside(s, process_id))
        if not waiting:
            return False
        today = self.ask(now).astimezone(settings().zone).date()
        answered = opening.answer_outside(self.browser("hr"), process_id, self.rng, today)
        self.counts["answered outside"] += answered
        return bool(answered)

    def _sleeps(self, mail: LocalMail, task_id: UUID) -> bool:
        """The first head who is asked, and some of the others, never act: their tasks must escalate."""
        task = self.ask(lambda s: s.get_one(Task, task_id))
        if task.stage != "unit-head" or task.escalated_at:
            return False
        likely = 1.0 if not self.heads else self.habits.sleepers
        sleeps = self.heads.setdefault(mail.to, self.rng.random() < likely)
        self.counts["slept over"] += sleeps
        return sleeps

    # around them

    @property
    def _stranger(self) -> Browser:
        return self._known("(stranger)")

    def browser(self, who: str) -> Browser:
        """Somebody's browser, logged in. `who` is a login name, or the address line of a mail."""
        login = who if "@" not in who else opening.login_of(self.ask, _bare(who))
        browser = self._known(login)
        if not browser.client.cookies:
            browser.log_in(login, opening.PASSWORD)
        return browser

    def _known(self, name: str) -> Browser:
        if name not in self.browsers:
            self.browsers[name] = Browser(self.instance.web_url)
        return self.browsers[name]

    def _task_of(self, link: str) -> UUID | None:
        token = link.rsplit("/link/", 1)[1]
        try:
            return self.ask(lambda s: read_link(token, now(s)).task_id)
        except BadLink:
            return None

    def _flow_rests(self, process_id: UUID) -> bool:
        return self.ask(lambda s: s.get_one(Process, process_id)).state == ProcessState.WAITING

    def _let_a_day_pass(self) -> None:
        if self.moved >= LONGEST:
            raise Stuck(f"{LONGEST.days} days have passed")
        self.ask(lambda s: clock.move(s, A_DAY))
        self.moved += A_DAY
        self.counts["days passed"] += 1
        for browser in self.browsers.values():  # logins end overnight
            browser.client.cookies.clear()

    def _death_passes(self) -> None:
        if victim := self.reaper.pass_by():
            self.tell(f"killed {victim} ({len(self.reaper.done)} of {self.reaper.kills})")

    def ask(self, question: Callable[[Session], T]) -> T:
        """Ask the records; while the database is being restarted, ask again."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with transaction() as session:
                    return question(session)
            except DBAPIError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)


def _bare(address: str) -> str:
    match = re.search(r"[\w.+-]+@[\w.-]+", address)
    return match[0].lower() if match else address


def _address(mail: LocalMail) -> str:
    return _bare(mail.to)


def unsent(session: Session) -> int:
    """Messages that are still on their way."""
    waiting = (MessageState.QUEUED, MessageState.LEASED)
    return session.scalar(select(func.count()).select_from(Message).where(Message.state.in_(waiting))) or 0


def _held_at_one_moment(session: Session) -> list[Finding]:
    """The promises, while the keeper goes on sealing and signing."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return check_all(session)
