"""The interface for programs: the same verbs, the same refusals, and nothing that is not the caller's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import func, select

from approvals.models import Decision
from core import clock
from core.database import transaction
from core.events import facts_of, history
from core.ids import new_id
from personnel import accounts
from personnel.models import Account
from personnel.models_accounts import RecordView
from personnel.tokens import Permit
from tests.integration.web.office import Browser, Office
from tests.integration.web.programs import ADMIN, Program, token_of, token_of_system
from tests.integration.web.serving import serving

Call = Callable[..., Program]
AR = {"search": "ari"}


@pytest.fixture
def call(address: str) -> Iterator[Call]:
    """A program of somebody, by login; with all permits unless some are named."""
    with ExitStack() as opened:

        def of(login: str, *permits: Permit, language: str = "en") -> Program:
            token = token_of(login, permits or tuple(Permit))
            return opened.enter_context(Program(address, token, language))

        yield of


@pytest.fixture
def system(address: str) -> Iterator[Program]:
    with Program(address, token_of_system()) as program:
        yield program


def decisions_on(task: UUID) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).where(Decision.task_id == task)) or 0


def said(answer: Response, status: int, code: str) -> dict[str, Any]:
    """A refusal, whole."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["type"] == f"/api/v1/problems/{code}"
    return problem


# tokens


def test_without_a_token_nothing_is_said_but_that_one_is_needed(address: str, stranger: Browser):
    answer = stranger.get("/api/v1/inbox", headers={"accept-language": "id"})
    problem = said(answer, 401, "token-needed")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert problem["detail"].startswith("Kirim")


def test_a_session_of_the_pages_is_no_token(office: Office, browse: Callable[[str], Browser]):
    assert browse("head").get("/api/v1/inbox").status_code == 401


def test_a_token_is_made_on_its_page_and_shown_once(address: str, browse: Callable[[str], Browser]):
    head = browse("head")
    fields = {"name": "Jadwal", "permits": ["tasks:read"], "days": "30"}
    made = head.fill("/my/tokens", "/my/tokens", **fields)
    secret = made.text.split('id="secret"')[1].split('value="')[1].split('"')[0]
    assert secret not in head.get("/my/tokens").text
    with Program(address, secret) as program:
        me = program.get("/me").json()
        assert (me["permits"], me["roles"]) == (["tasks:read"], ["employee"])
        said(program.get("/cases"), 403, "permit-missing")


def test_a_revoked_token_is_worth_nothing_at_once(address: str, browse: Callable[[str], Browser]):
    head, secret = browse("head"), token_of("head")
    with Program(address, secret) as program:
        assert program.get("/me").status_code == 200
        page = head.get("/my/tokens").text
        revoking = page.split('action="/my/tokens/')[1].split("/revoke")[0]
        head.fill(f"/my/tokens/{revoking}/revoke", "/my/tokens")
        said(program.get("/me"), 401, "token-needed")


def test_nobody_revokes_anothers_token(browse: Callable[[str], Browser], office: Office):
    token_of("head")
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "head")).one()
        token = accounts_tokens(session, account.id)
    assert browse("staff0").fill(f"/my/tokens/{token}/revoke", "/my/tokens").status_code == 404


def accounts_tokens(session: Any, account_id: UUID) -> UUID:
    from personnel import tokens

    return tokens.tokens_of(session, account_id)[0].id


def test_a_token_dies_with_its_owners_account_and_loses_a_role_with_them(office: Office, call: Call):
    hr = call("hr")
    assert hr.get("/cycles").status_code == 200
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "hr")).one()
        accounts.grant(session, ADMIN, account.id, [])
    said(hr.get("/cycles"), 403, "not-allowed")
    with transaction() as session:
        accounts.close(session, ADMIN, account.id)
    said(hr.get("/me"), 401, "token-needed")


def test_a_token_ends_by_itself(office: Office, call: Call):
    head = call("head")
    with transaction() as session:
        clock.move(session, timedelta(days=31))
    said(head.get("/me"), 401, "token-needed")


def test_making_and_revoking_a_token_are_on_record(office: Office):
    from personnel import tokens

    token_of("head", [Permit.TASKS_READ])
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "head")).one()
        made = tokens.tokens_of(session, account.id)[0]
        tokens.revoke(session, ADMIN, made.id)
        rows = [row for row in history(session, office.people.head) if row.name.startswith("token.")]
        assert [row.name for row in rows] == ["token.made", "token.revoked"]
        assert all(facts_of(row)["scopes"] == ["tasks:read"] for row in rows)


