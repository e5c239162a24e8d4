"""An OpenID provider of its own, run as a process: real keys, real signatures, spoken to over HTTP alone.

    python oidc_provider.py PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI PEOPLE

PEOPLE is JSON: who can log in, with the claims that are signed about them, and whether something goes wrong
with their tokens (`key`: signed by a key that is not published; `audience`, `issuer`, `nonce`, `age`).
"""

import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from html import escape
from typing import Any

import uvicorn
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KEY = RSAKey.generate_key(2048, {"kid": "the-key", "use": "sig", "alg": "RS256"})
STRANGE = RSAKey.generate_key(2048, {"kid": "the-key", "use": "sig", "alg": "RS256"})


@dataclass
class Person:
    login: str
    claims: dict[str, Any]
    wrong: str = ""


@dataclass
class Code(AuthorizationCodeMixin):
    code: str
    person: Person
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    made_at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return "another nonce" if self.person.wrong == "nonce" else self.nonce

    def get_auth_time(self) -> int:
        return int(self.made_at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class OnlyClient(ClientMixin):
    id: str
    secret: str
    redirect_uri: str

    def get_client_id(self) -> str:
        return self.id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, self.secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Asked(OAuth2Request):
    def __init__(self, method: str, uri: str, headers: dict[str, str], data: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(data)
        self._data = data

    @property
    def form(self) -> dict[str, str]:
        return self._data

    @property
    def args(self) -> dict[str, str]:
        return self._data


class Grant(AuthorizationCodeGrant):
    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        said = request.payload.data
        CODES[code] = Code(
            code,
            request.user,
            said["redirect_uri"],
            said.get("scope", ""),
            said.get("nonce"),
            said.get("code_challenge"),
            said.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: OnlyClient) -> Code | None:
        found = CODES.get(code)
        return found if found and time.time() - found.made_at < 60 else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        CODES.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Person:
        return authorization_code.person


class OpenId(OpenIDCode):
    person: Person

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in CODES.values())

    def process_token(self, grant: Grant, response: Any) -> Any:
        self.person = grant.request.user
        return super().process_token(grant, response)

    def resolve_client_private_key(self, client: OnlyClient) -> RSAKey:
        return STRANGE if self.person.wrong == "key" else KEY

    def get_client_claims(self, client: OnlyClient) -> dict[str, Any]:
        wrong = self.person.wrong
        issuer = "http://elsewhere.example" if wrong == "issuer" else SERVER.issuer
        audience = "another-client" if wrong == "audience" else client.id
        expires = time.time() + (-3600 if wrong == "age" else 300)
        return {"iss": issuer, "aud": [audience], "exp": int(expires)}

    def get_encode_header(self, client: OnlyClient) -> dict[str, str]:
        return {"alg": "RS256", "kid": "the-key"}

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        return UserInfo(sub=user.login, **user.claims)


class Server(AuthorizationServer):
    issuer = ""
    client: OnlyClient

    def query_client(self, client_id: str) -> OnlyClient | None:
        return self.client if client_id == self.client.id else None

    def save_token(self, token: Any, request: Any) -> None:
        """Nobody asks for anything by the access token here."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        said = dict(headers)
        if "Location" in said:
            return RedirectResponse(said["Location"], status_code=status)
        return JSONResponse(body, status, headers={k: v for k, v in said.items() if k != "Content-Type"})


CODES: dict[str, Code] = {}
PEOPLE: dict[str, Person] = {}
SERVER = Server()


async def asked(request: Request) -> Asked:
    form = {key: str(value) for key, value in (await request.form()).items()}
    data = {**request.query_params, **form}
    return Asked(request.method, str(request.url), dict(request.headers.items()), data)


async def authorize(request: Request) -> Response:
    """A login page, and with a name sent to it the way back with a code."""
    wanted = await asked(request)
    if request.method == "GET":
        SERVER.get_consent_grant(wanted, end_user=None)
        hidden = "".join(
            f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in wanted.form.items()
        )
        return HTMLResponse(f"<form method=post>{hidden}<input name=person></form>")
    person = PEOPLE[wanted.form["person"]]
    grant = SERVER.get_consent_grant(wanted, end_user=person)
    return SERVER.create_authorization_response(wanted, grant_user=person, grant=grant)


async def token(request: Request) -> Response:
    wanted = await asked(request)
    wanted.headers = {name.title(): value for name, value in wanted.headers.items()}
    return SERVER.create_token_response(wanted)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, OAuth2Error)
    return JSONResponse(dict(error.get_body()), 400)


async def about(request: Request) -> Response:
    known = {
        "issuer": SERVER.issuer,
        "authorization_endpoint": f"{SERVER.issuer}/authorize",
        "token_endpoint": f"{SERVER.issuer}/token",
        "jwks_uri": f"{SERVER.issuer}/keys",
        "end_session_endpoint": f"{SERVER.issuer}/out",
        "code_challenge_methods_supported": ["S256"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
    return JSONResponse(known)


async def keys(request: Request) -> Response:
    return JSONResponse(KeySet([KEY]).as_dict(private=False))


def bearer(**said: Any) -> dict[str, Any]:
    access = secrets.token_urlsafe(24)
    return {"token_type": "Bearer", "access_token": access, "expires_in": 300, "scope": said["scope"]}


def main() -> None:
    port, client_id, client_secret, redirect_uri, people = sys.argv[1:]
    SERVER.issuer = f"http://127.0.0.1:{port}"
    SERVER.client = OnlyClient(client_id, client_secret, redirect_uri)
    PEOPLE.update({login: Person(login, **said) for login, said in json.loads(people).items()})
    SERVER.register_grant(Grant, [OpenId(require_nonce=True), CodeChallenge(required=True)])
    SERVER.register_token_generator("default", bearer)
    routes = [
        Route("/.well-known/openid-configuration", about),
        Route("/authorize", authorize, methods=["GET", "POST"]),
        Route("/token", token, methods=["POST"]),
        Route("/keys", keys),
    ]
    app = Starlette(routes=routes, exception_handlers={OAuth2Error: refused})
    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
