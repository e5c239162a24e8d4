"""Every mail that Mufakat sends: its template's name, the facts it shows and where its button leads.

The notices of a process supply the facts; each name here is a folder in `templates/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core import onetime
from core.settings import settings
from notifications.codes import code_of
from notifications.links import task_link
from notifications.topics import NEWS, REMINDERS, TALK, WORK

Facts = Mapping[str, Any]
Added = Callable[[Facts, UUID, datetime], Facts]


def _task(facts: Facts, recipient_id: UUID, now: datetime) -> Facts:
    return {"url": task_link(UUID(facts["task"]), recipient_id, now, facts.get("version") or 0)}


def _page(path: str) -> Added:
    """Leads to a page of ours; `path` names facts in braces."""

    def added(facts: Facts, recipient_id: UUID, now: datetime) -> Facts:
        return {"url": settings().public_url + path.format_map(facts)}

    return added


def _code(facts: Facts, recipient_id: UUID, now: datetime) -> Facts:
    return {"url": "", "code": code_of(UUID(facts["code_id"]), recipient_id, facts["purpose"])}


def _account_code(facts: Facts, recipient_id: UUID, now: datetime) -> Facts:
    url = f"{settings().public_url}/activate"
    return {"url": url, "code": onetime.code_of(facts["purpose"], UUID(facts["code_id"]))}


@dataclass(frozen=True, slots=True)
class Mail:
    """The facts that a mail needs and may have; what rendering adds for the person who gets it."""

    needs: frozenset[str]
    may_have: frozenset[str]
    added: Added
    thread: str = ""
    """The fact whose mails a client shows as one conversation."""
    topic: str = ""
    """What it is about, for its reader to choose how often; empty: mandatory, and sent at once."""


def _mail(
    needs: str,
    added: Added,
    may_have: str = "",
    thread: str = "",
    topic: str = "",
) -> Mail:
    return Mail(frozenset(needs.split()), frozenset(may_have.split()), added, thread, topic)


_TASK = "task case reference title subject_name stage_title due_at process_title"
_CASE = "case reference title code_title comment"
_QUESTION = "case consultation reference title subject_name process_title by_name comment"

MAILS: Mapping[str, Mail] = {
    "task_assigned": _mail(_TASK, _task, "version next law_due_at for_name", thread="case", topic=WORK),
    "task_offered": _mail(_TASK, _task, "version next law_due_at", thread="case", topic=WORK),
    "task_reminder": _mail(f"{_TASK} nth", _task, "version next law_due_at", thread="case", topic=REMINDERS),
    "task_escalated": _mail(
        f"{_TASK} from_name", _task, "version next law_due_at", thread="case", topic=WORK
    ),
    "task_unfilled": _mail(_TASK, _task, "version next law_due_at position_title", thread="case", topic=WORK),
    "task_handed": _mail(
        f"{_TASK} by_name comment", _task, "version next law_due_at", thread="case", topic=WORK
    ),
    "task_again": _mail(
        f"{_TASK} by_name comment", _task, "version next law_due_at", thread="case", topic=WORK
    ),
    "panel_short": _mail(_TASK, _task, "version next law_due_at", thread="case", topic=WORK),
    "consultation_asked": _mail(_QUESTION, _page("/questions/{consultation}"), thread="case", topic=WORK),
    "consultation_answered": _mail(_QUESTION, _page("/questions/{consultation}"), thread="case", topic=TALK),
    "ahead_dropped": _mail(
        "case reference title subject_name process_title stage_title comment",
        _page("/cases/{case}"),
        thread="case",
        topic=WORK,
    ),
    "case_suspended": _mail(
        f"{_CASE} process_title resumes_at", _page("/cases/{case}"), thread="case", topic=NEWS
    ),
    "case_resumed": _mail(
        "case reference title process_title comment", _page("/cases/{case}"), thread="case", topic=NEWS
    ),
    "statutory_deadline": _mail(
        "case reference title subject_name process_title stage_title due_at law",
        _page("/cases/{case}"),
        thread="case",
    ),
    "case_commented": _mail(
        "case reference title process_title by_name comment",
        _page("/cases/{case}#remarks"),
        thread="case",
        topic=TALK,
    ),
    "case_lapsed": _mail(
        "case reference title subject_name process_title stage_title", _page("/cases/{case}"), thread="case"
    ),
    "case_returned": _mail(
        f"{_CASE} stage_title by_name", _page("/cases/{case}"), "process_title", thread="case"
    ),
    "case_decided": _mail(f"{_CASE} outcome", _page("/cases/{case}"), "next process_title", thread="case"),
    "cycle_launched": _mail(
        "process title",
        _page("/processes/{process}"),
        "effective_on cases counts by_name",
        thread="process",
        topic=NEWS,
    ),
    "cycle_extended": _mail(
        "process title by_name until tasks comment", _page("/inbox"), thread="process", topic=NEWS
    ),
    "process_failed": _mail("process title error", _page("/processes/{process}"), "step", thread="process"),
    "candidate_incomplete": _mail(
        "process name missing effective_on", _page("/my"), "title", thread="process"
    ),
    "decree_issued": _mail("number name rank_to rank_name effective_on code", _page("/verify/{code}")),
    "decree_replaced": _mail(
        "revoked number replaces name reason rank rank_name effective_on code", _page("/verify/{code}")
    ),
    "checkpoint": _mail("number size previous root at fingerprint note", _page("/ledger")),
    "substitute_wanted": _mail("title holder first last deputy more", _page("/hr/staff"), topic=NEWS),
    "second_asked": _mail("kind_title about by_name comment", _page("/hr/proposals"), topic=WORK),
    "second_answered": _mail(
        "kind_title about by_name comment confirmed", _page("/hr/proposals"), topic=NEWS
    ),
    "tie_declared": _mail("other_name by_name", _page("/my/relations"), topic=WORK),
    "tie_unsettled": _mail("name other_name by_name denied", _page("/hr/staff/relations"), topic=WORK),
    "delegation_granted": _mail(
        "received from_name to_name order reason starts_at ends_at", _page("/my/delegations")
    ),
    "delegation_ended": _mail("received from_name to_name order by_name", _page("/my/delegations")),
    "account_code": _mail("login code_id purpose until", _account_code),
    "account_notice": _mail("happened at", _page("/my/sessions"), "by_name reason address"),
    "digest": _mail("items", _page("/inbox"), "more topic"),
    "one_time_code": _mail("code_id purpose minutes until", _code),
}


def topic_of(template: str, facts: Facts) -> str:
    """What a mail is about; empty when it is mandatory, as is every one about a date that the law sets."""
    if template not in MAILS or facts.get("law_due_at"):
        return ""
    return MAILS[template].topic


def problems(template: str, facts: Facts) -> list[str]:
    """What is wrong with the facts given for a mail, in words; empty when they fit. For tests of notices."""
    if template not in MAILS:
        return [f"there is no mail called {template}"]
    mail = MAILS[template]
    missing = [f"{template} needs {name}" for name in sorted(mail.needs - facts.keys())]
    unknown = [
        f"{template} knows no fact {name}" for name in sorted(facts.keys() - mail.needs - mail.may_have)
    ]
    return missing + unknown
