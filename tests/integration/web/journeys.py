"""How far tests bring cases before they look: over the pages, as people would."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

from httpx import Response
from openpyxl import load_workbook

from tests.integration.web.conftest import Browse
from tests.integration.web.office import Office

CHECKLIST = ["sk-cpns", "sk-pns", "last-rank-decree", "skp-2-years", "diploma"]


def verified(office: Office, browse: Browse, cases: int = 1) -> list[UUID]:
    """Bring the first cases to where the agency outside is asked; gives their ids."""
    tasks = [office.task(n) for n in range(cases)]
    head, verifier = browse("head"), browse("verifier")
    for task in tasks:
        head.decide(task, decision="approve")
    for _ in range(cases):
        verifier.decide(office.task(stage="verification"), decision="approve", checklist=CHECKLIST)
    return [office.case_of(task).id for task in tasks]


def answered(office: Office, browse: Browse, answers: Sequence[tuple[str, str]]) -> Response:
    """Fill the agency's form with results and letter numbers, row by row, and take it in."""
    hr, page = browse("hr"), f"/processes/{office.cycle}/outside"
    form = load_workbook(BytesIO(hr.get(f"{page}/export.xlsx").content))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for row, (answer, number) in enumerate(answers, start=3):
        for column, value in ((11, answer), (12, number), (13, f"{yesterday:%d-%m-%Y}")):
            form.worksheets[0].cell(row, column).value = value
    content = BytesIO()
    form.save(content)
    return hr.fill(f"{page}/import", page, files={"file": ("jawaban.xlsx", content.getvalue())})


def approved(office: Office, browse: Browse) -> UUID:
    """Bring the first case through to its signature; gives its id."""
    (case,) = verified(office, browse)
    answered(office, browse, [("MS", "PT-1/BKN/2026")])
    browse("mayor").decide(office.task(stage="appointing-official"), decision="approve")
    return case
