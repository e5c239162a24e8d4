"""The sample agency as an office exports it: titles above headers, several sheets, NIPs and dates in every
way."""

from collections.abc import Iterator, Sequence
from datetime import date

from babel.dates import format_date

from personnel import ranks
from personnel.sample_agency import Agency, Person, given
from personnel.workbooks import Sheet, Value

_PAPERS = (("sk-cpns", "SK CPNS"), ("sk-pns", "SK PNS"), ("last-rank-decree", "SK Pangkat Terakhir"))
_TICKED = (("diploma", "Ijazah"), ("transcript", "Transkrip Nilai"), ("skp-2-years", "SKP 2 Tahun"))


def sheets(agency: Agency, today: date) -> list[Sheet]:
    """All sheets of the file, in the order in which an office would keep them."""
    return [
        _units(agency),
        _posts(agency),
        _people(agency, today),
        _acting(agency),
        _ranks(agency),
        _appraisals(agency),
        _schooling(agency),
        _papers(agency),
        _discipline(agency),
        _leave(agency),
    ]


def _units(agency: Agency) -> Sheet:
    names = {unit.code: unit.name for unit in agency.units}
    rows = ((n, u.code, u.name, names.get(u.parent, "")) for n, u in enumerate(agency.units, start=1))
    titles = ("PEMERINTAH KOTA MEDAN", "DAFTAR UNIT KERJA")
    return Sheet(
        "Unit Kerja",
        titles,
        [("No", "Kode Unit", "Nama Unit Kerja", "Unit Induk")],
        rows,
        widths=(5, 16, 60, 40),
    )


def _posts(agency: Agency) -> Sheet:
    rows = (
        (n, p.code, p.title, p.unit.name, p.kind, p.echelon, p.key)
        for n, p in enumerate(agency.posts, start=1)
    )
    header = ("No.", "Kode Jabatan", "Nama Jabatan", "Unit Kerja", "Jenis Jabatan", "Eselon", "Pimpinan")
    return Sheet("Jabatan", ("PETA JABATAN",), [header], rows, widths=(5, 12, 50, 50))


_PEOPLE = (
    # upper row, lower row, width
    ("No", "", 5),
    ("NIP", "", 22),
    ("Nama", "", 34),
    ("L/P", "", 5),
    ("Tempat, Tanggal Lahir", "", 28),
    ("Status", "", 8),
    ("Unit Kerja", "", 40),
    ("Pangkat", "Gol/Ruang", 28),
    ("", "TMT", 12),
    ("Jabatan", "Kode", 10),
    ("", "Nama", 40),
    ("", "TMT", 12),
    ("Pendidikan Terakhir", "", 16),
    ("TMT CPNS", "", 12),
    ("Email", "", 34),
    ("No. HP", "", 15),
    ("TMT Pensiun", "", 12),
    ("Peran", "", 12),
    ("Login", "", 10),
)


def _people(agency: Agency, today: date) -> Sheet:
    titles = (
        "DAFTAR NOMINATIF PEGAWAI APARATUR SIPIL NEGARA",
        "DI LINGKUNGAN PEMERINTAH KOTA MEDAN",
        f"Keadaan {_written_out(today)}",
    )
    signature = (f"Medan, {_written_out(today)}", "Kepala Bidang Mutasi,")
    rows = (_person(n, person) for n, person in enumerate(_with_a_repetition(agency.people), start=1))
    headers = [tuple(column[0] for column in _PEOPLE), tuple(column[1] for column in _PEOPLE)]
    widths = [column[2] for column in _PEOPLE]
    return Sheet("Data Pegawai", titles, headers, rows, True, signature, widths)


