"""Whatever a file says, planning it ends; and what was done once is not done again."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ids import new_id
from personnel import headers, reading
from personnel.columns import Kind
from personnel.planning import Plan, Planner
from personnel.reading import Row
from personnel.sheets import Sheet
from personnel.world import World

TODAY = "2026-11-24"
BUDI, ADI, SITI = "198001012005011001", "198001012005011002", "198512312010012001"
NIPS = [BUDI, ADI, SITI]
SAID = [*NIPS, BUDI, ADI, SITI, 198512312010012000, "199001012020011001"]
NAMES = {BUDI: "Budi", ADI: "Adi", SITI: "Siti"}
UNITS = ["1", "2", "Dinas", "Kota", "9"]
POSTS = ["A", "B", "A", "B", "Kepala Dinas", "Z", ""]
DAYS = ["1-1-2024", "1-4-2025", "1-3-2026", date(2025, 10, 1)]
ENDS = ["", "", "1-6-2025", "31-12-2026"]
RANKS = ["II/d", "III/a", "III/b", "IV/a", ""]

# Every file has these rows, so that the others find what they build on.
SOLID: dict[str, list[list[Any]]] = {
    "Unit": [["1", "Kota", ""], ["2", "Dinas", "1"]],
    "Jabatan": [["A", "Kepala Dinas", "2", "", "II.b"], ["B", "Sekretaris", "2", "", "III.a"]],
}
HEADERS = {
    "Unit": ["Kode Unit", "Nama Unit", "Unit Induk"],
    "Jabatan": ["Kode Jabatan", "Nama Jabatan", "Unit Kerja", "Pimpinan", "Eselon"],
    "Pegawai": [
        "NIP",
        "Nama",
        "Unit Kerja",
        "Gol",
        "TMT Gol",
        "Jabatan",
        "TMT Jabatan",
        "Pendidikan",
        "Login",
        "Peran",
    ],
    "Riwayat Jabatan": ["NIP", "Kode Jabatan", "Sebagai", "Nomor SK", "TMT", "Sampai"],
    "Riwayat Pangkat": ["NIP", "Gol", "TMT", "Nomor SK"],
    "SKP": ["NIP", "2024", "2025"],
    "Pendidikan": ["NIP", "Jenjang", "Jurusan"],
    "Hukdis": ["NIP", "Tingkat", "Nomor SK", "TMT", "Berakhir"],
    "Cuti": ["NIP", "Jenis Cuti", "Mulai", "Sampai"],
    "Dokumen": ["NIP", "Ijazah", "No SK CPNS", "Tgl SK CPNS"],
}
POOLS: dict[str, list[list[Any]]] = {
    "Unit": [["1", "2", "3", "4"], ["Dinas", "Kota", "Bagian"], ["", "1", "2", "3", "Kota"]],
    "Jabatan": [
        ["A", "B", "C"],
        ["Kepala Dinas", "Kepala Bidang", "Lurah"],
        UNITS,
        ["", "", "Ya", "PPK"],
        ["II.b", ""],
    ],
    "Pegawai": [
        NIPS,
        UNITS,
        RANKS,
        DAYS,
        POSTS,
        [*DAYS, ""],
        ["S1", "S2", ""],
        ["budi", "", "", ""],
        ["hr", "admin", ""],
    ],
    "Riwayat Jabatan": [SAID, POSTS, ["Definitif", "Plt", "Plh", ""], ["1", "2"], DAYS, ENDS],
    "Riwayat Pangkat": [SAID, RANKS, DAYS, ["1", "2"]],
    "SKP": [SAID, ["Baik", "Kurang", "x"], ["Baik", "Sangat Baik", ""]],
    "Pendidikan": [SAID, ["S1", "S2", "SD"], ["Hukum", ""]],
    "Hukdis": [SAID, ["Ringan", "Berat"], ["1", "2"], DAYS, ["1-6-2025", "31-12-2026"]],
    "Cuti": [SAID, ["Cuti Tahunan", "Umrah", ""], DAYS, ["1-6-2025", "31-12-2026"]],
    "Dokumen": [SAID, ["ada", ""], ["9", ""], [*DAYS, ""]],
}


def row_of(name: str, cells: tuple[Any, ...]) -> list[Any]:
    if name == "Pegawai":
        nip, *rest = cells
        return [nip, NAMES[nip], *rest]
    return list(cells)


FILES = st.fixed_dictionaries(
    {
        name: st.lists(
            st.tuples(*(st.sampled_from(pool) for pool in pools)).map(
                lambda cells, name=name: row_of(name, cells)
            ),
            min_size=2 if name == "Pegawai" else 0,
            max_size=4,
        )
        for name, pools in POOLS.items()
    }
)


def read(file: dict[str, list[list[Any]]]) -> list[Row]:
    found: list[Row] = []
    for name, rows in file.items():
        sheet = Sheet(name, [HEADERS[name], *SOLID.get(name, []), *rows])
        table = headers.understand(sheet)
        assert table is not None, name
        found += reading.rows(sheet, table)
    return found


def planned(file: dict[str, list[list[Any]]], world: World) -> Plan:
    return Planner(world, TODAY, may_grant=True).run(read(file))


def empty() -> World:
    return World(default_calendar="Lima hari kerja", calendars={"Lima hari kerja": new_id()})


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_every_row_of_every_file_gets_an_answer_and_the_reason(file: dict[str, list[list[Any]]]) -> None:
    rows = read(file)
    plan = Planner(empty(), TODAY, may_grant=False).run(rows)
    assert {(p.row.sheet, p.row.number) for p in plan.rows} == {(r.sheet, r.number) for r in rows}
    assert len(plan.rows) == len(rows)
    for answer in plan.rows:
        refusing = [p for p in answer.problems if p["level"] == "refuse"]
        assert bool(refusing) is (answer.action == "refuse")
        assert not (answer.things and answer.action in ("same", "refuse"))


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_what_a_file_did_once_it_does_not_do_again(file: dict[str, list[list[Any]]]) -> None:
    world = empty()
    planned(file, world)
    again = planned(file, world)
    assert again.made == {}
    assert [(p.row.sheet, p.row.number, p.before, p.after) for p in again.rows if p.action == "change"] == []


@given(FILES, FILES)
@settings(max_examples=60, deadline=None)
def test_no_post_has_two_holders_and_no_unit_lies_below_itself(
    one: dict[str, list[list[Any]]], other: dict[str, list[list[Any]]]
) -> None:
    world = empty()
    planned(one, world)
    planned(other, world)
    open_ones = [
        key[0]
        for key, state in world.things[Kind.HOLDING].items()
        if key[2] == "definitive" and not state["ends_on"]
    ]
    assert len(open_ones) == len(set(open_ones))
    for key, state in world.things[Kind.HOLDING].items():
        assert not state["ends_on"] or state["ends_on"] >= key[3]
    units = world.things[Kind.UNIT]
    for code in units:
        line, step = [code], units[code]["parent"]
        while step is not None:
            assert step not in line
            line.append(step)
            step = units[step,]["parent"]
    keys = [(s["unit"], s["key"]) for s in world.things[Kind.POSITION].values() if s["key"]]
    assert len(keys) == len(set(keys))
    logins = [s["wanted_login"] for s in world.things[Kind.EMPLOYEE].values() if s["wanted_login"]]
    assert len(logins) == len(set(logins))
