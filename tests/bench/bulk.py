"""Millions of cases and tasks, written by the database itself: what years of work leave behind.

Every case waits at its second round, with the tasks that ended before. What waits for one person, and what is
due, lies evenly among all the rest, as it does after years.
"""

from typing import Any, LiteralString

import psycopg

from tests.bench.branch import Branch

STATEMENTS: tuple[LiteralString, ...] = (
    """
    INSERT INTO "case" (id, process_id, natural_key, reference, title, chain_version_id, subject_id,
                        subject_name, unit_id, state, stage, round, version, data, opened_at)
    SELECT uuidv7(), %(process)s, n, 'KP-2026-12/' || n, 'Kenaikan pangkat reguler III/a → III/b',
           %(version)s, %(staff)s, 'Pegawai ' || n,
           (%(units)s::uuid[])[1 + n %% cardinality(%(units)s::uuid[])], 'open', 'unit-head', 2, 1,
           '{"kind": "reguler", "rank_from": "III/a", "rank_to": "III/b", "unit_name": "Bidang",
             "education": "S1", "documents": ["sk-cpns", "sk-pns", "last-rank-decree", "diploma"]}',
           now() - interval '30 days'
    FROM generate_series(1, %(cases)s) AS n
    """,
    # heads, as all streams of cases have
    """
    INSERT INTO stream (id, kind, head, count) SELECT id, 'case', sha256(id::text::bytea), 7 FROM "case"
    """,
    """
    INSERT INTO task (id, case_id, stage, round, state, position_id, acting, barred, assignee_id,
                      assignee_capacity, opened_at, due_at, reminded, ended_at)
    SELECT uuidv7(), id, 'unit-head', 1, 'decided', (%(posts)s::uuid[])[place], '{plh,plt}',
           ARRAY[%(staff)s::uuid], (%(heads)s::uuid[])[place], 'definitive', now() - interval '30 days',
           now() - interval '25 days', 0, now() - interval '26 days'
    FROM (SELECT id, 1 + natural_key::int %% cardinality(%(posts)s::uuid[]) AS place FROM "case") AS c
    CROSS JOIN generate_series(1, %(ended)s)
    """,
    """
    INSERT INTO task (id, case_id, stage, round, state, queue, position_id, acting, barred, assignee_id,
                      assignee_capacity, opened_at, due_at, alarm_at, reminded)
    SELECT uuidv7(), id, 'unit-head', 2,
           CASE WHEN queued THEN 'offered' ELSE 'allocated' END,
           CASE WHEN queued THEN 'role:hr-verifier' END,
           CASE WHEN NOT queued AND NOT named THEN (%(posts)s::uuid[])[place] END,
           '{plh,plt}', ARRAY[%(staff)s::uuid],
           CASE WHEN NOT queued THEN (%(heads)s::uuid[])[place] END,
           CASE WHEN NOT queued AND NOT named THEN 'definitive' END,
           now() - interval '2 days',
           CASE WHEN due THEN now() - interval '1 minute'
                ELSE now() + (number %% 1000 - 100) * interval '10 minutes' END,
           CASE WHEN due THEN now() - interval '1 minute' ELSE now() + interval '30 days' END, 0
    FROM (SELECT id, number, mine AND nth %% 10 = 1 AS queued, mine AND nth %% 10 = 2 AS named,
                 CASE WHEN mine THEN 1 ELSE 2 + number %% (cardinality(%(posts)s::uuid[]) - 1) END AS place,
                 number * %(due)s / %(cases)s > (number - 1) * %(due)s / %(cases)s AS due
          FROM (SELECT id, number, number * %(mine)s / %(cases)s AS nth,
                       number * %(mine)s / %(cases)s > (number - 1) * %(mine)s / %(cases)s AS mine
                FROM (SELECT id, natural_key::bigint AS number FROM "case") AS numbered) AS sorted) AS c
    """,
)


def load(url: str, branch: Branch, *, cases: int, ended: int, mine: int, due: int) -> None:
    """Write cases with one open task each, and so many that ended; what was there before is gone.

    Of the open tasks `mine` wait for the first head: eight of ten at the post, one by name, one in the queue
    of verifiers. The alarm of `due` has come.
    """
    said: dict[str, Any] = {
        "process": branch.process,
        "version": branch.version,
        "staff": branch.staff,
        "heads": list(branch.heads),
        "posts": list(branch.posts),
        "units": list(branch.units),
        "cases": cases,
        "ended": ended,
        "mine": mine,
        "due": due,
    }
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute('TRUNCATE "case", task, stream, event, message CASCADE')
        # the checks of foreign keys, row by row, would take most of the time
        connection.execute("SET session_replication_role = replica")
        for statement in STATEMENTS:
            connection.execute(statement, said)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
