"""Lists that people take away as files: written row by row, in the reader's language, and told by the log."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Literal, cast
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from core.actor import Actor
from core.errors import Invalid
from core.language import translate
from personnel import taking
from personnel.taking import Taken
from web import limiting, sheets
from web.downloads import named
from web.sheets import Row

Kind = Literal["csv", "xlsx"]
MOST = 100_000
"""Rows of one file: a spreadsheet takes ten times that, but people don't."""
IN_MEMORY = 1_000_000
"""Bytes; what is more lies in a file without a name until it is sent."""


class TooMuchToTake(Invalid):
    """There are more than {most} rows, and no file was made. Narrow the choice, by days or by a name, and take it in parts."""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to be taken away: what it is, its columns as words to translate, its rows."""

    what: str
    file: str
    """Its name, without the end."""
    columns: Sequence[str]
    rows: Iterable[Row]
    people: Collection[UUID] = ()
    """Who is in it, known when the last row was read: each of them can see that it was taken."""
    choice: Mapping[str, str] = field(default_factory=dict[str, str])
    about: UUID | None = None


def export(session: Session, actor: Actor, language: str, kind: Kind, listing: Listing) -> StreamingResponse:
    """The list as a file. The log tells who took it, in the same transaction; without that there is no file.

    Raises TooMuchToTake, limiting.TooMany.
    """
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    file = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - sheets.pieces closes it
    headers = [translate(language, column) for column in listing.columns]
    count = sheets.write(file, kind, headers, _bounded(listing.rows))
    name = f"{listing.file}.{kind}"
    choice = [key for key, value in listing.choice.items() if value]
    taken = Taken(listing.what, kind, count, name, choice, listing.about)
    taking.took(session, actor, taken, listing.people)
    return StreamingResponse(sheets.pieces(file), media_type=sheets.MEDIA[kind], headers=named(name))


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number >= MOST:
            raise TooMuchToTake(most=MOST)
        yield row
