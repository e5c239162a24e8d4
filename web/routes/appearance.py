"""Light or dark, as whoever looks at the pages likes it; else as their machine says."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from web import cookies, pages

router = APIRouter()


@router.post("/appearance")
def choose(theme: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Remember in this browser how its pages look."""
    answer = pages.go(pages.own_page(next))
    if theme in cookies.THEMES:
        cookies.put(answer, cookies.THEME, theme, cookies.YEAR)
    else:
        cookies.drop(answer, cookies.THEME)
    return answer
