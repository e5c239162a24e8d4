"""Many clients at the same cases, killed without a word, on a database that crashes: still one by one."""

import json
import multiprocessing
import os
import random
import secrets
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError

from approvals import cases, chains
from approvals.cases import CaseDraft
from approvals.models import Case, Decision
from approvals.replay import differences
from cli.ports import free_port
from cli.postgres import Cluster
from cli.schema import metadata
from cli.throwaway import throwaway_folder
from core import database, events
from core.actor import system
from core.ids import new_id
from core.settings import settings
from tests.bench import place
from tests.cluster import rivals
from tests.cluster.linear import Deed, is_linearizable
from tests.cluster.rivals import CHAIN, DEEDS, QUORUM, office
from tests.integration.approvals.office import named

CASES = int(os.environ.get("RIVAL_CASES", "20"))
CLIENTS = 6
STAGES = ("first", "second", "panel")
SETTLED = "CaseSettled"


@dataclass(frozen=True, slots=True)
class Told:
    """A case as a child would keep it: where it is, who holds the task, who decided what by which form."""

    stage: int = 0
    holder: str | None = None
    decided: tuple[tuple[str, str, str], ...] = ()
    """Task, person and form of each decision."""
    votes: int = 0
    aside: bool = False
    """Whoever holds the task put it aside."""
    withdrawn: bool = False

    @property
    def over(self) -> bool:
        return self.withdrawn or self.stage == len(STAGES)

    def barred(self, who: str) -> bool:
        return any(d[1] == who for d in self.decided)


def answers(case: Told, deed: Deed) -> dict[str, Told]:
    """What a deed may be told, and how the case is then."""
    task, _, who, *more = deed.about
    if deed.what == "withdraw":
        return {SETTLED: case} if case.over else {"ok": replace(case, withdrawn=True)}
    earlier = next((d for d in case.decided if d[0] == task), None)
    if earlier:
        same = deed.what == "decide" and earlier[1:] == (who, more[0])
        return {"ok" if same else "AlreadyDecided": case}
    if refusals := _refusals(case, deed):
        return dict.fromkeys(refusals, case)
    return {"ok": _after(case, deed)}


def _after(case: Told, deed: Deed) -> Told:
    task, _, who, *more = deed.about
    match deed.what:
        case "decide":
            return _decided(case, (task, who, more[0]))
        case "suspend" | "resume":
            return replace(case, aside=deed.what == "suspend")
        case "release":
            return replace(case, holder=None, aside=False)
        case "claim":
            return replace(case, holder=who)
        case _:
            return replace(case, holder=more[0], aside=False)


def _refusals(case: Told, deed: Deed) -> tuple[str, ...]:
    _, stage, who, *more = deed.about
    if case.over:
        return (SETTLED,)
    if STAGES.index(stage) < case.stage:
        return ("TaskEnded", SETTLED)
    if stage == "panel":
        return ()
    mine, taken = case.holder == who, case.holder not in (None, who)
    wrong: list[tuple[bool, str]]
    match deed.what:
        case "decide":
            wrong = [(case.aside, "TaskSuspended"), (case.barred(who), "DecidedBefore")]
            wrong += [(taken, "AlreadyClaimed")]
        case "claim":
            wrong = [(case.barred(who), "DecidedBefore"), (taken, "AlreadyClaimed")]
        case "release":
            wrong = [(taken, "NotYours")]
        case "suspend":
            wrong = [(case.aside, "TaskSuspended"), (case.holder is None, "NotWithYou"), (not mine, "HrOnly")]
        case "resume":
            wrong = [(not case.aside, "NotSuspended"), (not mine, "HrOnly")]
        case "delegate":
            wrong = [(case.aside, "TaskSuspended"), (not mine, "NotWithYou")]
            wrong += [(case.barred(more[0]), "Conflicted")]
        case _:
            wrong = [(case.holder == more[0], "HasItAlready"), (case.barred(more[0]), "Conflicted")]
    return next(((name,) for is_so, name in wrong if is_so), ())


def _decided(case: Told, decision: tuple[str, str, str]) -> Told:
    votes = case.votes + (case.stage == STAGES.index("panel"))
    on = case.stage + (case.stage < STAGES.index("panel") or votes == QUORUM)
    return Told(on, None, (*case.decided, decision), votes)


