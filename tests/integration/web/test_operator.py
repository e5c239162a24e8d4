"""The operator's page: what it says first, what it does, and that one slow part spoils no other."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from cli.ports import free_port
from core.database import engine, transaction
from core.events import EventRow
from core.ids import new_id
from core.settings import settings
from core.upkeep import Chore, latest, note
from flows.process.heartbeats import beat
from flows.process.models import Intent, Process, Step
from notifications import holds
from notifications.models import Message, MessageState
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office
from tests.integration.web.test_metrics import figures
from web import alarms, doctoring, patience


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy and how full the machine of the tests is, is no test's business."""
    monkeypatch.setattr(patience, "EACH_SECONDS", 30.0)
    monkeypatch.setattr(patience, "ALL_SECONDS", 120.0)
    monkeypatch.setattr(doctoring, "PATIENCE_SECONDS", 120.0)
    monkeypatch.setattr(alarms, "LOW_DISK", 0)


def first_word(page: str) -> str:
    """What stands on top."""
    head = re.search(r'<h2 id="vital">(.*?)</h2>', page, re.S)
    assert head
    return re.sub(r"<[^>]*>", "", head[1]).strip()


def told(page: str) -> list[str]:
    return re.findall(r'<a href="#[\w-]+">(.*?)</a><p', page)


def panel(page: str, name: str) -> str:
    """One part of the page."""
    return page.partition(f'data-panel="{name}"')[2].partition("data-panel=")[0]


def heard(**ago: float) -> None:
    """Every service is heard of for the next minutes, or was so many minutes ago."""
    facts = {"leads": True, "prefect": True}
    with transaction() as session:
        for name in ("keeper", "prefect", "worker", "courier"):
            at = datetime.now(UTC) - timedelta(minutes=ago.get(name, -10))
            beat(session, name, "kantor:1", facts if name == "keeper" else {}, at)


def english(browser: Browser) -> str:
    browser.cookies.set("mufakat_language", "en")
    answer = browser.get("/operator")
    assert answer.status_code == 200
    return answer.text


def given_up(count: int, error: str = "550 no such mailbox") -> list[Message]:
    with transaction() as session:
        lost = session.scalars(select(Message).order_by(Message.id).limit(count)).all()
        for message in lost:
            message.state, message.last_error, message.attempts = MessageState.DEAD, error, 16
        return list(lost)


def states_of(messages: list[Message]) -> list[str]:
    with transaction() as session:
        return [session.get_one(Message, message.id).state for message in messages]


def test_all_is_well_or_what_is_wrong_stands_on_top_and_prometheus_counts_the_same(
    office: Office, browse: Browse, stranger: Browser
):
    heard()
    operator = browse("operator")
    assert first_word(english(operator)) == "All is well: nothing needs you"
    with transaction() as session:
        note(session, Chore.PROOF, well=False, events=20, flaws=1, first="stream 7", since=None)
        note(session, Chore.HOUSEKEEPING, well=False, done={}, failed=["forget looks"])
    heard(courier=9)
    page = english(operator)
    assert first_word(page) == "2 things need you now"
    assert [one.partition(" ")[2][:12] for one in told(page)] == [
        "courier is s",
        "log was alte",
        "the nightly ",
    ]
    seen = figures(stranger)
    assert seen['mufakat_problems{urgency="now"}'] == 2
    assert seen['mufakat_problems{urgency="later"}'] == 1
    assert seen["mufakat_disk_free_bytes"] > 0
    assert seen["mufakat_database_bytes"] > 1_000_000


def test_a_cycle_tells_whom_it_waits_for_and_where_its_run_is(office: Office, browse: Browse):
    run = new_id()
    with transaction() as session:
        process = session.get_one(Process, office.cycle)
        process.run_id, process.run_name, process.run_state = run, "KP-2027-01", "suspended"
        process.run_seen_at = process.created_at
    page = panel(english(browse("operator")), "processes")
    assert re.search(r"Irwansyah Daulay.*?8 tasks.*?Saodah Rangkuti.*?4 tasks", page, re.S)
    assert "Those whose file came back" not in page
    assert f'/runs/flow-run/{run}"' in page
    assert f'/operator/processes/{office.cycle}/log?step=screen-candidates"' in page


def test_that_somebody_asks_to_cancel_a_cycle_is_seen_until_another_agrees(office: Office, browse: Browse):
    with transaction() as session:
        process = session.get_one(Process, office.cycle)
        process.launched_at = process.created_at
    operator = browse("operator")
    operator.fill(f"/operator/processes/{office.cycle}/cancel", "/operator", reason="salah periode")
    page = panel(english(operator), "processes")
    assert "asks to cancel this cycle" in page and "salah periode" in page


