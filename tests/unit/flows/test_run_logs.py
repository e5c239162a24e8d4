"""Reading the flow server's log when the server is away or has too much; acceptance tests use a real one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.ports import free_port
from core.ids import new_id
from core.settings import settings
from flows.process import run_logs
from flows.process.run_logs import FEWER_LINES, LONGEST_LINE, LogsAway, LogsTooLong

ENOUGH = 400_000
"""Bytes that are too many here: less work for the test's own server."""


class Verbose(BaseHTTPRequestHandler):
    """A server whose every line is long."""

    longest = ENOUGH // FEWER_LINES - 1_000
    said = ""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.endswith("/logs/filter"):
            line = {
                "level": 40,
                "timestamp": "2026-11-24T19:00:00Z",
                "message": self.said or "x" * self.longest,
            }
            said = [line] * body["limit"]
        else:
            said = [{"id": str(new_id())}]
        answer = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except ConnectionError:  # who reads has had enough
            return

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def verbose(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Verbose]]:
    class Own(Verbose):
        pass

    monkeypatch.setattr(run_logs, "MOST_BYTES", ENOUGH)
    monkeypatch.setattr(run_logs, "DEADLINE_SECONDS", 120.0)  # how busy the machine is, is no test's business
    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setattr(settings().prefect, "api_url", f"http://127.0.0.1:{server.server_port}/api")
    yield Own
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings().prefect, "api_url", f"http://127.0.0.1:{free_port()}/api")
    with pytest.raises(LogsAway):
        run_logs.read(new_id(), "screen-candidates")


def test_of_a_log_with_long_lines_fewer_are_shown_each_cut(verbose: type[Verbose]):
    found = run_logs.read(new_id(), "screen-candidates")
    assert (len(found.lines), found.cut) == (FEWER_LINES, True)
    assert {line.level for line in found.lines} == {"error"}
    assert all("[...]" in line.text and len(line.text) < LONGEST_LINE + 10 for line in found.lines)


def test_what_is_withheld_is_not_laid_open_by_the_cut(verbose: type[Verbose]):
    quoted = "DETAIL:  Failing row contains (" + "Siti\n" * (LONGEST_LINE // 4) + ")"
    number = "x" * (LONGEST_LINE // 2 - 8) + " 198503152010011004 " + "x" * (LONGEST_LINE // 2)
    for said in (quoted, number):
        verbose.said = said
        shown = run_logs.read(new_id()).lines[0].text
        assert "Siti" not in shown and "1985" not in shown


def test_a_log_that_is_too_long_even_so_is_left_to_the_servers_own_pages(verbose: type[Verbose]):
    verbose.longest = ENOUGH
    with pytest.raises(LogsTooLong):
        run_logs.read(new_id())
