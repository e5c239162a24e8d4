"""Screening: who of a cohort meets the rules, whose file is incomplete, who fails which rule."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Task
from core.events import history
from flows.process.memory import recall
from flows.promotion import queries, screening
from flows.promotion.models import Candidate
from flows.promotion.screening import counts, screen_candidates
from notifications.models import Message
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency


def test_those_who_meet_the_rules_get_a_case_at_the_head_of_their_unit(
    session: Session, agency: Agency
) -> None:
    budi = agency.candidate(agency.units[0], "Budi Santoso")
    citra = agency.candidate(agency.units[1], "Citra Lestari")
    run = cycles.screened(agency)
    by_subject = {case.subject_id: case for case in cycles.cases(session, run.process_id)}
    assert by_subject.keys() == {budi.id, citra.id}
    assert cycles.open_task(session, by_subject[budi.id].id).assignee_id == agency.heads[0].id
    assert cycles.open_task(session, by_subject[citra.id].id).assignee_id == agency.heads[1].id
    assert by_subject[budi.id].reference.startswith("KP-2027-01/")


@pytest.mark.parametrize(
    ("career", "rule"),
    [
        ({"status": "PPPK"}, "civil-servant"),
        ({"left_on": date(2027, 1, 1)}, "in-service"),
        ({"rank": "IV/e", "education": "S3"}, "below-the-top"),
        ({"rank_since": date(2023, 1, 2)}, "years-in-rank"),
        ({"predicates": {2024: "Butuh Perbaikan", 2025: "Baik"}}, "performance"),
        ({"rank": "III/d", "education": "S1/D4"}, "education-ceiling"),
    ],
)
def test_whoever_breaks_a_rule_fails_by_its_name(
    session: Session, agency: Agency, career: dict[str, object], rule: str
) -> None:
    person = agency.candidate(agency.units[0], **career)
    run = cycles.screened(agency)
    candidate = session.get_one(Candidate, (run.process_id, person.id))
    assert candidate.outcome == "fails"
    assert rule in [finding["rule"] for finding in candidate.findings if finding["met"] == "no"]
    assert candidate.case_id is None


def test_a_holder_of_a_structural_post_is_not_for_regular_promotion(session: Session, agency: Agency) -> None:
    run = cycles.screened(agency)
    head = session.get_one(Candidate, (run.process_id, agency.heads[0].id))
    assert [f["rule"] for f in head.findings if f["met"] == "no"].count("no-other-post") == 1


def test_a_measure_in_force_on_the_day_fails_and_one_that_is_over_does_not(
    session: Session, agency: Agency
) -> None:
    bound, free = agency.candidate(agency.units[0]), agency.candidate(agency.units[0])
    agency.discipline(bound, "moderate", date(2026, 6, 1), date(2027, 5, 31))
    agency.discipline(free, "moderate", date(2025, 6, 1), date(2026, 12, 31))
    run = cycles.screened(agency)
    assert session.get_one(Candidate, (run.process_id, bound.id)).outcome == "fails"
    assert session.get_one(Candidate, (run.process_id, free.id)).outcome == "meets"


def test_a_missing_document_leaves_the_file_incomplete_and_tells_what_is_missing(
    session: Session, agency: Agency
) -> None:
    person = agency.candidate(agency.units[0], documents=("sk-cpns", "sk-pns", "last-rank-decree"))
    run = cycles.screened(agency)
    candidate = session.get_one(Candidate, (run.process_id, person.id))
    assert candidate.outcome == "incomplete"
    letter = session.scalars(select(Message).where(Message.recipient_id == person.id)).one()
    assert letter.template == "candidate_incomplete"
    assert [name["id"] for name in letter.facts["missing"]] == ["ijazah dan transkrip nilai"]


def test_an_unknown_predicate_of_a_year_is_missing_and_not_a_failure(
    session: Session, agency: Agency
) -> None:
    person = agency.candidate(agency.units[0], predicates={2024: "Baik"})
    run = cycles.screened(agency)
    candidate = session.get_one(Candidate, (run.process_id, person.id))
    assert candidate.outcome == "incomplete"
    row = queries.candidate(session, run.process_id, person.id)
    finding = next(f for f in row.findings if f["rule"] == "performance")
    assert finding["found"] == {
        "id": "belum ada: predikat kinerja tahun 2025",
        "en": "missing: performance of 2025",
    }


def test_the_rank_exam_is_asked_of_those_alone_whose_next_rank_needs_it(
    session: Session, agency: Agency
) -> None:
    crossing = agency.candidate(agency.units[0], rank="II/d", education="S1/D4")
    other = agency.candidate(agency.units[0], rank="II/c", education="S1/D4")
    run = cycles.screened(agency)
    findings = session.get_one(Candidate, (run.process_id, crossing.id)).findings
    assert [f["met"] for f in findings if f["rule"] == "rank-exam"] == ["missing"]
    assert session.get_one(Candidate, (run.process_id, other.id)).outcome == "meets"


def test_portions_screen_everybody_once_however_often_they_are_called(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "CHUNK", 3)
    for n in range(7):
        agency.candidate(agency.units[n % 2], f"Calon {n}")
    run = cycles.screened(agency)
    people = session.scalars(select(Candidate).where(Candidate.process_id == run.process_id)).all()
    assert sorted(c.number for c in people) == list(range(1, len(people) + 1))
    assert len(cycles.cases(session, run.process_id)) == 7
    again = screen_candidates(session, agency.actor(agency.hr, "flow"), run.process_id)
    assert again.finished
    assert again.done == len(people)


def test_the_launch_is_told_once_to_heads_with_candidates_and_to_hr(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    told = session.scalars(select(Message).where(Message.template == "cycle_launched")).all()
    assert {letter.recipient_id for letter in told} == {agency.heads[0].id, agency.hr.id}
    assert told[0].facts["counts"]["eligible"] == 1
    assert [row.name for row in history(session, run.process_id)].count("process.screened") == 1


def test_the_step_remembers_its_figures(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    remembered = recall(session, run.process_id, "screen-candidates")
    assert remembered
    assert remembered.finished
    assert remembered.result["meets"] == 1 == counts(session, run.process_id)["meets"]


def test_each_task_is_told_to_its_assignee_by_mail(session: Session, agency: Agency) -> None:
    agency.candidate(agency.units[0])
    run = cycles.screened(agency)
    case = cycles.cases(session, run.process_id)[0]
    task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
    letter = session.scalars(select(Message).where(Message.template == "task_assigned")).one()
    assert letter.recipient_id == task.assignee_id
    assert letter.facts["task"] == str(task.id)
    assert letter.facts["stage_title"] == {"id": "Kepala unit kerja", "en": "Head of unit"}
