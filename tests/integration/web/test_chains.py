"""HR changes a chain over the pages, without scripts: shelf, desk, difference, publishing."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from httpx import Response
from sqlalchemy import select

from approvals.models import ChainDraft, ChainVersion
from core.database import transaction
from tests.integration.web.conftest import Browse
from tests.integration.web.office import Browser, Office

CHAIN = "/hr/chains/rank-promotion"


def fields(page: Response) -> dict[str, str | list[str]]:
    """What a browser would send of the draft's form as it stands."""
    form = page.text[
        page.text.index('id="draft"') : page.text.index("</form>", page.text.index('id="draft"'))
    ]
    said: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if not name:
            continue
        if 'type="checkbox"' in tag:
            if " checked" in tag:
                ticked = said.setdefault(name[1], [])
                assert isinstance(ticked, list)
                ticked.append(unescape(value[1]) if value else "on")
            continue
        said[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        said[name] = unescape((chosen or first)[1]) if first else ""
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        said[name] = unescape(text.removeprefix("\n"))
    return said


def drafting(browse: Browse, login: str = "hr") -> Browser:
    """A browser with a draft begun from what is in force."""
    hr = browse(login)
    hr.fill(f"{CHAIN}/draft/begin", CHAIN, number="1")
    return hr


def save(hr: Browser, act: str = "save", **changes: str) -> Response:
    said = fields(hr.get(f"{CHAIN}/draft", headers={"accept-language": "en"}))
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return hr.post(f"{CHAIN}/draft", data={**said, "act": act, **named})


def source() -> str:
    with transaction() as session:
        return session.scalars(select(ChainDraft.source)).one()


@pytest.mark.usefixtures("office")
def test_a_draft_saved_as_it_stands_keeps_every_byte(browse: Browse):
    hr = drafting(browse)
    before = source()
    assert save(hr).status_code == 303
    assert source() == before


@pytest.mark.usefixtures("office")
def test_a_field_changes_its_line_in_the_text_and_the_text_its_field(browse: Browse):
    hr = drafting(browse)
    before = source()
    save(hr, **{"stages.0.due.amount": "5"})
    assert source() == before.replace("due: 3 working days", "due: 5 working days")
    save(hr, source=source().replace("due: 5 working days", "due: 7 working hours"))
    page = hr.get(f"{CHAIN}/draft").text
    assert re.search(r'name="stages.0.due.amount" value="7"', page)


@pytest.mark.usefixtures("office")
def test_both_sides_changed_is_asked_about_and_nothing_is_lost(browse: Browse):
    hr = drafting(browse)
    before = source()
    changes = {
        "stages.0.due.amount": "5",
        "source": before.replace("unit: top", "unit: nearest"),
    }
    asked = save(hr, **changes)
    assert asked.status_code == 409
    assert 'name="stages.0.due.amount" value="5"' in asked.text
    assert "holder_of: ppk, unit: nearest" in unescape(asked.text)
    assert source() == before
    said = fields(asked)
    assert hr.post(f"{CHAIN}/draft", data={**said, "act": "form"}).status_code == 303
    assert "due: 5 working days" in source()
    assert "unit: top" in source()


@pytest.mark.usefixtures("office")
def test_what_is_wrong_is_kept_and_shown_at_its_field_and_at_its_line(browse: Browse):
    hr = drafting(browse)
    saved = save(hr, **{"stages.0.due.amount": "soon", "stages.1.candidates.0.role": "HR!"})
    assert saved.status_code == 303
    page = unescape(hr.get(f"{CHAIN}/draft").text)
    assert 'id="f-stages-0-due-error-1"' in page
    assert 'id="f-stages-1-candidates-0-role-error-1"' in page
    line = next(n for n, text in enumerate(source().splitlines(), 1) if "due: soon" in text)
    assert f'data-line="{line}"' in page
    assert hr.get(f"{CHAIN}/draft/publish").status_code == 200
    refused = hr.fill(f"{CHAIN}/draft/publish", CHAIN, revision="2", reason="because")
    assert refused.status_code == 422


@pytest.mark.usefixtures("office")
def test_a_text_that_is_no_yaml_is_kept_too(browse: Browse):
    hr = drafting(browse)
    assert save(hr, act="text", source="chain: [\nstages").status_code == 303
    assert source() == "chain: [\nstages"
    assert "chain: [" in unescape(hr.get(f"{CHAIN}/draft").text)


@pytest.mark.usefixtures("office")
def test_stages_are_moved_added_and_removed_by_buttons(browse: Browse):
    hr = drafting(browse)
    assert save(hr, act="up:1").headers["location"].endswith("#stage-0")
    assert source().index("- stage: verification") < source().index("- stage: unit-head")
    save(hr, act="add:0")
    assert "- stage: new-stage-1" in source()
    save(hr, act="remove:1")
    assert "new-stage-1" not in source()
    assert "# a Plt. or Plh. may not sign" in source()


@pytest.mark.usefixtures("office")
def test_two_of_hr_do_not_write_over_each_other(browse: Browse):
    one = drafting(browse)
    stale = fields(one.get(f"{CHAIN}/draft"))
    save(one, **{"stages.0.due.amount": "5"})
    late = one.post(f"{CHAIN}/draft", data={**stale, "act": "save", "stages.1.due.amount": "9"})
    assert late.status_code == 409
    assert "difference-new" in late.text
    assert 'name="stages.1.due.amount" value="9"' in late.text
    assert "due: 9" not in source()


@pytest.mark.usefixtures("office")
def test_a_version_is_published_for_a_reason_from_a_day_on_and_called_off(browse: Browse):
    hr = drafting(browse)
    save(hr, **{"stages.0.due.amount": "5"})
    assert "<mark>5</mark>" in hr.get(f"{CHAIN}/draft/publish").text
    day = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    asked = hr.fill(f"{CHAIN}/draft/publish", CHAIN, revision="2", effective_on=day, reason=" ")
    assert asked.status_code == 422
    done = hr.fill(f"{CHAIN}/draft/publish", CHAIN, revision="2", effective_on=day, reason="Lima hari.")
    assert done.headers["location"] == f"{CHAIN}/versions/2"
    page = hr.get(f"{CHAIN}/versions/2").text
    assert "Lima hari." in page
    assert "Berlaku mulai" in page
    assert "<svg" in page
    hr.fill(f"{CHAIN}/versions/2/call-off", CHAIN, reason="Belum disepakati.")
    with transaction() as session:
        assert session.scalars(select(ChainVersion).where(ChainVersion.number == 2)).one().called_off_at
    assert "Belum disepakati." in hr.get(CHAIN).text


@pytest.mark.usefixtures("office")
def test_a_new_chain_begins_with_one_stage_that_can_be_published(browse: Browse):
    hr = browse("hr")
    said = {"chain": "transfer", "title_id": "Mutasi", "title_en": "Transfer"}
    made = hr.fill("/hr/chains", "/hr/chains", **said)
    assert made.headers["location"] == "/hr/chains/transfer/draft"
    done = hr.fill("/hr/chains/transfer/draft/publish", "/hr/chains", revision="1", reason="Baru.")
    assert done.headers["location"] == "/hr/chains/transfer/versions/1"
    assert "Mutasi" in hr.get("/hr/chains").text


@pytest.mark.usefixtures("office")
def test_a_draft_may_be_thrown_away(browse: Browse):
    hr = drafting(browse)
    assert hr.fill(f"{CHAIN}/draft/drop", f"{CHAIN}/draft", revision="1").status_code == 303
    assert hr.get(f"{CHAIN}/draft").status_code == 404


@pytest.mark.parametrize("login", ["staff0", "head", "verifier"])
def test_nobody_else_sees_or_changes_chains(office: Office, browse: Browse, login: str):
    drafting(browse)
    other = browse(login)
    for path in ("/hr/chains", CHAIN, f"{CHAIN}/versions/1", f"{CHAIN}/draft", f"{CHAIN}/draft/publish"):
        assert other.get(path).status_code == 403
    assert other.fill(f"{CHAIN}/draft", "/my", revision="1", act="text", source="").status_code == 403
    assert other.fill(f"{CHAIN}/draft/publish", "/my", revision="1", reason="mine").status_code == 403


@pytest.mark.usefixtures("office")
def test_who_oversees_reads_the_versions_and_changes_nothing(browse: Browse):
    operator = browse("operator")
    assert operator.get(f"{CHAIN}/versions/1").status_code == 200
    assert operator.fill(f"{CHAIN}/draft/begin", "/my", number="1").status_code == 403
    assert operator.get(f"{CHAIN}/versions/9").status_code == 404


@pytest.mark.usefixtures("office")
def test_the_form_of_a_long_chain_can_be_sent(browse: Browse):
    hr = drafting(browse)
    stages = "".join(
        f"  - stage: s-{n}\n    candidates: {{role: hr-verifier}}\n    due: 3 working days\n"
        for n in range(30)
    )
    save(hr, act="text", source=f"chain: rank-promotion\ntitle: {{id: A, en: B}}\nstages:\n{stages}")
    assert save(hr, **{"stages.29.due.amount": "5"}).status_code == 303
    assert source().endswith("due: 5 working days\n")
