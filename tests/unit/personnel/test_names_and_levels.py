import pytest

from core.settings import ROOT
from personnel import education, ranks
from personnel.names import full_name, same_name, split_name
from personnel.ranks import UnknownRank


@pytest.mark.parametrize(
    ("said", "front", "name", "back"),
    [
        ("Budi Santoso", "", "Budi Santoso", ""),
        ("Dr. Ir. Budi Santoso, M.Si.", "Dr. Ir.", "Budi Santoso", "M.Si."),
        ("Dra. Rosmawati Siregar, M.Si., Ph.D", "Dra.", "Rosmawati Siregar", "M.Si., Ph.D"),
        ("dr. Tan Mei Ling, Sp.A", "dr.", "Tan Mei Ling", "Sp.A"),
        ("H. Zulkifli, S.H.", "H.", "Zulkifli", "S.H."),
        ("Drs.H.Azhar", "Drs.H.", "Azhar", ""),
        ("Hadi  Susanto ,SE", "", "Hadi Susanto", "SE"),
        ("Irwan", "", "Irwan", ""),
        ("H.", "", "H.", ""),
    ],
)
def test_titles_are_taken_from_a_name(said: str, front: str, name: str, back: str) -> None:
    assert split_name(said) == (front, name, back)


def test_a_name_is_put_together_as_on_a_letter() -> None:
    assert full_name("Dr.", "Budi", "M.Si.") == "Dr. Budi, M.Si."
    assert full_name("", "Budi", "") == "Budi"


def test_names_are_the_same_without_titles_and_capitals() -> None:
    assert same_name("DR. BUDI  SANTOSO, M.SI", "Dr. Budi Santoso")
    assert not same_name("Budi Santoso", "Budi Susanto")


def test_there_are_seventeen_ranks_each_followed_by_the_next() -> None:
    assert len(ranks.RANKS) == 17
    assert [ranks.order(rank) for rank in ranks.RANKS] == list(range(1, 18))
    assert [ranks.next_rank(rank) for rank in ranks.RANKS] == [*ranks.RANKS[1:], None]
    assert ranks.name("III/d") == "Penata Tingkat I"


def test_an_unknown_rank_is_refused() -> None:
    for ask in (ranks.order, ranks.next_rank, ranks.name):
        with pytest.raises(UnknownRank):
            ask("V/a")


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("S-1 Ekonomi", "S1"),
        ("S.1", "S1"),
        ("Sarjana Hukum", "S1"),
        ("S1/D4", "S1"),
        ("Sarjana Terapan", "D4"),
        ("S-2 Magister Administrasi Publik", "S2"),
        ("Strata II", "S2"),
        ("D-III Keperawatan", "D3"),
        ("D III", "D3"),
        ("Diploma III", "D3"),
        ("SMA/SLTA sederajat", "SLTA"),
        ("SMK Negeri 8", "SLTA"),
        ("MTs", "SLTP"),
        ("SD", "SD"),
        ("Dokter Umum", "Dokter"),
        ("Doktor", "S3"),
        ("Apoteker", "Apoteker"),
        ("tamat", None),
        ("", None),
    ],
)
def test_levels_of_education_are_read_as_offices_write_them(said: str, level: str | None) -> None:
    assert education.read(said) == level


def test_levels_are_ordered_and_an_unknown_one_is_below_all() -> None:
    orders = [education.order(level) for level in education.LEVELS]
    assert orders == sorted(orders)
    assert education.order("") == -1 < education.order("SD") < education.order("S3")


def test_every_level_reads_as_itself() -> None:
    assert [education.read(level) for level in education.LEVELS] == list(education.LEVELS)


def test_the_rules_of_promotion_know_every_level() -> None:
    rules = (ROOT / "flows" / "promotion" / "rules.yaml").read_text("utf-8")
    assert all(f"{level}: I" in rules for level in education.LEVELS)
