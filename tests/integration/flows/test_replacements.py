"""Decrees corrected and revoked: by a new number, signed as the first, the record put right, in one line."""

import io
import threading
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker, undefer

from approvals.cases import withdraw
from approvals.corrections import correct_data
from approvals.decisions import Verdict, decide
from approvals.errors import ConflictOfInterest, ReasonNeeded
from approvals.models import Case
from approvals.obstacles import FactsFixed
from cli.rehearsal.invariants import decrees_match, numbers_unbroken
from core.actor import Actor, Role
from core.errors import MufakatError
from core.events import history
from core.ids import new_id
from flows.promotion import decree_lines, replacements
from flows.promotion.decrees import issue_decrees
from flows.promotion.errors import (
    BadCorrection,
    DecreesAreHrs,
    NotAsProposed,
    NothingCorrected,
    OwnDecree,
    ReplacedAlready,
    ReplacementWaits,
    RevokedForGood,
    WhyReplaced,
)
from flows.promotion.models import Decree, DecreeKind
from flows.promotion.queries import candidates, cycle_view
from notifications.models import Message
from personnel.careers import promote
from personnel.directory import PersonnelDirectory
from personnel.models import Employee, RankHeld
from personnel.ranks_held import RankMovedOn
from tests.integration.flows import cycles
from tests.integration.flows.agency import Agency
from tests.integration.flows.test_decrees import decided

CORRECTION, REVOCATION = DecreeKind.CORRECTION, DecreeKind.REVOCATION
WHY = "Ijazah yang menjadi dasar ternyata tidak sah."


def granted(agency: Agency, people: int = 1) -> list[Decree]:
    """Decrees as a cycle issued them."""
    run = decided(agency, people)
    cycles.through(agency.session, run, "issue-decrees", issue_decrees)
    query = select(Decree).where(Decree.process_id == run.process_id).order_by(Decree.serial)
    return list(agency.session.scalars(query))


def second_hr(agency: Agency) -> Employee:
    """Another of HR."""
    found = (a.employee_id for a in agency.accounts.values() if Role.HR in a.roles)
    known = next((id_ for id_ in found if id_ != agency.hr.id), None)
    if known is not None:
        return agency.session.get_one(Employee, known)
    return agency.person(agency.badan, "Nurul Hidayah", roles=[Role.HR])


def propose(agency: Agency, decree: Decree, kind: DecreeKind = REVOCATION, **wanted: str) -> UUID:
    actor, directory = agency.actor(agency.hr), PersonnelDirectory(agency.session)
    return replacements.propose(agency.session, actor, decree.id, kind, WHY, wanted, directory=directory)


def signed(agency: Agency, case_id: UUID) -> Decree:
    """Checked by another of HR, signed by the mayor: the decree that came of it."""
    cycles.decide_on(agency, case_id, second_hr(agency))
    cycles.decide_on(agency, case_id, agency.mayor)
    query = select(Decree).where(Decree.case_id == case_id).options(undefer(Decree.pdf))
    return agency.session.scalars(query).one()


