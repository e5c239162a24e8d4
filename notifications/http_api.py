"""Letters through a mail service's HTTP API, each under a key of its own, so that a retry sends no second."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, cast

import httpx

from core.settings import MailSettings
from notifications.letter import Letter
from notifications.ways import Refused, TransportDown

USUAL_BODY: Mapping[str, Any] = {
    "from": "$from",
    "to": ["$to"],
    "subject": "$subject",
    "text": "$text",
    "html": "$html",
    "headers": "$headers",
    "attachments": "$attachments",
}
"""The shape that Resend and its likes take."""
OWN = ("from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding")
"""Headers that a service makes itself from what it is given."""
NOT_US = (401, 402, 403, 404, 405)
"""It is we who are refused, whatever the letter: a wrong key or address, an account that ended."""
LATER = (429, 503)
"""Nobody's letters are taken for a while."""
AGAIN = (408, 409, 425)
QUOTED = 200


class HttpTransport:
    """One client of the service, that keeps its connection."""

    def __init__(self, config: MailSettings) -> None:
        self.config = config
        self.body: Any = json.loads(config.api_body) if config.api_body else USUAL_BODY
        self._client: httpx.AsyncClient | None = None

    async def deliver(self, letter: Letter) -> None:
        """Post a letter; on return the service has taken it. Raises TransportDown, Refused."""
        self._client = self._client or httpx.AsyncClient(timeout=self.config.timeout_seconds)
        try:
            answer = await self._client.post(
                self.config.api_url,
                json=filled(self.body, parts_of(letter)),
                headers={
                    "Authorization": f"Bearer {self.config.api_key.get_secret_value()}",
                    "Idempotency-Key": str(letter.id),
                },
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as exc:
            raise TransportDown(why=str(exc) or type(exc).__name__) from exc
        except httpx.HTTPError as exc:
            # it may have arrived; the key keeps it from being sent twice
            raise Refused(str(exc) or type(exc).__name__, permanent=False) from exc
        judge(answer)

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def judge(answer: httpx.Response) -> None:
    """Raises TransportDown when no letter can pass, Refused when this one can't, for now or for good."""
    if answer.is_success:
        return
    why = f"{answer.status_code} {' '.join(answer.text.split())[:QUOTED]}".strip()
    if answer.status_code in (*NOT_US, *LATER):
        raise TransportDown(why=why)
    permanent = answer.is_client_error and answer.status_code not in AGAIN
    raise Refused(why, permanent=permanent)


def parts_of(letter: Letter) -> dict[str, Any]:
    """What a body may speak of, by name."""
    mail = letter.read()
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    calendars = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return {
        "from": str(mail["From"]),
        "to": str(mail["To"]),
        "subject": str(mail["Subject"]),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
        "headers": {name: str(value) for name, value in mail.items() if name.lower() not in OWN},
        "attachments": [
            {
                "filename": str(part.get_param("name")),
                "content_type": "text/calendar",
                "content": b64encode(cast("bytes", part.get_payload(decode=True))).decode(),
            }
            for part in calendars
        ],
        "mime": letter.content.decode("ascii"),
    }


def filled(shape: Any, parts: Mapping[str, Any]) -> Any:
    """A JSON value with each `$name` replaced by that part; keys of parts that are empty fall away."""
    if isinstance(shape, str):
        return parts.get(shape[1:], shape) if shape.startswith("$") else shape
    if isinstance(shape, list):
        return [filled(one, parts) for one in cast("list[Any]", shape)]
    if isinstance(shape, Mapping):
        made = {str(key): filled(one, parts) for key, one in cast("Mapping[Any, Any]", shape).items()}
        return {key: value for key, value in made.items() if value not in ("", [], {})}
    return shape
