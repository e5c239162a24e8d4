"""A few days in the office before somebody looks: what came back, what lies too long, what is signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import wiring
from approvals import outside
from core import clock
from core.actor import Actor, Role
from core.database import transaction
from flows.promotion.outside import STAGE
from tests.integration.web.journeys import CHECKLIST
from tests.integration.web.office import Browser, Office, hidden


def pass_time(**span: float) -> None:
    with transaction() as session:
        clock.move(session, timedelta(**span))


class Workdays:
    """A few days in the office, lived over HTTP; the first `untouched` cases stay as they were launched."""

    def __init__(self, office: Office, address: str, untouched: int = 0) -> None:
        self.office = office
        self.address = address
        self.untouched = untouched
        self.tasks = [office.task(n) for n in range(untouched, 8)]
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
        with self.browser(f"staff{n + self.untouched}") as staff:
            case = self.office.case_of(self.tasks[n]).id
            form = hidden(staff.get(f"/cases/{case}")) | {"comment": "Ijazah sudah diserahkan."}
            assert staff.post(f"/cases/{case}/resubmit", data=form).status_code == 303
