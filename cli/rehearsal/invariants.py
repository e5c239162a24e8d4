"""The promises of docs/architecture.md, checked on a database as it stands: any time, after any death."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from approvals.replay import differences
from core.ledger.verifying import verify


@dataclass(frozen=True, slots=True)
class Finding:
    """What one promise looked at, and each thing that breaks it."""

    promise: str
    looked_at: int
    broken: tuple[str, ...]

    @property
    def held(self) -> bool:
        return not self.broken


Check = Callable[[Session], tuple[int, Iterable[str]]]


def _count(session: Session, table: str) -> int:
    return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our own names


def _rows(session: Session, query: str) -> list[str]:
    return [" ".join(str(value) for value in row) for row in session.execute(text(query))]


def decided_once(session: Session) -> tuple[int, Iterable[str]]:
    """A task is decided exactly when it has its one decision."""
    return _count(session, "decision"), _rows(
        session,
        """
        SELECT t.id, t.state, count(d.id) FROM task t LEFT JOIN decision d ON d.task_id = t.id
        GROUP BY t.id HAVING count(d.id) <> (CASE t.state WHEN 'decided' THEN 1 ELSE 0 END)
        """,
    )


def one_state(session: Session) -> tuple[int, Iterable[str]]:
    """An open case has an open task or waits outside; any other case has none."""
    return _count(session, '"case"'), _rows(
        session,
        """
        WITH held AS (SELECT case_id, count(*) AS open FROM task WHERE ended_at IS NULL GROUP BY case_id),
             outside AS (
                SELECT stream_id, max(index) FILTER (WHERE name = 'case.waiting_outside') AS out,
                       max(index) FILTER (WHERE name = 'case.answered_outside') AS back
                FROM event WHERE name IN ('case.waiting_outside', 'case.answered_outside') GROUP BY stream_id)
        SELECT c.reference, c.state, c.stage, coalesce(h.open, 0)
        FROM "case" c LEFT JOIN held h ON h.case_id = c.id LEFT JOIN outside o ON o.stream_id = c.id
        WHERE (c.state = 'open' AND h.open IS NULL AND NOT coalesce(o.out > coalesce(o.back, -1), false))
           OR (c.state NOT IN ('open', 'suspended') AND h.open IS NOT NULL)
        """,
    )


def four_eyes(session: Session) -> tuple[int, Iterable[str]]:
    """Nobody decided about themselves, on a case they raised, or at two stages of one round."""
    return _count(session, "decision"), _rows(
        session,
        """
        SELECT c.reference, d.stage, d.decider_name, 'own case'
        FROM decision d JOIN "case" c ON c.id = d.case_id
        WHERE d.decider_id IN (c.subject_id, c.requester_id) OR d.acting_for_id = c.subject_id
        UNION ALL
        SELECT c.reference, d.stage, d.decider_name, 'twice' FROM decision d JOIN "case" c ON c.id = d.case_id
        JOIN decision e ON e.case_id = d.case_id AND e.decider_id = d.decider_id AND e.stage <> d.stage
        """,
    )


def chains_whole(session: Session) -> tuple[int, Iterable[str]]:
    """Every event, stream and checkpoint verifies. Wants a transaction that sees one moment."""
    report = verify(session)
    return report.events, [str(finding) for finding in report.findings]


def replay_agrees(session: Session) -> tuple[int, Iterable[str]]:
    """Replaying a case's events gives the state its rows are in."""
    cases = session.execute(text('SELECT id, reference FROM "case"')).all()
    return len(cases), [f"{ref}: {d}" for id_, ref in cases for d in differences(session, id_)]


def gates_held(session: Session) -> tuple[int, Iterable[str]]:
    """No case was decided after its gate had passed, and no passed gate left one unsettled."""
    return _count(session, "process_gate"), _rows(
        session,
        """
        SELECT g.name, c.reference, c.state FROM process_gate g JOIN "case" c USING (process_id)
        WHERE g.kind = 'settled' AND g.passed_at IS NOT NULL AND c.opened_at < g.passed_at
          AND (c.settled_at IS NULL OR c.settled_at > g.passed_at)
        UNION ALL
        SELECT g.name, g.opens_at::text, g.passed_at::text FROM process_gate g
        WHERE g.kind = 'date' AND g.passed_at < g.opens_at
        """,
    )


def decrees_match(session: Session) -> tuple[int, Iterable[str]]:
    """In a completed cycle each approved case has its one decree, the person its rank, nobody else one."""
    return _count(session, "promotion_decree"), _rows(
        session,
        """
        SELECT c.reference, c.state, d.number, e.rank, d.rank_to
        FROM "case" c JOIN process p ON p.id = c.process_id AND p.kind = 'promotion' AND p.state = 'completed'
        LEFT JOIN promotion_decree d ON d.case_id = c.id LEFT JOIN employee e ON e.id = d.employee_id
        LEFT JOIN promotion_decree r ON r.process_id = d.process_id AND r.employee_id = d.employee_id
                                        AND r.kind = 'revocation'
        WHERE (c.state = 'approved') <> (d.id IS NOT NULL)
           OR e.rank <> CASE WHEN r.id IS NULL THEN d.rank_to ELSE d.rank_from END
        """,
    )


def numbers_unbroken(session: Session) -> tuple[int, Iterable[str]]:
    """Decree numbers of a year run from 1 without a gap."""
    return _count(session, "promotion_decree"), _rows(
        session,
        """
        SELECT year, count(*), max(serial) FROM promotion_decree
        GROUP BY year HAVING count(*) <> max(serial)
        """,
    )


def told(session: Session) -> tuple[int, Iterable[str]]:
    """Whoever was given a task was told so by a message that is on its way or was sent."""
    return _count(session, "message"), _rows(
        session,
        """
        SELECT c.reference, t.stage, t.assignee_id FROM task t JOIN "case" c ON c.id = t.case_id
        WHERE t.assignee_id IS NOT NULL AND t.queue IS NULL AND NOT EXISTS (
            SELECT 1 FROM message m WHERE m.recipient_id = t.assignee_id AND m.facts->>'task' = t.id::text)
        """,
    )


CHECKS: dict[str, Check] = {
    "a decision is recorded once": decided_once,
    "a case is in one state": one_state,
    "nobody decides for themselves or twice": four_eyes,
    "every chain of events is whole": chains_whole,
    "replaying the events gives the state": replay_agrees,
    "gates open on their condition only": gates_held,
    "decrees and records agree": decrees_match,
    "decree numbers have no gap": numbers_unbroken,
    "whoever was given work was told": told,
}


def check_all(session: Session) -> list[Finding]:
    """Look at every promise; the list is in the order of CHECKS."""
    findings: list[Finding] = []
    for promise, check in CHECKS.items():
        looked_at, broken = check(session)
        findings.append(Finding(promise, looked_at, tuple(broken)))
    return findings