def text_of(decree: Decree) -> str:
    pages = PdfReader(io.BytesIO(decree.pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_revocation_is_a_new_numbered_decree_and_the_rank_is_what_it_was(session: Session, agency: Agency):
    (decree,) = granted(agency)
    before = (decree.pdf_sha256, decree.number, decree.code)
    since = session.get_one(Employee, decree.employee_id)
    assert (since.rank, since.rank_since) == ("III/b", date(2027, 1, 1))
    made = signed(agency, propose(agency, decree))
    session.refresh(decree)
    assert (decree.pdf_sha256, decree.number, decree.code) == before
    assert (made.kind, made.replaces_id, made.serial) == (REVOCATION, decree.id, decree.serial + 1)
    assert (made.signed_by, made.signed_as) == (agency.mayor.id, "Wali Kota")
    person = session.get_one(Employee, decree.employee_id)
    session.refresh(person)
    assert person.rank == "III/a"
    assert person.rank_since is not None and person.rank_since < date(2027, 1, 1)
    assert session.scalars(select(RankHeld).where(RankHeld.employee_id == person.id)).all() == []
    said = text_of(made)
    for part in ("PENCABUTAN", decree.number, made.number, WHY.rstrip("."), "III/a", made.code):
        assert part in said, part
    assert "person.rank_restored" in [row.name for row in history(session, person.id)]
    assert [row.name for row in history(session, decree.process_id)].count("decree.replaced") == 1
    letter = session.scalars(select(Message).where(Message.template == "decree_replaced")).one()
    assert (letter.recipient_id, letter.facts["revoked"], letter.facts["rank"]) == (person.id, True, "III/a")
    told = session.scalars(select(Message).where(Message.template == "case_decided")).all()
    assert [m.recipient_id for m in told if m.facts["case"] == str(made.case_id)] == [agency.hr.id]
    assert decree_lines.line_of(session, made) == [decree, made]
    assert cycle_view(session, decree.process_id).decrees == 1
    assert candidates(session, decree.process_id, outcome="meets")[0].replaced_by == made.number
    for check in (decrees_match, numbers_unbroken):
        assert list(check(session)[1]) == []


def test_a_correction_takes_the_place_of_the_decree_and_can_be_corrected_again(
    session: Session, agency: Agency
):
    (decree,) = granted(agency)
    first = signed(
        agency, propose(agency, decree, CORRECTION, name="Calon Nol, S.E.", effective_on="2027-02-01")
    )
    assert (first.kind, first.name, first.effective_on) == (CORRECTION, "Calon Nol, S.E.", date(2027, 2, 1))
    assert first.changes["effective_on"] == {"from": "2027-01-01", "to": "2027-02-01"}
    said = text_of(first)
    for part in ("PERBAIKAN", "1 Januari 2027", "1 Februari 2027", "Calon Nol, S.E."):
        assert part in said, part
    held = session.scalars(select(RankHeld).where(RankHeld.employee_id == decree.employee_id)).one()
    assert (held.rank, held.since, held.decree_number) == ("III/b", date(2027, 2, 1), first.number)
    assert session.get_one(Employee, decree.employee_id).rank_since == date(2027, 2, 1)
    with pytest.raises(ReplacedAlready):
        propose(agency, decree)
    second = signed(agency, propose(agency, first, CORRECTION, consideration_number="AB-2/KP/2026"))
    assert second.name == "Calon Nol, S.E."
    last = signed(agency, propose(agency, second))
    assert session.get_one(Employee, decree.employee_id).rank == "III/a"
    assert decree_lines.line_of(session, first) == [decree, first, second, last]
    assert decree_lines.replacement_of(session, second.id) == last
    assert decree_lines.replacements(session, decree.process_id)[0] == last
    with pytest.raises(RevokedForGood):
        propose(agency, last)


def test_what_is_missing_or_wrong_is_refused_and_nothing_is_opened(session: Session, agency: Agency):
    (decree,) = granted(agency)
    people = PersonnelDirectory(session)

    def refused(error: type[MufakatError], actor: Actor, kind: DecreeKind, why: str, **wanted: str) -> None:
        with pytest.raises(error):
            replacements.propose(session, actor, decree.id, kind, why, wanted, directory=people)

    hr = agency.actor(agency.hr)
    refused(DecreesAreHrs, agency.actor(agency.mayor), REVOCATION, WHY)
    refused(OwnDecree, Actor(decree.employee_id, "Calon", frozenset({Role.HR})), REVOCATION, WHY)
    refused(WhyReplaced, hr, REVOCATION, "  ")
    refused(WhyReplaced, hr, REVOCATION, "x" * 1001)
    refused(NothingCorrected, hr, CORRECTION, WHY, name=decree.name, nip="")
    wrong = [("nip", "123"), ("effective_on", "2027-01-15"), ("effective_on", "x"), ("name", "x" * 201)]
    for name, said in wrong:
        refused(BadCorrection, hr, CORRECTION, WHY, **{name: said})
    assert session.scalars(select(Case).where(Case.process_id == replacements.STANDING)).all() == []
    promote(session, hr, decree.employee_id, "III/c", date(2027, 4, 1), "823/9999/2027")
    refused(RankMovedOn, hr, REVOCATION, WHY)


def test_one_waits_at_a_time_and_a_rejection_leaves_everything_as_it_was(session: Session, agency: Agency):
    (decree,) = granted(agency)
    first = propose(agency, decree, CORRECTION, name="Calon Nol")
    with pytest.raises(ReplacementWaits) as waits:
        propose(agency, decree)
    assert str(waits.value.facts["reference"]).startswith("PSK-")
    no = {"code": "decree-is-right", "comment": "Sudah benar"}
    cycles.decide_on(agency, first, second_hr(agency), "reject", **no)
    assert replacements.waiting(session, decree.id) is None
    assert decree_lines.replacement_of(session, decree.id) is None
    again = propose(agency, decree)
    assert again != first


def test_whoever_proposed_it_does_not_check_it_and_its_subject_cannot_take_it_back(
    session: Session, agency: Agency
):
    (decree,) = granted(agency)
    case_id = propose(agency, decree)
    with pytest.raises(ConflictOfInterest):
        cycles.decide_on(agency, case_id, agency.hr)
    for person_id in (decree.employee_id, agency.hr.id):
        with pytest.raises(ReasonNeeded):
            withdraw(session, Actor(person_id, "x"), case_id, reason_code="own-wish", comment="")


def test_a_signature_on_what_the_record_no_longer_holds_signs_nothing(session: Session, agency: Agency):
    (decree,) = granted(agency)
    case_id = propose(agency, decree)
    cycles.decide_on(agency, case_id, second_hr(agency))
    promote(session, agency.actor(agency.hr), decree.employee_id, "III/c", date(2027, 4, 1), "823/9/2027")
    with pytest.raises(RankMovedOn), session.begin_nested():
        cycles.decide_on(agency, case_id, agency.mayor)
    assert decree_lines.replacement_of(session, decree.id) is None
    assert session.get_one(Employee, decree.employee_id).rank == "III/c"


def test_what_is_to_be_signed_is_not_corrected_on_the_way(session: Session, agency: Agency):
    first, other = granted(agency, 2)
    case_id, hr = propose(agency, first, CORRECTION, name="Calon Nol"), agency.actor(second_hr(agency))
    for change in ({"decree": str(other.id)}, {"kind": "revocation"}, {"reason": "Lain."}):
        with pytest.raises(FactsFixed), session.begin_nested():
            correct_data(session, hr, case_id, change, seen_version=1, reason="salah")
    assert signed(agency, case_id).name == "Calon Nol"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"decree": "00000000-0000-4000-8000-000000000000"}, NotAsProposed),
        ({"kind": "revocation"}, NotAsProposed),
        ({"kind": "grant"}, NotAsProposed),
        ({"corrections": {"rank_to": {"from": "III/b", "to": "IV/e"}}}, NothingCorrected),
        ({"corrections": {"name": {"from": "Orang lain", "to": "Calon Nol"}}}, NotAsProposed),
        ({"corrections": {"effective_on": {"from": "2027-01-01", "to": "2027-01-15"}}}, BadCorrection),
    ],
)
def test_a_case_that_says_other_than_was_proposed_signs_nothing(
    session: Session, agency: Agency, said: dict[str, Any], error: type[MufakatError]
):
    """As a case opened before its facts were fixed may."""
    (decree,) = granted(agency)
    case_id = propose(agency, decree, CORRECTION, name="Calon Nol")
    cycles.decide_on(agency, case_id, second_hr(agency))
    case = session.get_one(Case, case_id)
    case.data = {**case.data, **said}
    with pytest.raises(error), session.begin_nested():
        cycles.decide_on(agency, case_id, agency.mayor)
    assert decree_lines.replacement_of(session, decree.id) is None