def test_of_what_failed_the_last_line_and_the_log_are_one_click_away_though_the_flow_server_is_away(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    with transaction() as session:
        process = session.get_one(Process, office.cycle)
        process.state, process.error = "failed", "ConditionError: no such field: subject.nothing"
        session.get_one(Step, (office.cycle, "screen-candidates")).finished_at = None
        session.get_one(Step, (office.cycle, "screen-candidates")).error = process.error
    heard()
    operator = browse("operator")
    page = english(operator)
    (said,) = told(page)
    assert said == f"{process.title} has failed. ConditionError: no such field: subject.nothing"
    link = re.search(r'<a href="(/operator/processes/[^"]+)">Its log</a></p>', page)
    assert link
    monkeypatch.setattr(settings().prefect, "api_url", f"http://127.0.0.1:{free_port()}/api")
    log = operator.get(link[1])
    assert log.status_code == 200
    assert "The flow server does not answer just now" in log.text
    assert operator.get(f"/operator/processes/{new_id()}/log").status_code == 404


def test_a_part_that_can_not_be_read_in_time_is_said_so_and_spoils_no_other(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    heard()
    operator = browse("operator")
    with engine().connect() as holder, holder.begin():
        holder.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        monkeypatch.setattr(patience, "EACH_SECONDS", 3.0)
        page = english(operator)
    monkeypatch.setattr(patience, "EACH_SECONDS", 30.0)
    assert "It took too long to read the mail." in page
    assert "This could not be read in time." in panel(page, "mail")
    assert "Irwansyah Daulay" in panel(page, "processes")
    assert "PostgreSQL" in panel(page, "machine")
    assert "keeper" in panel(page, "services")
    assert first_word(english(operator)) == "All is well: nothing needs you"


def test_one_broken_part_is_a_sentence_and_not_a_page_of_errors(office: Office, browse: Browse):
    heard()
    operator = browse("operator")
    with transaction() as session:
        session.execute(text("ALTER TABLE heartbeat RENAME COLUMN facts TO figures"))
    page = english(operator)
    assert "This could not be read: a fault of Mufakat itself." in panel(page, "services")
    assert "Irwansyah Daulay" in panel(page, "processes")


def test_mail_is_stopped_and_let_go_on_the_page_and_who_asks_twice_changes_nothing(
    office: Office, browse: Browse
):
    heard()
    operator, back = browse("operator"), "/operator#mail"
    for _ in range(2):
        done = operator.fill("/operator/mail/hold", "/operator", reason="teks salah", next=back)
        assert done.headers["location"] == back
    page = english(operator)
    assert "teks salah" in told(page)[0]
    operator.fill("/operator/mail/lift", "/operator", reason="beres", next="https://elsewhere.example")
    with transaction() as session:
        assert holds.current(session) is None
        names = select(EventRow.name).where(EventRow.name.like("mail_hold.%")).order_by(EventRow.at)
        assert session.scalars(names).all() == ["mail_hold.placed", "mail_hold.lifted"]


def test_a_message_is_not_sent_twice_by_who_presses_twice(office: Office, browse: Browse):
    (lost,) = given_up(1)
    operator, way = browse("operator"), f"/operator/messages/{lost.id}/resend"
    english(operator)
    operator.fill(way, "/operator", reason="alamat diperbaiki", seen="dead")
    assert states_of([lost]) == ["queued"]
    with transaction() as session:
        sent = session.get_one(Message, lost.id)
        sent.state, sent.sent_at = MessageState.SENT, sent.created_at
    operator.fill(way, "/operator", reason="alamat diperbaiki", seen="dead")
    assert "sent meanwhile" in english(operator)
    assert states_of([lost]) == ["sent"]


def test_after_a_night_without_a_server_all_are_sent_again_but_codes_and_those_without_an_address(
    office: Office, browse: Browse
):
    lost = given_up(4)
    with transaction() as session:
        session.get_one(Message, lost[0].id).template = "account_code"
    operator = browse("operator")
    assert "Send all of them again" in english(operator)
    operator.fill("/operator/messages/resend", "/operator", reason="  ")
    assert states_of(lost) == ["dead"] * 4
    operator.fill("/operator/messages/resend", "/operator", reason="server surat hidup lagi")
    assert states_of(lost) == ["dead", *["queued"] * 3]
    assert "Queued again: 3." in english(operator)
    with transaction() as session:
        resent = select(EventRow).where(EventRow.name == "message.resent")
        assert {row.stream_id for row in session.scalars(resent)} == {one.id for one in lost[1:]}
    staff = browse("staff0")
    staff.post("/operator/messages/resend", data={"csrf": staff.token("/my"), "reason": "iseng"})
    assert states_of(lost) == ["dead", *["queued"] * 3]


def test_a_restart_that_was_carried_out_is_not_asked_again_by_an_old_page(office: Office, browse: Browse):
    operator, way = browse("operator"), f"/operator/processes/{office.cycle}/restart"
    operator.fill(way, "/operator", reason="macet", start=1)
    assert "The keeper is silent: it is carried out when that is back." in english(operator)
    with transaction() as session:
        asked = session.scalars(select(Intent).where(Intent.kind == "restart")).one()
        asked.state, asked.answered_at = "done", asked.asked_at
        session.get_one(Process, office.cycle).fence = 2
    operator.fill(way, "/operator", reason="macet", start=1)
    assert "started anew after this page was made" in english(operator)
    with transaction() as session:
        assert len(session.scalars(select(Intent).where(Intent.kind == "restart")).all()) == 1


def test_the_doctor_looks_from_the_page_and_gives_no_secret_away(office: Office, browse: Browse):
    operator = browse("operator")
    assert operator.fill("/operator/doctor", "/operator").status_code == 422
    operator.fill("/operator/doctor", "/operator", look="now")
    with transaction() as session:
        look = latest(session)[Chore.DOCTOR]
    found = {one["subject"]: one for one in look.facts["findings"]}
    assert found["Tables"]["state"] == "ok"
    assert found.keys() > {"Disk", "Secrets", "Mail", "PostgreSQL", "Ledger", "Copies", "Prefect"}
    page = english(operator)
    shown = panel(page, "doctor")
    assert found["Disk"]["found"] in shown
    secret = settings().secret.get_secret_value()
    assert secret and secret not in str(look.facts)
