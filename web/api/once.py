"""Once: a request with an Idempotency-Key is carried out one time, and answered the same each time.

What was answered is kept in the transaction of what was done; a request that was refused keeps nothing, so it
may be sent again. Two at once: the second waits for the first, by the key's row.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from starlette.responses import Response

from core import clock
from web.api.caller import AnyCaller
from web.api.problems import KeyNeeded, KeyReused
from web.deps import DbSession
from web.models import RequestKey

KEPT = timedelta(hours=24)
LONGEST = 100
JSON = "application/json"
FORM = "multipart/form-data"
Said = TypeVar("Said", bound=BaseModel)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=LONGEST,
        description="Any text of your own, new for each request: the same again is done once.",
        examples=["0b1f7c1e-5d0f-4d3e-9f57-2a1c0c1f5e11"],
    ),
]


class Once:
    """Carries a request out, unless its key was seen: then it is answered as it was then."""

    def __init__(self, session: Session, caller: AnyCaller, key: str, fingerprint: str) -> None:
        self._session, self._caller = session, caller
        self._key, self._fingerprint = key, fingerprint

    def __call__(self, act: Callable[[], Said], status: int = 200) -> Said:
        """The answer to the request, ready to be sent. Raises KeyReused, and what the act raises."""
        # FastAPI passes on an answer that is ready; what the act returns is only what it looks like
        return cast("Said", self._answered(act, status))

    def _answered(self, act: Callable[[], BaseModel], status: int) -> Response:
        if not self._key:
            return _answer(act().model_dump_json(), status)
        if known := self._known():
            return known
        body = act().model_dump_json()
        mine = (RequestKey.token_id == self._caller.token_id, RequestKey.key == self._key)
        self._session.execute(update(RequestKey).where(*mine).values(status=status, body=body))
        return _answer(body, status)

    def _known(self) -> Response | None:
        """What was answered before; None when the key is new, which it is no more after this."""
        at = clock.now(self._session)
        self._session.execute(delete(RequestKey).where(_some_old(at)))
        fresh = insert(RequestKey).values(
            token_id=self._caller.token_id, key=self._key, fingerprint=self._fingerprint, made_at=at
        )
        if self._session.execute(fresh.on_conflict_do_nothing().returning(RequestKey.key)).first():
            return None
        row = self._session.get_one(RequestKey, (self._caller.token_id, self._key))
        if row.fingerprint != self._fingerprint:
            raise KeyReused
        answer = _answer(row.body or "", row.status or 200)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer


async def find_once(
    request: Request, session: DbSession, caller: AnyCaller, idempotency_key: IdempotencyKey = ""
) -> Once:
    """Raises KeyNeeded for a key that is none."""
    if idempotency_key and not idempotency_key.isprintable():
        raise KeyNeeded
    said = f"{request.method} {request.url.path}?{request.url.query}\n"
    if request.headers.get("content-type", "").startswith(FORM):  # read already, file by file
        said, body = said + request.headers.get("content-length", ""), b""
    else:
        body = await request.body()
    return Once(session, caller, idempotency_key, hashlib.sha256(said.encode() + body).hexdigest())


OnlyOnce = Annotated[Once, Depends(find_once, scope="function")]


def _some_old(at: datetime) -> ColumnElement[bool]:
    """A few answers that are too old to be asked for: each request sweeps up more than it leaves."""
    old = select(RequestKey.token_id, RequestKey.key).where(RequestKey.made_at < at - KEPT)
    some = old.order_by(RequestKey.made_at).limit(10).with_for_update(skip_locked=True)
    return tuple_(RequestKey.token_id, RequestKey.key).in_(some)


def _answer(body: str, status: int) -> Response:
    return Response(body, status, media_type=JSON)
