"""The log's proofs: checkpoints for those who watch it, a case's receipt for those who may see the case."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import PlainTextResponse, Response

from approvals.access import must_see
from core.ledger import checkpoints, keys
from core.ledger.receipts import receipt
from web import downloads, pages
from web.deps import CurrentActor, DbSession, People, WatcherActor

router = APIRouter()
A_PAGE = 50


@router.get("/ledger")
def overview(
    request: Request,
    session: DbSession,
    actor: WatcherActor,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The checkpoints, newest first, and the keys that signed them."""
    del actor
    last = checkpoints.latest(session)
    found = checkpoints.checkpoints(session, A_PAGE + 1, (page - 1) * A_PAGE)
    return pages.show(
        request,
        "ledger/checkpoints.html",
        checkpoints=found[:A_PAGE],
        more=len(found) > A_PAGE,
        page=page,
        keys=keys.public_keys(session),
        covered=last.size if last else 0,
        young=checkpoints.uncovered(session),
    )


@router.get("/ledger/keys.txt")
def public_keys(session: DbSession) -> Response:
    """The office's public keys and their fingerprints: for everybody who was given a receipt."""
    rows = (f"{row.key.fingerprint} {row.key.text}\n" for row in keys.public_keys(session))
    return PlainTextResponse("".join(rows))


@router.get("/ledger/{number}.txt")
def note(
    session: DbSession, actor: WatcherActor, number: Annotated[int, Path(ge=1, le=2_147_483_647)]
) -> Response:
    """A checkpoint's signed text, as the auditors were mailed it. Raises NotFound."""
    del actor
    found = checkpoints.by_number(session, number)
    text = found.note().text(checkpoints.key_of(session, found))
    return downloads.attachment(f"checkpoint-{number}.txt", text.encode(), "text/plain; charset=utf-8")


@router.get("/cases/{case_id}/receipt")
def case_receipt(session: DbSession, actor: CurrentActor, people: People, case_id: UUID) -> Response:
    """The receipt of a case, to be checked without us. Raises NoSuchCase, NotSigned."""
    case = must_see(session, actor, case_id, directory=people)
    said = json.dumps(receipt(session, case.id, case.reference), indent=1, ensure_ascii=False)
    return downloads.attachment(f"receipt-{case.reference}.json", said.encode(), "application/json")
