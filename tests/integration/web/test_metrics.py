"""What Prometheus reads: true counts, bounded labels, and not for everybody."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.ids import new_id
from tests.integration.web.office import Browser, Office
from tests.integration.web.serving import serving


def figures(browser: Browser, **headers: str) -> dict[str, float]:
    answer = browser.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_decisions_and_requests_are_counted_by_route_and_what_waits_is_asked(
    office: Office, browse: Callable[[str], Browser], stranger: Browser
):
    decided = 'mufakat_decisions_total{kind="approve",via="web"}'
    asked = 'mufakat_http_requests_total{method="GET",route="/tasks/{task_id}",status="200"}'
    before = figures(stranger)
    head = browse("head")
    head.decide(office.task(), decision="approve")
    head.decide(office.task(), decision="return")  # refused: it lacks a reason
    for _ in range(3):
        stranger.get(f"/nothing/{new_id()}")
    stranger.get("/api/v1/inbox")
    after = figures(stranger)
    assert after[decided] - before.get(decided, 0) == 1
    assert after[asked] - before.get(asked, 0) == 2
    assert after['mufakat_http_requests_total{method="GET",route="/api/v1/inbox",status="401"}'] >= 1
    assert not any("/nothing" in name for name in after)
    assert after["mufakat_database_up"] == 1
    assert after["mufakat_gates_waiting"] == 1
    assert after['mufakat_outbox_messages{state="queued"}'] > 0


def test_figures_are_for_this_machine_or_for_who_has_their_token(office: Office, stranger: Browser):
    assert stranger.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404
    with serving(MUFAKAT_WEB_METRICS_TOKEN="the token of the figures") as address, Browser(address) as other:
        assert other.get("/metrics").status_code == 404
        assert other.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
        figures(other, authorization="Bearer the token of the figures")


COUNTING = """
from pathlib import Path
import sys
from cli.web import counting
if sys.argv[2] == "first":
    counting(Path(sys.argv[1]))
import os
os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]
from web import metrics
metrics.REQUESTS.labels("/inbox", "GET", 200).inc()
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


@pytest.mark.parametrize("times", [2])
def test_several_processes_count_together_and_a_new_start_begins_anew(tmp_path: Path, times: int):
    (tmp_path / "counter_1.db").write_bytes(b"left by an earlier run")
    said = ""
    for n in range(times):
        command = [sys.executable, "-c", COUNTING, str(tmp_path), "first" if n == 0 else "later"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
        said = done.stdout
    assert f'mufakat_http_requests_total{{method="GET",route="/inbox",status="200"}} {times}.0' in said
