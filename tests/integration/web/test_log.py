"""The auditor's pages: the log searched, a case's full story, both taken away; and that all this is noted."""

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from httpx import Response
from openpyxl import load_workbook
from sqlalchemy import event, select

from approvals.models import Case
from core import database
from core.actor import Actor, Role, system
from core.database import transaction
from core.events import EventRow, facts_of, seal
from core.ids import new_id
from core.ledger import checkpoints, keys
from core.ledger.erasing import erase
from personnel.models import Account, Employee
from personnel.models_accounts import RecordView
from tests.integration.web import second
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

FORMULA = "=HYPERLINK(1) kurang lengkap"


@pytest.fixture
def auditor(office: Office, browse: Browse) -> Browser:
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "staff8")).one()
        account.roles = [str(Role.AUDITOR)]
    return browse("staff8")


def sealed() -> None:
    with transaction() as session:
        while seal(session):
            pass


def decided(office: Office, browse: Browse) -> Case:
    """The first case approved by its head of unit, the second returned with a word."""
    task, other = office.task(), office.task(1)
    browse("head").decide(task, decision="approve")
    browse("head").decide(other, decision="return", return_code="document-missing", comment=FORMULA)
    sealed()
    return office.case_of(task)


def rows(answer: Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text[:300]
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def looks(what: str) -> set[str]:
    with transaction() as session:
        query = select(Employee.name).join(RecordView, RecordView.person_id == Employee.id)
        return set(session.scalars(query.where(RecordView.what == what)))


def test_an_auditor_finds_what_somebody_decided_by_case_person_event_day_and_word(
    office: Office, browse: Browse, auditor: Browser
):
    case = decided(office, browse)
    today = datetime.now(UTC).date()
    for query in (
        f"case={case.reference.lower()}&name=task.decided",
        "person=Irwansyah Daulay&name=task.decided",
        "words=LENGKAP",
        f"name=task.decided&since={today - timedelta(days=2)}&until={today + timedelta(days=2)}",
    ):
        page = auditor.get(f"/ledger/events?{query}").text
        assert "Tugas: diputuskan" in page and "Irwansyah Daulay" in page, query
    page = auditor.get("/ledger/events?words=lengkap").text
    assert "kurang lengkap" in page and case.reference not in page
    assert looks("events") >= {"Ahmad Fauzi Nasution", "Dewi Kartika Sari"}
    page = auditor.get(f"/ledger/events?until={today - timedelta(days=400)}").text
    assert "Tidak ada yang seperti ini" in page


UNREADABLE = (
    ("case=KP-1/9", "Tidak ada usulan atau siklus bernomor"),
    ("person=Tidak Ada", "Tidak ada"),
    ("since=gestern", "tahun-bulan-hari"),
    ("before=2026", "mulailah lagi"),
    ("before=2026-01-01~1", "mulailah lagi"),
    ("before=2026-01-01T00:00:00%2B00:00~99999999999999999999", "mulailah lagi"),
)


def test_the_pages_lead_to_the_oldest_and_what_cannot_be_read_is_named_and_kept(
    office: Office, auditor: Browser, monkeypatch: pytest.MonkeyPatch
):
    for query, said in UNREADABLE:
        answer = auditor.get(f"/ledger/events?{query}&words=lengkap")
        assert answer.status_code in (404, 422)
        assert said in answer.text and 'value="lengkap"' in answer.text
        assert auditor.get(f"/ledger/events.csv?{query.replace('before', 'case')}").status_code in (404, 422)
    monkeypatch.setattr("web.routes.audit.A_PAGE", 9)
    sealed()
    seen, address = 0, "/ledger/events?"
    while address:
        page = auditor.get(address).text
        seen += page.count('class="log-when"')
        further = page.partition('rel="next" href="')[2].partition('"')[0]
        address = further.replace("&amp;", "&")
    with transaction() as session:
        assert seen == len(session.scalars(select(EventRow.id)).all()) > 27

    counts = []
    for query in ("name=process.screened", "name=task.opened", ""):
        said: list[str] = []

        def count(*args: object, said: list[str] = said) -> None:
            said.append(str(args[2]))

        engine = database.engine()
        event.listen(engine, "before_cursor_execute", count)
        auditor.get(f"/ledger/events?{query}")
        event.remove(engine, "before_cursor_execute", count)
        counts.append(len(said))
    assert max(counts) <= 13, counts


def test_a_story_tells_who_as_whom_why_and_where_the_log_has_it(
    office: Office, browse: Browse, auditor: Browser
):
    case = decided(office, browse)
    with transaction() as session:
        checkpoints.sign(session, system("keeper"), keys.own())
    page = auditor.get(f"/ledger/cases/{case.id}").text
    with transaction() as session:
        told = session.scalars(
            select(EventRow).where(EventRow.stream_id == case.id).order_by(EventRow.index)
        ).all()
        for row in told:
            assert row.hash.hex() in page and row.name in page
    assert page.index("Usulan: dibuka") < page.index("Tugas: diputuskan")
    assert (
        "Kepala unit kerja, Disetujui" in page
        and page.count(">Kenaikan pangkat<") == 0
        and "versi 1" in page
        and 'href="/ledger/1.txt"' in page
    )
    assert f'href="/cases/{case.id}/receipt"' in page
    assert "Tugas baru → Irwansyah Daulay" in page
    assert "/link/" not in page and "@" not in page.partition("<main")[2].partition("</main")[0]
    assert looks("story") == {"Ahmad Fauzi Nasution"}
    assert f'href="/ledger/cases/{case.id}"' in auditor.get(f"/cases/{case.id}").text
    assert auditor.get(f"/ledger/cases/{new_id()}").status_code == 404
    _and_erased(auditor)


def _and_erased(auditor: Browser) -> None:
    """What was erased is shown as erased, on the page and in the file."""
    with transaction() as session:
        returned = session.scalars(select(Case.id).where(Case.state == "returned")).one()
        admin = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))
        erase(session, admin, [returned], order="PN-1/2026", reason="Putusan pengadilan")
    sealed()
    page = auditor.get(f"/ledger/cases/{returned}").text
    assert "kurang lengkap" not in page and "dihapus atas perintah hukum" in page
    assert "PN-1/2026" in page
    (said,) = [r for r in rows(auditor.get(f"/ledger/cases/{returned}.csv")) if r[2] == "task.decided"]
    assert "dihapus atas perintah hukum" in said[13]


