"""The office's identity provider (OpenID Connect): Authorization Code with PKCE, state and nonce.

Nobody but the issuer in our settings is ever asked, and what it publishes about itself must name that very
issuer; the token's signature, issuer, audience, nonce and age are checked.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import structlog
from authlib.oauth2 import rfc7636
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.errors import MufakatError, NotAllowed
from core.settings import OidcSettings, settings

SECONDS = 10.0
LARGEST = 256 * 1024
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY = 60
KEPT_SECONDS = 600.0
"""How long what the provider says of itself is remembered."""

log = structlog.get_logger("oidc")


class ProviderAway(MufakatError):
    """The office's login service does not answer, or not as it should; nothing was changed. Try again in a
    moment, or log in with your password."""


class NotVouchedFor(NotAllowed):
    """The office's login service did not confirm who you are; nothing was changed. Begin again, and do it
    within ten minutes in this same browser."""


class NobodyOfOurs(NotAllowed):
    """The login service knows you, but no active account of Mufakat belongs to what it says of you. Ask HR
    whether your account exists and your data are right."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What has to come back unchanged from the provider: kept by the browser that set out."""

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def begun(cls, back: str) -> "Journey":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)


def configured() -> bool:
    """Whether there is a provider."""
    return bool(_said().issuer and _said().client_id)


def way_there(journey: Journey) -> str:
    """The address at the provider where somebody logs in. Raises ProviderAway."""
    query = {
        "response_type": "code",
        "client_id": _said().client_id,
        "redirect_uri": _way_back(),
        "scope": _said().scopes,
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": _challenge(journey.verifier),
        "code_challenge_method": "S256",
    }
    there = _metadata()["authorization_endpoint"]
    return f"{there}{'&' if '?' in there else '?'}{urlencode(query)}"


def way_out() -> str | None:
    """The address where one leaves the provider too; None where it has none. Raises ProviderAway."""
    there = _metadata().get("end_session_endpoint")
    if not isinstance(there, str):
        return None
    query = {"client_id": _said().client_id, "post_logout_redirect_uri": f"{settings().public_url}/login"}
    return f"{there}{'&' if '?' in there else '?'}{urlencode(query)}"


def claims_of(code: str, journey: Journey) -> dict[str, Any]:
    """What the provider signed about whoever came back with this code. Raises ProviderAway, NotVouchedFor."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _way_back(),
        "code_verifier": journey.verifier,
        "client_id": _said().client_id,
    }
    token = _asked("POST", _metadata()["token_endpoint"], form)
    said = token.get("id_token")
    if not isinstance(said, str):
        raise NotVouchedFor
    return _verified(said, str(token.get("access_token", "")), journey)


def _verified(said: str, access_token: str, journey: Journey) -> dict[str, Any]:
    try:
        token = jwt.decode(said, _keys(), algorithms=ALGORITHMS)
    except (JoseError, ValueError):  # a key that is new since we asked last
        _documents.cache_clear()
        try:
            token = jwt.decode(said, _keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError) as exc:
            log.warning("token not verified", why=type(exc).__name__)
            raise NotVouchedFor from exc
    options = {
        "iss": {"essential": True, "value": _metadata()["issuer"]},
        "aud": {"essential": True, "value": _said().client_id},
        "nonce": {"essential": True, "value": journey.nonce},
    }
    params = {"client_id": _said().client_id, "nonce": journey.nonce, "access_token": access_token}
    try:
        claims = CodeIDToken(token.claims, token.header, options, params)
        cast("Callable[[int, int], None]", claims.validate)(int(time.time()), LEEWAY)  # pyright: ignore[reportUnknownMemberType]
    except JoseError as exc:
        log.warning("token refused", why=type(exc).__name__)
        raise NotVouchedFor from exc
    return dict(token.claims)


def _challenge(verifier: str) -> str:
    return cast("Callable[[str], str]", vars(rfc7636)["create_s256_code_challenge"])(verifier)


def _said() -> OidcSettings:
    return settings().oidc


def _way_back() -> str:
    return f"{settings().public_url}/login/oidc/back"


def _metadata() -> dict[str, Any]:
    return _fresh()[0]


def _keys() -> KeySet:
    return _fresh()[1]


def _fresh() -> tuple[dict[str, Any], KeySet]:
    """What the provider publishes, asked anew every ten minutes."""
    return _documents(_said().issuer, int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=2)
def _documents(issuer: str, _nth: int) -> tuple[dict[str, Any], KeySet]:
    known = _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if known.get("issuer") != issuer or not all(isinstance(known.get(name), str) for name in needed):
        log.warning("the provider names another issuer, or lacks an address", issuer=str(known.get("issuer")))
        raise ProviderAway
    if issuer.startswith("https://") and not all(known[name].startswith("https://") for name in needed):
        raise ProviderAway
    try:
        return known, KeySet.import_key_set(cast("Any", _asked("GET", known["jwks_uri"])))
    except (JoseError, ValueError) as exc:
        raise ProviderAway from exc


def _asked(method: str, address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """What the provider answers; it is not followed elsewhere, and not read beyond a size."""
    auth = (_said().client_id, _secret()) if form is not None and _secret() else None
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(method, address, data=form, auth=auth) as answer,
        ):
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ProviderAway
            status = answer.status_code
        said = httpx.Response(status, content=body).json()
    except (httpx.HTTPError, ValueError) as exc:
        log.warning("provider away", why=type(exc).__name__)
        raise ProviderAway from exc
    if status >= 500 or not isinstance(said, dict):
        raise ProviderAway
    if status != 200:
        log.warning("provider refuses", status=status, error=str(said.get("error", ""))[:100])  # pyright: ignore
        raise NotVouchedFor
    return cast("dict[str, Any]", said)


def _secret() -> str:
    """The client's secret, from the environment or from a file that its owner alone reads."""
    said = _said()
    if said.client_secret_file is None:
        return said.client_secret.get_secret_value()
    if said.client_secret_file.stat().st_mode & 0o077:
        log.error("secret file is open to others", file=str(said.client_secret_file))
        raise ProviderAway
    return said.client_secret_file.read_text().strip()
