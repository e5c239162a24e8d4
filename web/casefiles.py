"""A case's file as its pages show it: documents, remarks, and what differs between two versions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from approvals import access, comments, documents, versions
from approvals.comments import Thread
from approvals.directory import Directory
from approvals.documents import Liberty
from approvals.expiry import EXPIRED
from approvals.file_models import CaseDocument
from approvals.models import Case
from approvals.versions import Change, Difference
from core import filestore, preview
from core.actor import Actor, Role
from core.language import translate
from web.words import N_


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as it is now, with its older versions, newest first."""

    document: CaseDocument
    older: Sequence[CaseDocument]
    stored: bool
    """Whether its bytes are where they should be."""
    changeable: bool

    @property
    def shown(self) -> bool:
        """Whether it can be looked at in a page of ours."""
        return self.stored and self.document.media_type in preview.SHOWN


@dataclass(frozen=True, slots=True)
class FileView:
    """What is in a case's file for somebody who may see the case."""

    rows: Sequence[DocumentRow]
    removed: Sequence[CaseDocument]
    liberty: Liberty
    threads: Sequence[Thread]
    may_remark: bool
    concerned: bool
    """Whether the case is theirs: then nothing internal is shown, and nothing they write is."""

    @property
    def by_key(self) -> Mapping[str, DocumentRow]:
        return {row.document.key: row for row in self.rows}


def file_view(session: Session, actor: Actor, case: Case, *, directory: Directory) -> FileView:
    """A case's file; that somebody saw its remarks is noted, so that they hear of the next one again."""
    free = documents.liberty(session, actor, case)
    by_key: dict[str, list[CaseDocument]] = {}
    for one in documents.documents(session, case.id):
        by_key.setdefault(one.key, []).append(one)
    present = {key: all_ for key, all_ in by_key.items() if all_[0].removed_at is None}
    comments.looked(session, actor, case.id)
    return FileView(
        rows=[
            DocumentRow(newest, older, filestore.holds(newest.sha256), free.may_change(newest))
            for newest, *older in present.values()
        ],
        removed=[all_[0] for key, all_ in by_key.items() if key not in present],
        liberty=free,
        threads=comments.threads(session, actor, case),
        may_remark=access.takes_part(session, actor, case, directory=directory),
        concerned=concerns(case, actor),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A fact that changed, in words."""

    label: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A difference with its facts in words."""

    difference: Difference
    lines: Sequence[Line]


def difference_view(
    session: Session, case: Case, seen: int, now: int | None, language: str
) -> DifferenceView | None:
    """What changed since a version, in words; None where that version is not kept or nothing differs."""
    try:
        found = versions.difference(session, case, seen, now)
    except versions.NoSuchVersion:
        return None
    return DifferenceView(found, [line(change, language) for change in found.facts])


def line(change: Change, language: str) -> Line:
    """A fact that differs, in words."""
    return Line(
        label(change.path, language), change.kind, _said(change.old, language), _said(change.new, language)
    )


FACTS = {
    "rank_from": N_("Present rank"),
    "rank_to": N_("New rank"),
    "nip": N_("NIP"),
    "rank_since": N_("In the present rank since"),
    "education": N_("Education"),
    "effective_on": N_("Effective from"),
    "documents": N_("Documents in the file"),
    "subject": N_("Person concerned"),
    "rank": N_("Rank"),
    "unit": N_("Unit"),
    "unit_name": N_("Unit"),
    "kind": N_("Kind"),
}
"""What the facts of a case are called; others show the name that the data give them."""


def label(path: str, language: str) -> str:
    """A fact's place in words: `subject.rank` is Person concerned, Rank."""
    return ", ".join(
        translate(language, FACTS[part]) if part in FACTS else part.lstrip("0") or part
        for part in path.split(".")
    )


def _said(value: Any, language: str) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return translate(language, N_("Yes") if value else N_("No"))
        case list():
            return ", ".join(_said(one, language) for one in cast("list[Any]", value)) or "–"
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


def may_ratify(actor: Actor, case: Case) -> bool:
    """Whether somebody is asked to say what a case that the clock stopped has become."""
    return case.suspension == EXPIRED and actor.has(Role.HR) and not _in_conflict(case, actor)


def _in_conflict(case: Case, actor: Actor) -> bool:
    return concerns(case, actor) or actor.person_id in (*case.tied, *case.judged)


def concerns(case: Case, actor: Actor) -> bool:
    """Whether a case is somebody's own."""
    return actor.person_id in (case.subject_id, case.requester_id)


def left_in_days(seconds: int | None) -> int:
    """How many working days are left of a clock that stands still, in days of 7.5 hours, rounded up."""
    return -(-(seconds or 0) // int(timedelta(hours=7.5).total_seconds()))
