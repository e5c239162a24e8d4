"""The mail of a demonstration: what the office would have sent, read from the local transport."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core.errors import NotFound
from notifications import mailbox
from web import frames, pages
from web.deps import Visitor

router = APIRouter()
A_PAGE = 50


@router.get("/mail")
def all_mail(request: Request, visit: Visitor, to: str = "", page: int = 1) -> Response:
    """The newest mails, of everybody or to one address."""
    offset = A_PAGE * (max(1, page) - 1)
    found = mailbox.messages(A_PAGE + 1, offset, to.strip() or None)
    return pages.show(
        request, "mail/list.html", mails=found[:A_PAGE], more=len(found) > A_PAGE, page=page, to=to
    )


@router.get("/mail/{mail_id}")
def one_mail(request: Request, visit: Visitor, mail_id: str) -> Response:
    """A mail as its reader sees it, with the links that it carries."""
    mail = mailbox.message(mail_id)
    if mail is None:
        raise NotFound
    return pages.show(request, "mail/show.html", mail=mail)


@router.get("/mail/{mail_id}/body")
def body(mail_id: str) -> Response:
    """The HTML of a mail, for a frame that lets it do nothing."""
    mail = mailbox.message(mail_id)
    if mail is None or not mail.html:
        raise NotFound
    return frames.of_mail(mail.html)
