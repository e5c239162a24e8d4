from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personnel import nip
from personnel.cells import Cell, Unreadable
from personnel.problems import Level, Wrong

GOOD = "198001012005011001"


@pytest.mark.parametrize(
    "cell",
    [
        GOOD,
        "19800101 200501 1 001",
        "'198001012005011001",
        "198001012005011001.0",
        "19800101.200501.1.001",
        "1980 0101 2005 0110 01",
        "\u00a0198001012005011001 ",
    ],
)
def test_a_nip_is_read_however_it_is_spaced(cell: str) -> None:
    assert nip.read(cell) == GOOD


@pytest.mark.parametrize(
    "cell",
    [
        198001012005011000,
        198001012005011000.0,
        1.98001012005011e17,
        "1.98001012005011E+17",
        "1,98001012005011e+17",
        "198001012005011000",
        "198001012005011008.0",
        "198,001,012,005,011,000",
    ],
)
def test_a_nip_that_became_a_number_is_marked_as_damaged(cell: Cell) -> None:
    said = nip.read(cell)
    assert said.startswith(nip.LOST)
    assert nip.may_be(said.removeprefix(nip.LOST), GOOD)


def test_only_those_who_round_to_a_number_may_be_its_owners() -> None:
    stem = "198001012005011"
    owners = [n for n in range(1, 1000) if nip.may_be(f"{stem}512", f"{stem}{n:03}")]
    assert 512 in owners
    assert all(400 < n < 600 for n in owners)
    assert nip.may_be(f"{stem}000", "198001012005010999")
    assert not nip.may_be(f"{stem}000", "198001012005010499")
    assert not nip.may_be(f"{stem}000", "198001012005012001")


def test_a_nip_of_which_too_little_is_left_is_lost() -> None:
    with pytest.raises(Unreadable) as wrong:
        nip.read("1.98E+17")
    assert wrong.value.wrong is Wrong.NIP_LOST


def test_a_nip_tells_birth_appointment_and_gender() -> None:
    said = nip.said_by("198512312010012001")
    assert (said.born_on, said.appointed_on, said.gender) == (date(1985, 12, 31), date(2010, 1, 1), "F")


def test_a_good_nip_has_no_faults() -> None:
    assert nip.check(GOOD, status="PNS", born_on="1980-01-01", gender="M") == []


@pytest.mark.parametrize(
    ("digits", "wrong"),
    [
        ("19800101200501100", Wrong.NIP_LENGTH),
        ("1980010120050110011", Wrong.NIP_LENGTH),
        ("19800101200501100X", Wrong.NIP_LENGTH),
        ("130012345", Wrong.NIP_OLD),
        ("198002302005011001", Wrong.NIP_BIRTH),
        ("198001012005131001", Wrong.NIP_APPOINTED),
        ("198001012005013001", Wrong.NIP_GENDER),
    ],
)
def test_a_nip_that_cannot_be_refuses_a_civil_servant(digits: str, wrong: Wrong) -> None:
    found = nip.check(digits, status="PNS")
    assert (found[0].level, found[0].wrong) == (Level.REFUSE, wrong)


@pytest.mark.parametrize("digits", ["199001012023211001", "198002302023211001", "NIPPPK123456"])
def test_a_contract_worker_with_another_number_is_only_warned_about(digits: str) -> None:
    assert [(f.level, f.wrong) for f in nip.check(digits, status="PPPK")] == [(Level.WARN, Wrong.NIP_UNUSUAL)]


def test_what_the_row_says_otherwise_is_a_doubt_and_no_refusal() -> None:
    found = nip.check(GOOD, status="PNS", born_on="1980-01-02", gender="F")
    assert {f.wrong for f in found} == {Wrong.BORN_OTHERWISE, Wrong.GENDER_OTHERWISE}
    assert {f.level for f in found} == {Level.WARN}


def test_a_child_in_office_is_a_doubt() -> None:
    (found,) = nip.check("200001012010011001", status="PNS")
    assert (found.level, found.wrong, found.facts) == (Level.WARN, Wrong.APPOINTED_YOUNG, {"age": 10})


@given(st.text(max_size=30), st.sampled_from(["PNS", "CPNS", "PPPK"]))
def test_any_text_is_judged(digits: str, status: str) -> None:
    assert nip.check(digits, status=status) or (len(digits) == 18 and digits.isdigit())
