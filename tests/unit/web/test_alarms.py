"""What wakes an operator, what waits for the morning, and what is no problem at all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.ids import new_id
from core.language import LANGUAGES
from core.ledger.checkpoints import Checkpoint
from core.machine import ROOM_NEEDED, DatabaseNow, Disk
from core.settings import ROOT
from core.upkeep import Chore, Upkeep
from flows.process.board import OnBoard
from flows.process.keeper import OUTSIDE
from flows.process.models import Gate, Intent, Process, Step
from flows.process.queries import Service
from notifications.models import MailHold
from notifications.outbox import OutboxDepth
from web.alarm_words import SAID, told
from web.alarms import Circumstances, Urgency, problems
from web.patience import Why
from web.vitals import Hooks, Log, Mail, Vitals

NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)
OFFICE = Circumstances("0005", copy_hours=26, serious=True)
DEMO = replace(OFFICE, serious=False)


def service(name: str, **facts: object) -> Service:
    return Service(name, "kantor:1", NOW, False, facts)


def done(chore: Chore, *, ago: timedelta = timedelta(hours=2), well: bool = True, **facts: object) -> Upkeep:
    return Upkeep(id=new_id(), chore=chore, at=NOW - ago, well=well, facts=facts)


COPY = done(Chore.COPY, file="/backup/a.dump", bytes=7, sha256="a")
UPKEEP = {
    Chore.COPY: COPY,
    Chore.TRIAL: done(Chore.TRIAL, file="/backup/a.dump", sha256="a"),
    Chore.PROOF: done(Chore.PROOF, flaws=0, first=""),
    Chore.HOUSEKEEPING: done(Chore.HOUSEKEEPING, failed=[]),
}
DATABASE = DatabaseNow("18.6", "0005", 1, 9, 120, 0, timedelta(), timedelta(), None)
MAIL = Mail(OutboxDepth(0, 0, 0, None), 0, 0, None, 0)
WELL = Vitals(
    at=NOW,
    real=NOW,
    services=[
        service("courier"),
        service("keeper", leads=True, prefect=True),
        service("prefect"),
        service("worker"),
    ],
    processes=[],
    gates=0,
    mail=MAIL,
    hooks=Hooks(0, 0),
    log=Log(None, False, 0),
    upkeep=UPKEEP,
    database=DATABASE,
    disk=Disk(Path("/srv/mufakat"), 100 * ROOM_NEEDED, 200 * ROOM_NEEDED),
    unread={},
)


def found(now: Vitals, given: Circumstances = OFFICE) -> dict[str, str]:
    return {problem.code: problem.urgency.value for problem in problems(now, given)}


def cycle(
    *, gates: tuple[Gate, ...] = (), steps: tuple[Step, ...] = (), asked: int = 0, **said: Any
) -> OnBoard:
    plain = {"id": new_id(), "title": "Kenaikan pangkat", "state": "waiting", "crashes": 0, "error": None}
    intents = [
        Intent(kind="restart", asked_by_name="Agus", asked_at=NOW - timedelta(minutes=asked))
        for _ in range(bool(asked))
    ]
    return OnBoard(Process(**{**plain, **said}), gates, steps, intents)


def test_where_all_is_well_nobody_is_woken():
    assert found(WELL) == {}


def services_but(**changed: Service | None) -> list[Service]:
    assert WELL.services
    kept = {one.service: one for one in WELL.services} | changed
    return [one for one in kept.values() if one]


SILENT = replace(service("x"), silent=True)


@pytest.mark.parametrize(
    ("services", "said"),
    [
        (services_but(courier=None), {"unheard_courier": "now"}),
        (services_but(worker=replace(SILENT, service="worker")), {"silent_worker": "now"}),
        (
            services_but(keeper=replace(SILENT, service="keeper"), worker=None, prefect=None),
            {"silent_keeper": "now"},
        ),
        (services_but(keeper=service("keeper", leads=True, prefect=False)), {"prefect_away": "now"}),
        ([service("keeper", leads=False, prefect=False), *services_but()], {}),
    ],
)
def test_who_is_silent_is_named_but_none_of_whom_only_a_silent_keeper_knows(
    services: list[Service], said: Mapping[str, str]
):
    assert found(replace(WELL, services=services)) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (cycle(), {}),
        (cycle(state="failed", error="x"), {"failed": "now"}),
        (cycle(state="paused"), {}),
        (cycle(state="paused", error=OUTSIDE), {"cancelled_outside": "later"}),
        (cycle(crashes=1), {}),
        (cycle(crashes=3), {"dying": "now"}),
        (cycle(steps=(Step(name="finalise", error="x", finished_at=None),)), {"step_failing": "later"}),
        (cycle(steps=(Step(name="finalise", error="x", finished_at=NOW),)), {}),
        (cycle(asked=3), {"not_carried_out": "now"}),
        (cycle(gates=(Gate(name="objections", opens_at=NOW + timedelta(days=1)),)), {}),
        (
            cycle(gates=(Gate(name="objections", opens_at=NOW - timedelta(hours=1)),)),
            {"stands_at_gate": "now"},
        ),
    ],
)
def test_a_cycle_is_a_problem_when_it_failed_or_does_not_go_on(one: OnBoard, said: Mapping[str, str]):
    assert found(replace(WELL, processes=[one])) == said


HOLD = MailHold(placed_by_name="Agus", placed_at=NOW, reason="teks salah")


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (replace(MAIL, depth=OutboxDepth(4, 0, 0, NOW - timedelta(minutes=2))), {}),
        (replace(MAIL, depth=OutboxDepth(4, 0, 0, NOW - timedelta(hours=2))), {"mail_waits": "now"}),
        (replace(MAIL, depth=OutboxDepth(4, 0, 0, LONG_AGO), hold=HOLD), {"mail_stopped": "later"}),
        (replace(MAIL, depth=OutboxDepth(0, 0, 3, None), homeless=3), {"mail_homeless": "later"}),
        (
            replace(MAIL, depth=OutboxDepth(0, 0, 3, None), homeless=1, unreached=2),
            {"mail_lost": "later", "mail_homeless": "later", "unreached": "later"},
        ),
    ],
)
def test_mail_that_waits_wakes_somebody_unless_it_was_stopped_on_purpose(mail: Mail, said: Mapping[str, str]):
    assert found(replace(WELL, mail=mail)) == said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({Chore.PROOF: done(Chore.PROOF, well=False, flaws=2, first="stream x")}, {"altered": "now"}),
        ({Chore.PROOF: done(Chore.PROOF, ago=timedelta(days=9), flaws=0, first="")}, {"unproved": "later"}),
        ({Chore.COPY: done(Chore.COPY, ago=timedelta(hours=27))}, {"copy_old": "later"}),
        ({Chore.TRIAL: done(Chore.TRIAL, well=False, file="a.dump")}, {"copy_bad": "later"}),
        ({Chore.TRIAL: done(Chore.TRIAL, ago=timedelta(days=50))}, {"copy_untried": "later"}),
        (
            {Chore.HOUSEKEEPING: done(Chore.HOUSEKEEPING, well=False, failed=["x"])},
            {"duties_failed": "later"},
        ),
        ({Chore.HOUSEKEEPING: done(Chore.HOUSEKEEPING, ago=timedelta(days=3))}, {"duties_late": "later"}),
    ],
)
def test_copies_and_checks_are_missed_when_they_are_old_or_bad(
    changed: Mapping[Chore, Upkeep], said: Mapping[str, str]
):
    assert found(replace(WELL, upkeep={**UPKEEP, **changed})) == said


def test_a_demo_misses_no_copies_and_an_office_with_other_means_neither():
    never = replace(WELL, upkeep={})
    assert found(never) == {"unproved": "later", "never_copied": "later"}
    assert found(never, replace(OFFICE, copy_hours=0)) == {"unproved": "later"}
    assert found(never, DEMO) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"disk": Disk(Path("/srv"), ROOM_NEEDED - 1, 9 * ROOM_NEEDED)}, {"disk_full": "now"}),
        ({"disk": Disk(Path("/srv"), 2 * ROOM_NEEDED, 9 * ROOM_NEEDED)}, {"disk_low": "later"}),
        ({"database": replace(DATABASE, revision="0004")}, {"other_tables": "now"}),
        ({"database": replace(DATABASE, connections=110)}, {"connections": "now"}),
        ({"database": replace(DATABASE, blocked=2, blocked_for=timedelta(minutes=2))}, {"blocked": "now"}),
        (
            {"database": replace(DATABASE, oldest=timedelta(hours=1), oldest_pid=9)},
            {"open_transaction": "later"},
        ),
        ({"log": Log(None, True, 3)}, {"never_signed": "now"}),
        ({"log": Log(Checkpoint(at=LONG_AGO), True, 3)}, {"unsigned": "now"}),
        ({"hooks": Hooks(0, 1)}, {"hooks_off": "later"}),
        ({"mail": None, "unread": {"mail": Why.SLOW}}, {"unread_slow": "now"}),
        ({"disk": None, "unread": {"disk": Why.BROKEN}}, {"unread_broken": "now"}),
    ],
)
def test_the_machine_and_what_could_not_be_read(changed: Mapping[str, Any], said: Mapping[str, str]):
    assert found(replace(WELL, **changed)) == said


def test_what_is_urgent_comes_first_and_everything_is_said_in_both_languages():
    ill = replace(
        WELL,
        processes=[cycle(steps=(Step(name="issue-decrees", error="Timeout: 5 s", finished_at=None),))],
        disk=Disk(Path("/srv"), 1, 2),
        upkeep={},
    )
    seen = problems(ill, OFFICE)
    assert [one.urgency for one in seen] == [Urgency.NOW, *[Urgency.LATER] * 3]
    assert next(one.log for one in seen if one.log).endswith("/log?step=issue-decrees")
    for language in LANGUAGES:
        for problem in seen:
            said = told(problem, language)
            assert said.what and said.advice
            assert "{" not in said.what + said.advice
    assert told(seen[1], "id").what == "Kenaikan pangkat: penerbitan surat keputusan bermasalah. Timeout: 5 s"
    assert told(next(p for p in seen if p.code == "unproved"), "id").what.endswith("belum pernah.")


def test_nothing_is_said_of_a_problem_that_no_rule_finds():
    source = (ROOT / "web" / "alarms.py").read_text()
    spoken = {
        code
        for code in SAID
        if code not in source and not code.startswith(("unread_", "unheard_", "silent_"))
    }
    assert spoken == set()
