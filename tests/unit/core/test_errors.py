import re
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.errors import MufakatError
from core.language import ROOMS, sentence, translations
from core.settings import ROOT

ROOMS_WITH_ERRORS = ("core", "approvals", "personnel", "notifications", "flows")


def every_error() -> list[type[MufakatError]]:
    for room in ROOMS_WITH_ERRORS:
        for path in (ROOT / room).rglob("*.py"):
            if path.name not in ("__init__.py", "flow.py"):
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found, waiting = [], [MufakatError]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return [e for e in found if e.__module__.split(".")[0] in ROOMS_WITH_ERRORS]


@pytest.mark.parametrize("error", every_error(), ids=lambda e: f"{e.__module__}.{e.__name__}")
def test_every_error_speaks_indonesian_too(error: type[MufakatError]):
    said = error.sentence()
    assert error.__doc__, "an error's docstring is the sentence that people see"
    assert translations("id").gettext(said) != said


def catalogues() -> list[Path]:
    return [p for room in ROOMS for p in (ROOT / room / "locale").rglob("*.po")]


@pytest.mark.parametrize("path", catalogues(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_translations_keep_the_facts_of_their_originals(path: Path):
    with path.open("rb") as source:
        catalogue = read_po(source)
    facts = re.compile(r"\{\w*\}|%\(\w+\)s")
    for message in catalogue:
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if originals[0]:
            assert not message.fuzzy, originals[0]
            for text in said:
                assert set(facts.findall(str(text))) <= set(facts.findall("".join(originals))), text
                assert set(facts.findall(originals[-1])) <= set(facts.findall(str(text))), text


def test_a_missing_fact_never_hides_the_sentence():
    class Lost(MufakatError):
        """Lost {thing} at {place}."""

    error = Lost(thing="key")
    assert str(error) == "Lost key at (place)."
    assert sentence("en", error).startswith("Lost key")
