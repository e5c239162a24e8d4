"""What an operator does not read in logs and errors."""

import pytest
from pydantic import SecretStr

from core.settings import MailSettings, settings
from core.withheld import in_a_line, withheld

SQL = """(psycopg.errors.UniqueViolation) duplicate key value violates unique constraint "uq_employee_nip"
DETAIL:  Key (nip)=(198503152010011004) already exists.
[SQL: INSERT INTO employee (nip, name) VALUES (%(nip)s, %(name)s)]
[parameters: {'nip': '198503152010011004',
 'name': 'Siti Aminah [S.Sos.]'}]
(Background on this error at: https://sqlalche.me/e/20/gkpj)"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "mail", MailSettings(smtp_password=SecretStr("rahasia-sekali")))
    monkeypatch.setattr(settings().prefect, "auth", SecretStr("mufakat:kunci-alur"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("login with rahasia-sekali failed", "login with ••• failed"),
        ("Basic mufakat:kunci-alur, or kunci-alur alone", "Basic •••, or ••• alone"),
        (
            "postgresql+psycopg://mufakat:other@db/office is away",
            "postgresql+psycopg://mufakat:•••@db/office is away",
        ),
        ("no file of 198503152010011004 and 1271011503850001", "no file of ••• and •••"),
        ("550 siti.aminah@medan.go.id: no such mailbox", "550 •••@medan.go.id: no such mailbox"),
        ("case 01a20eb9-dcd4-70dd-bc21-32285ac79699 at 2026-11-24 19:00", None),
        ("KP-2027-01/0007: 12345678901234567 of 20", None),
    ],
)
def test_secrets_and_what_names_people_are_left_out_and_nothing_else(text: str, left: str | None):
    assert withheld(text) == (left or text)


def test_a_databases_quotation_of_a_record_is_left_out():
    said = withheld(SQL)
    for personal in ("1985", "Siti", "S.Sos"):
        assert personal not in said
    for kept in ("uq_employee_nip", "INSERT INTO employee", "sqlalche.me"):
        assert kept in said


def test_an_error_is_told_by_its_kind_and_first_line():
    assert in_a_line(ValueError("no room for 198503152010011004\nand more")) == "ValueError: no room for •••"
    assert in_a_line(KeyError()) == "KeyError"
