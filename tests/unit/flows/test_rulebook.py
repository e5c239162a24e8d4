"""The rulebook: read strictly, complete, faithful to its sources."""

import json
from datetime import date

import pytest
import yaml

from flows.promotion.rulebook import FILE, BadRules, parse, rulebook


def changed(**changes: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(FILE.read_text()), **changes}, allow_unicode=True)


def test_the_shipped_rules_can_be_read() -> None:
    assert [rule.name for rule in rulebook().rules_on("reguler", date(2027, 1, 1))] == [
        "civil-servant",
        "in-service",
        "below-the-top",
        "years-in-rank",
        "performance",
        "education-ceiling",
        "no-other-post",
        "no-discipline",
        "documents",
        "rank-exam",
    ]


def test_every_rule_has_a_reference_and_says_how_sure_it_is() -> None:
    for rule in rulebook().rules:
        assert rule.reference.id
        assert rule.source
        assert rule.sure in "RCB"


def test_every_document_and_fact_that_a_rule_needs_has_a_name() -> None:
    book = rulebook()
    for rule in book.rules:
        assert set(rule.documents) <= book.documents.keys()
        assert set(rule.needs) <= book.facts.keys()


def test_an_unknown_setting_is_refused_by_its_name() -> None:
    rules = yaml.safe_load(FILE.read_text())["rules"]
    rules[0]["wenn"] = "true"
    with pytest.raises(BadRules, match=r"rules\.0\.wenn"):
        parse(changed(rules=rules))


def test_a_condition_that_is_no_cel_is_refused_with_its_place() -> None:
    rules = yaml.safe_load(FILE.read_text())["rules"]
    rules[3]["condition"] = "months_in_rank >="
    with pytest.raises(BadRules, match=r"rules\.3\.condition: not a condition in CEL"):
        parse(changed(rules=rules))


def test_a_ceiling_that_is_no_rank_is_refused() -> None:
    kinds = yaml.safe_load(FILE.read_text())["kinds"]
    kinds["reguler"]["ceiling"]["ranks"]["S1"] = "III/f"
    with pytest.raises(BadRules, match="III/f"):
        parse(changed(kinds=kinds))


def test_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(BadRules, match="YAML"):
        parse("rules: [")


@pytest.mark.parametrize(
    ("effective_on", "opens", "closes"),
    [
        (date(2026, 12, 1), date(2026, 10, 16), date(2026, 11, 15)),
        (date(2027, 1, 1), date(2026, 11, 16), date(2026, 12, 15)),
        (date(2027, 2, 1), date(2026, 12, 16), date(2027, 1, 15)),
    ],
)
def test_files_are_sent_in_from_the_16th_to_the_15th(effective_on: date, opens: date, closes: date) -> None:
    window = rulebook().window
    assert window.opens.before(effective_on) == opens
    assert window.closes.before(effective_on) == closes


def test_the_grouped_levels_and_the_single_ones_have_the_same_ceiling() -> None:
    ceiling = rulebook().kinds["reguler"].ceiling.ranks
    for group in [level for level in ceiling if "/" in level]:
        for level in group.split("/"):
            assert ceiling[level] == ceiling[group], json.dumps([group, level])
