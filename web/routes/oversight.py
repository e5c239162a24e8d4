"""What two people can do together, and one alone, for auditors to look at."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from approvals import oversight
from core.actor import Actor, Role
from web import limiting, pages
from web.deps import DbSession, People, Visitor, only
from web.words import N_

router = APIRouter(prefix="/ledger/pairs")
AuditingActor = Annotated[Actor, Depends(only(Role.AUDITOR, Role.ADMIN), scope="function")]
BACK = timedelta(days=365)
WHAT = {
    "letters": N_("entered answers from outside"),
    "handed": N_("gave tasks to others by hand"),
}


@router.get("")
def pairs(
    request: Request, session: DbSession, actor: AuditingActor, people: People, visit: Visitor
) -> Response:
    """Who confirms whom, who decides for each other, and what one person did alone, in the last year."""
    limiting.hit(limiting.COSTLY, str(actor.person_id))
    since = visit.now - BACK
    confirmed = oversight.confirmations(session, since)
    favours = oversight.favours(session, since)
    alone = oversight.alone(session, since)
    ids = {id_ for pair in (*confirmed, *favours) for id_ in (pair.one, pair.other)}
    named = people.people(ids | {one.person for one in alone})
    return pages.show(
        request,
        "ledger/pairs.html",
        confirmed=confirmed,
        favours=favours,
        alone=alone,
        what=WHAT,
        names={id_: person.name for id_, person in named.items()},
        since=since,
    )