def _with_a_repetition(people: Sequence[Person]) -> Iterator[Person]:
    """Every long list holds somebody twice."""
    yield from people
    yield people[len(people) // 2]


def _person(number: int, person: Person) -> tuple[Value, ...]:
    career = person.career
    rank, since = career.ranks[-1] if career.ranks else ("IX", None)
    born = f"{person.place}, {_written_out(career.born_on)}"
    post = person.post if not person.left_on else None
    return (
        number,
        person.nip,
        titled(person),
        person.gender,
        born,
        person.status,
        person.unit.name,
        f"{ranks.name(rank)} ({rank})" if career.ranks else rank,
        since,
        post.code if post else "",
        post.title if post else "",
        max(since or career.appointed_on, career.appointed_on) if post else None,
        {"SLTA": "SLTA/Sederajat", "D3": "D-III", "S1": "S-1", "S2": "S-2"}[career.education],
        career.appointed_on,
        person.email,
        person.phone,
        person.left_on,
        ", ".join(person.roles),
        person.login,
    )


def titled(person: Person) -> str:
    """The name with the titles of the person's education."""
    choices: list[str] = given()["titles"][person.career.education]
    title = choices[int(person.nip[-3:]) % len(choices)]
    return f"{person.name}, {title}" if title else person.name


def _acting(agency: Agency) -> Sheet:
    header = (
        "No",
        "NIP",
        "Nama",
        "Kode Jabatan",
        "Jabatan",
        "Sebagai",
        "Nomor Surat Perintah",
        "TMT",
        "Sampai Dengan",
    )
    rows = (
        (
            n,
            a.person.nip,
            titled(a.person),
            a.post.code,
            a.post.title,
            a.capacity,
            a.order_number,
            a.starts_on,
            a.ends_on,
        )
        for n, a in enumerate(agency.acting, start=1)
    )
    return Sheet("Plt dan Plh", ("PELAKSANA TUGAS DAN PELAKSANA HARIAN",), [header], rows)


def _ranks(agency: Agency) -> Sheet:
    """The last three ranks of each; dates as text with strokes."""
    rows = (
        (p.nip, p.name, f"{ranks.name(rank)} ({rank})", f"{since:%d/%m/%Y}", _decree(p, since))
        for p in agency.people
        for rank, since in p.career.ranks[-3:]
    )
    header = ("NIP", "Nama Pegawai", "Pangkat/Gol", "TMT Pangkat", "Nomor SK")
    return Sheet("Riwayat Pangkat", (), [header], rows, widths=(22, 30, 32, 14, 30))


def _appraisals(agency: Agency) -> Sheet:
    """A column for each year; NIPs with the spaces of the official form."""
    years = sorted({year for person in agency.people for year in person.career.predicates})
    rows = (
        (_spaced(p.nip), p.name, *(p.career.predicates.get(year, "-") for year in years))
        for p in agency.people
        if p.career.predicates
    )
    headers = [
        ("NIP", "Nama", "Predikat Kinerja", *("",) * (len(years) - 1)),
        ("", "", *(str(y) for y in years)),
    ]
    return Sheet("SKP", ("REKAPITULASI PREDIKAT KINERJA PEGAWAI",), headers, rows)


def _schooling(agency: Agency) -> Sheet:
    """The highest education of each; NIPs behind an apostrophe, as typed to stop a spreadsheet from
    counting."""
    rows = (_school(person) for person in agency.people)
    header = ("NIP", "Nama", "Jenjang", "Jurusan", "Perguruan Tinggi", "Tahun Lulus")
    return Sheet("Riwayat Pendidikan", ("RIWAYAT PENDIDIKAN",), [header], rows)


def _school(person: Person) -> tuple[Value, ...]:
    level, turn = person.career.education, int(person.nip[-3:]) + person.career.born_on.day
    study, school = given()["studies"][level], given()["schools"][level]
    finished = person.career.appointed_on.year - 1
    return (
        f"'{person.nip}",
        person.name,
        level,
        study[turn % len(study)],
        school[turn % len(school)],
        finished,
    )


def _papers(agency: Agency) -> Sheet:
    """One row a person: decrees with number and date, the rest ticked off."""
    named = [header for _, name in _PAPERS for header in (f"No. {name}", f"Tgl {name}")]
    header = ("NIP", "Nama", *named, *(name for _, name in _TICKED), "STLUD")
    rows = (_paper(person) for person in agency.people if person.career.papers)
    return Sheet("Dokumen", ("KELENGKAPAN BERKAS KENAIKAN PANGKAT",), [header], rows)


def _paper(person: Person) -> tuple[Value, ...]:
    papers = person.career.papers
    decrees: list[Value] = []
    for kind, _ in _PAPERS:
        dated = papers.get(kind)
        decrees += [_decree(person, dated) if dated else "-", dated]
    ticks = ["Ada" if kind in papers else "Tidak" for kind, _ in _TICKED]
    exam = papers.get("exam-certificate")
    return (person.nip, person.name, *decrees, *ticks, _decree(person, exam) if exam else "")


def _discipline(agency: Agency) -> Sheet:
    """NIPs as numbers: the spreadsheet has eaten their last digits."""
    rows = (
        (
            _eaten(p.nip),
            p.name,
            level,
            f"862.3/{100 + n}/BKPSDM/{first:%Y}",
            f"{first:%d-%m-%Y}",
            f"{last:%d-%m-%Y}",
        )
        for p in agency.people
        for n, (level, first, last) in enumerate(p.career.discipline)
    )
    header = ("NIP", "Nama", "Tingkat Hukuman", "Nomor SK", "TMT", "Berakhir")
    return Sheet("Hukuman Disiplin", ("DATA HUKUMAN DISIPLIN",), [header], rows)


def _leave(agency: Agency) -> Sheet:
    rows = (
        (_eaten(p.nip), p.name, kind, _written_out(first), _written_out(last))
        for p, kind, first, last in agency.leave
    )
    header = ("NIP", "Nama", "Jenis Cuti", "Mulai", "Sampai")
    return Sheet("Cuti", ("REKAPITULASI CUTI",), [header], rows)


def _written_out(day: date) -> str:
    """`1 Januari 1980`."""
    return format_date(day, "d MMMM y", locale="id")


def _decree(person: Person, day: date) -> str:
    return f"823.{day.month}/{int(person.nip[-3:]) * 37 % 9000 + 100}/BKPSDM/{day:%Y}"


def _spaced(nip: str) -> str:
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"


def _eaten(nip: str) -> int:
    return int(nip[:15]) * 1000
