"""Every mail in every language, held against what was once read and found good.

After a change that is meant: UPDATE_GOLDEN=1 pytest tests/unit/notifications, and read the difference.
"""

import os
import re
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import UndefinedError

from core.errors import MufakatError
from core.language import LANGUAGES, translations
from core.settings import ROOT
from notifications.catalogue import MAILS, problems
from notifications.render import TEMPLATES, Rendered, UnknownMail, environment, render
from tests.unit.notifications.samples import NOW, READER, READER_NAME, SAMPLES, TASK

GOLDEN = Path(__file__).parent / "golden"
SAID = re.compile(r"%\((\w+)\)s")


def written(sample: str, language: str, **changed: object) -> Rendered:
    template, facts = SAMPLES[sample]
    return render(template, language, facts | changed, recipient_id=READER, name=READER_NAME, now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_mail_reads_as_it_was_found_good(sample: str, language: str):
    mail = written(sample, language)
    for path, said in {
        GOLDEN / f"{sample}.{language}.txt": f"{mail.subject}\n\n{mail.text}",
        GOLDEN / f"{sample}.{language}.html": mail.html,
    }.items():
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            path.write_text(said)
        assert said == path.read_text()


def test_no_golden_file_is_left_over():
    known = {f"{s}.{lang}.{kind}" for s in SAMPLES for lang in LANGUAGES for kind in ("txt", "html")}
    assert {path.name for path in GOLDEN.iterdir()} == known


def test_each_mail_has_a_sample_and_a_folder():
    assert {template for template, _ in SAMPLES.values()} == MAILS.keys()
    assert {path.parent.name for path in TEMPLATES.glob("*/subject.txt")} == MAILS.keys()


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_catalogue_names_the_facts_that_a_mail_needs(sample: str):
    template, facts = SAMPLES[sample]
    assert problems(template, facts) == []


def test_missing_and_unknown_facts_are_named():
    facts = TASK | {"colour": "blue"}
    del facts["title"]
    assert problems("task_assigned", facts) == [
        "task_assigned needs title",
        "task_assigned knows no fact colour",
    ]
    assert problems("task_lost", {}) == ["there is no mail called task_lost"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_say_the_same_and_lead_to_the_same_place(language: str):
    for sample in SAMPLES:
        mail = written(sample, language)
        urls = set(re.findall(r"http://127.0.0.1:8080/\S+", mail.text))
        assert set(re.findall(r'href="([^"]+)"', mail.html)) == urls, sample
        assert READER_NAME in mail.text and READER_NAME in mail.html
        assert "\n" not in mail.subject and len(mail.subject) < 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_stays_text_in_html(language: str):
    mail = written("task_assigned", language, title='<script>alert("x")</script> & Co')
    assert "<script>" not in mail.html and "&lt;script&gt;" in mail.html
    assert '<script>alert("x")</script> & Co' in mail.text and "<script>" in mail.subject


def test_a_percent_sign_that_people_wrote_does_no_harm():
    mail = written("case_returned", "id", comment="Lengkap 50%s dan %(title)s")
    assert "50%s dan %(title)s" in mail.text and "50%s dan %(title)s" in mail.html


def test_a_missing_fact_is_an_error_and_never_a_gap():
    facts = {name: value for name, value in TASK.items() if name != "subject_name"}
    with pytest.raises(UndefinedError, match="subject_name"):
        render("task_assigned", "id", facts, recipient_id=READER, name=READER_NAME, now=NOW)


def test_an_unknown_mail_is_named():
    with pytest.raises(UnknownMail, match="task_lost"):
        render("task_lost", "id", {}, recipient_id=READER, name=READER_NAME, now=NOW)


def test_a_title_comes_in_the_language_it_has():
    assert "Kepala unit" in written("task_assigned", "en", stage_title={"id": "Kepala unit"}).text
    assert "Kepala unit" in written("task_assigned", "en", stage_title="Kepala unit").text


def messages_of_templates() -> dict[tuple[str | None, str], str]:
    found: dict[tuple[str | None, str], str] = {}
    for path in sorted(TEMPLATES.rglob("*.*")):
        for _, function, said in environment("en").extract_translations(path.read_text()):
            parts = [part for part in ((said,) if isinstance(said, str) else said) if part]
            context = parts.pop(0) if function == "pgettext" else None
            found[context, parts[0]] = str(path.relative_to(TEMPLATES))
    return found


def catalogue_of(language: str) -> dict[tuple[str | None, str], str]:
    with (ROOT / f"notifications/locale/{language}/LC_MESSAGES/messages.po").open("rb") as source:
        return {(m.context, str(m.id)): str(m.string) for m in read_po(source) if m.id}


def test_every_sentence_of_the_templates_has_its_indonesian_words():
    said = messages_of_templates()
    assert len(said) > 90
    assert {key: where for key, where in said.items() if not catalogue_of("id").get(key)} == {}


def test_the_catalogue_holds_no_sentence_that_nobody_says():
    errors: set[tuple[str | None, str]] = set()
    for path in (ROOT / "notifications").glob("*.py"):
        found = vars(import_module(f"notifications.{path.stem}")).values()
        errors |= {(None, e.sentence()) for e in found if isinstance(e, type) and issubclass(e, MufakatError)}
    assert catalogue_of("id").keys() - messages_of_templates().keys() - errors == set()


def test_translations_keep_the_facts_of_their_sentences():
    for (_, original), said in catalogue_of("id").items():
        assert sorted(SAID.findall(original)) == sorted(SAID.findall(said)), original


def test_the_sentences_are_in_the_language_asked_for():
    english, indonesian = (written("task_assigned", language) for language in ("en", "id"))
    assert english.text.startswith("Dear ") and indonesian.text.startswith("Yth. Bapak/Ibu ")
    assert translations("id").pgettext("mail", "Decide by") == "Batas waktu"
