"""The keeper: holds what the office wants against what its flows do, second by second.

It needs our database alone for the office's deadlines: intents, reminders, escalations and the log's
positions go on while Prefect's server is away.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from approvals import documents
from approvals.lawful import sweep_cases
from approvals.pausing import resume_due
from approvals.rescheduling import recompute_next
from approvals.sweep import sweep
from core import events, filestore
from core.actor import system
from core.database import transaction
from core.ledger import checkpoints
from core.ledger.checkpoints import LedgerAltered
from core.ledger.signing import NotAKey
from flows.process import acting, foretelling, hooks, intents, standing
from flows.process.heartbeats import BEAT_SECONDS, beat, this_instance
from flows.process.keeper import Action, next_action
from flows.process.leadership import Leadership
from flows.process.prefect_api import Prefect, PrefectDown, RunSeen
from flows.process.run import passing
from personnel import resetting
from personnel.directory import PersonnelDirectory

TICK_SECONDS = 1.0
SWEEP_SECONDS = 2.0
LONGEST_BACKOFF_SECONDS = 15.0
FILES_SECONDS = 3600.0
FORETELL_SECONDS = 20.0
"""How often it is asked whose end is to be reckoned anew; how old an answer may be, foretelling says."""
SWEEP_LIMIT = 500
CHECKPOINT_SECONDS = 10.0
"""How often it is asked whether a checkpoint is due; how often one is, the settings say."""

log = structlog.get_logger()


def run(stop: threading.Event) -> None:
    """Keep the office's processes until told to stop. The rooms must be wired before.

    Several may run at once: one leads. Nothing that fails here ends it.
    """
    with Prefect.connected() as prefect:
        keeper = Keeper(prefect)
        try:
            while not stop.is_set():
                stop.wait(keeper.tick())
        finally:
            keeper.leadership.give_up()


class Keeper:
    """A keeper between two looks: when its duties are due again, and how patient it is with what is away."""

    def __init__(self, prefect: Prefect) -> None:
        self.leadership = Leadership()
        self._prefect = prefect
        self._database = Patience("database")
        self._server = Patience("prefect")
        self._due: dict[str, float] = {}

    def tick(self) -> float:
        """Look once at everything that is due; returns after how many seconds to look again."""
        try:
            leads = self.leadership.held()
            if leads:
                _carry_out_intents()
                self._every(SWEEP_SECONDS, _sweep)
                self._every(SWEEP_SECONDS, _reschedule)
                self._every(SWEEP_SECONDS, _resets)
                self._every(FILES_SECONDS, _sweep_files)
                self._every(FORETELL_SECONDS, _foretell)
                _unharmed("seal", _seal)
                _unharmed("hooks", _hooks)
                self._every(CHECKPOINT_SECONDS, _checkpoint)
                self._keep_runs()
            self._every(BEAT_SECONDS, self._show_well)
        except DBAPIError as exc:
            return self._database.lost(exc.orig or exc)
        self._database.found()
        return TICK_SECONDS

    def _keep_runs(self) -> None:
        if self._server.resting():
            return
        with transaction() as session:
            processes = standing.kept(session)
        try:
            runs = self._prefect.runs({p.run_id for p in processes if p.run_id})
        except PrefectDown as exc:
            self._server.lost(exc)
            return
        self._server.found()
        for process in processes:
            _unharmed(f"process {process.id}", partial(self._keep, process, runs))

    def _keep(self, process: standing.Kept, runs: dict[UUID, RunSeen]) -> None:
        run = runs.get(process.run_id) if process.run_id else None
        acting.mirror(process, standing.seen(process.run_id, runs), run)
        with transaction() as session:
            stands = standing.standing(session, process.id, runs)
        if stands is None:
            return
        action = next_action(stands)
        if action is not Action.NOTHING:
            log.info("keeping", action=action, process=str(process.id), fence=process.fence, seen=stands.seen)
        acting.act(action, process, self._prefect, run)

    def _show_well(self) -> None:
        leads = self.leadership.held()
        with transaction() as session:
            beat(session, "keeper", this_instance(), {"leads": leads, "prefect": self._server.well})
        if not leads or not self._server.well:
            return
        try:
            workers = self._prefect.workers_seen_at()
        except PrefectDown as exc:
            self._server.lost(exc)
            return
        with transaction() as session:
            beat(session, "prefect", "server")
            if workers:
                beat(session, "worker", "pool", {"workers": len(workers)}, max(workers))

    def _every(self, seconds: float, duty: Callable[[], None]) -> None:
        now = time.monotonic()
        if now >= self._due.get(duty.__name__, 0.0):
            self._due[duty.__name__] = now + seconds
            _unharmed(duty.__name__, duty)


class Patience:
    """Waits ever longer for something that is away, and says so once."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._delay = 0.0
        self._until = 0.0

    @property
    def well(self) -> bool:
        return not self._delay

    def lost(self, error: BaseException) -> float:
        """It is away; returns how long to wait."""
        if self.well:
            log.warning("away", what=self._what, error=str(error).strip())
        self._delay = min(self._delay * 2 or TICK_SECONDS, LONGEST_BACKOFF_SECONDS)
        self._until = time.monotonic() + self._delay
        return self._delay

    def found(self) -> None:
        """It answers."""
        if not self.well:
            log.info("back", what=self._what)
        self._delay = 0.0

    def resting(self) -> bool:
        return not self.well and time.monotonic() < self._until


