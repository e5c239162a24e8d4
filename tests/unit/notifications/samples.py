"""One real-looking set of facts for each mail; some mails have several."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

NOW = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
READER = UUID("019365a0-0000-7000-8000-000000000001")
READER_NAME = "Drs. Hasan Basri Nasution, M.Si."

TASK: dict[str, Any] = {
    "task": "019365a0-0000-7000-8000-000000000002",
    "case": "019365a0-0000-7000-8000-000000000003",
    "reference": "KP-2026-12/0007",
    "title": "Kenaikan pangkat III/b ke III/c: Siti Rahmawati Siregar, S.Kom.",
    "subject_name": "Siti Rahmawati Siregar, S.Kom.",
    "stage_title": {"id": "Kepala unit", "en": "Head of unit"},
    "due_at": "2026-11-26T09:00:00+00:00",
    "process_title": "Kenaikan pangkat reguler periode 1 Desember 2026",
}
CASE: dict[str, Any] = {
    "case": TASK["case"],
    "reference": TASK["reference"],
    "title": TASK["title"],
    "code_title": None,
    "comment": "",
    "process_title": TASK["process_title"],
}
CASE_WORDS: dict[str, Any] = {
    name: TASK[name] for name in ("case", "reference", "title", "subject_name", "process_title")
}
QUESTION: dict[str, Any] = CASE_WORDS | {
    "consultation": "019365a0-0000-7000-8000-000000000006",
    "by_name": "Nurul Hidayah, S.E.",
    "comment": "Apakah ijazah S-1 ini sudah disetarakan?",
}
PROCESS: dict[str, Any] = {
    "process": "019365a0-0000-7000-8000-000000000004",
    "title": TASK["process_title"],
}
MISSING = {"id": "Dokumen belum lengkap", "en": "Documents are missing"}
OVERDUE = {"due_at": "2026-11-20T09:00:00+00:00", "nth": 2}

LAPSED: dict[str, Any] = {
    name: TASK[name]
    for name in ("case", "reference", "title", "subject_name", "process_title", "stage_title")
}
LAW: dict[str, Any] = LAPSED | {"law": "PP 11/2017"}

COMMENTED: dict[str, Any] = {name: TASK[name] for name in ("case", "reference", "title", "process_title")} | {
    "by_name": "Ir. Ratna Dewi Lubis, M.T.",
    "comment": "SKP 2025 belum <ditandatangani>.\nMohon dicek.",
}

PROPOSED: dict[str, Any] = {
    "kind_title": {"id": "Versi baru rantai persetujuan", "en": "A new version of a chain"},
    "about": "rank-promotion 3",
    "by_name": "Rosmawati Siregar",
    "comment": "Tenggat menjadi dua hari kerja.",
}
TIED: dict[str, Any] = {
    "name": "Drs. Irwansyah Daulay",
    "other_name": "Siti Rahmawati Siregar, S.Kom.",
    "by_name": "Siti Rahmawati Siregar, S.Kom.",
}

ENDED: dict[str, Any] = {
    "from_name": "Drs. Irwansyah Daulay",
    "to_name": "Saodah Rangkuti, S.H.",
    "order": "800.1.11.1/17/2026",
    "by_name": "Rosmawati Siregar",
}
DELEGATION: dict[str, Any] = {
    **{name: ENDED[name] for name in ("from_name", "to_name", "order")},
    "reason": "Perjalanan dinas ke Jakarta",
    "starts_at": "2026-11-24T17:00:00+00:00",
    "ends_at": "2026-11-28T16:59:59+00:00",
}

ACCOUNT_CODE: dict[str, Any] = {
    "login": "198503152010011004",
    "code_id": "019365a0-0000-7000-8000-000000000007",
    "purpose": "activation",
    "until": "2026-12-24T02:15:00+00:00",
}
ACCOUNT: dict[str, Any] = {"happened": "password", "at": "2026-11-24T02:10:00+00:00"}

SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "account_code": ("account_code", ACCOUNT_CODE),
    "account_code_reset": (
        "account_code",
        ACCOUNT_CODE | {"purpose": "reset", "until": "2026-11-24T04:15:00+00:00"},
    ),
    **{
        f"account_notice_{happened}": ("account_notice", ACCOUNT | {"happened": happened})
        for happened in ("password", "activated", "by-admin", "letter", "unlocked")
    },
    **{
        f"account_notice_{happened}": ("account_notice", ACCOUNT | {"happened": happened})
        for happened in ("factor-set", "factor-ended", "papers")
    },
    **{
        f"account_notice_{happened}": (
            "account_notice",
            ACCOUNT
            | {
                "happened": happened,
                "by_name": "Tan Mei Ling",
                "reason": "Ponsel hilang <dilaporkan hari ini>",
            },
        )
        for happened in ("locked", "factor-reset")
    },
    **{
        f"account_notice_{happened}": (
            "account_notice",
            ACCOUNT | {"happened": happened, "address": "ratna.lubis@medan.example"},
        )
        for happened in ("address", "reset-held")
    },
    "task_assigned": ("task_assigned", TASK),
    "task_assigned_without_deadline": ("task_assigned", TASK | {"due_at": None}),
    "task_assigned_with_next": (
        "task_assigned",
        TASK
        | {
            "next": {
                "id": "Setelah Anda, berkas diperiksa oleh bagian kepegawaian.",
                "en": "After you, HR verifies the documents.",
            }
        },
    ),
    "task_assigned_with_law": ("task_assigned", TASK | {"law_due_at": "2026-12-10T09:00:00+00:00"}),
    "statutory_deadline": ("statutory_deadline", LAW | {"due_at": "2026-12-01T09:00:00+00:00"}),
    "statutory_deadline_passed": ("statutory_deadline", LAW | {"due_at": OVERDUE["due_at"]}),
    "case_lapsed": ("case_lapsed", LAPSED),
    "case_commented": ("case_commented", COMMENTED),
    "task_assigned_by_delegation": ("task_assigned", TASK | {"for_name": "Drs. Irwansyah Daulay"}),
    "task_offered": ("task_offered", TASK),
    "task_reminder": ("task_reminder", TASK | {"nth": 1}),
    "task_reminder_overdue": ("task_reminder", TASK | OVERDUE),
    "task_escalated": (
        "task_escalated",
        TASK | {"from_name": "Ir. Ratna Dewi Lubis, M.T.", "due_at": OVERDUE["due_at"]},
    ),
    "task_escalated_from_nobody": ("task_escalated", TASK | {"from_name": ""}),
    "task_unfilled": (
        "task_unfilled",
        TASK | {"position_title": "Kepala Bidang Mutasi dan Promosi"},
    ),
    "task_handed": (
        "task_handed",
        TASK | {"by_name": "Nurul Hidayah, S.E.", "comment": "Saya cuti mulai besok <mohon dilanjutkan>."},
    ),
    "task_again": (
        "task_again",
        TASK | {"by_name": "Nurul Hidayah, S.E.", "comment": "Angka kreditnya belum dihitung ulang."},
    ),
    "panel_short": ("panel_short", TASK),
    "consultation_asked": ("consultation_asked", QUESTION),
    "second_asked": ("second_asked", PROPOSED),
    "second_answered": ("second_answered", PROPOSED | {"confirmed": True, "comment": ""}),
    "second_answered_no": (
        "second_answered",
        PROPOSED | {"confirmed": False, "comment": "Satu tahap <saja> terlalu sedikit."},
    ),
    "tie_declared": (
        "tie_declared",
        {"other_name": "Siti Rahmawati Siregar, S.Kom.", "by_name": "Siti Rahmawati Siregar, S.Kom."},
    ),
    "tie_unsettled": ("tie_unsettled", TIED | {"denied": False}),
    "tie_unsettled_denied": (
        "tie_unsettled",
        TIED | {"denied": True, "by_name": "Drs. Irwansyah Daulay"},
    ),
    "consultation_answered": (
        "consultation_answered",
        QUESTION | {"comment": "Ijazahnya sah; sudah saya periksa di pangkalan data."},
    ),
    "ahead_dropped": (
        "ahead_dropped",
        CASE_WORDS | {"stage_title": TASK["stage_title"], "comment": ""},
    ),
    "case_suspended": (
        "case_suspended",
        CASE
        | {
            "code_title": {"id": "Menunggu putusan atau ketentuan", "en": "Waits for a ruling"},
            "comment": "Menunggu putusan Bapek.",
            "resumes_at": "2026-12-07T00:30:00+00:00",
        },
    ),
    "case_suspended_without_day": ("case_suspended", CASE | {"resumes_at": None}),
    "case_resumed": (
        "case_resumed",
        {name: value for name, value in CASE.items() if name != "code_title"}
        | {"comment": "Putusan sudah ada."},
    ),
    "case_returned": (
        "case_returned",
        CASE
        | {
            "stage_title": {"id": "Verifikasi kepegawaian", "en": "HR verification"},
            "code_title": MISSING,
            "comment": "Mohon unggah SKP tahun 2025 yang sudah ditandatangani.\n"
            "Ijazah S-1 juga belum dilegalisasi <lihat catatan>.",
            "by_name": "Nurul Hidayah, S.E.",
        },
    ),
    "case_returned_without_words": (
        "case_returned",
        CASE | {"stage_title": "Verifikasi", "by_name": "Nurul Hidayah, S.E."},
    ),
    "case_decided_approved": ("case_decided", CASE | {"outcome": "approved"}),
    "case_decided_rejected": (
        "case_decided",
        CASE
        | {
            "outcome": "rejected",
            "code_title": {"id": "Masih menjalani hukuman disiplin", "en": "Under a disciplinary measure"},
            "comment": "Hukuman disiplin tingkat sedang berlaku sampai 30 Juni 2027.",
        },
    ),
    "case_decided_withdrawn": ("case_decided", CASE | {"outcome": "withdrawn"}),
    "case_decided_cancelled": ("case_decided", CASE | {"outcome": "cancelled"}),
    "case_decided_expired": ("case_decided", CASE | {"outcome": "expired"}),
    "cycle_launched": (
        "cycle_launched",
        PROCESS
        | {
            "effective_on": "2026-12-01",
            "cases": 43,
            "counts": {"eligible": 43, "incomplete": 6, "not_eligible": 0},
            "by_name": "Nurul Hidayah, S.E.",
        },
    ),
    "cycle_extended": (
        "cycle_extended",
        PROCESS
        | {
            "by_name": "Rosmawati Siregar",
            "until": "2026-12-18",
            "tasks": 7,
            "comment": "Sistem kinerja <pusat> tidak dapat diakses dua hari.",
        },
    ),
    "cycle_launched_plain": ("cycle_launched", PROCESS),
    "process_failed": (
        "process_failed",
        PROCESS | {"error": "OperationalError: could not extend file: No space left", "step": "screen"},
    ),
    "candidate_incomplete": (
        "candidate_incomplete",
        {
            "process": PROCESS["process"],
            "name": "Siti Rahmawati Siregar, S.Kom.",
            "missing": [
                {"id": "SK kenaikan pangkat terakhir", "en": "The decree of the last promotion"},
                {"id": "Penilaian kinerja tahun 2025", "en": "The performance appraisal of 2025"},
            ],
            "effective_on": "2026-12-01",
        },
    ),
    "decree_issued": (
        "decree_issued",
        {
            "number": "823/1207/BKPSDM/2026",
            "name": "Siti Rahmawati Siregar, S.Kom.",
            "rank_to": "III/c",
            "rank_name": "Penata",
            "effective_on": "2026-12-01",
            "code": "K7QX-2M9D-PT4W",
        },
    ),
    "decree_replaced_corrected": (
        "decree_replaced",
        {
            "revoked": False,
            "reason": "NIP salah ketik <dua angka tertukar>.",
            "rank": "III/c",
            "rank_name": "Penata",
            "number": "823/1311/BKPSDM/2026",
            "replaces": "823/1207/BKPSDM/2026",
            "name": "Siti Rahmawati Siregar, S.Kom.",
            "effective_on": "2026-12-01",
            "code": "H3WN-8RTC-V6KD",
        },
    ),
    "decree_replaced_revoked": (
        "decree_replaced",
        {
            "revoked": True,
            "reason": "Ijazah yang menjadi dasar ternyata tidak sah.",
            "rank": "III/b",
            "rank_name": "Penata Muda Tingkat I",
            "number": "823/1311/BKPSDM/2026",
            "replaces": "823/1207/BKPSDM/2026",
            "name": "Siti Rahmawati Siregar, S.Kom.",
            "effective_on": "2026-12-01",
            "code": "H3WN-8RTC-V6KD",
        },
    ),
    "checkpoint": (
        "checkpoint",
        {
            "number": 12,
            "size": 104_217,
            "previous": 103_988,
            "root": "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
            "at": "2026-11-24T02:00:00+00:00",
            "fingerprint": "3e1d5a7c9b2f406881a4c7d0e3b6f9125478cbde0a1f2e3d4c5b6a7988776655",
            "note": "mufakat-ledger\n104217\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\nnumber 12\n"
            "previous 103988\nat 2026-11-24T02:00:00+00:00\nkey 3e1d5a7c9b2f4068\n\n"
            "— mufakat-ledger mN2OYGq0cXn1Q3vJw0pCkQm7Vb8dJ0yq3l5sT2uE9xw4aF6hZrK1iLoPnBvXcDgUtRyWeSjMqA"
            "fHdIkO5Z8Y7T6U5V4W3==\n",
        },
    ),
    "substitute_wanted": (
        "substitute_wanted",
        {
            "title": "Kepala Bidang Mutasi dan Promosi",
            "holder": "Drs. Irwansyah Daulay",
            "first": "2026-12-07",
            "last": "2026-12-18",
            "deputy": "Siti Aminah, S.Sos., Kepala Subbidang Kepangkatan",
            "more": 0,
        },
    ),
    "substitute_wanted_for_many": (
        "substitute_wanted",
        {
            "title": "Kepala Bidang Mutasi dan Promosi",
            "holder": "Drs. Irwansyah Daulay",
            "first": "2026-12-07",
            "last": "2026-12-18",
            "deputy": "",
            "more": 3,
        },
    ),
    "delegation_granted": ("delegation_granted", DELEGATION | {"received": True}),
    "delegation_granted_to_the_giver": ("delegation_granted", DELEGATION | {"received": False}),
    "delegation_ended": ("delegation_ended", ENDED | {"received": True}),
    "delegation_ended_to_the_giver": ("delegation_ended", ENDED | {"received": False}),
    "one_time_code": (
        "one_time_code",
        {
            "code_id": "019365a0-0000-7000-8000-000000000005",
            "purpose": "task:019365a0-0000-7000-8000-000000000002",
            "minutes": 10,
            "until": "2026-11-24T02:25:00+00:00",
        },
    ),
    "digest_of_reminders": (
        "digest",
        {
            "items": [
                {"template": "task_reminder", "facts": TASK | OVERDUE},
                {
                    "template": "task_reminder",
                    "facts": TASK
                    | {
                        "nth": 1,
                        "reference": "KP-2026-12/0012",
                        "title": "Kenaikan pangkat II/d ke III/a: Budi <Santoso> & Rekan",
                    },
                },
            ],
            "more": 0,
            "topic": "reminders",
        },
    ),
    "digest": (
        "digest",
        {
            "items": [
                {"template": "task_assigned", "facts": TASK},
                {"template": "task_reminder", "facts": TASK | OVERDUE},
                {"template": "case_commented", "facts": COMMENTED},
                {"template": "cycle_launched", "facts": PROCESS},
            ],
            "more": 7,
            "topic": "",
        },
    ),
}
