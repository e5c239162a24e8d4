"""The way in by an email's link: it proves who was addressed; who holds it must prove to be that person.

Opening a link changes nothing. Whoever is logged in as the addressee goes on to the task; others confirm with
a code that is mailed to the addressee, and may then decide this one task for a quarter of an hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from approvals import documents, tasks
from approvals.dossier import read_task
from approvals.file_errors import NoSuchDocument
from approvals.models import DecisionKind
from core.actor import Actor
from core.database import transaction
from core.directory import Person
from core.errors import MufakatError, NotAllowed
from notifications import codes
from notifications.histories import LINK, happened, stream_of
from notifications.links import BadLink, Link, read_link
from personnel import addresses
from personnel.addressees import actor_of_person
from web import cookies, downloads, limiting, pages
from web.deps import DbSession, People, Visitor
from web.errors import status_of
from web.routes.tasks import DECIDED, Typed, shown, tried
from web.words import N_

router = APIRouter(prefix="/link")
PASS_LASTS = timedelta(minutes=15)
SOMEBODY = Actor(None, "", frozenset(), "mail")
"""Who holds a link, and did not prove yet to be anybody."""


class NotTheAddressee(NotAllowed):
    """This link was made for somebody else, so it opens nothing for you. Your own tasks are in your inbox."""


class PassEnded(NotAllowed):
    """Confirm with a code first: the last confirmation has ended. Nothing was recorded; your text is kept in this tab."""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Addressed:
    """A link that was read, and the person it was made for."""

    token: str
    link: Link
    person: Person

    @property
    def purpose(self) -> str:
        return f"task:{self.link.task_id}"

    @property
    def address(self) -> str:
        return f"/link/{self.token}"


def read(token: str, visit: Visitor, people: People) -> Addressed:
    """The link, and whose it is. Raises BadLink, also when the person is no longer active."""
    link = read_link(token, visit.now)
    person = people.people([link.person_id]).get(link.person_id)
    if person is None or not person.active:
        raise BadLink
    return Addressed(token, link, person)


OpenedLink = Annotated[Addressed, Depends(read, scope="function")]


def confirmed(request: Request, visit: Visitor, session: DbSession, opened: OpenedLink) -> Actor | None:
    """The addressee, where this browser confirmed to be theirs for this very task; else None."""
    said = cookies.opened("link", request.cookies.get(cookies.LINK, ""))
    if not said or said[:2] != [str(opened.link.task_id), str(opened.link.person_id)]:
        return None
    if datetime.fromisoformat(said[2]) <= visit.now:
        return None
    return actor_of_person(session, opened.link.person_id, "mail")


Confirmed = Annotated[Actor | None, Depends(confirmed, scope="function")]


def by_pass(actor: Confirmed) -> Actor:
    """The confirmed addressee. Raises PassEnded."""
    if actor is None:
        raise PassEnded
    return actor


MailActor = Annotated[Actor, Depends(by_pass, scope="function")]


@router.get("/{token}")
def open_link(
    request: Request, visit: Visitor, session: DbSession, people: People, opened: OpenedLink, actor: Confirmed
) -> Response:
    """The task for its addressee, with what changed since the mail; for anybody else a door.

    Nothing is changed by looking, but that somebody known looked is recorded.
    """
    if visit.actor:
        if visit.actor.person_id != opened.link.person_id:
            used_in_vain(opened, visit.actor, "another person")
            raise NotTheAddressee
        used(session, opened, visit.actor, "followed")
        return RedirectResponse(f"/tasks/{opened.link.task_id}", status_code=303)
    if actor:
        link = opened.link
        return shown(request, session, actor, people, link.task_id, action=opened.address, since=link.version)
    return door(request, opened)


@router.post("/{token}/code")
def send_code(request: Request, visit: Visitor, session: DbSession, opened: OpenedLink) -> Response:
    """Mail a code to the addressee, whoever asked for it."""
    limiting.hit(limiting.LINK_CODE, f"{opened.person.id}")
    try:
        with session.begin_nested():
            addresses.must_be_known(session, opened.person.id)
            codes.request(session, opened.person, opened.purpose)
            used(session, opened, SOMEBODY, "code_asked")
    except MufakatError as error:
        return door(request, opened, error)
    return pages.go(
        f"{opened.address}?sent=1", N_("A code is on its way to your email; it is good for 10 minutes.")
    )


@router.post("/{token}/confirm")
def confirm(
    request: Request,
    visit: Visitor,
    session: DbSession,
    opened: OpenedLink,
    code: Annotated[str, Form()] = "",
) -> Response:
    """Take the code, and let this browser decide this one task for a while."""
    limiting.hit(limiting.LINK_ENTRY, f"{opened.person.id}")
    try:
        codes.redeem(session, opened.person.id, opened.purpose, code)
    except MufakatError as error:
        used(session, opened, SOMEBODY, "refused", why="wrong code")
        return door(request, opened, error)
    used(session, opened, Actor(opened.person.id, opened.person.name, frozenset(), "mail"), "confirmed")
    until = (visit.now + PASS_LASTS).isoformat()
    answer = pages.go(opened.address)
    value = cookies.sealed("link", [str(opened.link.task_id), str(opened.link.person_id), until])
    cookies.put(answer, cookies.LINK, value, int(PASS_LASTS.total_seconds()), path="/link")
    return answer


@router.post("/{token}/claim")
def claim(session: DbSession, opened: OpenedLink, actor: MailActor) -> Response:
    """Take an offered task."""
    tasks.claim(session, actor, opened.link.task_id)
    return pages.go(opened.address, N_("The task is yours now."))


@router.post("/{token}/decide")
def decide(
    request: Request,
    session: DbSession,
    people: People,
    opened: OpenedLink,
    actor: MailActor,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Decide as the addressee, by mail."""
    task_id = opened.link.task_id
    if problem := tried(session, actor, people, task_id, typed):
        return shown(request, session, actor, people, task_id, typed, problem, opened.address)
    case = read_task(session, task_id)[0].case
    word = DECIDED[DecisionKind(typed.decision)]
    answer = pages.go(f"{opened.address}/done", word, reference=case.reference, name=case.subject_name)
    cookies.drop(answer, cookies.LINK, path="/link")
    return answer