def _unharmed(what: str, duty: Callable[[], None]) -> None:
    """Do one thing; when it fails the others are done all the same, unless the database itself is away."""
    try:
        duty()
    except PrefectDown as exc:
        log.warning("put off", what=what, error=str(exc))
    except Exception as exc:
        if passing(exc):
            raise
        log.exception("failed", what=what)


def _carry_out_intents() -> None:
    with transaction() as session:
        waiting = intents.pending(session)
    for intent_id in waiting:
        _unharmed(f"intent {intent_id}", partial(_carry_out, intent_id))


def _carry_out(intent_id: UUID) -> None:
    with transaction() as session:
        intent = intents.carry_out(session, intent_id)
    if intent:
        log.info("intent", kind=intent.kind, process=str(intent.process_id), state=intent.state)


def _sweep() -> None:
    """Send the reminders and escalations that are due, and let go on what was suspended until now."""
    while True:
        with transaction() as session:
            count = sweep(session, directory=PersonnelDirectory(session), limit=SWEEP_LIMIT)
        if count.total < SWEEP_LIMIT:
            break
    while True:
        with transaction() as session:
            law = sweep_cases(session, directory=PersonnelDirectory(session), limit=SWEEP_LIMIT)
        if law.warned + law.missed < SWEEP_LIMIT:
            break
    with transaction() as session:
        resume_due(session, directory=PersonnelDirectory(session), limit=SWEEP_LIMIT)


def _resets() -> None:
    """Mail codes to those who forgot passwords: here, so that no answer's time tells who has a login."""
    with transaction() as session:
        resetting.work_off(session)


def _sweep_files() -> None:
    """Put files aside that no document refers to: their transactions failed. Remove what the law erased."""
    with transaction() as session:
        filestore.sweep(partial(documents.referred_to, session))
    with transaction() as session:
        documents.remove_erased(session)


def _foretell() -> None:
    """Reckon anew when processes would end, each in a transaction of its own."""
    with transaction() as session:
        waiting = foretelling.due(session)
    for process_id in waiting:
        with transaction() as session:
            foretelling.foretell(session, process_id)


def _reschedule() -> None:
    """Reckon deadlines anew where a calendar changed; each portion is a transaction."""
    while True:
        with transaction() as session:
            more = recompute_next(session, directory=PersonnelDirectory(session))
        if not more:
            return


def _seal() -> None:
    with transaction() as session:
        events.seal(session)


def _hooks() -> None:
    """Put what was sealed on its way to the systems that want to hear of it."""
    with transaction() as session:
        hooks.follow(session)


def _checkpoint() -> None:
    """Sign the log when it is time; the auditors' mails are written in the same transaction."""
    try:
        with transaction() as session:
            checkpoints.sign_when_due(session, system("keeper"))
    except (LedgerAltered, NotAKey) as error:  # said again each time, until somebody looks
        log.warning("no checkpoint", why=str(error))
