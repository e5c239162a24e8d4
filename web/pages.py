"""Pages from templates: shown with what every page needs, or passed on with a word to the person."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from core.errors import MufakatError
from core.language import sentence, translate, translations
from core.settings import ROOT, settings
from web import assets, cookies, formats, security
from web.visit import Visit
from web.words import FIELDS, WORDS_OF

CODED = frozenset({"which", "state", "intent", "kind", "role"})
"""Facts of errors that are codes of ours, not words."""


@lru_cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "web" / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    given: dict[str, Any] = {"asset": assets.asset, "icon": assets.icon}
    env.globals.update(given)
    formats.install(env, language)
    return env


def render(request: Request, template: str, data: Mapping[str, Any]) -> str:
    """A template's text for this visit."""
    visit = visit_of(request)
    env = environment(visit.language)
    return env.get_template(template).render(
        request=request,
        visit=visit,
        now=visit.now,
        actor=visit.actor,
        language=visit.language,
        theme=theme if (theme := request.cookies.get(cookies.THEME)) in cookies.THEMES else "",
        settings=settings(),
        csrf=lambda: security.form_token(visit.form_secret),
        flashes=flashes(request),
        **data,
    )


def show(request: Request, template: str, status: int = 200, **data: Any) -> HTMLResponse:
    """A page; it takes up the flashed words, and gives the browser what its forms need."""
    visit = visit_of(request)
    answer = HTMLResponse(render(request, template, data), status)
    if cookies.FLASH in request.cookies:
        cookies.drop(answer, cookies.FLASH)
    fresh = request.cookies.get(cookies.form_name()) != visit.form_secret
    if visit.actor is None and visit.form_secret and fresh:
        cookies.put(answer, cookies.form_name(), visit.form_secret)
    return answer


def go(address: str, word: str = "", /, kind: str = "good", **facts: object) -> RedirectResponse:
    """Pass on to another page of ours, with a word for the person there.

    `word` is an untranslated message with {facts}, or a whole sentence; it is shown once, in the person's
    language, as `good`, `bad` or `plain` news.
    """
    answer = RedirectResponse(address, status_code=303)
    if word:
        said = {name: str(value) for name, value in facts.items()}
        cookies.put(answer, cookies.FLASH, cookies.sealed("flash", [[kind, word, said]]), max_age=300)
    return answer


def flashes(request: Request) -> list[tuple[str, str]]:
    """The words that wait for the person: (kind, text)."""
    sealed = request.cookies.get(cookies.FLASH, "")
    waiting: list[tuple[str, str, dict[str, str]]] = cookies.opened("flash", sealed) or []
    language = visit_of(request).language
    return [(kind, translate(language, word, **facts)) for kind, word, facts in waiting]


def said(request: Request, error: MufakatError) -> str:
    """What an error says to this visitor; states and kinds among its facts in words."""
    language = visit_of(request).language
    facts = {
        name: worded(language, value) if name in CODED and isinstance(value, str) else value
        for name, value in error.facts.items()
    }
    return sentence(language, type(error)(**facts))


def worded(language: str, code: str) -> str:
    """A code's word, to stand inside a sentence."""
    known = WORDS_OF | FIELDS
    word = translate(language, known[code]) if code in known else code
    return word[:1].lower() + word[1:]


def visit_of(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


def own_page(address: str) -> str:
    """An address that was handed in, if it is a page of ours; else the first page."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if ours and address.isprintable() else "/"