def test_the_checker_finds_two_winners_and_what_was_told_out_of_time():
    def deed(who: str, began: int, ended: int | None, answer: str | None, key: str = "k") -> Deed:
        return Deed(who, "decide", ("t1", "first", who, f"{who}{key}"), began, ended, answer)

    one, late = deed("Vera", 0, 10, "ok"), deed("Viktor", 5, 15, "AlreadyDecided")
    assert is_linearizable([one, late], Told(), answers)
    assert is_linearizable([one, replace(one, began=20, ended=30)], Told(), answers)
    assert not is_linearizable([one, replace(late, answer="ok")], Told(), answers), "two winners"
    assert not is_linearizable([replace(late, began=-9, ended=-5), one], Told(), answers), "before anybody"
    lost = replace(one, ended=None, answer=None)
    assert is_linearizable([lost, late], Told(), answers), "the lost one may have won"
    assert is_linearizable([lost, replace(late, answer="ok")], Told(), answers), "or never happened"
    assert not is_linearizable([replace(lost, began=20), late], Told(), answers), "but not before it began"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A durable cluster of its own, for it will be crashed."""
    with throwaway_folder("mufakat-rivals-") as folder:
        made = Cluster(folder, free_port(), secrets.token_urlsafe(16))
        before = os.environ.get("MUFAKAT_DATABASE_URL")
        made.create()
        made.start()
        try:
            with psycopg.connect(made.url("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE rivals")
            url = made.url("rivals").replace("postgresql:", "postgresql+psycopg:")
            place.work_at(url)
            events.wire([])
            engine = create_engine(url)
            metadata().create_all(engine)
            engine.dispose()
            yield made
        finally:
            database.engine().dispose()
            made.stop()
            os.environ.pop("MUFAKAT_DATABASE_URL", None)
            if before:
                os.environ["MUFAKAT_DATABASE_URL"] = before
            for cached in (settings, database.engine, database.sessions):
                cached.cache_clear()


def test_every_case_is_decided_as_if_one_deed_came_after_another(cluster: Cluster, tmp_path: Path):
    _open_cases()
    url = os.environ["MUFAKAT_DATABASE_URL"]
    chance, clients = random.Random(7), {n: _client(url, n, tmp_path) for n in range(CLIENTS)}
    crashes, started, deadline = 0, CLIENTS, time.monotonic() + 240
    try:
        while (left := _unsettled()) != 0 and time.monotonic() < deadline:
            assert all(c.is_alive() for c in clients.values()), "a client died by itself"
            busy = [n for n in clients if _deeds(tmp_path, n) > 50]
            if busy:
                victim = clients.pop(chance.choice(busy))
                victim.kill()
                victim.join()
                clients[started] = _client(url, started, tmp_path)
                started += 1
            time.sleep(0.02)  # how often to look; whom to kill is decided by what was done
            if left is not None and CASES - left >= CASES * (crashes + 1) // 3 and crashes < 2:
                _crash(cluster)
                crashes += 1
    finally:
        for client in clients.values():
            client.kill()
            client.join()
    assert _unsettled() == 0, "the work did not get done"
    assert crashes == 2

    histories = _read(tmp_path)
    assert len(histories) == CASES
    wrong = [case for case, deeds in histories.items() if not is_linearizable(deeds, Told(), answers)]
    assert not wrong, "\n".join(map(str, sorted(histories[wrong[0]], key=lambda d: d.began)))
    unknown = [d for deeds in histories.values() for d in deeds if d.answer is None]
    told = Counter(d.answer for deeds in histories.values() for d in deeds)
    assert unknown, "nobody was killed in the middle of something"
    assert told["AlreadyDecided"] + told["TaskEnded"] + told[SETTLED], "nobody came late"
    assert told["AlreadyClaimed"], "nobody met a rival"
    done = {d.what for deeds in histories.values() for d in deeds if d.answer == "ok"}
    assert done == {*DEEDS, "withdraw"}, "somebody never got to do something"
    with database.transaction() as session:
        assert [d for id_ in session.scalars(select(Case.id)) for d in differences(session, id_)] == []
        twice = select(Decision.task_id).group_by(Decision.task_id).having(func.count() > 1)
        assert session.scalars(twice).all() == []


def _open_cases() -> None:
    with database.transaction() as session:
        version = chains.publish(session, system("cli"), CHAIN)
        drafts = [
            CaseDraft(f"{n:04}", f"R/{n:04}", "Rivals", named("Budi"), "Budi", named("seksi"))
            for n in range(CASES)
        ]
        cases.open_cases(session, system("flow"), new_id(), version, drafts, directory=office())


def _client(url: str, number: int, notes: Path) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.cluster.rivals"])
    client = context.Process(target=rivals.work, args=(url, number, notes / f"{number}.jsonl"), daemon=True)
    client.start()
    return client


def _deeds(notes: Path, number: int) -> int:
    """How many lines a client has noted."""
    file = notes / f"{number}.jsonl"
    return file.read_text().count("\n") if file.exists() else 0


def _unsettled() -> int | None:
    """How many cases go on; None while the database is away."""
    try:
        with database.transaction() as session:
            return session.scalar(select(func.count()).where(Case.settled_at.is_(None)))
    except DBAPIError:
        return None


def _crash(cluster: Cluster) -> None:
    """The server dies at once, as by a power cut, and comes back by its write-ahead log."""
    pid = cluster.running_pid()
    assert pid
    os.kill(pid, signal.SIGQUIT)
    cluster.stop()
    cluster.start()


def _read(notes: Path) -> dict[str, list[Deed]]:
    begun: dict[str, dict[str, object]] = {}
    ended: dict[str, dict[str, object]] = {}
    for file in notes.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            try:
                said = json.loads(line)
            except json.JSONDecodeError:
                continue  # the client was killed while writing
            (begun if "began" in said else ended)[said["deed"]] = said
    found: dict[str, list[Deed]] = defaultdict(list)
    for number, said in begun.items():
        end = ended.get(number, {})
        answer = end.get("answer")
        found[str(said["case"])].append(
            Deed(
                str(said["about"][2]),  # type: ignore[index]
                str(said["what"]),
                tuple(said["about"]),  # type: ignore[arg-type]
                int(said["began"]),  # type: ignore[call-overload]
                int(end["ended"]) if answer else None,  # type: ignore[call-overload]
                str(answer) if answer else None,
            )
        )
    return found
