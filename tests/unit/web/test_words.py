import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from babel.messages.catalog import Catalog, Message
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
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source)


def key(message: Message) -> str:
    """A message's English; of a counted one the singular."""
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


@pytest.fixture(scope="module")
def said() -> set[str]:
    return {*said_in_code(), *said_by_errors()}


def test_every_text_of_the_pages_is_indonesian_too(said: set[str], catalogue: Catalog):
    ours = {key(message) for message in catalogue if message.string}
    elsewhere = translations("id")
    assert {text for text in said - ours if elsewhere.gettext(text) == text} == set()


def test_the_catalogue_keeps_no_text_that_no_page_says(said: set[str], catalogue: Catalog):
    assert {key(message) for message in catalogue if message.id} - said == set()


def test_no_template_says_a_word_that_is_not_translated():
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        text = re.sub(
            r"{#.*?#}|{%.*?%}|{{.*?}}|<style.*?</style>|<!doctype html>", " ", path.read_text(), flags=re.S
        )
        text = re.sub(r"<[^>]*>", " ", text)
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - {"Mufakat", "nbsp", "amp", "XLSX", "CSV", "Enter"}
        assert words == set(), path
