"""The inbox in parts: found, kept, gone on with; and many tasks decided in one go."""

import re
from uuid import UUID

from sqlalchemy import select

from approvals.models import Case, Decision, Task
from core.database import transaction
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office, hidden
from web.inbox_view import View


def shown(browser: Browser, address: str) -> list[UUID]:
    page = browser.get(address)
    assert page.status_code == 200, page.text
    return [UUID(found) for found in re.findall(r'id="t-([0-9a-f-]{36})"', page.text)]


def chosen(browser: Browser, tasks: list[UUID], **said: str) -> dict[str, object]:
    """The form that shows once more what was chosen, as it would be sent."""
    page = browser.post(
        "/inbox/many", data={"csrf": browser.token("/inbox"), "task": [str(t) for t in tasks], **said}
    )
    assert page.status_code == 200, page.text
    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)
    return {**hidden(page), "seen": seen}


def decided() -> dict[UUID, str]:
    with transaction() as session:
        return {d.task_id: d.kind for d in session.scalars(select(Decision))}


def test_the_inbox_is_searched_and_a_decision_goes_on_within_what_was_found(office: Office, browse: Browse):
    head = browse("head")
    first, second = office.task(3), office.task(5)
    some = shown(head, "/inbox?q=simanjuntak")
    assert some == [first]
    with transaction() as session:
        names = {t: c.subject_name for t, c in session.execute(select(Task.id, Case).join(Case)).tuples()}
    assert "Simanjuntak" in names[first]
    assert shown(head, "/inbox?q=lubis+KP-2027") == [second]
    assert shown(head, "/inbox?q=%25") == []
    page = head.get(f"/tasks/{first}?view=q%3Dsimanjuntak")
    form = hidden(page) | {"decision": "approve"}
    answer = head.post(f"/tasks/{first}/decide", data=form)
    assert answer.headers["location"] == "/inbox?q=simanjuntak"
    assert "Tidak ada yang seperti ini" in head.get("/inbox?q=simanjuntak").text


def test_a_task_is_passed_over_for_the_one_behind_it(office: Office, browse: Browse):
    head = browse("head")
    order = shown(head, "/inbox")
    answer = head.get(f"/inbox/after/{order[2]}")
    assert answer.headers["location"] == f"/tasks/{order[3]}"
    assert head.get(f"/inbox/after/{order[-1]}").headers["location"].startswith("/inbox")


def test_a_view_is_kept_counted_opened_first_and_forgotten(office: Office, browse: Browse):
    head = browse("head")
    choices = head.get("/inbox/choices?q=nasution")
    assert "Kepala unit kerja" in choices.text or "(8)" in choices.text
    form = {
        "csrf": hidden(choices)["csrf"],
        "query": "q=nasution",
        "name": " Marga  Nasution ",
        "first": "yes",
    }
    assert head.post("/inbox/views", data=form).headers["location"] == "/inbox?q=nasution"
    assert head.get("/inbox").headers["location"] == "/inbox?q=nasution"
    page = head.get("/inbox?filter=all").text
    assert re.search(r"Marga Nasution <b>1</b>", page)
    nameless = head.post("/inbox/views", data={**form, "name": " "})
    assert (nameless.status_code, "name-problem" in nameless.text) == (422, True)
    drop = re.search(r"/inbox/views/[0-9a-f-]{36}/drop", head.get("/inbox/choices").text)
    assert drop
    other = browse("other_head")
    assert other.fill(drop[0], "/inbox/choices").status_code == 404
    assert head.fill(drop[0], "/inbox/choices").status_code == 303
    assert head.get("/inbox").status_code == 200


def test_nonsense_in_the_address_is_the_whole_inbox(office: Office, browse: Browse):
    head = browse("head")
    for query in ("process=x&unit=y&kind=z", "behind=nonsense~x", "filter=no&order=no", "q=%00"):
        assert len(shown(head, f"/inbox?{query}")) == 8, query
    assert View.read("kind=a:b&q= x  y &unit=no").query() == "kind=a%3Ab&q=x+y"


def test_many_are_decided_at_once_and_each_is_answered(office: Office, browse: Browse):
    head = browse("head")
    tasks = [office.task(n) for n in range(3)]
    form = chosen(head, tasks)
    taken = browse("head").decide(tasks[1], decision="approve")
    assert taken.status_code == 303
    done = head.post("/inbox/many/decide", data={**form, "decision": "approve", "comment": "Layak."})
    assert done.status_code == 200
    assert decided() == dict.fromkeys(tasks, "approve")
    assert "2 diputuskan, 1 tidak." in done.text
    assert f'href="/tasks/{tasks[1]}"' in done.text
    again = head.post("/inbox/many/decide", data={**form, "decision": "approve", "comment": "Layak."})
    assert "2 diputuskan, 1 tidak." in again.text
    assert len(decided()) == 3


def test_many_are_returned_only_with_a_reason_and_a_text(office: Office, browse: Browse):
    head = browse("head")
    form = chosen(head, [office.task(n) for n in range(2)])
    bare = head.post("/inbox/many/decide", data={**form, "decision": "return", "comment": "Belum lengkap."})
    assert (bare.status_code, "Belum lengkap.</textarea>" in bare.text) == (422, True)
    code = {"decision": "return", "return_code": "document-missing"}
    assert head.post("/inbox/many/decide", data={**form, **code}).status_code == 422
    assert decided() == {}
    whole = head.post("/inbox/many/decide", data={**form, **code, "comment": "Ijazah."})
    assert "2 diputuskan." in whole.text
    assert set(decided().values()) == {"return"}


def test_nobody_decides_what_is_not_theirs_by_choosing_it(office: Office, browse: Browse):
    other, task = browse("other_head"), office.task()
    form = chosen(other, [task])
    assert form["seen"] == []
    forged = {**form, "seen": [f"{task}:1"], "batch": "x", "decision": "approve"}
    done = other.post("/inbox/many/decide", data=forged)
    assert "0 diputuskan, 1 tidak." in done.text
    assert "Nasution" not in done.text
    assert decided() == {}
    assert other.post("/inbox/many/decide", data={**forged, "seen": ["x:1"]}).status_code == 422


def test_what_needs_its_documents_ticked_is_not_approved_with_others(office: Office, browse: Browse):
    browse("head").decide(office.task(), decision="approve")
    verifier, task = browse("verifier"), office.task(stage="verification")
    form = chosen(verifier, [task])
    done = verifier.post("/inbox/many/decide", data={**form, "decision": "approve"})
    assert "0 diputuskan, 1 tidak." in done.text
    everything = chosen(verifier, [], everything="yes")
    assert everything["seen"] == form["seen"]
