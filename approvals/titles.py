"""What a chain calls things, in the languages of the office, and the reasons every chain knows."""

from pydantic import BaseModel, ConfigDict, Field


class Titles(BaseModel):
    """A name in Indonesian and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def said(self, language: str) -> str:
        """The name in a language; Indonesian for any that the chain does not speak."""
        return self.en if language == "en" else self.id

    @classmethod
    def plain(cls, code: str) -> "Titles":
        """The name of something that was given none: its code, as a word."""
        word = code.replace("-", " ").capitalize()
        return cls(id=word, en=word)


Reasons = dict[str, Titles]
"""Coded reasons and what they are called."""

DEFAULT_REASONS: dict[str, Reasons] = {
    "reject": {
        "requirements-not-met": Titles(id="Syarat tidak terpenuhi", en="Requirements not met"),
        "data-untrue": Titles(id="Data tidak benar", en="Data not true"),
        "discipline": Titles(id="Sedang menjalani hukuman disiplin", en="Under disciplinary measure"),
        "other": Titles(id="Alasan lain", en="Other reason"),
    },
    "return": {
        "document-missing": Titles(id="Dokumen belum lengkap", en="Document missing"),
        "document-unclear": Titles(id="Dokumen tidak terbaca", en="Document unreadable"),
        "data-mismatch": Titles(id="Data tidak sesuai dokumen", en="Data differ from the documents"),
        "other": Titles(id="Alasan lain", en="Other reason"),
    },
    "withdraw": {
        "own-wish": Titles(id="Atas permintaan sendiri", en="At own wish"),
        "submitted-by-mistake": Titles(id="Salah diajukan", en="Submitted by mistake"),
        "other": Titles(id="Alasan lain", en="Other reason"),
    },
}
"""Used wherever a chain or a stage names none of its own."""

SUSPENSION_REASONS: Reasons = {
    "awaiting-ruling": Titles(id="Menunggu putusan atau ketentuan", en="Waits for a ruling"),
    "data-under-review": Titles(id="Data sedang diteliti", en="Data under review"),
    "complaint": Titles(id="Ada pengaduan atau keberatan", en="Complaint or objection"),
    "other": Titles(id="Alasan lain", en="Other reason"),
}
"""Why a case may be suspended."""

OUTSIDE_REASONS: dict[str, Reasons] = {
    "reject": {"tms": Titles(id="Tidak memenuhi syarat (TMS)", en="Does not meet the requirements (TMS)")},
    "return": {"bts": Titles(id="Berkas tidak sesuai (BTS)", en="File not in order (BTS)")},
}
"""What an authority outside answers, by the words of the civil-service agency."""

NOT_CARRIED = "not-carried"
VOTE_REASONS: Reasons = {
    NOT_CARRIED: Titles(id="Tidak memperoleh suara yang cukup", en="Not carried by the vote"),
}
"""How a panel's vote ends without anybody's coded reason."""