def test_a_system_reads_what_it_may_and_decides_nothing(office: Office, system: Program, address: str):
    task = office.task()
    assert system.get("/me").json()["person_id"] is None
    assert system.get(f"/cases/{office.case_of(task).id}").status_code == 200
    assert system.get("/cycles").status_code == 200
    assert system.get("/inbox").status_code == 403
    said(system.decide(task), 403, "permit-missing")
    said(system.post(f"/cases/{new_id()}/comments", json={"text": "x"}), 403, "permit-missing")


def test_too_many_requests_are_told_when_to_come_back(office: Office):
    with serving(MUFAKAT_WEB_API_PER_MINUTE="2") as address, Program(address, token_of("head")) as head:
        answers = [head.get("/me") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0


# deciding


def test_a_decision_by_a_program_is_like_any_other_and_says_how_it_came(office: Office, call: Call):
    head, task = call("head"), office.task()
    shown = head.get(f"/tasks/{task}")
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["may_decide"] is True
    answer = head.decide(task)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["kind"], answer.json()["via"]) == ("approve", "api")
    with transaction() as session:
        rows = history(session, office.case_of(task).id)
        decided = [facts_of(row) for row in rows if row.name == "task.decided"]
    assert [fact["via"] for fact in decided] == ["api"]
    assert office.case_of(task).stage == "verification"


def test_the_same_key_decides_once_and_is_answered_the_same(office: Office, call: Call):
    head, task = call("head"), office.task()
    first, second = head.decide(task, key="k1"), head.decide(task, key="k1")
    assert first.json() == second.json()
    assert decisions_on(task) == 1
    said(head.decide(task, key="k2"), 409, "already-decided")
    said(head.decide(task, key="k1", kind="recuse", comment="x"), 422, "key-reused")


def test_a_decision_names_what_was_seen_and_has_a_key(office: Office, call: Call):
    head, task = call("head"), office.task()
    body = {"kind": "approve"}
    said(head.post(f"/tasks/{task}/decision", json=body, headers={"If-Match": '"1"'}), 422, "key-needed")
    headers = {"Idempotency-Key": "k"}
    said(head.post(f"/tasks/{task}/decision", json=body, headers=headers), 428, "version-needed")
    said(head.decide(task, version=7), 412, "case-changed")
    assert decisions_on(task) == 0


def test_what_a_decision_lacks_is_named(office: Office, call: Call):
    head, task = call("head"), office.task()
    said(head.decide(task, kind="return", comment="x"), 422, "reason-needed")
    said(head.decide(task, kind="return", code="document-missing"), 422, "comment-needed")
    assert said(head.decide(task, kind="sign"), 422, "unreadable")["errors"][0]["place"] == "body.kind"


def test_nobody_decides_their_own_case_by_a_program_either(office: Office, call: Call):
    answer = call("staff0").decide(office.task())
    assert (answer.status_code, answer.json()["code"]) == (403, "own-case")
    assert decisions_on(office.task()) == 0


