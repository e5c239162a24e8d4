"""The log's proofs: keys, checkpoints, receipts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from approvals.access import must_see
from approvals.errors import NoSuchCase
from core.errors import NotAllowed, NotFound
from core.ledger import checkpoints, keys
from core.ledger.checkpoints import Checkpoint
from core.ledger.receipts import NotSigned, receipt
from web.api import paging
from web.api.caller import AnyCaller, LedgerReader
from web.api.paging import Cursor, Limit, Page
from web.api.problems import refusals
from web.api.shapes import A_MOMENT, Shape
from web.deps import DbSession, People

router = APIRouter(tags=["ledger"])


class KeyOut(Shape):
    """A key that signed checkpoints."""

    fingerprint: str
    public: str
    introduced_at: datetime = Field(examples=[A_MOMENT])
    retired_at: datetime | None


class CheckpointOut(Shape):
    """A signed statement of how many events there are, and of their tree's root."""

    number: int = Field(examples=[12])
    size: int = Field(examples=[48_213])
    root: str = Field(examples=["5f0c..."])
    previous_size: int = Field(examples=[47_900])
    at: datetime = Field(examples=[A_MOMENT])
    key_id: str
    note: str = Field(description="The signed text, as the auditors were mailed it.")


class ReceiptOut(Shape):
    """A case's receipt; `./mufakat ledger check-receipt` checks it without us."""

    receipt: dict[str, Any]


@router.get("/ledger/keys")
def list_keys(session: DbSession, caller: AnyCaller) -> Page[KeyOut]:
    """Every key that ever signed, oldest first: for whoever was given a receipt. One page."""
    del caller
    rows = keys.public_keys(session)
    return Page(
        items=[
            KeyOut(
                fingerprint=row.key.fingerprint,
                public=row.key.text,
                introduced_at=row.introduced_at,
                retired_at=row.retired_at,
            )
            for row in rows
        ]
    )


@router.get("/ledger/checkpoints", responses=refusals(NotAllowed))
def list_checkpoints(
    request: Request,
    response: Response,
    session: DbSession,
    caller: LedgerReader,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[CheckpointOut]:
    """The checkpoints, newest first, for those who watch the log."""
    caller.must_watch()
    before = paging.opened(cursor, paging.number)
    rows = checkpoints.checkpoints(
        session,
        limit + 1,
        before=before[0] if before else None,  # pyright: ignore[reportArgumentType] - read by this very reader
    )
    return paging.page(
        request, response, rows, limit, lambda row: _checkpoint(session, row), lambda row: (row.number,)
    )


@router.get("/ledger/checkpoints/{number}", responses=refusals(NotAllowed, NotFound))
def read_checkpoint(
    session: DbSession, caller: LedgerReader, number: Annotated[int, Path(ge=1, le=2_147_483_647)]
) -> CheckpointOut:
    """A checkpoint by its number."""
    caller.must_watch()
    return _checkpoint(session, checkpoints.by_number(session, number))


@router.get("/cases/{case_id}/receipt", responses=refusals(NoSuchCase, NotSigned))
def read_receipt(session: DbSession, people: People, caller: LedgerReader, case_id: UUID) -> ReceiptOut:
    """The receipt of a case that the caller may see."""
    case = must_see(session, caller.actor, case_id, directory=people)
    return ReceiptOut(receipt=receipt(session, case.id, case.reference))


def _checkpoint(session: DbSession, row: Checkpoint) -> CheckpointOut:
    return CheckpointOut(
        number=row.number,
        size=row.size,
        root=row.root.hex(),
        previous_size=row.previous_size,
        at=row.at,
        key_id=row.key_id,
        note=row.note().text(checkpoints.key_of(session, row)),
    )
