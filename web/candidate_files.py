"""A cycle's candidates as a table to take away: the screening by rule and figure, the case, who has it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from approvals.in_hand import InHand
from approvals.titles import Titles
from core.language import translate
from flows.promotion.explaining import Explained
from flows.promotion.queries import CandidateRow
from web.formats import in_language
from web.sheets import Row
from web.words import N_, WORDS_OF

COLUMNS = (
    N_("Number"),
    N_("NIP"),
    N_("Name"),
    N_("Unit"),
    N_("Present rank"),
    N_("Next rank"),
    N_("Screening"),
    N_("Not met or missing"),
    N_("Met, with the figure"),
    N_("Note"),
    N_("Case"),
    N_("State"),
    N_("Stage"),
    N_("Who has it"),
    N_("Since"),
    N_("Due"),
    N_("Deadline of the law"),
    N_("Decree"),
    N_("Corrected or revoked by"),
    N_("What the record answered"),
)


def rows(
    found: Sequence[CandidateRow],
    hands: Mapping[UUID, Sequence[InHand]],
    stages: Mapping[str, Titles],
    language: str,
) -> Iterator[Row]:
    """The candidates in the order of COLUMNS, in one language."""
    for row in found:
        case = row.case
        held = hands.get(case.id, ()) if case else ()
        yield (
            *_screened(row, language),
            case.reference if case else "",
            _word(case.state, language) if case else "",
            in_language(stages.get(case.stage, case.stage), language) if case and case.stage else "",
            "; ".join(one.name or _queue(one.queue, language) for one in held),
            min((one.since for one in held), default=None),
            min((one.due_at for one in held if one.due_at), default=None),
            case.statutory_due_at if case else None,
            row.decree_number or "",
            row.replaced_by or "",
            row.candidate.problem or "",
        )


def _screened(row: CandidateRow, language: str) -> Sequence[Any]:
    c = row.candidate
    unmet = [f for f in row.findings if f["met"] != "yes"]
    met = [f for f in row.findings if f["met"] == "yes"]
    return (
        c.number,
        c.nip,
        c.name,
        c.unit_name,
        c.rank_from or "",
        c.rank_to or "",
        _word(c.outcome, language),
        "; ".join(_finding(finding, language, needed=True) for finding in unmet),
        "; ".join(_finding(finding, language) for finding in met),
        c.note or "",
    )


def _finding(finding: Explained, language: str, *, needed: bool = False) -> str:
    """The rule, what was found, and of one that was not met what is needed."""
    said = f"{in_language(finding['title'], language)}: {in_language(finding['found'], language)}"
    if not needed:
        return said
    wanted = in_language(finding["needed"], language)
    return f"{said} ({wanted}; {in_language(finding['reference'], language)})"


def _word(code: str, language: str) -> str:
    return translate(language, WORDS_OF.get(code, code))


def _queue(queue: str, language: str) -> str:
    return _word(queue.removeprefix("role:"), language) if queue else ""
