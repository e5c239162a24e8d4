"""What guards every page: headers, hosts, sizes of what is sent, and proof that a form is ours."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Invalid, NotAllowed
from core.settings import settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # same-origin, not none: without it browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
STRICT_TRANSPORT = "max-age=31536000"
LARGEST_FORM = 256 * 1024
LARGEST_UPLOAD = 20 * 1024 * 1024
UPLOADS = ("/imports", "/import", "/documents", "/replacement")
"""How the addresses end that take files; all others take forms alone."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class StaleForm(NotAllowed):
    """This form belongs to an earlier session or to another site; nothing was changed. Open the page again and repeat what you did."""  # noqa: E501


class TooLarge(Invalid):
    """What was sent is larger than the {limit} that are accepted here; nothing was kept. Send a smaller file."""  # noqa: E501


def https() -> bool:
    """Whether people reach us by https; then cookies are Secure and browsers are told to stay with it."""
    return settings().public_url.startswith("https://")


def allowed_hosts() -> list[str]:
    """The names under which we answer; a request for another is somebody's trick."""
    named = urlsplit(settings().public_url).hostname or ""
    return sorted({named, settings().web.host, "127.0.0.1", "localhost", "[::1]"} - {"", "0.0.0.0"})  # noqa: S104


class SecurityHeaders:
    """Sets the headers on every answer; one that a page has set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if https():
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
            await send(message)

        return await self.app(scope, receive, guarded)


class BodyLimit:
    """Refuses what is too large before it is read whole; forms with files may be larger."""

    def __init__(self, app: ASGIApp, page: Callable[[Request, TooLarge], Response]) -> None:
        self.app = app
        self.page = page
        """What people are shown: it comes from above, where pages are known."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        limit = LARGEST_UPLOAD if scope["path"].endswith(UPLOADS) else LARGEST_FORM
        said = headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > limit:
            error = TooLarge(limit=f"{limit // 1024} KB")
            answer = (
                _problem(error) if scope["path"].startswith("/api/") else self.page(Request(scope), error)
            )
            return await answer(scope, receive, send)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(limit=f"{limit // 1024} KB")
            return message

        return await self.app(scope, counted, send)


def _problem(error: TooLarge) -> Response:
    """What a program is told (RFC 9457); who it is has not been asked yet."""
    said = {"type": f"/api/v1/problems/{error.code}", "title": "Too large", "status": 413}
    more = {"detail": error.args[0], "code": error.code, "facts": error.facts}
    return JSONResponse(said | more, 413, media_type="application/problem+json")


def new_secret() -> str:
    """A secret for one browser: 256 bits, safe in cookies."""
    return secrets.token_urlsafe(32)


def form_token(secret: str) -> str:
    """The proof that goes into a form: bound to the browser's secret and to our own, and masked.

    The mask makes it look different in each answer, so that compressed pages do not leak it (BREACH).
    """
    mask = secrets.token_bytes(32)
    masked = bytes(a ^ b for a, b in zip(mask, _proof(secret), strict=True))
    return urlsafe_b64encode(mask + masked).decode()


def check_form(request: Request, secret: str, token: object) -> None:
    """Let only forms of ours pass, sent from a page of ours. Raises StaleForm."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in _own_origins(request):
        raise StaleForm
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise StaleForm
    if not secret or not isinstance(token, str):
        raise StaleForm
    try:
        raw = urlsafe_b64decode(token.encode())
    except ValueError as exc:
        raise StaleForm from exc
    unmasked = bytes(a ^ b for a, b in zip(raw[:32], raw[32:], strict=False))
    if not hmac.compare_digest(unmasked, _proof(secret)):
        raise StaleForm


def _proof(secret: str) -> bytes:
    key = settings().secret.get_secret_value().encode()
    return hmac.digest(key, b"form:" + secret.encode(), sha256)


def _own_origins(request: Request) -> set[str]:
    public = urlsplit(settings().public_url)
    scheme = "https" if https() else request.url.scheme
    return {f"{public.scheme}://{public.netloc}", f"{scheme}://{request.headers.get('host', '')}"}
