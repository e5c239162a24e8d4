"""How fast cases open, with tasks, events and messages: python -m tests.bench.open_cases --cases 10000

The floor is psycopg writing rows of the same size into the same tables, in chunks of the same size.
"""

import time
from collections.abc import Iterator
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from core.ids import new_id
from tests.bench import place

CHUNK = 500
TABLES = ("case", "task", "stream", "event", "message")


def chunks(count: int) -> Iterator[range]:
    for start in range(0, count, CHUNK):
        yield range(start, min(start + CHUNK, count))


def measure(cases: int) -> dict[str, object]:
    """Open so many cases, then write the same rows again without us."""
    with place.own_database() as url:
        directory, version, process_id = place.office(), place.publish(), new_id()
        spent = []
        for numbers in chunks(cases):
            start = time.perf_counter()
            place.open_chunk(process_id, version, directory, numbers)
            spent.append(time.perf_counter() - start)
        floor = floor_seconds(url.replace("+psycopg", ""), process_id, cases)
        return {
            "cases": cases,
            "seconds": round(sum(spent), 2),
            "floor_seconds": round(floor, 2),
        } | place.figures(cases / sum(spent), cases / floor, spent)


def floor_seconds(url: str, process_id: UUID, cases: int) -> float:
    """Copy what was written into tables of the same shape with the same indexes, by executemany in chunks."""
    with psycopg.connect(url) as connection:
        rows = {}
        for table in TABLES:
            name, twin = sql.Identifier(table), sql.Identifier(f"floor_{table}")
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(twin, name))
            rows[table] = connection.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall()
        connection.commit()
        start = time.perf_counter()
        parts = -(-cases // CHUNK)
        for n in range(parts):
            for table in TABLES:
                size = -(-len(rows[table]) // parts)
                _write(connection, f"floor_{table}", rows[table][n * size : (n + 1) * size])
            connection.commit()
        return time.perf_counter() - start


def _write(connection: psycopg.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        places = sql.SQL(",").join(sql.Placeholder() * len(rows[0]))
        statement = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places)
        plain = [tuple(Jsonb(value) if isinstance(value, dict) else value for value in row) for row in rows]
        connection.cursor().executemany(statement, plain)


def main() -> None:
    asked = place.arguments("Open cases in chunks of 500.", cases=10_000)
    place.show(measure(asked.cases), as_json=asked.json)


if __name__ == "__main__":
    main()
