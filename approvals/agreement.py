"""Where the engine's tables say otherwise than the log: what a check of the ledger asks beside its own."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from core.ledger.erasing import GONE
from core.ledger.findings import Finding, Flaw, Place

STREAMS = """
    SELECT coalesce(c.id, s.id), CASE WHEN s.id IS NULL THEN 'a case that the log does not know'
                                      ELSE 'a history without its case' END
    FROM "case" c FULL JOIN (SELECT id FROM stream WHERE kind = 'case') s USING (id)
    WHERE c.id IS NULL OR (s.id IS NULL AND c.state <> 'draft')
"""
SETTLED = """
    SELECT c.id, 'the case is ' || c.state || ', and nothing in the log made it so' FROM "case" c
    WHERE c.settled_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM event e WHERE e.stream_id = c.id AND e.name = 'case.' || c.state)
"""
DECISIONS = """
    WITH told AS (
        SELECT e.stream_id, said.* FROM event e,
               json_to_record(e.body::json -> 'facts') AS said(decision text, kind text, "by" text, task text)
        WHERE e.name = 'task.decided')
    SELECT coalesce(d.case_id, t.stream_id),
           CASE WHEN t.stream_id IS NULL THEN 'decision ' || d.id || ' is not in the log'
                WHEN d.id IS NULL THEN 'decision ' || coalesce(t.decision, '?') || ' is only in the log'
                ELSE 'decision ' || d.id || ' is another in the log' END
    FROM decision d FULL JOIN told t ON t.decision = d.id::text
    WHERE d.id IS NULL OR t.stream_id IS NULL OR t.stream_id <> d.case_id
       OR (t.kind, t."by", t.task) IS DISTINCT FROM (d.kind, d.decider_id::text, d.task_id::text)
"""
ERASED = """
    SELECT c.id, 'what the case says was erased by order, and is there again' FROM event e
    JOIN "case" c ON c.id = e.stream_id
    WHERE e.name = 'content.erased' AND e.body::json -> 'facts' -> 'rows' ->> 'case' IS NOT NULL
      AND (c.data <> '{}' OR c.title <> :gone OR c.subject_name <> :gone
           OR EXISTS (SELECT FROM case_document d WHERE d.case_id = c.id AND d.sha256 <> ''))
"""


def disagreements(session: Session) -> Iterator[Finding]:
    """Cases without a history and the other way round, outcomes and decisions that the log does not tell, and
    what was erased and is there again."""
    for query in (STREAMS, SETTLED, DECISIONS, ERASED):
        try:
            with session.begin_nested():
                rows = session.execute(text(query), {"gone": GONE} if query is ERASED else {}).all()
        except DataError:  # which event's, the ledger's own check names
            yield Finding(Flaw.DOMAIN, Place(), "they can't be compared: the text of an event can't be read")
            continue
        for stream, detail in rows:
            yield Finding(Flaw.DOMAIN, Place(stream=str(stream)), detail)
