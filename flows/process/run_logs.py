"""What the flow server kept of a process' log, for an operator who asks. Bounded in time and size.

Asked by itself, never with a page: nobody's work waits for Prefect. It speaks HTTP alone, so web may call it.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from core.errors import MufakatError
from core.settings import settings
from core.withheld import withheld

CONNECT_SECONDS = 2.0
DEADLINE_SECONDS = 5.0
MOST_BYTES = 2_000_000
MOST_LINES = 200
FEWER_LINES = 20
"""Asked for instead, when so many lines are too much."""
LONGEST_LINE = 8_000
MOST_RUNS = 20
LEVELS = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))


class LogsAway(MufakatError):
    """The flow server does not answer just now, and it alone keeps this log. Cycles wait, decisions go on. Try again in a minute, or read logs/prefect.log and logs/worker.log in the data folder."""  # noqa: E501


class LogsTooLong(MufakatError):
    """This log is too long to be shown here. Open the run in the flow server's own pages."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line, with nothing in it that an operator should not read."""

    at: datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class RunLog:
    """The end of a log, oldest first; `cut` when there is more before it."""

    lines: Sequence[LogLine]
    cut: bool


def tag_of(process_id: UUID) -> str:
    """What all flow runs of a process are tagged with."""
    return f"process:{process_id}"


def read(process_id: UUID, step: str = "") -> RunLog:
    """The last lines of one step over all starts of a process, or of everything but steps.

    Raises LogsAway, LogsTooLong.
    """
    asking = _Asking()
    runs = {"tags": {"all_": [tag_of(process_id)]}}
    if step:
        found = asking.post(
            "task_runs", {"flow_runs": runs, "task_runs": {"name": {"any_": [step]}}, "limit": MOST_RUNS}
        )
        of = {"task_run_id": {"any_": [one["id"] for one in found]}}
    else:
        latest = {"flow_runs": runs, "sort": "START_TIME_DESC", "limit": MOST_RUNS}
        of = {
            "flow_run_id": {"any_": [one["id"] for one in asking.post("flow_runs", latest)]},
            "task_run_id": {"is_null_": True},
        }
    if not next(iter(of.values())).get("any_"):
        return RunLog((), cut=False)
    return _last(asking, of)


def _last(asking: "_Asking", of: Mapping[str, Any]) -> RunLog:
    for limit in (MOST_LINES, FEWER_LINES):
        try:
            rows = asking.post("logs", {"logs": of, "sort": "TIMESTAMP_DESC", "limit": limit})
        except LogsTooLong:
            if limit == FEWER_LINES:
                raise
        else:
            return RunLog([_line(row) for row in reversed(rows)], cut=len(rows) == limit)
    raise LogsTooLong


class _Asking:
    """A few questions to the server, all of them within one deadline."""

    def __init__(self) -> None:
        self._until = time.monotonic() + DEADLINE_SECONDS

    def post(self, noun: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Raises LogsAway, LogsTooLong."""
        ours = settings().prefect
        user, _, password = ours.auth.get_secret_value().partition(":")
        wait = httpx.Timeout(DEADLINE_SECONDS, connect=CONNECT_SECONDS)
        try:
            with httpx.stream(
                "POST",
                f"{ours.api_url}/{noun}/filter",
                json=body,
                auth=(user, password) if user else None,
                timeout=wait,
                trust_env=False,
            ) as answer:
                answer.raise_for_status()
                return json.loads(self._body(answer))
        except (httpx.HTTPError, ValueError) as exc:
            raise LogsAway from exc

    def _body(self, answer: httpx.Response) -> bytes:
        read = bytearray()
        for chunk in answer.iter_bytes():
            read += chunk
            if len(read) > MOST_BYTES:
                raise LogsTooLong
            if time.monotonic() > self._until:
                raise LogsAway
        return bytes(read)


def _line(row: Mapping[str, Any]) -> LogLine:
    level = next((name for least, name in LEVELS if row["level"] >= least), "debug")
    return LogLine(datetime.fromisoformat(row["timestamp"]), level, _shown(row["message"]))


def _shown(message: str) -> str:
    """The beginning and the end of a long message: a traceback tells what happened in its last line.

    Cut after what is withheld is out: a half of a number or of a quoted record would not be known as one.
    """
    message = withheld(message)
    if len(message) > LONGEST_LINE:
        half = LONGEST_LINE // 2
        message = f"{message[:half]}\n[...]\n{message[-half:]}"
    return message
