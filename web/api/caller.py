"""Who calls: the bearer of a token, allowed what its permits name and its owner may."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from core.actor import SERVICE, Actor, Role
from core.errors import NotAllowed
from personnel import tokens
from personnel.tokens import Bearer, Permit
from web import limiting
from web.api.problems import PermitMissing, TokenNeeded, language_of
from web.deps import DbSession

scheme = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="mufakat_...",
    description="A token of one's own (My tokens) or of a system (made by an administrator).",
)
OVERSEERS = (Role.HR, Role.OPERATOR, Role.AUDITOR, Role.ADMIN, SERVICE)
WATCHERS = (Role.OPERATOR, Role.AUDITOR, Role.ADMIN, SERVICE)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by which token, and in which language they are answered."""

    actor: Actor
    token_id: UUID
    permits: frozenset[str]
    language: str
    bearer: Bearer

    @property
    def person_id(self) -> UUID:
        """The person who calls; a system is none. Raises NotAllowed."""
        if self.actor.person_id is None:
            raise NotAllowed
        return self.actor.person_id

    def must_oversee(self) -> None:
        """Raises NotAllowed for whoever does not read the office's cycles."""
        if not self.actor.has(*OVERSEERS):
            raise NotAllowed

    def must_watch(self) -> None:
        """Raises NotAllowed for whoever does not watch the log."""
        if not self.actor.has(*WATCHERS):
            raise NotAllowed


def find_caller(
    needed: SecurityScopes,
    request: Request,
    session: DbSession,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)],
) -> Caller:
    """Whoever the token lets in, if it allows this. Raises TokenNeeded, PermitMissing, TooMany."""
    bearer = tokens.read(session, credentials.credentials) if credentials else None
    if bearer is None:
        if credentials:
            limiting.hit(limiting.API_DOOR, request.client.host if request.client else "")
        raise TokenNeeded
    language = request.state.language = language_of(request, bearer.language)
    limiting.hit(limiting.API, str(bearer.token_id))
    if missing := [permit for permit in needed.scopes if permit not in bearer.permits]:
        raise PermitMissing(permit=missing[0])
    return Caller(bearer.actor, bearer.token_id, bearer.permits, language, bearer)


AnyCaller = Annotated[Caller, Security(find_caller)]
TasksReader = Annotated[Caller, Security(find_caller, scopes=[Permit.TASKS_READ])]
TasksDecider = Annotated[Caller, Security(find_caller, scopes=[Permit.TASKS_DECIDE])]
CasesReader = Annotated[Caller, Security(find_caller, scopes=[Permit.CASES_READ])]
CasesWriter = Annotated[Caller, Security(find_caller, scopes=[Permit.CASES_WRITE])]
CyclesReader = Annotated[Caller, Security(find_caller, scopes=[Permit.CYCLES_READ])]
HrWriter = Annotated[Caller, Security(find_caller, scopes=[Permit.HR_WRITE])]
DelegationsReader = Annotated[Caller, Security(find_caller, scopes=[Permit.DELEGATIONS_READ])]
DelegationsWriter = Annotated[Caller, Security(find_caller, scopes=[Permit.DELEGATIONS_WRITE])]
ChainsReader = Annotated[Caller, Security(find_caller, scopes=[Permit.CHAINS_READ])]
PeopleReader = Annotated[Caller, Security(find_caller, scopes=[Permit.PEOPLE_READ])]
LedgerReader = Annotated[Caller, Security(find_caller, scopes=[Permit.LEDGER_READ])]
