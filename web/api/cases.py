"""Cases: read, sent in again, withdrawn, appealed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from approvals import access, appeals, cases, listing, views
from approvals.errors import (
    AppealedAlready,
    AppealTooLate,
    CaseChanged,
    CaseSealed,
    CaseSettled,
    GroundsNeeded,
    NoAppealHere,
    NoSuchCase,
    NotCorrectable,
    NotOwner,
    NotPossibleNow,
    NotRepairer,
    ReasonNeeded,
)
from approvals.models import Case, CaseState
from personnel import looking
from web import history, veil
from web.api import paging
from web.api.caller import CasesReader, CasesWriter
from web.api.once import OnlyOnce
from web.api.paging import Cursor, Limit, Page
from web.api.problems import KeyReused, VersionNeeded, refusals
from web.api.seen import IfMatch, seen, tag
from web.api.shapes import A_MOMENT, CaseOut, CaseRow, Shape, StageOut
from web.casefiles import concerns
from web.deps import DbSession, People

router = APIRouter(prefix="/cases", tags=["cases"])
Text = Annotated[str, Field(max_length=4000)]


class Line(Shape):
    """One line of a case's story, in the caller's language."""

    event: str = Field(examples=["task.decided"])
    at: datetime = Field(examples=[A_MOMENT])
    text: str = Field(examples=["Irwansyah Daulay approved at Direct superior."])
    comment: str


class SentIn(BaseModel):
    """A returned case sent in again, with corrections of what its chain lets be corrected."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"comment": "Ijazah sudah dilampirkan."}]}
    )

    comment: Text = ""
    data: dict[Annotated[str, Field(max_length=100)], Any] | None = None


class Withdrawn(BaseModel):
    """Why a case is taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason_code": "own-wish"}]})

    reason_code: str = Field(max_length=100)
    comment: Text = ""


class Appealed(BaseModel):
    """Why a rejection is wrong."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"grounds": "Masa kerja saya sudah empat tahun."}]}
    )

    grounds: Text


@router.get("")
def list_cases(
    request: Request,
    response: Response,
    session: DbSession,
    caller: CasesReader,
    cycle: UUID | None = None,
    state: CaseState | None = None,
    reference: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[CaseRow]:
    """Cases, the newest first: the caller's own; for whoever reads by role, or by a system's permit, all."""
    before = paging.opened(cursor, UUID)
    rows = listing.cases(
        session,
        caller.actor,
        process_id=cycle,
        state=state,
        reference=reference,
        before=before[0] if before else None,  # pyright: ignore[reportArgumentType] - read by this very reader
        limit=limit + 1,
    )
    return paging.page(request, response, rows, limit, CaseRow.of, lambda case: (case.id,))


@router.get("/{case_id}", responses=refusals(NoSuchCase))
def read_one(
    response: Response, session: DbSession, people: People, caller: CasesReader, case_id: UUID
) -> CaseOut:
    """A case with its facts and stages; its ETag is the version of its data."""
    case = access.must_see(session, caller.actor, case_id, directory=people)
    looking.looked(session, caller.actor, case.subject_id, "program")
    view = views.case_view(session, case.id)
    inside = not concerns(case, caller.actor)
    tag(response, case.version)
    return CaseOut.with_stages(case, [StageOut.of(stage, deliberations=inside) for stage in view.stages])


@router.get("/{case_id}/history", responses=refusals(NoSuchCase))
def read_history(session: DbSession, people: People, caller: CasesReader, case_id: UUID) -> Page[Line]:
    """What happened to a case, newest first, as far as the caller may know of it; one page."""
    case = access.must_see(session, caller.actor, case_id, directory=people)
    looking.looked(session, caller.actor, case.subject_id, "program")
    view = views.case_view(session, case.id)
    names = {one.id: one.name for one in people.people(history.people_in(view)).values()}
    told = history.story(view, names, caller.language, deliberations=not concerns(case, caller.actor))
    return Page(items=[Line(event=t.name, at=t.at, text=t.text, comment=t.comment) for t in told])


@router.post(
    "/{case_id}/resubmission",
    responses=refusals(
        NoSuchCase,
        CaseSealed,
        CaseSettled,
        NotPossibleNow,
        NotRepairer,
        CaseChanged,
        NotCorrectable,
        KeyReused,
        VersionNeeded,
    ),
)
def resubmit(
    session: DbSession,
    people: People,
    caller: CasesWriter,
    once: OnlyOnce,
    case_id: UUID,
    said: SentIn,
    if_match: IfMatch = "",
) -> CaseRow:
    """Send a returned case in again, having seen the version that If-Match names."""
    version = seen(if_match)

    def act() -> Case:
        return cases.resubmit(
            session,
            caller.actor,
            case_id,
            data=said.data,
            comment=said.comment,
            seen_version=version,
            directory=people,
        )

    with veil.of_case(session, caller.actor, case_id, people):
        return once(lambda: CaseRow.of(act()))


@router.post(
    "/{case_id}/withdrawal",
    responses=refusals(
        NoSuchCase, CaseSealed, CaseSettled, NotOwner, ReasonNeeded, NotPossibleNow, KeyReused
    ),
)
def withdraw(
    session: DbSession, people: People, caller: CasesWriter, once: OnlyOnce, case_id: UUID, said: Withdrawn
) -> CaseRow:
    """Take one's case back before it is decided."""

    def act() -> Case:
        return cases.withdraw(
            session, caller.actor, case_id, reason_code=said.reason_code, comment=said.comment
        )

    with veil.of_case(session, caller.actor, case_id, people):
        return once(lambda: CaseRow.of(act()))


@router.post(
    "/{case_id}/appeal",
    status_code=201,
    responses=refusals(
        NoSuchCase, NoAppealHere, AppealTooLate, AppealedAlready, GroundsNeeded, NotOwner, KeyReused
    ),
)
def appeal(
    session: DbSession, people: People, caller: CasesWriter, once: OnlyOnce, case_id: UUID, said: Appealed
) -> CaseRow:
    """Object to a rejection: others look at it again, as a case of its own."""

    def act() -> Case:
        opened = appeals.appeal(session, caller.actor, case_id, grounds=said.grounds, directory=people)
        return session.get_one(Case, opened)

    with veil.of_case(session, caller.actor, case_id, people):
        return once(lambda: CaseRow.of(act()), 201)
