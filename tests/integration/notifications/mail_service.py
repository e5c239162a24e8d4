"""A mail service with an HTTP API, as a process of its own: python -m ...mail_service PORT KEY FILE

It writes each letter that it takes into FILE, one JSON object a line, and takes each idempotency key once.
How it answers is said by the first part of the recipient's address, once for each key.
"""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cli.ports import free_port
from core.settings import ROOT

ANSWERS: Mapping[str, int] = {"busy": 429, "broken": 500, "refused": 422}
"""`lost` takes the letter and hangs up before it says so."""


def main() -> None:
    key, file, seen, told = sys.argv[2], Path(sys.argv[3]), set[str](), set[str]()

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(body, self.headers["Idempotency-Key"])

        def answer(self, body: Any, id_: str) -> None:
            kind = str(body["to"][0]).split("<")[-1].split("@")[0]
            if self.headers["Authorization"] != f"Bearer {key}":
                return self.say(401, {"error": "bad key"})
            if kind in ANSWERS and (id_ not in told or kind == "refused"):
                told.add(id_)
                return self.say(ANSWERS[kind], {"error": f"{kind} now"})
            if id_ not in seen:
                seen.add(id_)
                with file.open("a") as out:
                    out.write(json.dumps(body | {"key": id_}) + "\n")
                if kind == "lost":
                    self.close_connection = True
                    return None
            return self.say(200, {"id": id_})

        def say(self, status: int, body: Any) -> None:
            said = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


@dataclass(frozen=True)
class MailService:
    """Where it is, and what it took."""

    url: str
    file: Path

    @property
    def taken(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []


@contextmanager
def mail_service(file: Path, key: str) -> Generator[MailService]:
    """The service, while the block lasts."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.integration.notifications.mail_service",
        str(port),
        key,
        str(file),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout and process.stdout.readline() == "ready\n"
        yield MailService(f"http://127.0.0.1:{port}/emails", file)
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    main()
