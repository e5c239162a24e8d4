"""The auditor's reading of the log: search over events, a case's full story, both to be taken away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals.directory import Directory
from approvals.dossier import read_case
from core.errors import MufakatError
from core.ledger import searching
from core.ledger.searching import Found
from notifications import told
from personnel import looking
from web import exports, log_lines, pages
from web.deps import DbSession, People, ReaderActor, Visitor
from web.errors import status_of
from web.event_words import called
from web.exports import Kind, Listing
from web.log_lines import COLUMNS
from web.log_search import Asked, Meant, after, meant

router = APIRouter(prefix="/ledger")
A_PAGE = 50


@router.get("/events")
def search(
    request: Request,
    session: DbSession,
    actor: ReaderActor,
    people: People,
    visit: Visitor,
    asked: Annotated[Asked, Query()],
) -> Response:
    """What the log holds of what is looked for, the newest first; that somebody looked is noted."""
    found: list[Found] = []
    which, problem = Meant(), None
    try:
        which = meant(session, asked)
        found = searching.search(session, which.sought, before=asked.place(), limit=A_PAGE + 1)
    except MufakatError as error:
        problem = error
    shown = log_lines.lines(session, people, found[:A_PAGE], visit.language)
    concerned = {id_ for line in shown for id_ in line.concerned}
    looking.looked_at_all(session, actor, concerned, "events")
    return pages.show(
        request,
        "ledger/events.html",
        status_of(problem) if problem else 200,
        asked=asked,
        case_id=which.case_id,
        lines=shown,
        further=after(found[A_PAGE - 1].place) if len(found) > A_PAGE else "",
        names=_names(session, visit.language),
        unsealed=searching.unsealed(session),
        problem=pages.said(request, problem) if problem else "",
    )


@router.get("/events.{kind}")
def take_events(
    session: DbSession,
    actor: ReaderActor,
    people: People,
    visit: Visitor,
    kind: Kind,
    asked: Annotated[Asked, Query()],
) -> Response:
    """All that the search finds, as a file."""
    found = searching.read_on(session, meant(session, asked).sought, limit=exports.MOST + 1)
    concerned: set[UUID] = set()
    rows = log_lines.rows(session, people, found, visit.language, concerned)
    listing = Listing("events", f"log-{visit.now:%Y-%m-%d}", COLUMNS, rows, concerned, choice=asked.given)
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/cases/{case_id}.{kind}")
def take_story(
    session: DbSession, actor: ReaderActor, people: People, visit: Visitor, case_id: UUID, kind: Kind
) -> Response:
    """A case's story as a file."""
    case = read_case(session, case_id).case
    rows = _story_rows(session, people, case_id, visit.language)
    name = case.reference.replace("/", "-")
    listing = Listing("story", f"story-{name}", COLUMNS, rows, {case.subject_id}, about=case.id)
    return exports.export(session, actor, visit.language, kind, listing)


@router.get("/cases/{case_id}")
def story(
    request: Request, session: DbSession, actor: ReaderActor, people: People, visit: Visitor, case_id: UUID
) -> Response:
    """All that happened to a case, from its first event on: who, as whom, why, and where the log has it."""
    case = read_case(session, case_id).case
    found = searching.story(session, case_id)
    looking.looked(session, actor, case.subject_id, "story")
    return pages.show(
        request,
        "ledger/story.html",
        case=case,
        lines=log_lines.lines(session, people, found, visit.language),
        vouched=searching.vouched(session, [event.position for event in found if event.position]),
        mails=told.by_event(session, [event.id for event in found]),
    )


def _story_rows(session: Session, people: Directory, case_id: UUID, language: str) -> list[log_lines.Row]:
    found = searching.story(session, case_id)
    return [line.row for line in log_lines.lines(session, people, found, language)]


def _names(session: Session, language: str) -> list[tuple[str, str]]:
    """Every kind of event that there is, by its words."""
    return sorted(
        ((name, called(name, language)) for name in searching.names(session)), key=lambda pair: pair[1]
    )
