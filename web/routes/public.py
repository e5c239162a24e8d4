"""What anybody may see: the first page, and whether a decree is genuine."""

from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from flows.promotion import decree_lines
from flows.promotion import queries as promotions
from web import downloads, limiting, pages
from web.deps import DbSession, Visitor

router = APIRouter()
LONGEST_CODE = 80


def not_too_often(request: Request) -> None:
    """Guessing codes is slow for whoever tries. Raises TooMany."""
    limiting.hit(limiting.VERIFY, request.client.host if request.client else "")


Slowly = Depends(not_too_often)


@router.get("/")
def first_page(request: Request, visit: Visitor) -> Response:
    """The inbox for who is logged in; a word of welcome and a field for a decree's code for all others."""
    if visit.actor:
        return RedirectResponse("/inbox", status_code=303)
    return pages.show(request, "public/welcome.html")


@router.get("/verify", dependencies=[Slowly])
def verify_form(request: Request, visit: Visitor, code: str = "") -> Response:
    """The field for a code; a typed one is passed on to its own address."""
    typed = "".join(code.replace("/", "").split())[:LONGEST_CODE]
    if typed:
        return RedirectResponse(f"/verify/{quote(typed, safe='')}", status_code=303)
    return pages.show(request, "public/verify.html", decree=None, asked="", after=None)


@router.get("/verify/{code}.pdf", dependencies=[Slowly])
def decree_file(request: Request, visit: Visitor, session: DbSession, code: str) -> Response:
    """The decree itself, as it was issued."""
    decree = promotions.decree_by_code(session, code[:LONGEST_CODE])
    if decree is None:
        return pages.show(request, "public/verify.html", 404, decree=None, asked=code, after=None)
    return downloads.attachment(f"SK-{decree.number}.pdf", decree.pdf, downloads.PDF)


@router.get("/verify/{code}", dependencies=[Slowly])
def verify(request: Request, visit: Visitor, session: DbSession, code: str) -> Response:
    """What the office knows of a decree with this code, and which counts instead, if another does; a wrong
    code gets a calm answer.

    Of a revocation only number and day are told: its file says why, which is not everybody's business.
    """
    decree = promotions.decree_by_code(session, code[:LONGEST_CODE])
    line = decree_lines.line_of(session, decree) if decree else ()
    return pages.show(
        request,
        "public/verify.html",
        200 if decree else 404,
        decree=decree,
        asked=code,
        before=next((one for one in line if decree and one.id == decree.replaces_id), None),
        after=line[-1] if line and decree and line[-1].id != decree.id else None,
    )
