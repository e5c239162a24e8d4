"""A case's file: who may change it, what is kept, and that whoever decides is asked to look again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from approvals import corrections, documents, errors, file_errors, versions
from approvals.documents import Incoming, Liberty
from approvals.file_models import CaseDocument, CaseVersion
from approvals.models import Case
from core import events, filestore
from core.settings import settings
from tests.integration.approvals.desk import Desk, check_streams

PDF = b"%PDF-1.7\n one \n%%EOF"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "home", tmp_path)
    return tmp_path / "files"


def pdf(text: str = "one") -> Incoming:
    return Incoming(f"{text}.pdf", f"%PDF-1.7\n{text}\n%%EOF".encode())


def add(desk: Desk, who: str, case: Case, text: str = "one", **more: Any) -> CaseDocument:
    said = {"title": f"About {text}", **more}
    return documents.add(desk.session, desk.who(who), case.id, pdf(text), directory=desk.office, **said)


def replace(desk: Desk, who: str, document: CaseDocument, text: str = "two") -> CaseDocument:
    return documents.replace(
        desk.session, desk.who(who), document.id, pdf(text), reason="better", directory=desk.office
    )


def remove(desk: Desk, who: str, document: CaseDocument, reason: str = "wrong") -> CaseDocument:
    return documents.remove(desk.session, desk.who(who), document.id, reason=reason, directory=desk.office)


def present(desk: Desk, case: Case) -> dict[str, int]:
    return versions.present_documents(desk.session, case.id)


def test_a_document_is_kept_by_its_hash_which_the_stream_tells(desk: Desk):
    case = desk.open()
    made = add(desk, "Hana", case, key="diploma")
    assert documents.content(made) == pdf().content
    (said,) = desk.facts(case, "case.document_added")
    assert (said["sha256"], said["key"], said["version"]) == (
        sha256(pdf().content).hexdigest(),
        "diploma",
        2,
    )
    assert (case.version, present(desk, case)) == (2, {"diploma": 1})


def test_whoever_decides_is_asked_again_after_every_change(desk: Desk):
    case = desk.open()
    made = add(desk, "Hana", case)
    replaced = replace(desk, "Hana", made)
    remove(desk, "Hana", replaced)
    assert case.version == 4
    for seen in (1, 2, 3):
        with pytest.raises(errors.CaseChanged):
            desk.decide("Kasi", case, seen_version=seen)
    assert desk.decide("Kasi", case, seen_version=4).case_version == 4


def test_the_difference_names_what_came_went_and_was_replaced(desk: Desk):
    case = desk.open()
    kept = add(desk, "Hana", case, "kept", key="kept")
    gone = add(desk, "Hana", case, "gone", key="gone")
    seen = case.version
    replace(desk, "Hana", kept)
    remove(desk, "Hana", gone)
    new = add(desk, "Hana", case, "new", key="new")
    found = versions.difference(desk.session, case, seen)
    assert [(d.key, d.kind) for d in found.documents] == [
        ("gone", "removed"),
        ("kept", "changed"),
        ("new", "added"),
    ]
    assert found.documents[2].new == new.id
    assert (found.facts, [s.version for s in found.steps]) == ([], [4, 5, 6])
    assert [s.reason for s in found.steps] == ["better", "wrong", "About new"]


def test_a_replaced_version_can_still_be_read(desk: Desk):
    case = desk.open()
    old = add(desk, "Hana", case)
    new = replace(desk, "Hana", old)
    assert (old.version, new.version, old.key) == (1, 2, new.key)
    assert documents.content(old) != documents.content(new)
    with pytest.raises(file_errors.DocumentGone):
        replace(desk, "Hana", old)


def test_a_removed_document_may_come_back_under_its_key(desk: Desk):
    case = desk.open()
    remove(desk, "Hana", add(desk, "Hana", case, key="diploma"))
    assert add(desk, "Hana", case, key="diploma").version == 2
    assert present(desk, case) == {"diploma": 2}


def test_the_owner_adds_until_somebody_has_decided(desk: Desk):
    case = desk.open()
    made = add(desk, "Budi", case)
    replace(desk, "Budi", made)
    desk.decide("Kasi", case)
    with pytest.raises(file_errors.NotYourFile):
        add(desk, "Budi", case)


def test_whoever_repairs_a_case_may_change_all_of_its_file(desk: Desk):
    case = desk.open()
    made = add(desk, "Hana", case)
    desk.decide("Kasi", case, "return")
    assert documents.liberty(desk.session, desk.who("Budi"), case).may_change(made)
    replace(desk, "Budi", made)
    with pytest.raises(file_errors.NotYourFile):
        add(desk, "Kasi", case)


def test_whoever_has_the_task_attaches_and_changes_their_own_alone(desk: Desk):
    case = desk.open()
    of_hr = add(desk, "Hana", case)
    mine = add(desk, "Kasi", case, "letter")
    replace(desk, "Kasi", mine)
    with pytest.raises(file_errors.NotYourDocument):
        remove(desk, "Kasi", of_hr)


def test_hr_has_no_special_right_in_a_case_about_oneself(desk: Desk):
    case = desk.open("Hana")
    desk.decide(desk.office.actor("Kaban"), case)
    with pytest.raises(file_errors.NotYourFile):
        add(desk, "Hana", case)


@pytest.mark.parametrize("who", ["Citra", "Kabid"])
def test_others_do_not_even_learn_of_it(desk: Desk, who: str):
    case = desk.open()
    made = add(desk, "Hana", case)
    with pytest.raises(errors.NoSuchCase):
        add(desk, who, case)
    with pytest.raises(file_errors.NoSuchDocument):
        documents.find(desk.session, desk.who(who), made.id, directory=desk.office)


def test_a_settled_case_takes_nothing_any_more(desk: Desk):
    case = desk.open()
    made = add(desk, "Hana", case)
    desk.decide("Kasi", case, "reject")
    with pytest.raises(errors.CaseSettled):
        remove(desk, "Hana", made)
    assert documents.liberty(desk.session, desk.who("Hana"), case) == Liberty()


@pytest.mark.parametrize(
    ("file", "title", "error"),
    [
        (Incoming("a.pdf", b"MZ\x90"), "A program", file_errors.UnknownMedia),
        (Incoming("a.pdf", PDF + b" " * 16 * 1024 * 1024), "Large", file_errors.DocumentTooLarge),
        (Incoming("a.pdf", PDF), "  ", file_errors.TitleNeeded),
        (Incoming("a.pdf", PDF), "x" * 201, file_errors.TitleNeeded),
    ],
)
def test_what_can_not_be_taken_in_leaves_no_trace(
    desk: Desk, file: Incoming, title: str, error: type[Exception], folder: Path
):
    case = desk.open()
    with pytest.raises(error):
        documents.add(desk.session, desk.who("Hana"), case.id, file, title=title, directory=desk.office)
    assert (case.version, folder.exists()) == (1, False)


def test_what_a_failed_transaction_stored_is_not_claimed(desk: Desk):
    case = desk.open()
    nested = desk.session.begin_nested()
    digest = add(desk, "Hana", case).sha256
    nested.rollback()
    assert filestore.holds(digest)
    assert list(documents.referred_to(desk.session, [digest])) == []


def test_opening_and_deciding_keep_no_versions(desk: Desk):
    desk.decide("Kasi", desk.open())
    assert desk.session.query(CaseVersion).count() == 0


def test_corrected_data_show_as_a_difference_down_to_the_nested_fact(desk: Desk):
    data = {"subject": {"rank": 9, "name": "B"}, "documents": ["a"], "posts": [{"x": 1}, {"x": 2}], "old": 1}
    case = desk.open(data=data)
    new = {"subject": {"rank": 9, "name": "C"}, "documents": ["a", "b"], "posts": [{"x": 1}, {"x": 3}]}
    corrections.correct_data(
        desk.session, desk.who("Hana"), case.id, {**new, "new": None}, seen_version=1, reason="by decree"
    )
    found = versions.difference(desk.session, case, 1)
    assert [(c.path, c.kind, c.old, c.new) for c in found.facts] == [
        ("documents", "changed", ["a"], ["a", "b"]),
        ("new", "added", None, None),
        ("posts.002.x", "changed", 2, 3),
        ("subject.name", "changed", "B", "C"),
    ]
    assert [(s.made_by_name, s.reason) for s in found.steps] == [("Hana", "by decree")]


def test_a_repair_that_corrects_is_a_version_and_one_that_does_not_is_none(desk: Desk):
    case = desk.open()
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case)
    assert versions.versions(desk.session, case) == []
    desk.decide("Kasi", case, "return")
    desk.resubmit("Budi", case, {"documents": ["diploma", "skp"]})
    assert [v.version for v in versions.versions(desk.session, case)] == [2, 1]


def test_there_is_no_difference_with_a_version_that_never_was(desk: Desk):
    with pytest.raises(versions.NoSuchVersion):
        versions.difference(desk.session, desk.open(), 7)


def test_a_document_and_a_decision_at_once_leave_one_of_two_true_stories(
    committed: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "_subscribers", [])
    with committed.begin() as session:
        desk = Desk(session)
        ids = [desk.open("Budi", key=f"k{n}").id for n in range(10)]
    office, start = desk.office, Barrier(2)

    def at_work(deed: Callable[[Desk, Case], object]) -> list[bool]:
        start.wait(10)
        done: list[bool] = []
        for id_ in ids:
            with committed() as session:
                again = Desk.__new__(Desk)
                again.session, again.office = session, office
                try:
                    deed(again, session.get_one(Case, id_))
                    session.commit()
                    done.append(True)
                except errors.CaseChanged:
                    done.append(False)
        return done

    with ThreadPoolExecutor(2) as pool:
        added = pool.submit(at_work, lambda again, case: add(again, "Hana", case))
        decided = pool.submit(at_work, lambda again, case: again.decide("Kasi", case, seen_version=1))
        assert all(added.result())
        outcome = decided.result()
    with committed.begin() as session:
        for id_, was_decided in zip(ids, outcome, strict=True):
            case = session.get_one(Case, id_)
            assert (case.version, case.stage == "verification") == (2, was_decided)
        check_streams(session)
