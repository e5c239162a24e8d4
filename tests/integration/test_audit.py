"""The audit of libraries: asked of a real server, and told plainly when there is none."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli import audit
from cli.places import ROOT
from cli.ports import free_port


@contextmanager
def advisories(bad: str) -> Iterator[str]:
    """A server that knows a hole in one library."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            results = [{"vulns": [{"id": "PYSEC-1"}]} if q["package"]["name"] == bad else {} for q in asked]
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_a_known_hole_fails_and_one_that_was_looked_at_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    with advisories("fastapi") as address:
        assert audit.main(address) == 1
        assert "PYSEC-1" in capsys.readouterr().out
        monkeypatch.setattr(audit, "accepted", lambda: {"PYSEC-1": "only on another system"})
        assert audit.main(address) == 0
    with advisories("none") as address:
        assert audit.main(address) == 0


def test_without_a_network_it_says_that_nothing_was_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    assert audit.main(f"http://127.0.0.1:{free_port()}/") == 0
    assert capsys.readouterr().out.startswith("not reached")


def test_every_locked_library_is_asked_about(tmp_path: Path):
    names = {name for name, _ in audit.libraries(ROOT / "uv.lock")}
    assert {"fastapi", "sqlalchemy", "prefect"} <= names
    assert "mufakat" not in names
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.mufakat.audit]\n"PYSEC-1" = "why"\n')
    assert audit.accepted(project) == {"PYSEC-1": "why"}
