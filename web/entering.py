"""How people get in, whichever way they came: a session of their own, after all that their roles ask for."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from notifications import inapp
from personnel import accounts, addresses, factors
from personnel.models import Account, Employee
from web import cookies, half, pages
from web.words import N_

ANOTHER_ADDRESS = N_(
    "Your mail address in the records is now {address}. If that is not yours, tell HR at once: codes for a "
    "new password would go there."
)
MISSED = N_("No mail brought you {count} messages. Read them under Mine, My mail, My messages.")


def enter(request: Request, session: Session, account: Account, back: str, way: str = "password") -> Response:
    """Let somebody in who has shown who they are; to the second factor first, where it is theirs to show."""
    enrolled = factors.enrolled(session, account.id) is not None
    if not enrolled and not factors.required(account.roles):
        return admit(request, session, account, back, way=way)
    if not enrolled:
        factors.begin(session, account.id)
    answer = pages.go("/login/second")
    half.put(answer, account, way, pages.own_page(back))
    return answer


def admit(
    request: Request, session: Session, account: Account, back: str, *, way: str, proved: bool = False
) -> Response:
    """Open the session and lead on."""
    there = "/my/password" if account.must_change else pages.own_page(back)
    owner = accounts.actor_of(account, session.get_one(Employee, account.employee_id))
    if address := addresses.seen(session, owner, account):
        answer = pages.go(there, ANOTHER_ADDRESS, "bad", address=address)
    elif missed := inapp.count_missed(session, account.employee_id):
        # whom no mail reaches is told here, at the door
        answer = pages.go(there, MISSED, "bad", count=missed)
    else:
        answer = pages.go(there)
    let_in(request, session, answer, account, way=way, proved=proved)
    return answer


def let_in(
    request: Request, session: Session, answer: Response, account: Account, *, way: str, proved: bool
) -> None:
    """Give the browser a session, with this answer."""
    token = accounts.open_session(session, account, *place(request), way=way, proved=proved)
    cookies.put(answer, cookies.session_name(), token)
    cookies.drop(answer, cookies.form_name())
    half.drop(answer)


def place(request: Request) -> tuple[str, str]:
    """From where the browser asks, and what it calls itself."""
    return request.client.host if request.client else "", request.headers.get("user-agent", "")
