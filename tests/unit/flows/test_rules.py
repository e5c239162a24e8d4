"""Screening: rules over one career, without a database."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conditions import BadCondition
from core.ids import new_id
from flows.promotion.careers import facts_of, months_between
from flows.promotion.explaining import Explained, explain, missing
from flows.promotion.models import Screening
from flows.promotion.rulebook import Rulebook, parse, rulebook
from flows.promotion.rules import MET, MISSING, NOT_MET, Screened, screen
from personnel import ranks
from personnel.queries import CareerFacts, Measure

ON = date(2027, 1, 1)

GOOD = CareerFacts(
    id=new_id(),
    nip="198001012005011001",
    name="Budi Santoso",
    unit_id=new_id(),
    unit_name="Bidang Mutasi",
    status="PNS",
    rank="III/a",
    rank_order=9,
    rank_since=date(2023, 1, 1),
    education="S1",
    born_on=date(1980, 1, 1),
    appointed_on=date(2005, 1, 1),
    left_on=None,
    on_leave=False,
    predicates={2024: "Baik", 2025: "Sangat Baik"},
    documents=frozenset({"sk-cpns", "sk-pns", "last-rank-decree", "diploma"}),
    positions=frozenset({"executive"}),
)


def screened(on: date = ON, book: Rulebook | None = None, **changes: Any) -> Screened:
    book = book or rulebook()
    career = replace(GOOD, **changes)
    if "rank" in changes:
        career = replace(career, rank_order=ranks.order(career.rank) if career.rank else 0)
    return screen(facts_of(career, book, book.kinds["reguler"], on), book.rules_on("reguler", on))


def explained(**changes: Any) -> list[Explained]:
    book, career = rulebook(), replace(GOOD, **changes)
    facts = facts_of(career, book, book.kinds["reguler"], ON)
    return explain(screen(facts, book.rules_on("reguler", ON)).plain, facts, book)


def findings(found: Screened) -> dict[str, str]:
    return {finding.rule: finding.met for finding in found.findings}


def test_a_career_that_meets_every_rule_meets_them() -> None:
    found = screened()
    assert found.outcome is Screening.MEETS
    assert set(findings(found).values()) == {MET}
    assert not any(finding.missing for finding in found.findings)


@pytest.mark.parametrize(
    ("since", "met"),
    [(date(2023, 1, 1), MET), (date(2023, 1, 2), NOT_MET), (date(2022, 12, 31), MET), (None, MISSING)],
)
def test_four_years_in_the_rank_are_counted_to_the_day(since: date | None, met: str) -> None:
    assert findings(screened(rank_since=since))["years-in-rank"] == met


def test_the_figure_that_failed_is_said_in_both_languages() -> None:
    finding = next(f for f in explained(rank_since=date(2024, 3, 15)) if f["rule"] == "years-in-rank")
    assert finding["found"] == {
        "id": "2 tahun 9 bulan sejak 15-03-2024",
        "en": "2 years 9 months since 15-03-2024",
    }
    assert finding["needed"] == {"id": "paling sedikit 4 tahun", "en": "at least 4 years"}
    assert finding["reference"]["en"]
    assert finding["sure"] == "R"


@pytest.mark.parametrize(
    ("predicates", "met"),
    [
        ({2024: "Baik", 2025: "Baik"}, MET),
        ({2024: "Sangat Baik", 2025: "Sangat Baik"}, MET),
        ({2024: "Butuh Perbaikan", 2025: "Sangat Baik"}, NOT_MET),
        ({2024: "Baik", 2025: "Kurang"}, NOT_MET),
        ({2024: "Baik"}, MISSING),
        ({2023: "Baik", 2024: "Baik"}, MISSING),
        ({}, MISSING),
    ],
)
def test_performance_is_that_of_the_two_years_before(predicates: dict[int, str], met: str) -> None:
    assert findings(screened(predicates=predicates))["performance"] == met


@pytest.mark.parametrize(
    ("education", "rank", "met"),
    [
        ("SD", "I/d", MET),
        ("SD", "II/a", NOT_MET),
        ("SLTA", "III/a", MET),
        ("SLTA", "III/b", NOT_MET),
        ("D3", "III/b", MET),
        ("D3", "III/c", NOT_MET),
        ("S1", "III/c", MET),
        ("S1", "III/d", NOT_MET),
        ("S2", "III/d", MET),
        ("S2", "IV/a", NOT_MET),
        ("S3", "IV/a", MET),
        ("S3", "IV/b", NOT_MET),
        ("Kursus", "III/a", MISSING),
        (None, "III/a", MISSING),
    ],
)
def test_education_sets_the_highest_rank(education: str | None, rank: str, met: str) -> None:
    assert findings(screened(education=education, rank=rank))["education-ceiling"] == met


@pytest.mark.parametrize("level", ["light", "moderate", "severe"])
def test_a_measure_counts_on_its_first_and_last_day_and_not_outside(level: str) -> None:
    first, last = (Measure(level, ON, date(2027, 6, 1)),), (Measure(level, date(2026, 1, 1), ON),)
    over = (Measure(level, date(2026, 1, 1), date(2026, 12, 31)),)
    ahead = (Measure(level, date(2027, 1, 2), date(2027, 6, 1)),)
    assert findings(screened(discipline=first))["no-discipline"] == NOT_MET
    assert findings(screened(discipline=last))["no-discipline"] == NOT_MET
    assert findings(screened(discipline=over))["no-discipline"] == MET
    assert findings(screened(discipline=ahead))["no-discipline"] == MET


@pytest.mark.parametrize("kind", ["structural", "functional"])
def test_holders_of_such_posts_rise_by_another_kind_of_promotion(kind: str) -> None:
    assert findings(screened(positions=frozenset({kind})))["no-other-post"] == NOT_MET
    assert findings(screened(positions=frozenset()))["no-other-post"] == MET


def test_the_rank_exam_is_asked_between_the_groups_only() -> None:
    assert "rank-exam" not in findings(screened())
    crossing = screened(rank="II/d", education="S1")
    assert findings(crossing)["rank-exam"] == MISSING
    passed = screened(rank="II/d", education="S1", documents=GOOD.documents | {"exam-certificate"})
    assert findings(passed)["rank-exam"] == MET
    assert "rank-exam" not in findings(screened(on=date(2023, 12, 1), rank="II/d"))


def test_each_missing_document_is_named() -> None:
    lacking = frozenset({"sk-cpns", "diploma"})
    assert screened(documents=lacking).outcome is Screening.INCOMPLETE
    assert [name["id"] for name in missing(explained(documents=lacking))] == ["SK PNS", "SK pangkat terakhir"]


def test_every_finding_can_be_put_into_words() -> None:
    measure = (Measure("moderate", date(2026, 6, 1), date(2027, 5, 31)),)
    for changes in ({}, {"discipline": measure}, {"left_on": date(2026, 12, 31)}, {"predicates": {}}):
        for finding in explained(**changes):
            for text in (finding["found"], finding["needed"], finding["title"], finding["reference"]):
                assert text["id"], finding["rule"]
                assert text["en"], finding["rule"]
                assert "(" + "rank" not in text["id"]
    said = next(f for f in explained(discipline=measure) if f["rule"] == "no-discipline")
    assert said["found"] == {"id": "sedang sampai 31-05-2027", "en": "moderate until 31-05-2027"}


def test_a_rule_that_is_not_met_weighs_more_than_a_missing_fact() -> None:
    assert screened(status="PPPK", documents=frozenset()).outcome is Screening.FAILS


def test_somebody_without_a_rank_is_screened_all_the_same() -> None:
    found = screened(status="PPPK", rank=None, rank_since=None)
    assert found.outcome is Screening.FAILS
    assert findings(found)["below-the-top"] == MISSING


def test_a_rule_counts_from_its_first_to_its_last_day() -> None:
    source = """
    - rule: only-in-2026
      kinds: [reguler]
      from: 2026-01-01
      until: 2026-12-01
      title: {id: a, en: a}
      condition: "false"
      found: {id: a, en: a}
      needed: {id: a, en: a}
      reference: {id: a, en: a}
      sure: B
      source: a
    """
    book = rulebook()
    more = parse(_with_rules(source))
    assert [r.name for r in more.rules_on("reguler", date(2026, 12, 1))] == ["only-in-2026"]
    assert more.rules_on("reguler", date(2027, 1, 1)) == ()
    assert more.rules_on("reguler", date(2025, 12, 1)) == ()
    assert book.rules_on("anumerta", ON) == ()


def _with_rules(rules: str) -> str:
    import textwrap

    import yaml

    from flows.promotion.rulebook import FILE

    said = yaml.safe_load(FILE.read_text())
    said["rules"] = yaml.safe_load(textwrap.dedent(rules))
    return yaml.safe_dump(said, allow_unicode=True)


def test_a_rule_that_reads_an_unknown_fact_is_an_error_and_no_outcome() -> None:
    source = """
    - rule: wrong
      kinds: [reguler]
      from: 2026-01-01
      title: {id: a, en: a}
      condition: no_such_fact > 1
      found: {id: a, en: a}
      needed: {id: a, en: a}
      reference: {id: a, en: a}
      sure: B
      source: a
    """
    with pytest.raises(BadCondition, match="no_such_fact"):
        screened(book=parse(_with_rules(source)))


@given(st.dates(date(1980, 1, 1), date(2030, 1, 1)), st.integers(0, 40 * 12))
def test_months_between_are_whole_months(start: date, months: int) -> None:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    end = date(year, month + 1, min(start.day, 28))
    assert months_between(start, end) == months - (end.day < start.day and months > 0)


@given(
    months=st.integers(0, 120),
    education=st.sampled_from([None, "SLTA", "S1", "S2"]),
    rank=st.sampled_from([None, *ranks.RANKS]),
    documents=st.frozensets(st.sampled_from(sorted(GOOD.documents))),
    predicate=st.sampled_from(["Baik", "Kurang", None]),
)
def test_completing_a_file_never_makes_an_outcome_worse(
    months: int, education: str | None, rank: str | None, documents: frozenset[str], predicate: str | None
) -> None:
    year, month = divmod(ON.year * 12 + ON.month - 1 - months, 12)
    said: dict[str, Any] = {
        "rank_since": date(year, month + 1, 1),
        "education": education,
        "rank": rank,
        "predicates": {2024: "Baik"} | ({2025: predicate} if predicate else {}),
    }
    worth = {Screening.FAILS: 0, Screening.INCOMPLETE: 1, Screening.MEETS: 2}
    before = screened(documents=documents, **said).outcome
    after = screened(documents=GOOD.documents | {"exam-certificate"}, **said).outcome
    assert worth[after] >= worth[before]


@pytest.mark.parametrize(
    ("on", "years"),
    [
        (date(2026, 12, 1), (2025, 2024)),
        (date(2027, 1, 1), (2025, 2024)),
        (date(2027, 2, 1), (2026, 2025)),
    ],
)
def test_the_years_of_performance_are_those_over_when_the_files_close(
    on: date, years: tuple[int, int]
) -> None:
    facts = facts_of(GOOD, rulebook(), rulebook().kinds["reguler"], on)
    assert (facts["year_1"], facts["year_2"]) == years
