"""What routes are given: the session, who visits, who acts. Each is spelled once, here."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

import wiring
from approvals.directory import Directory
from core import clock, database
from core.actor import Actor, Role
from core.errors import NotAllowed
from core.language import LANGUAGES
from core.settings import settings
from personnel import accounts
from web import cookies, security
from web.visit import Visit

POLLING = frozenset({"inbox", "operator"})
"""The parts of pages that ask for themselves anew every minute, whether or not somebody looks at them."""

LISTENING = "/events"
"""Where open pages listen, whether or not somebody looks at them."""

MOST_FIELDS = 5_000
"""A chain of fifty stages has so many; what a form may weigh is bounded before it is read."""


class LoginNeeded(NotAllowed):
    """Log in to see this page; afterwards you are brought back here."""


class PasswordNeeded(NotAllowed):
    """Choose a password of your own before you go on."""


async def open_session() -> AsyncGenerator[Session]:
    """Begun without a thread, for that asks the database nothing; committed in one, for that does, unless the
    route has done so in its own."""
    with database.sessions()() as session:
        yield session
        if session.in_transaction():
            await run_in_threadpool(session.commit)


DbSession = Annotated[Session, Depends(open_session, scope="function")]
"""One transaction a request. Scope `function`: committed before the answer leaves, so that nobody is ever
told "decided" about something that then failed to commit. A route that gives up what it tried rolls back, and
shows why in a new one."""


def find_visit(request: Request, session: DbSession) -> Visit:
    """Recognise the browser by its cookies; anybody may visit."""
    token = request.cookies.get(cookies.session_name(), "")
    attended = request.headers.get("hx-trigger") not in POLLING and request.url.path != LISTENING
    found = accounts.read_session(session, token, attended=attended) if token else None
    if found is None:
        visit = Visit(clock.now(session), _language(request, ""), _anonymous_secret(request))
    else:
        visit = Visit(
            now=clock.now(session),
            language=_language(request, found.language),
            form_secret=found.csrf,
            actor=found.actor,
            account_id=found.account_id,
            must_change=found.must_change,
        )
    request.state.visit = visit
    return visit


def _anonymous_secret(request: Request) -> str:
    """What ties a form to a browser without a login; made at its first page, never for an arriving form."""
    known = request.cookies.get(cookies.form_name(), "")
    return known if known or request.method not in security.SAFE_METHODS else security.new_secret()


Visitor = Annotated[Visit, Depends(find_visit, scope="function")]


def _language(request: Request, of_login: str) -> str:
    """By the person's switch, else by the login, else by the browser, else by the office."""
    chosen = request.cookies.get(cookies.LANGUAGE, "") or of_login
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().lower().split("-")[0]
        if wanted in LANGUAGES:
            return wanted
    return settings().office.language


async def newcomer(visit: Visitor) -> Actor:
    """Whoever is logged in, with a first password or their own. Raises LoginNeeded."""
    if visit.actor is None:
        raise LoginNeeded
    return visit.actor


Newcomer = Annotated[Actor, Depends(newcomer, scope="function")]


async def signed_in(visit: Visitor, actor: Newcomer) -> Actor:
    """The person who is logged in by a password of their own. Raises LoginNeeded, PasswordNeeded."""
    if visit.must_change:
        raise PasswordNeeded
    return actor


CurrentActor = Annotated[Actor, Depends(signed_in, scope="function")]


def only(*roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A page for these roles alone; what it does is guarded again at each verb."""

    async def entitled(actor: CurrentActor) -> Actor:
        if not actor.has(*roles):
            raise NotAllowed
        return actor

    return entitled


HrActor = Annotated[Actor, Depends(only(Role.HR, Role.ADMIN), scope="function")]
AdminActor = Annotated[Actor, Depends(only(Role.ADMIN), scope="function")]
OperatorActor = Annotated[Actor, Depends(only(Role.OPERATOR, Role.ADMIN), scope="function")]
WatcherActor = Annotated[Actor, Depends(only(Role.OPERATOR, Role.AUDITOR, Role.ADMIN), scope="function")]
"""Who watches the log itself."""
ReaderActor = Annotated[Actor, Depends(only(Role.AUDITOR, Role.ADMIN), scope="function")]
"""Who watches how people use what they may see."""
OverseerActor = Annotated[
    Actor, Depends(only(Role.HR, Role.OPERATOR, Role.AUDITOR, Role.ADMIN), scope="function")
]


async def find_directory(session: DbSession) -> Directory:
    return wiring.directory(session)


People = Annotated[Directory, Depends(find_directory, scope="function")]


async def check_form(request: Request, visit: Visitor) -> None:
    """Every request that could change something must come from a form of ours. Raises StaleForm."""
    if request.method in security.SAFE_METHODS:
        return
    form = await request.form(max_fields=MOST_FIELDS)
    security.check_form(request, visit.form_secret, form.get("csrf"))


async def posted(request: Request) -> FormData:
    """What was sent, field by field, where the fields are not known beforehand."""
    return await request.form(max_fields=MOST_FIELDS)


Posted = Annotated[FormData, Depends(posted, scope="function")]
