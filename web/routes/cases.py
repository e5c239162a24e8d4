"""A case as those see it whom it concerns: where it is, who has it, what is asked of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from approvals import appeals, cases, minutes
from approvals.directory import Directory
from approvals.models import Case
from core.actor import Actor
from core.errors import MufakatError
from personnel import looking
from web import deeds, dossiers, downloads, limiting, pages
from web.completing import completing
from web.deeds import Refused, fault_of
from web.deps import CurrentActor, DbSession, People, Visitor
from web.errors import status_of
from web.proposed import of_case
from web.words import N_

router = APIRouter(prefix="/cases")


@router.get("/{case_id}")
def look(
    request: Request, session: DbSession, actor: CurrentActor, people: People, case_id: UUID
) -> Response:
    """The case, for whoever may see it; others are told that there is none."""
    answer = shown(request, session, actor, people, case_id)
    looking.looked(session, actor, session.get_one(Case, case_id).subject_id, "case")
    return answer


@router.get("/{case_id}/minutes/{stage}/{round}.pdf")
def minutes_of_panel(
    session: DbSession,
    actor: CurrentActor,
    people: People,
    visit: Visitor,
    case_id: UUID,
    stage: str,
    round: int,
) -> Response:
    """The minutes of a panel, for the office's readers and for those who sat in it."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    found = minutes.minutes(session, actor, case_id, stage, round, directory=people)
    name = f"{found.case.reference}-{stage}-{round}.pdf"
    return downloads.attachment(name, minutes.pdf(found, visit.language), downloads.PDF)


@router.post("/{case_id}/resubmit")
def resubmit(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    seen_version: Annotated[int, Form()],
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Send a returned case in again."""
    try:
        with session.begin_nested():
            cases.resubmit(
                session,
                actor,
                case_id,
                data=None,
                comment=comment,
                seen_version=seen_version,
                directory=people,
            )
    except MufakatError as error:
        return shown(request, session, actor, people, case_id, error, comment)
    return pages.go(f"/cases/{case_id}", N_("The case is sent in again; you will hear when it is decided."))


@router.post("/{case_id}/withdraw")
def withdraw(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    reason_code: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Take one's case back before it is decided."""
    try:
        with session.begin_nested():
            cases.withdraw(session, actor, case_id, reason_code=reason_code, comment=comment)
    except MufakatError as error:
        return shown(request, session, actor, people, case_id, error, comment)
    return pages.go(f"/cases/{case_id}", N_("The case is withdrawn."), kind="plain")


@router.post("/{case_id}/appeal")
def appeal(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    people: People,
    case_id: UUID,
    grounds: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Object to a rejection: others look at it again."""
    try:
        with session.begin_nested():
            appeal_id = appeals.appeal(session, actor, case_id, grounds=grounds, directory=people)
    except MufakatError as error:
        return shown(request, session, actor, people, case_id, error, grounds)
    return pages.go(
        f"/cases/{appeal_id}", N_("Your objection is in; people who did not decide before look at it.")
    )


def shown(
    request: Request,
    session: Session,
    actor: Actor,
    people: Directory,
    case_id: UUID,
    problem: MufakatError | None = None,
    comment: str = "",
    *,
    refused: Refused | None = None,
    form: Refused | None = None,
) -> Response:
    """The page of a case; after a refused act with its reason, and with what was typed."""
    language = pages.visit_of(request).language
    page = dossiers.case_page(session, actor, case_id, directory=people, language=language)
    return pages.show(
        request,
        "cases/case.html",
        status_of(at_fault) if (at_fault := fault_of(problem, refused, form)) else 200,
        page=page,
        case=page.case,
        todo=completing(page, actor),
        problem=pages.said(request, problem) if problem else "",
        comment=comment,
        deeds=deeds.of_case(session, actor, page.case, directory=people),
        proposed=of_case(session, actor, page.case, language),
        refused=refused,
        refusal_said=pages.said(request, refused.error) if refused else "",
        form=form,
        form_said=pages.said(request, form.error) if form else "",
    )
