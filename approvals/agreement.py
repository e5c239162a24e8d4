"""Where the engine's tables say otherwise than the log: what a check of the ledger asks beside its own."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

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
    WITH told AS (SELECT stream_id, body::json -> 'facts' AS said FROM event WHERE name = 'task.decided')
    SELECT coalesce(d.case_id, t.stream_id),
           CASE WHEN t.stream_id IS NULL THEN 'decision ' || d.id || ' is not in the log'
                WHEN d.id IS NULL THEN 'decision ' || (t.said ->> 'decision') || ' is only in the log'
                ELSE 'decision ' || d.id || ' is another in the log' END
    FROM decision d FULL JOIN told t ON t.said ->> 'decision' = d.id::text
    WHERE d.id IS NULL OR t.stream_id IS NULL OR t.stream_id <> d.case_id
       OR (t.said ->> 'kind', t.said ->> 'by', t.said ->> 'task')
          IS DISTINCT FROM (d.kind, d.decider_id::text, d.task_id::text)
"""


def disagreements(session: Session) -> Iterator[Finding]:
    """Cases without a history and the other way round, outcomes and decisions that the log does not tell."""
    for query in (STREAMS, SETTLED, DECISIONS):
        for stream, detail in session.execute(text(query)):
            yield Finding(Flaw.DOMAIN, Place(stream=str(stream)), detail)
