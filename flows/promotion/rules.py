"""Screening: a career against the rules of a cycle. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.conditions import condition
from flows.promotion.careers import Facts
from flows.promotion.models import Screening
from flows.promotion.rulebook import Rule

MET, NOT_MET, MISSING = "yes", "no", "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found about one career."""

    rule: str
    met: str
    """yes, no, or missing where the record can't tell."""
    missing: tuple[str, ...] = ()
    """The facts and documents that the record lacks, as the rulebook names them."""

    def plain(self) -> dict[str, Any]:
        """As it is stored with the candidate."""
        said = {"rule": self.rule, "met": self.met}
        return {**said, "missing": list(self.missing)} if self.missing else said


@dataclass(frozen=True, slots=True)
class Screened:
    """The outcome for one career, and what each rule found."""

    outcome: Screening
    findings: tuple[Finding, ...]

    @property
    def plain(self) -> list[dict[str, Any]]:
        return [finding.plain() for finding in self.findings]


def screen(facts: Facts, rules: Sequence[Rule]) -> Screened:
    """Ask every rule. One that is not met fails the career; otherwise one that can't be answered leaves the
    file incomplete; otherwise it meets them.

    Raises BadCondition for a rule that reads a fact there is none of.
    """
    findings = tuple(_ask(rule, facts) for rule in rules if _concerns(rule, facts))
    met = {finding.met for finding in findings}
    if NOT_MET in met:
        return Screened(Screening.FAILS, findings)
    return Screened(Screening.INCOMPLETE if MISSING in met else Screening.MEETS, findings)


def _concerns(rule: Rule, facts: Facts) -> bool:
    if rule.when is None:
        return True
    return facts["rank"] is not None and _holds(rule.when, rule, facts)


def _ask(rule: Rule, facts: Facts) -> Finding:
    missing = [name for name in rule.needs if facts[name] in (None, "")]
    missing += [name for name in rule.documents if name not in facts["documents"]]
    if missing:
        return Finding(rule.name, MISSING, tuple(missing))
    return Finding(rule.name, MET if _holds(rule.condition, rule, facts) else NOT_MET)


def _holds(source: str, rule: Rule, facts: Facts) -> bool:
    """Ask a condition over what it reads and no more: handing over facts costs more than asking does.

    A fact that the record does not hold is left out, for CEL can't compare nothing with a text or a number.
    """
    said = ((name, rule.values.get(name, facts.get(name))) for name in _reads(source))
    return condition(source).holds({name: value for name, value in said if value is not None})


@lru_cache(maxsize=1_000)
def _reads(source: str) -> tuple[str, ...]:
    return tuple(condition(source).program.variables())
