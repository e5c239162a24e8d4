"""Another system: a real HTTP server on this machine that checks signatures as the Standard Webhooks say."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What arrived, in order; how it answers, and by which secrets it checks."""

    port: int = 0
    answers: list[int] = field(default_factory=list[int])
    """The statuses of the next answers; 204 when there are none."""
    secrets: list[str] = field(default_factory=list[str])
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    ids: list[str] = field(default_factory=list[str])
    forged: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, headers: Any, body: bytes) -> int:
        """Look at a message and answer it."""
        if not any(self._fits(secret, headers, body) for secret in self.secrets):
            self.forged += 1
            return 401
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.messages.append(json.loads(body))
            self.ids.append(headers["webhook-id"])
        return status

    def _fits(self, secret: str, headers: Any, body: bytes) -> bool:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = base64.b64encode(hmac.new(key, said, sha256).digest()).decode()
        return any(hmac.compare_digest(f"v1,{mac}", one) for one in headers["webhook-signature"].split())


@contextmanager
def receiving() -> Iterator[Receiver]:
    """The system, until the block is left."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take(self.headers, body)
            self.send_response(status)
            if status == 302:
                self.send_header("location", receiver.url)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
