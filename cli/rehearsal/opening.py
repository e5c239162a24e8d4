"""What HR does in a rehearsal: bring the people in by the import, launch the cycle, ask the agency."""

import random
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approvals import outside
from cli.rehearsal.people import Browser, PageRefused
from core import clock
from core.actor import system
from core.settings import settings
from flows.promotion.form import COLUMNS, TO_FILL
from flows.promotion.outside import STAGE
from personnel import accounts, calendars, importing
from personnel.models import Account, Employee
from personnel.sample import workbook

T = TypeVar("T")
Ask = Callable[[Callable[[Session], Any]], Any]

PASSWORD = "latihan-bersama-2026"  # noqa: S105 - of an office that lives for minutes, on loopback
FILE = "contoh-pegawai.xlsx"
AGENCY_ANSWERS = (("MS", 0.9), ("BTS", 0.07), ("TMS", 0.03))


def agency(employees: int, seed: int) -> Callable[[Session], bytes]:
    """Fills the records from the sample agency's file, by the import; gives back the file."""

    def fill(session: Session) -> bytes:
        today = clock.now(session).astimezone(settings().zone).date()
        units = max(4, min(24, employees // 8))
        content = workbook(seed=seed, employees=employees, units=units, today=today)
        calendars.seed(session)
        found = importing.preview(session, system("cli"), FILE, content)
        importing.apply(session, system("cli"), found.id)
        accounts.provision(session, system("cli"), password=PASSWORD)
        return content

    return fill


def launch(hr: Browser, content: bytes) -> UUID:
    """HR sends the same file again and sees that nothing would change, then launches a cycle; its id."""
    page = hr.submit(hr.open("/hr/imports"), r"/hr/imports$", files={"file": (FILE, content)})
    hr.submit(page, r"/drop$")
    dry_run = hr.submit(hr.open("/hr/processes/new"), r"/dry-run$")
    page = hr.submit(dry_run, r"/launch$")
    match = re.search(r"/processes/([0-9a-f-]{36})", page.url)
    if not match:
        raise LookupError(f"the launch led to {page.url}: {page.text[:300]}")
    return UUID(match[1])


def login_of(ask: Ask, address: str) -> str:
    """The login name of whoever has an email address."""
    found = (
        select(Account.login)
        .join(Employee, Employee.id == Account.employee_id)
        .where(func.lower(Employee.email) == address)
    )
    return str(ask(lambda session: session.scalars(found).one()))


def waiting_outside(session: Session, process_id: UUID) -> int:
    """How many cases wait for the agency's technical consideration."""
    return len(outside.waiting(session, process_id, STAGE))


def answer_outside(hr: Browser, process_id: UUID, rng: random.Random, on: date) -> int:
    """HR downloads the agency's form, the agency fills it in, HR takes it in; how many rows were recorded.

    Raises PageRefused with what the page says when it records none.
    """
    address = f"/processes/{process_id}/outside"
    book = load_workbook(BytesIO(hr.download(f"{address}/export.xlsx")))
    answered = _fill_in(book.worksheets[0], rng, on)
    filled = BytesIO()
    book.save(filled)
    page = hr.submit(hr.open(address), r"/import$", files={"file": ("jawaban.xlsx", filled.getvalue())})
    refused = len(page.document.xpath("//td/*[@class='field-error']"))
    if answered and refused == answered:
        raise PageRefused(page.text)
    return answered - refused


def _fill_in(sheet: Worksheet, rng: random.Random, on: date) -> int:
    numbers = [n for n in range(1, sheet.max_row + 1) if sheet.cell(n, 1).value == COLUMNS[0][0]]
    heading = numbers[0]
    first = len(COLUMNS) - TO_FILL + 1
    answered = 0
    for number in range(heading + 1, sheet.max_row + 1):
        if not sheet.cell(number, 2).value:
            continue
        result = rng.choices([a for a, _ in AGENCY_ANSWERS], [w for _, w in AGENCY_ANSWERS])[0]
        letter = (result, f"PT-{number:05d}/KR.VI/{on.year}", f"{on:%d-%m-%Y}", "")
        for column, value in enumerate(letter, first):
            sheet.cell(number, column, value)
        answered += 1
    return answered
