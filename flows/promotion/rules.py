"""Screening: a career against the rules of a cycle. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.conditions import condition
from flows.promotion.careers import LANGUAGES, Facts
from flows.promotion.models import Screening
from flows.promotion.rulebook import Rule, Rulebook, Said

MET, NOT_MET, MISSING = "yes", "no", "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found about one career, in words of both languages."""

    rule: str
    met: str
    """yes, no, or missing where the record can't tell."""
    title: dict[str, str]
    found: dict[str, str]
    needed: dict[str, str]
    reference: dict[str, str]
    sure: str
    missing: tuple[dict[str, str], ...] = ()
    """The facts and documents that the record lacks, by name."""

    def plain(self) -> dict[str, Any]:
        """As it is stored with the candidate."""
        return {
            "rule": self.rule,
            "met": self.met,
            "title": self.title,
            "found": self.found,
            "needed": self.needed,
            "reference": self.reference,
            "sure": self.sure,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Screened:
    """The outcome for one career, and what each rule found."""

    outcome: Screening
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> list[dict[str, str]]:
        return [name for finding in self.findings for name in finding.missing]


def screen(facts: Facts, rules: Sequence[Rule], book: Rulebook) -> Screened:
    """Ask every rule. One that is not met fails the career; otherwise one that can't be answered leaves the
    file incomplete; otherwise it meets them.

    Raises BadCondition for a rule that reads a fact there is none of.
    """
    findings = tuple(_ask(rule, facts, book) for rule in rules if _concerns(rule, facts))
    met = {finding.met for finding in findings}
    if NOT_MET in met:
        return Screened(Screening.FAILS, findings)
    return Screened(Screening.INCOMPLETE if MISSING in met else Screening.MEETS, findings)


def _concerns(rule: Rule, facts: Facts) -> bool:
    if rule.when is None:
        return True
    return facts.values.get("rank") is not None and condition(rule.when).holds(_readable(facts, rule))


def _ask(rule: Rule, facts: Facts, book: Rulebook) -> Finding:
    missing = [book.facts[name] for name in facts.missing(rule.needs)]
    missing += [book.documents[name] for name in rule.documents if name not in facts.values["documents"]]
    words = _words(rule, facts, book)
    if missing:
        met, found = MISSING, _absent(missing, words)
    else:
        met = MET if condition(rule.condition).holds(_readable(facts, rule)) else NOT_MET
        found = rule.found.filled(words)
    return Finding(
        rule=rule.name,
        met=met,
        title=rule.title.model_dump(),
        found=found,
        needed=rule.needed.filled(words),
        reference=rule.reference.model_dump(),
        sure=rule.sure,
        missing=tuple(name.filled(words) for name in missing),
    )


def _readable(facts: Facts, rule: Rule) -> dict[str, Any]:
    """What a condition may read: CEL knows no null where a text or a number is compared."""
    return {**{k: v for k, v in facts.values.items() if v is not None}, **rule.values}


def _words(rule: Rule, facts: Facts, book: Rulebook) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = defaultdict(dict)
    for language in LANGUAGES:
        titles = ", ".join(book.documents[name].said(language) for name in rule.documents)
        figures = {name: str(value) for name, value in rule.values.items()}
        words[language] = {**facts.words[language], **figures, "document_titles": titles}
    return words


def _absent(missing: Sequence[Said], words: dict[str, dict[str, str]]) -> dict[str, str]:
    names = [name.filled(words) for name in missing]
    return {
        "id": "belum ada: " + ", ".join(n["id"] for n in names),
        "en": "missing: " + ", ".join(n["en"] for n in names),
    }