def test_what_is_taken_is_harmless_in_a_spreadsheet_and_told_by_the_log_and_too_much_is_refused(
    office: Office, browse: Browse, auditor: Browser, monkeypatch: pytest.MonkeyPatch
):
    decided(office, browse)
    taken = rows(auditor.get("/ledger/events.csv?words=lengkap"))
    assert taken[0][:3] == ["Tempat di jejak audit", "Waktu", "Kode peristiwa"]
    assert [(row[2], row[13]) for row in taken[1:]] == [
        ("case.returned", f"'{FORMULA}"),
        ("task.decided", f"'{FORMULA}"),
    ]
    auditor.cookies.set("mufakat_language", "en")
    book = load_workbook(BytesIO(auditor.get("/ledger/events.xlsx?words=lengkap").content))
    sheet = book.worksheets[0]
    assert (sheet["A1"].value, sheet["N2"].value, sheet["N2"].data_type) == (
        "Place in the log",
        f"'{FORMULA}",
        "s",
    )
    assert looks("export") == {"Dewi Kartika Sari"}
    sealed()
    with transaction() as session:
        told = session.scalars(select(EventRow).where(EventRow.name == "data.exported")).all()
        facts = [facts_of(row) for row in told]
    assert {(f["what"], f["format"], f["rows"], f["people"], *f["choice"]) for f in facts} == {
        ("events", "csv", 2, 1, "words"),
        ("events", "xlsx", 2, 1, "words"),
    }
    page = auditor.get("/ledger/events?name=data.exported").text
    assert "Data: taken out as a file" in page and "Darwin Purba" in page
    monkeypatch.setattr("web.exports.MOST", 5)
    auditor.cookies.delete("mufakat_language")
    answer = auditor.get("/ledger/events.csv")
    assert answer.status_code == 422 and "Persempit" in answer.text
    with transaction() as session:
        assert len(session.scalars(select(EventRow.id).where(EventRow.name == "data.exported")).all()) == 2


def test_whom_an_event_of_a_cycle_names_is_told_that_it_was_found_and_taken(
    office: Office, browse: Browse, auditor: Browser
):
    hr, person = browse("hr"), office.people.staff[0]
    page = f"/processes/{office.cycle}/candidates/{person}"
    hr.fill(f"{page}/exclude", page, reason="Pindah instansi")
    second.confirmed(second.administrator(browse))
    sealed()
    with transaction() as session:
        told = session.scalars(select(EventRow).where(EventRow.name == "candidate.excluded")).one()
        assert told.stream_id == office.cycle
    assert "Ahmad Fauzi Nasution" in auditor.get("/ledger/events?name=candidate.excluded").text
    assert len(rows(auditor.get("/ledger/events.csv?name=candidate.excluded"))) == 2
    assert looks("events") == looks("export") == {"Ahmad Fauzi Nasution"}
    assert browse("staff0").get("/my/data").text.count("Darwin Purba") >= 2


def test_hr_takes_candidates_and_directory_and_each_person_in_it_can_see_that(office: Office, browse: Browse):
    decided(office, browse)
    hr = browse("hr")
    people = rows(hr.get("/hr/directory/people.csv"))
    assert people[0][:2] == ["NIP", "Nama"] and len(people) > 15
    posts = rows(hr.get("/hr/directory/posts.csv"))
    assert any("Irwansyah Daulay" in row for row in posts)
    with transaction() as session:
        unit = session.get_one(Employee, office.people.head).unit_id
    assert 1 < len(rows(hr.get(f"/hr/directory/units/{unit}/people.csv"))) < len(people)
    assert hr.get("/hr/directory/people.pdf").status_code in (404, 422)
    assert "Ahmad Fauzi Nasution" in looks("export")
    assert len(rows(hr.get("/hr/directory/people.csv?search=Fauzi"))) == 2
    with transaction() as session:
        told = session.scalars(select(EventRow).where(EventRow.name == "data.exported")).all()
        assert [facts_of(row)["choice"] for row in told].count(["search"]) == 1
        assert not any("fauzi" in str(facts_of(row)).lower() for row in told)  # it would outlive an erasure
    assert "unduh" in browse("staff0").get("/my/data").text
    taken = rows(hr.get(f"/processes/{office.cycle}/candidates.csv"))
    columns = {name: n for n, name in enumerate(taken[0])}
    by_name = {row[columns["Nama"]]: row for row in taken[1:]}
    first = by_name["Ahmad Fauzi Nasution, S.E."]
    assert first[columns["Dipegang oleh"]]
    assert first[columns["Sejak"]].startswith("20") and first[columns["Batas waktu"]].startswith("20")
    assert "tahun" in first[columns["Terpenuhi, beserta angkanya"]]
    refused = by_name["Wahyuni Pratiwi"]
    assert "tahun" in refused[columns["Belum terpenuhi atau kurang"]]
    assert refused[columns["Usulan"]] == ""
