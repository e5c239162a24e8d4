"""Who is told of a remark: who has the case now, who wrote in its thread, and whose case it is.

Nobody is told again before they have looked: ten remarks make one mail.
"""

from collections.abc import Iterator

from approvals import comments
from approvals.models import Case
from core.events import Recorded
from flows.process.background import Background
from notifications.outbox import MessageDraft

LONGEST_QUOTE = 600


def commented(batch: Background, event: Recorded) -> Iterator[MessageDraft]:
    """Of an internal remark those hear alone who work on the case."""
    words, case = batch.case(event), batch.session.get_one(Case, event.facts["case"])
    if words is None:
        return
    heard = comments.hears(batch.session, case, event.facts["thread"], event.facts["internal"])
    named = batch.directory.people(heard).values()
    people = {p.id: p for p in (*named, *batch.hands(case.id)) if p.active}
    people.pop(event.facts["by"], None)
    fresh = comments.mark_told(batch.session, case.id, people)
    text = str(event.personal.get("text", ""))
    facts = {
        "case": case.id,
        "reference": words.reference,
        "title": words.title,
        "process_title": words.process_title,
        "by_name": event.actor.name,
        "comment": text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…",
    }
    for id_ in sorted(fresh):
        yield MessageDraft(event.id, "case_commented", people[id_], facts)
