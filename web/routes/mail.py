"""The mail of a demonstration: what the office would have sent, read from the local transport."""

import re

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from core.errors import NotFound
from notifications import mailbox
from web import pages
from web.deps import Visitor

router = APIRouter()
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
"""A mail brings its own styles; it gets no script, no image from elsewhere, and no place in our origin."""
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
    # links in the mail open in the whole window, as they would from a mail program
    framed = re.sub(r"(<head[^>]*>)", r'\1<base target="_top">', mail.html, count=1)
    return HTMLResponse(framed, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})