@router.get("/{token}/documents/{document_id}")
def download(
    session: DbSession, people: People, opened: OpenedLink, actor: MailActor, document_id: UUID
) -> Response:
    """A document of the task's case, for its confirmed addressee."""
    found = documents.find(session, actor, document_id, directory=people)
    if found.case_id != read_task(session, opened.link.task_id)[0].case.id:
        raise NoSuchDocument
    return downloads.document(found)


@router.get("/{token}/done")
def done(request: Request, visit: Visitor, opened: OpenedLink) -> Response:
    """Thanks, and where the other tasks are."""
    return pages.show(request, "links/done.html")


def used(session: Session, opened: Addressed, by: Actor, how: str, **facts: object) -> None:
    """Record a use of a link, in the link's own stream."""
    link = opened.link
    said = {"task": link.task_id, "person": link.person_id, "version": link.version, **facts}
    happened(session, by, f"link.{how}", stream_of(LINK, link.person_id, link.task_id), facts=said)


def used_in_vain(opened: Addressed, by: Actor, why: str) -> None:
    """The same of a use that is about to be refused: apart, for the page's transaction is undone."""
    with transaction() as own:
        used(own, opened, by, "refused", why=why)


def door(request: Request, opened: Addressed, problem: MufakatError | None = None) -> Response:
    """What somebody sees who did not prove yet to be the addressee: how to, and nothing of the case."""
    return pages.show(
        request,
        "links/door.html",
        status_of(problem) if problem else 200,
        address=opened.address,
        task_id=opened.link.task_id,
        mailbox=_masked(opened.person.email),
        sent=bool(problem) or "sent" in request.query_params,
        problem=pages.said(request, problem) if problem else "",
    )


def _masked(email: str) -> str:
    """Enough of an address for its owner to know it, and for nobody else to learn it."""
    name, at, host = email.partition("@")
    return f"{name[:1]}•••{at}{host[:1]}•••" if at else ""
