import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.errors import MufakatError
from core.language import translations
from core.settings import ROOT

CATALOGUE = ROOT / "web" / "locale" / "id" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}}


def said_in_code() -> Iterator[str]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    for _, _, message, _, _ in extract_from_dir(ROOT / "web", METHODS, OPTIONS, keywords):
        yield message[0] if isinstance(message, tuple) else message


def said_by_errors() -> Iterator[str]:
    modules = [p for p in (ROOT / "web").rglob("*.py") if p.name != "__init__.py"]
    for path in modules:
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    waiting = [MufakatError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.split(".")[0] == "web":
            yield error.sentence()


@pytest.fixture(scope="module")
def said() -> set[str]:
    return {*said_in_code(), *said_by_errors()}


def test_every_text_of_the_pages_is_indonesian_too(said: set[str]):
    known = translations("id")
    catalogue = {
        m.id[0] if isinstance(m.id, tuple) else m.id: m.string for m in read_po(CATALOGUE.open("rb"))
    }
    # a word may be the same in both languages; then the catalogue says so
    assert {text for text in said if not catalogue.get(text) and known.gettext(text) == text} == set()


def test_the_catalogue_keeps_no_text_that_no_page_says(said: set[str]):
    ids = [m.id[0] if isinstance(m.id, tuple) else m.id for m in read_po(CATALOGUE.open("rb"))]
    assert {text for text in ids if text and text not in said} == set()


def test_no_template_says_a_word_that_is_not_translated():
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        text = re.sub(
            r"{#.*?#}|{%.*?%}|{{.*?}}|<style.*?</style>|<!doctype html>", " ", path.read_text(), flags=re.S
        )
        text = re.sub(r"<[^>]*>", " ", text)
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - {"Mufakat", "nbsp", "amp", "SHA", "rarr"}
        assert words == set(), path
