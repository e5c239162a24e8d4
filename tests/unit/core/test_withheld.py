"""What an operator does not read in logs and errors."""

import pytest
from pydantic import SecretStr

from core.settings import MailSettings, settings
from core.withheld import LONGEST_LINE, in_a_line, withheld

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


@pytest.mark.parametrize(
    "after",
    [
        "",
        "\n[SQL: INSERT]",
        "\n(Background on this error at: https://sqlalche.me/e/20/gkpj)",
        "\nThe above exception was the direct cause of the following exception:",
        "\nTraceback (most recent call last):",
        '\n  File "a.py", line 1, in run',
    ],
)
def test_a_record_of_many_lines_is_left_out_to_its_end(after: str):
    record = "DETAIL:  Failing row contains (7, Siti\nAminah,\n\nJl. Mawar)."
    for quoted in (record, f'{record}\nCONTEXT:  COPY note, line 1: "Siti\nMawar"'):
        said = withheld(f"NotNullViolation\n{quoted}{after}")
        assert said.startswith("NotNullViolation\nDETAIL: •••") and said.endswith(f"•••{after}")
        assert not any(word in said for word in ("Siti", "Aminah", "Mawar"))


def test_parameters_whose_end_is_not_seen_are_left_out_all_the_same():
    assert withheld("failed [parameters: {'name': 'Siti") == "failed [parameters: •••]"


def test_an_errors_first_line_is_cut_after_what_is_left_out():
    error = ValueError("x" * (LONGEST_LINE - 10) + " 198503152010011004")
    assert "1985" not in in_a_line(error)


def test_an_error_is_told_by_its_kind_and_first_line():
    assert in_a_line(ValueError("no room for 198503152010011004\nand more")) == "ValueError: no room for •••"
    assert in_a_line(KeyError()) == "KeyError"