def test_two_requests_with_one_key_at_once_do_it_once(office: Office, call: Call):
    call("head").decide(office.task())
    verifier, task = call("verifier"), office.task(stage="verification")
    answers: list[Response] = []

    def claim() -> None:
        answers.append(verifier.post(f"/tasks/{task}/claim", headers={"Idempotency-Key": "one"}))

    together = [Thread(target=claim) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert {a.status_code for a in answers} == {200}
    assert len({a.text for a in answers}) == 1
    assert sum(a.headers.get("idempotent-replayed") == "true" for a in answers) == 3


def test_a_key_is_for_one_request(office: Office, call: Call):
    staff, case = call("staff0"), office.case_of(office.task()).id
    headers = {"Idempotency-Key": "one"}
    first = staff.post(f"/cases/{case}/comments", json={"text": "Satu"}, headers=headers)
    again = staff.post(f"/cases/{case}/comments", json={"text": "Satu"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    other = staff.post(f"/cases/{case}/comments", json={"text": "Dua"}, headers=headers)
    said(other, 422, "key-reused")


# what is not the caller's


def test_what_is_anothers_is_answered_as_if_it_were_not_there(office: Office, call: Call):
    call("head").decide(office.task())
    task = office.task(1)
    case = office.case_of(task).id
    stranger = call("staff3")
    for part in ("", "/history", "/documents", "/comments", "/receipt"):
        foreign = stranger.get(f"/cases/{case}{part}")
        missing = stranger.get(f"/cases/{new_id()}{part}")
        assert foreign.json() == missing.json()
        said(foreign, 404, "no-such-case")
    for act, body in (("claim", None), ("release", None), ("refusal", {})):
        said(stranger.post(f"/tasks/{task}/{act}", json=body), 404, "no-such-task")
    said(stranger.get(f"/tasks/{task}"), 404, "no-such-task")
    said(stranger.decide(task), 404, "no-such-task")
    said(stranger.post(f"/cases/{case}/withdrawal", json={"reason_code": "own-wish"}), 404, "no-such-case")


def test_a_decided_task_does_not_tell_a_stranger_who_decided_it(office: Office, call: Call):
    task = office.task()
    call("head").decide(task)
    assert "Irwansyah" not in call("staff3").decide(task).text
    assert "Irwansyah" in call("hr").decide(task).text


def test_what_a_program_reads_of_a_person_is_noted_as_a_page_is(
    office: Office, call: Call, browse: Callable[[str], Browser]
):
    case = office.case_of(office.task())
    reader = call("hr")
    assert reader.get(f"/cases/{case.id}").status_code == 200
    assert reader.get(f"/cycles/{office.cycle}/candidates").status_code == 200
    assert call("staff0").get(f"/cases/{case.id}").status_code == 200  # one's own is nobody's look
    with transaction() as session:
        of_it = RecordView.person_id == case.subject_id, RecordView.what == "program"
        found = session.execute(select(RecordView.viewer_id, RecordView.times).where(*of_it)).tuples().all()
    assert found == [(office.people.hr, 2)]
    assert "Dibaca oleh program" in browse("staff0").get("/my/data").text


def test_my_cases_are_mine_alone(office: Office, call: Call):
    mine = call("staff0").get("/cases").json()["items"]
    assert [case["subject_id"] for case in mine] == [str(office.people.staff[0])]
    assert len(call("hr").get("/cases").json()["items"]) == 12


def test_colleagues_are_found_by_name_with_nothing_of_their_record(office: Office, call: Call):
    staff = call("staff0")
    found = staff.get("/people", params={"search": "saodah"}).json()["items"]
    assert [(one["name"], len(one["posts"])) for one in found] == [("Saodah Rangkuti", 1)]
    assert set(found[0]) == {"id", "name", "unit", "posts"}
    said(staff.get("/people", params={"search": "a"}), 422, "search-too-short")


# lists


def test_an_inbox_is_read_page_by_page_without_gaps_while_it_shrinks(office: Office, call: Call):
    head = call("head")
    seen: list[str] = []
    path: str | None = "/api/v1/inbox?limit=3"
    while path:
        answer = head.get(path.removeprefix("/api/v1"))
        page = answer.json()
        assert len(page["items"]) <= 3
        seen += [row["id"] for row in page["items"]]
        if len(seen) == 3:
            head.decide(UUID(seen[0]))
        path = answer.links["next"]["url"] if "next" in answer.links else None
        assert (path is None) == (page["next"] is None)
    assert len(seen) == len(set(seen)) == 8
    assert head.get("/inbox/counts").json()["mine"] == 7


def test_lists_of_cases_cycles_and_candidates_go_on_where_they_ended(office: Office, call: Call):
    hr = call("hr")
    for path, said_of in (("/cases", {}), (f"/cycles/{office.cycle}/candidates", {}), ("/people", AR)):
        everything = hr.get(path, params={"limit": 200, **said_of}).json()["items"]
        pages, cursor = [], ""
        while True:
            page = hr.get(path, params={"limit": 5, "cursor": cursor, **said_of}).json()
            pages += page["items"]
            if not (cursor := page["next"] or ""):
                break
        assert pages == everything, path
    said(hr.get("/cases", params={"cursor": "bm9uZQ"}), 422, "bad-cursor")


# the rest of a day


def test_a_returned_case_is_sent_in_again_and_withdrawn(office: Office, call: Call):
    head, staff, task = call("head"), call("staff0"), office.task()
    case = office.case_of(task).id
    returned = head.decide(task, kind="return", code="document-missing", comment="Ijazah belum ada.")
    assert returned.status_code == 200
    body, headers = {"comment": "Sudah."}, {"If-Match": '"1"'}
    sent = staff.post(f"/cases/{case}/resubmission", json=body, headers=headers)
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "open"
    away = staff.post(f"/cases/{case}/withdrawal", json={"reason_code": "own-wish", "comment": "Batal."})
    assert away.json()["state"] == "withdrawn"
    lines = staff.get(f"/cases/{case}/history").json()["items"]
    assert lines[0]["event"] == "case.withdrawn"
    said(staff.post(f"/cases/{case}/withdrawal", json={"reason_code": "own-wish"}), 409, "case-settled")


def test_a_document_is_put_into_the_file_read_and_removed(office: Office, call: Call):
    staff, case = call("staff0"), office.case_of(office.task()).id
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
    made = staff.post(
        f"/cases/{case}/documents", files={"file": ("ijazah.pdf", pdf)}, data={"title": "Ijazah"}
    )
    assert made.status_code == 201, made.text
    there = f"/cases/{case}/documents/{made.json()['id']}"
    assert staff.get(there).content == pdf
    assert staff.get(f"/cases/{case}").headers["etag"] == '"2"'
    said(call("staff3").get(there), 404, "no-such-document")
    said(
        staff.post(f"/cases/{case}/documents", files={"file": ("x.exe", b"MZ")}, data={"title": "x"}),
        422,
        "unknown-media",
    )
    assert staff.post(f"{there}/removal", json={"reason": "Salah unggah."}).json()["removed_at"]


def test_hr_asks_of_a_cycle_what_its_pages_could(office: Office, call: Call):
    hr = call("hr")
    body = {"title": "Kenaikan pangkat April", "effective_on": "2027-04-01"}
    made = hr.post("/cycles", json=body, headers={"Idempotency-Key": "c"})
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    asked = hr.post(f"/cycles/{made.json()['id']}/requests", json={"kind": "launch"})
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    said(hr.post("/cycles", json=body | {"effective_on": "2027-04-02"}), 422, "not-first-of-month")
    said(call("staff0").post("/cycles", json=body), 403, "only-hr")
    out = hr.post(
        f"/cycles/{office.cycle}/candidates/{office.people.staff[0]}/exclusion", json={"reason": "Pindah."}
    )
    assert (out.status_code, out.json()["state"]) == (202, "waiting")
    ended = hr.post(f"/cycles/{office.cycle}/requests", json={"kind": "cancel", "reason": "Salah."})
    assert (ended.status_code, ended.json()["state"]) == (202, "waiting")


def test_a_delegation_is_given_and_ended(office: Office, call: Call):
    head = call("head")
    body = {
        "to_id": str(office.people.other_head),
        "order_number": "SPT-1/2026",
        "reason": "Dinas luar",
        "first_day": "2026-01-01",
        "last_day": "2099-01-01",
    }
    made = head.post("/delegations", json=body)
    assert made.status_code == 201, made.text
    there = f"/delegations/{made.json()['id']}/revocation"
    said(call("staff3").post(there), 404, "no-such-delegation")
    assert head.post(there).json()["revoked_at"]
    assert len(head.get("/delegations").json()["items"]) == 1


# how errors are said, and the description


def test_refusals_speak_the_callers_language(office: Office, call: Call):
    english = said(call("staff0").get(f"/cases/{new_id()}"), 404, "no-such-case")
    own = said(call("staff0", language="fr").get(f"/cases/{new_id()}"), 404, "no-such-case")
    assert english["detail"].startswith("This case does not exist")
    assert own["detail"] != english["detail"]


def test_what_can_not_be_read_or_kept_is_refused_calmly(office: Office, call: Call):
    hr = call("hr")
    said(hr.get("/cases/not-an-id"), 404, "no-such-address")
    said(hr.get("/nothing"), 404, "no-such-address")
    said(hr.delete("/inbox"), 405, "no-such-method")
    said(hr.get("/cycles", params={"search": "a\0b"}), 422, "unreadable")
    said(hr.post("/cycles", content=b"{", headers={"content-type": "application/json"}), 422, "unreadable")
    said(hr.post("/cycles", content=b"x" * 300_000), 413, "too-large")


def test_the_description_is_whole(stranger: Browser):
    found = stranger.get("/api/v1/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"] and operation["tags"], where
            assert operation["description"], where
            if path != "/problems":
                assert operation["security"], where
                assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), where
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert answer["content"]["application/problem+json"]["examples"], where
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                name = body["schema"]["$ref"].rpartition("/")[2]
                assert found["components"]["schemas"][name]["examples"], name


def test_every_example_is_one(stranger: Browser):
    from jsonschema import Draft202012Validator

    found = stranger.get("/api/v1/openapi.json").json()
    for name, schema in found["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            Draft202012Validator(schema | {"components": found["components"]}).validate(example), name


def test_every_kind_of_refusal_is_listed(stranger: Browser):
    listed = stranger.get("/api/v1/problems", headers={"accept-language": "id"}).json()["items"]
    codes = {one["code"] for one in listed}
    assert {"case-changed", "no-such-task", "too-many", "permit-missing"} <= codes


@pytest.mark.parametrize("path", ["nothing%0Athere", "cases/%0A", "%0A"])
def test_an_address_with_a_lines_end_in_it_is_answered_as_a_problem(call: Call, path: str):
    said(call("hr").get(f"/{path}"), 404, "no-such-address")
