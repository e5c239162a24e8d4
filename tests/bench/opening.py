"""How fast cases open, with tasks, events and messages: ./mufakat bench open

The floor is psycopg writing rows of the same size into the same tables, in chunks of the same size.
"""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from core.ids import new_id
from tests.bench import place

CASES = 100_000
CLIENTS = 1
CHUNK = 500
TABLES = ("case", "task", "stream", "event", "message")


def measure(cases: int, clients: int) -> dict[str, Any]:
    """Open so many cases, one chunk after another, then write the same rows again without us."""
    del clients  # one flow opens a cycle
    with place.own_database() as url:
        directory, version, process_id = place.office(), place.publish(), new_id()
        spent: list[float] = []
        early_mb = 0.0
        for numbers in chunks(cases):
            start = time.perf_counter()
            place.open_chunk(process_id, version, directory, numbers)
            spent.append(time.perf_counter() - start)
            early_mb = early_mb or place.peak_rss_mb()
        rss_mb = place.peak_rss_mb()
        floor = floor_seconds(url.replace("+psycopg", ""), cases)
    return {
        "cases": cases,
        "seconds": round(sum(spent), 2),
        "floor_seconds": round(floor, 2),
        "rss_mb_after_one_chunk": early_mb,
    } | place.figures(cases / sum(spent), cases / floor, spent, rss_mb)


def chunks(count: int) -> Iterator[range]:
    for start in range(0, count, CHUNK):
        yield range(start, min(start + CHUNK, count))


def floor_seconds(url: str, cases: int) -> float:
    """Copy what was written into tables of the same shape with the same indexes, by executemany in chunks."""
    with psycopg.connect(url) as reading, psycopg.connect(url) as writing:
        sources = {table: twin(reading, writing, table, cases) for table in TABLES}
        writing.commit()
        spent = 0.0
        for _ in chunks(cases):
            rows = {table: source.fetchmany(source.itersize) for table, source in sources.items()}
            start = time.perf_counter()
            for table in TABLES:
                write(writing, table, rows[table])
            writing.commit()
            spent += time.perf_counter() - start
        return spent


def twin(
    reading: psycopg.Connection, writing: psycopg.Connection, table: str, cases: int
) -> psycopg.ServerCursor[Any]:
    """Make a table's twin; returns what reads the table, a chunk's share at a time."""
    name, copy = sql.Identifier(table), sql.Identifier(f"floor_{table}")
    writing.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(copy, name))
    counted = reading.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() or (0,)
    source = reading.cursor(f"read_{table}")
    source.itersize = -(-counted[0] // len(list(chunks(cases))))
    source.execute(sql.SQL("SELECT * FROM {}").format(name))
    return source


def write(connection: psycopg.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        places = sql.SQL(",").join(sql.Placeholder() * len(rows[0]))
        copy = sql.Identifier(f"floor_{table}")
        statement = sql.SQL("INSERT INTO {} VALUES ({})").format(copy, places)
        plain = [tuple(Jsonb(value) if isinstance(value, dict) else value for value in row) for row in rows]
        connection.cursor().executemany(statement, plain)
