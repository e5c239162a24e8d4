"""Lists in pages: each names where the next begins by the last row's own keys, so that nothing is skipped or
shown twice while rows come and go; no page costs more than the first."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from core.errors import Invalid

MOST = 200
LONGEST_CURSOR = 300

Item = TypeVar("Item", bound=BaseModel)
Row = TypeVar("Row")
Key = datetime | date | UUID | int | str | None


class BadCursor(Invalid):
    """This cursor is none of ours; begin the list without one. Nothing was done."""


Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows a page has at most.")]
Cursor = Annotated[
    str,
    Query(max_length=LONGEST_CURSOR, description="Where the page begins: `next` of the page before."),
]


class Page(BaseModel, Generic[Item]):
    """A page of a list; the header `Link` with rel="next" says the same as `next`."""

    items: list[Item]
    next: str | None = Field(default=None, description="The cursor of the next page; null on the last.")


def page(
    request: Request,
    response: Response,
    rows: Sequence[Row],
    limit: int,
    shape: Callable[[Row], Item],
    keys: Callable[[Row], Sequence[Key]],
) -> Page[Item]:
    """A page of the rows that were found, of which one more than `limit` was asked for."""
    shown = rows[:limit]
    following = sealed(keys(shown[-1])) if len(rows) > limit else None
    if following:
        there = request.url.include_query_params(cursor=following)
        response.headers["Link"] = f'<{there.path}?{there.query}>; rel="next"'
    return Page(items=[shape(row) for row in shown], next=following)


def sealed(keys: Sequence[Key]) -> str:
    """The last row's keys as a cursor."""
    said = [
        key.isoformat() if isinstance(key, date) else str(key) if isinstance(key, UUID) else key
        for key in keys
    ]
    return urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def opened(cursor: str, *readers: Callable[[str], Key]) -> tuple[Key, ...] | None:
    """The keys of a cursor, each read by its reader; None for the first page. Raises BadCursor."""
    if not cursor:
        return None
    try:
        said = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(said, list) or len(said) != len(readers):  # pyright: ignore[reportUnknownArgumentType]
            raise BadCursor
        return tuple(None if one is None else read(one) for read, one in zip(readers, said, strict=True))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    except (ValueError, TypeError, AttributeError, OverflowError) as exc:
        raise BadCursor from exc


def moment(said: str) -> datetime:
    """A moment of a cursor. Raises ValueError."""
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError(said)
    return at


def number(said: object) -> int:
    """A number of a cursor. Raises ValueError."""
    if not isinstance(said, int) or not 0 <= said < 2**31:
        raise ValueError(said)
    return said
