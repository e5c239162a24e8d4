"""A decree as HR sees it: what corrected or revoked it, and the forms by which that is proposed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals.directory import Directory
from core.actor import Actor, Role
from core.errors import MufakatError
from flows.promotion import decree_lines, replacements
from flows.promotion.errors import NoSuchDecree
from flows.promotion.models import Decree, DecreeKind
from personnel import looking
from web import pages
from web.deps import DbSession, OverseerActor, People, only
from web.errors import status_of
from web.words import N_

router = APIRouter(prefix="/hr/decrees/{decree_id}")
PROPOSED = N_(
    "Proposed. Another of HR checks it, then the appointing official signs; until then nothing changes."
)
ProposerActor = Annotated[Actor, Depends(only(Role.HR), scope="function")]


class Typed(BaseModel):
    """What either form says: a correction has the fields, a revocation the reason alone."""

    reason: str = ""
    name: str = ""
    nip: str = ""
    effective_on: str = ""
    consideration_number: str = ""

    @property
    def wanted(self) -> dict[str, str]:
        return self.model_dump(exclude={"reason"})


@router.get("")
def look(request: Request, session: DbSession, actor: OverseerActor, decree_id: UUID) -> Response:
    """The decree with those before and after it."""
    return _page(request, session, actor, decree_id)


@router.post("/correct")
def correct(
    request: Request,
    session: DbSession,
    actor: ProposerActor,
    people: People,
    decree_id: UUID,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Propose that another decree puts it right."""
    return _proposed(request, session, actor, people, decree_id, DecreeKind.CORRECTION, typed)


@router.post("/revoke")
def revoke(
    request: Request,
    session: DbSession,
    actor: ProposerActor,
    people: People,
    decree_id: UUID,
    typed: Annotated[Typed, Form()],
) -> Response:
    """Propose that another decree takes it back."""
    return _proposed(request, session, actor, people, decree_id, DecreeKind.REVOCATION, typed)


def _proposed(
    request: Request,
    session: Session,
    actor: Actor,
    people: Directory,
    decree_id: UUID,
    kind: DecreeKind,
    typed: Typed,
) -> Response:
    try:
        with session.begin_nested():
            case_id = replacements.propose(
                session, actor, decree_id, kind, typed.reason, typed.wanted, directory=people
            )
    except NoSuchDecree:
        raise
    except MufakatError as error:
        return _page(request, session, actor, decree_id, problem=error, typed=typed, form=kind)
    return pages.go(f"/cases/{case_id}", PROPOSED)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    decree_id: UUID,
    *,
    problem: MufakatError | None = None,
    typed: Typed | None = None,
    form: DecreeKind | None = None,
) -> Response:
    decree = session.get(Decree, decree_id)
    if decree is None:
        raise NoSuchDecree
    line = decree_lines.line_of(session, decree)
    waiting = replacements.waiting(session, line[-1].id)
    looking.looked(session, actor, decree.employee_id, "decree")
    return pages.show(
        request,
        "decrees/decree.html",
        status_of(problem) if problem else 200,
        decree=decree,
        line=line,
        last=line[-1],
        waiting=waiting,
        open_to=line[-1].kind != DecreeKind.REVOCATION
        and waiting is None
        and actor.has(Role.HR)
        and actor.person_id != decree.employee_id,
        problem=pages.said(request, problem) if problem else "",
        typed=typed or _as_it_stands(line[-1]),
        form=form,
    )


def _as_it_stands(decree: Decree) -> Typed:
    return Typed(
        name=decree.name,
        nip=decree.nip,
        effective_on=decree.effective_on.isoformat(),
        consideration_number=decree.consideration_number,
    )
