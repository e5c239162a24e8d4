import pytest

from personnel.likeness import likeness, nearest

UNITS = [
    "Dinas Kesehatan",
    "Dinas Pendidikan dan Kebudayaan",
    "Dinas Komunikasi dan Informatika",
    "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    "Kecamatan Medan Belawan",
    "Kecamatan Medan Deli",
    "Inspektorat",
]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Dinkes", "Dinas Kesehatan"),
        ("DINAS KESEHATN", "Dinas Kesehatan"),
        ("Dinas Kesehatan Kota Medan", "Dinas Kesehatan"),
        ("Disdikbud", "Dinas Pendidikan dan Kebudayaan"),
        ("Diskominfo", "Dinas Komunikasi dan Informatika"),
        ("BKPSDM", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"),
        ("Kec. Medan Belawan", "Kecamatan Medan Belawan"),
        ("Inspektorat Kota", "Inspektorat"),
    ],
)
def test_a_unit_is_found_by_what_offices_call_it(said: str, meant: str) -> None:
    assert nearest(said, UNITS)[0] == meant


@pytest.mark.parametrize("said", ["Dinas Pertanian", "X", "", "Rumah Sakit Umum", "123"])
def test_what_is_like_nothing_is_not_guessed(said: str) -> None:
    assert nearest(said, UNITS) == []


def test_a_name_is_most_like_itself() -> None:
    assert all(likeness(name, name) >= 0.9 for name in UNITS)