def together(calls: list[Callable[[], object]]) -> list[str]:
    """All at once; how each ended, by the error's name."""
    barrier, ends = threading.Barrier(len(calls)), list[str]()

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
            ends.append("done")
        except MufakatError as refused:
            ends.append(type(refused).__name__)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_proposals_at_once_open_one_case(committed: sessionmaker[Session]):
    with committed.begin() as session:
        agency = Agency.founded(session)
        (decree,) = granted(agency)
        decree_id, hr, other = decree.id, agency.actor(agency.hr), agency.actor(second_hr(agency))

    def ask(actor: Actor, kind: DecreeKind) -> None:
        with committed.begin() as session:
            replacements.propose(
                session,
                actor,
                decree_id,
                kind,
                WHY,
                {"name": "Calon Nol"},
                directory=PersonnelDirectory(session),
            )

    ends = together([lambda: ask(hr, REVOCATION), lambda: ask(other, CORRECTION)])
    assert ends == ["ReplacementWaits", "done"]


def test_two_decrees_signed_at_once_have_two_numbers_and_one_place(committed: sessionmaker[Session]):
    """Two people's revocations are signed at once; and one of them twice, by two requests."""
    with committed.begin() as session:
        agency = Agency.founded(session)
        found = granted(agency, 2)
        ids = [propose(agency, decree) for decree in found]
        for case_id in ids:
            cycles.decide_on(agency, case_id, second_hr(agency))
        mayor = agency.actor(agency.mayor)
        tasks = {id_: (cycles.open_task(session, id_).id, session.get_one(Case, id_).version) for id_ in ids}

    def sign(case_id: UUID) -> None:
        task_id, version = tasks[case_id]
        verdict = Verdict(kind="approve", seen_version=version, request_key=str(new_id()))
        with committed.begin() as session:
            decide(session, mayor, task_id, verdict, directory=PersonnelDirectory(session))

    ends = together([lambda: sign(ids[0]), lambda: sign(ids[1]), lambda: sign(ids[0])])
    assert ends.count("done") == 2 and len(ends) == 3
    with committed() as session:
        serials = session.scalars(select(Decree.serial).order_by(Decree.serial)).all()
        assert serials == [1, 2, 3, 4]
        assert list(decrees_match(session)[1]) == []
