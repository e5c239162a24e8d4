"""An office with one of everything in it, so that each page has something to show; and their addresses."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from approvals.models import Consultation
from core import clock, upkeep
from core.actor import Actor, Role, system
from core.database import transaction
from core.events import seal
from core.ledger import checkpoints, keys
from core.upkeep import Chore
from flows.promotion.decrees import issue_decrees
from flows.promotion.models import Decree
from notifications.links import off_link, task_link
from notifications.models import Message, MessageState
from notifications.topics import TALK
from personnel import importing
from personnel.models import Employee
from tests.browser.workdays import Workdays
from tests.integration.web.matrix import Things, things
from tests.integration.web.office import Browser, Office, hidden
from web import cookies

BY_MAIL = "by mail"
"""Who followed the link of a mail and typed the code, without a login."""

COMMITTEE = {
    "key": "penilai",
    "title_id": "Tim Penilai",
    "title_en": "Assessors",
    "order_number": "SK-1",
    "chair": "Maria Magdalena Ginting",
    "members": "Siti Aminah\nTogar Sihombing\n",
}
PLAIN = "NIP;Nama;Unit Kerja;Tgl Lahir\n123;Budi;Dinas Anu;1-1-80\n198001012005011001;Adi;Dinas Lain;\n"
STRANGE = "Nomor;Siapa;Di mana\n198001012005011001;Budi Santoso;Medan\n198001012005011002;Adi Lubis;Medan\n"


@dataclass(frozen=True, slots=True)
class Furnished:
    """The office, and the addresses of what was made in it."""

    office: Office
    things: Things
    unit: UUID
    question: UUID
    committee: str
    imports: tuple[str, str]
    """With refused rows; and with columns that are still to be chosen."""
    decree: str
    decree_id: UUID
    link: str
    """A mail's link to the head's task; whom the mail reached confirmed it with a code."""
    passed: str
    """What the browser carries then."""
    off: str

    def pages(self) -> dict[str, list[str]]:
        """Every page by who opens it."""
        ids = self.things.ids
        task, cycle = f"/tasks/{ids['task_id']}", f"/processes/{self.office.cycle}"
        case, person = f"/cases/{ids['case_id']}", self.office.people.staff[0]
        document = f"documents/{ids['document_id']}/view"
        first, other = self.imports
        return {
            "": [
                "/",
                "/login",
                "/activate",
                "/forgot",
                "/verify",
                "/verify/NOSUCHCODE",
                f"/verify/{self.decree}",
                "/nothing",
                "/link/broken",
                self.link,
                self.off,
                "/api/v1/docs",
            ],
            "head": [
                "/inbox",
                "/inbox?filter=offered",
                "/inbox?q=nobody",
                "/inbox/choices?q=nasution",
                "/inbox/group",
                task,
                "/my/password",
                "/my/sessions",
                "/my/second-factor",
                f"/my/messages/{ids['message_id']}",
                "/nothing",
                "/operator",
            ],
            "other_head": [f"/questions/{self.question}", self.link],
            BY_MAIL: [self.link, f"{self.link}/{document}", f"{self.link}/done"],
            "staff0": [
                "/inbox",
                "/my",
                "/my/delegations",
                "/my/relations",
                "/my/data",
                "/my/mail",
                "/my/messages",
                "/my/tokens",
                case,
                f"{case}/versions",
                f"{case}/{document}",
                task,
            ],
            "hr": [
                "/processes",
                cycle,
                f"{cycle}/candidates",
                f"{cycle}/candidates?search=nobody",
                f"{cycle}/candidates/{person}",
                f"{cycle}/candidates/add",
                f"{cycle}/outside",
                "/hr/processes/new",
                "/hr/processes/dry-run?effective_on=2020-01-02",
                f"{cycle}/candidates?late=1",
                f"{cycle}/candidates/add?who=Wahyuni+Pratiwi",
                "/hr/imports",
                first,
                f"{first}?action=refuse",
                f"{first}/columns",
                f"{first}/names",
                f"{other}/columns",
                "/inbox/group?part=allocated",
                "/hr/accounts",
                f"/hr/accounts/{ids['account_id']}",
                "/hr/calendars",
                f"/hr/calendars/{ids['calendar_id']}",
                "/hr/chains",
                "/hr/chains/rank-promotion",
                "/hr/chains/rank-promotion/draft",
                "/hr/chains/rank-promotion/draft/dry-run?with_open=true",
                "/hr/chains/rank-promotion/draft/publish",
                "/hr/chains/rank-promotion/versions/1",
                "/hr/chains/rank-promotion/versions/1/dry-run?with_open=true",
                "/hr/chains/rank-promotion/versions/1/in-flight",
                "/hr/directory",
                f"/hr/directory/units/{self.unit}",
                f"/hr/directory/people/{person}",
                f"/hr/directory/people/{person}/transfer",
                f"/hr/decrees/{self.decree_id}",
                "/hr/proposals",
                "/hr/staff",
                "/hr/unreached",
                "/hr/staff/committees",
                self.committee,
                "/hr/staff/relations",
                "/hr/staff/capabilities",
                "/hr/staff/delegations",
                "/hr/staff/tasks",
                "/webhooks",
                f"/webhooks/{ids['endpoint_id']}",
                "/analytics/times",
                "/analytics/reasons",
                "/analytics/flow",
                "/analytics/load",
                "/analytics/overruns",
            ],
            "operator": ["/operator", f"/operator{cycle}/log", "/operator/mail"],
            "staff8": [
                "/ledger",
                "/ledger/pairs",
                "/ledger/views",
                "/ledger/events",
                "/ledger/events?words=nothing+like+this",
                f"/ledger{case}",
                case,
                "/processes",
            ],
            "staff9": ["/admin/systems", "/admin/erasures"],
        }


def furnish(office: Office, address: str) -> Furnished:
    """Live some days, then make one of each of what pages show."""
    days = Workdays(office, address, untouched=1)
    days.live()
    made = things(office)
    with days.browser("hr") as hr, days.browser("head") as head:
        seats = "/hr/staff/committees"
        committee = _sent(hr, seats, seats, **COMMITTEE, starts_on="2026-01-05")
        _sent(hr, "/hr/chains/rank-promotion/draft/begin", "/hr/chains/rank-promotion", number="1")
        task = f"/tasks/{made.ids['task_id']}"
        asked = {**hidden(head.get(task)), "to": "Saodah Rangkuti", "reason": "Apakah benar?"}
        assert head.post(f"{task}/do/consult", data=asked).status_code == 303
    with transaction() as session:
        issue_decrees(session, system("flow"), office.cycle)
        seal(session)
        checkpoints.sign(session, system("keeper"), keys.own())
        dead = session.scalars(select(Message).limit(1)).one()
        dead.state, dead.last_error, dead.attempts = MessageState.DEAD, "550 no such mailbox", 5
        _upkeep(session)
    link, passed = _mailed(office, UUID(made.ids["task_id"]))
    with transaction() as session:
        return Furnished(
            office=office,
            things=made,
            unit=session.get_one(Employee, office.people.head).unit_id,
            question=session.scalars(select(Consultation.id)).one(),
            committee=committee,
            imports=(_import(office, "pegawai.csv", PLAIN), _import(office, "aneh.csv", STRANGE)),
            decree=(decree := session.scalars(select(Decree).limit(1)).one()).code,
            decree_id=decree.id,
            link=link,
            passed=passed,
            off=_path(off_link(office.people.head, TALK)),
        )


def _upkeep(session: Session) -> None:
    """Copies and checks of which not all went well."""
    copy: dict[str, Any] = {"file": "/backup/mufakat.dump", "sha256": "a"}
    upkeep.note(session, Chore.COPY, bytes=12_345_678, **copy)
    upkeep.note(session, Chore.TRIAL, well=False, error="it is cut short", **copy)
    upkeep.note(session, Chore.PROOF, well=False, events=1_234, flaws=1, first="stream 7, event 2")
    upkeep.note(session, Chore.HOUSEKEEPING, well=False, done={}, failed=["forget looks"])
    mail = {"subject": "Mail", "state": "broken", "found": "mail:25: refused", "advice": "See its settings."}
    upkeep.note(session, Chore.DOCTOR, well=False, findings=[mail, {**mail, "state": "ok"}])


def _sent(browser: Browser, path: str, page: str, **fields: str) -> str:
    """Send a form; where it leads."""
    answer = browser.fill(path, page, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _import(office: Office, name: str, content: str) -> str:
    hr = Actor(office.people.hr, "Rosmawati Siregar", frozenset({Role.HR}))
    with transaction() as session:
        return f"/hr/imports/{importing.receive(session, hr, name, content.encode()).id}"


def _mailed(office: Office, task_id: UUID) -> tuple[str, str]:
    """The link of the head's mail, and the pass of a browser that proved to be theirs."""
    head = office.people.head
    with transaction() as session:
        now = clock.now(session)
    until = (now + timedelta(hours=1)).isoformat()
    return _path(task_link(task_id, head, now)), cookies.sealed("link", [str(task_id), str(head), until])


def _path(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)
