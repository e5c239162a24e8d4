"""What screening found, in the words of both languages. Pure.

Findings are stored as names; their words are made when somebody reads them, from the rulebook of their cycle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from flows.promotion.careers import Facts
from flows.promotion.rulebook import Rulebook
from flows.promotion.rules import MISSING

LANGUAGES = ("id", "en")

Text = dict[str, str]
"""By language."""


class Explained(TypedDict):
    """A finding as people read it."""

    rule: str
    met: str
    title: Text
    found: Text
    needed: Text
    reference: Text
    sure: str
    missing: list[Text]


def explain(findings: Iterable[Mapping[str, Any]], facts: Facts, book: Rulebook) -> list[Explained]:
    """Stored findings in words, by the rulebook that they were found by."""
    words = {language: _words(facts, book, language) for language in LANGUAGES}
    rules = {rule.name: rule for rule in book.rules}
    explained: list[Explained] = []
    for finding in findings:
        rule = rules[finding["rule"]]
        titles = {la: ", ".join(book.documents[d].said(la) for d in rule.documents) for la in LANGUAGES}
        figures = {name: str(value) for name, value in rule.values.items()}
        said = {la: {**words[la], **figures, "document_titles": titles[la]} for la in LANGUAGES}
        missing = _missing(finding, book, said)
        explained.append(
            Explained(
                rule=rule.name,
                met=finding["met"],
                title=rule.title.model_dump(),
                found=_absent(missing) if finding["met"] == MISSING else rule.found.filled(said),
                needed=rule.needed.filled(said),
                reference=rule.reference.model_dump(),
                sure=rule.sure,
                missing=missing,
            )
        )
    return explained


def missing(explained: Iterable[Explained]) -> list[Text]:
    """All that a file lacks."""
    return [name for finding in explained for name in finding["missing"]]


def _missing(finding: Mapping[str, Any], book: Rulebook, said: dict[str, dict[str, str]]) -> list[Text]:
    names = finding.get("missing", ())
    return [(book.documents.get(name) or book.facts[name]).filled(said) for name in names]


def _absent(names: Sequence[Text]) -> Text:
    return {
        "id": "belum ada: " + ", ".join(name["id"] for name in names),
        "en": "missing: " + ", ".join(name["en"] for name in names),
    }


def _words(facts: Facts, book: Rulebook, language: str) -> dict[str, str]:
    """The facts as text, and the phrases that depend on more than one of them."""
    words = {
        name: "" if value is None else str(value)
        for name, value in facts.items()
        if not isinstance(value, list)
    }
    for name in ("rank_since", "effective_on", "left_on"):
        words[name] = _day(facts[name])
    leaving = "leaving" if facts["left_on"] else "serving"
    words["leaving"] = book.said[leaving].said(language).format(**words)
    measures = [
        book.said["measure"]
        .said(language)
        .format(level=book.discipline[m["level"]].said(language), ends_on=_day(m["ends_on"]))
        for m in facts["measures"]
    ]
    words["measures"] = "; ".join(measures) or book.said["no_measure"].said(language)
    held = [book.posts[kind].said(language) for kind in facts["posts"] if kind in book.posts]
    words["held"] = ", ".join(held) or book.said["no_post"].said(language)
    return words


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d-%m-%Y}" if iso else ""
