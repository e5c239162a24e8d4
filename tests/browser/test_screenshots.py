"""Pictures of the pages for docs/screenshots; they are renewed when UPDATE_SCREENSHOTS is set."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

import wiring
from approvals import outside
from core import clock
from core.actor import Actor, Role
from core.database import transaction
from core.settings import ROOT
from flows.promotion.outside import STAGE
from tests.browser.conftest import Visiting
from tests.integration.web.journeys import CHECKLIST
from tests.integration.web.office import Browser, Office, hidden

SHARP = {"phone": 2, "desktop": 1}


def pass_time(**span: float) -> None:
    with transaction() as session:
        clock.move(session, timedelta(**span))


class Workdays:
    """A few days in the office, lived over HTTP."""

    def __init__(self, office: Office, address: str) -> None:
        self.office = office
        self.address = address
        self.tasks = [office.task(n) for n in range(8)]
        self.others = [office.task(n) for n in range(8, 12)]

    @contextmanager
    def browser(self, login: str) -> Iterator[Browser]:
        with Browser(self.address) as browser:
            assert browser.log_in(login).status_code == 303
            yield browser

    def live(self) -> None:
        """Cases go on, one as far as the signature; three come back and are repaired; three lie too long."""
        with self.browser("head") as head:
            for task in self.tasks[:2]:
                head.decide(task, decision="approve", comment="Kinerja baik, layak naik pangkat.")
            for task in self.tasks[2:5]:
                said = {"return_code": "document-missing", "comment": "Ijazah terakhir belum ada."}
                head.decide(task, decision="return", **said)
        with self.browser("other_head") as other:
            for task in self.others:
                other.decide(task, decision="approve")
        with self.browser("verifier") as verifier:
            for _ in range(4):
                task = self.office.task(stage="verification")
                verifier.decide(task, decision="approve", checklist=CHECKLIST)
        self.hear_from_outside()
        with self.browser("mayor") as mayor:
            mayor.decide(self.office.task(stage="appointing-official"), decision="approve")
        for n, days in ((2, 3), (3, 0), (4, 3)):
            pass_time(days=days)
            self.repair(n)
        pass_time(hours=30)

    def hear_from_outside(self) -> None:
        """The agency says yes to two of those who wait."""
        hr = Actor(self.office.people.hr, "Rosmawati Siregar", frozenset({Role.HR}))
        with transaction() as session:
            for case in outside.waiting(session, self.office.cycle, STAGE)[:2]:
                outside.answer(
                    session,
                    hr,
                    case.id,
                    outcome="MS",
                    letter_number="12871/B-KP.01.03/SD/K/2026",
                    letter_date=clock.now(session).date(),
                    note="",
                    directory=wiring.directory(session),
                )

    def repair(self, n: int) -> None:
        with self.browser(f"staff{n}") as staff:
            case = self.office.case_of(self.tasks[n]).id
            form = hidden(staff.get(f"/cases/{case}")) | {"comment": "Ijazah sudah diserahkan."}
            assert staff.post(f"/cases/{case}/resubmit", data=form).status_code == 303


@pytest.fixture
def lived(office: Office, address: str) -> Workdays:
    days = Workdays(office, address)
    days.live()
    return days


def test_inbox_task_and_cycle_are_fit_to_be_seen(lived: Workdays, visit: Visiting, size: str, tmp_path: Path):
    folder = ROOT / "docs" / "screenshots" if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    head = visit("head", device_scale_factor=SHARP[size]).page
    hr = visit("hr", device_scale_factor=SHARP[size]).page
    for page, name, path in (
        (head, "inbox", "/inbox"),
        (head, "task", f"/tasks/{lived.office.task(2)}"),
        (hr, "cycle", f"/processes/{lived.office.cycle}"),
    ):
        page.goto(path)
        page.evaluate("document.fonts.ready")
        picture = page.screenshot(path=folder / f"{name}-{size}.png", animations="disabled")
        assert len(picture) > 20_000
