"""Single alterations of a ledger, drawn at random, as somebody with all rights in the database makes them.

Each returns the places of which one must be named, as parts of a finding's place.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.events import canonical, commitment
from core.ledger.findings import Finding

Place = Mapping[str, Any]
"""Parts of a place that a finding must hold."""


class Forger:
    """Draws a row and alters it; the same seed alters the same."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self.drawn = random.Random(seed)
        # as a superuser can: no foreign key and no trigger stands in the way
        self.run("SET LOCAL session_replication_role = replica")
        self.run("ALTER TABLE event DROP CONSTRAINT IF EXISTS uq_event_stream_id_index")
        self.events = self.all(
            "SELECT id, stream_id, index, name, at, body, salt, personal, hash, position FROM event"
            " ORDER BY stream_id, index"
        )
        self.covered = self.all("SELECT max(size) AS size FROM checkpoint")[0]["size"]
        self.checkpoints = self.all("SELECT * FROM checkpoint ORDER BY number")
        self.tiles = self.all('SELECT level, "index" FROM ledger_tile ORDER BY level, "index"')
        self.keys = self.all("SELECT id FROM ledger_key")

    def run(self, sql: str, **values: object) -> None:
        self.session.execute(text(sql), values)

    def all(self, sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.session.execute(text(sql)).mappings()]

    def old(self) -> dict[str, Any]:
        """An event that a checkpoint covers."""
        return self.drawn.choice([e for e in self.events if e["position"] and e["position"] <= self.covered])

    def young(self) -> dict[str, Any]:
        """An event that none covers yet."""
        return self.drawn.choice(
            [e for e in self.events if not e["position"] or e["position"] > self.covered]
        )

    def one_of(self, table: list[dict[str, Any]]) -> dict[str, Any]:
        return self.drawn.choice(table)


Alteration = Callable[[Forger, dict[str, Any]], list[Place]]


def of(event: Mapping[str, Any], by: int = 0) -> Place:
    return {"stream": str(event["stream_id"]), "index": event["index"] + by}


def change(column: str) -> Alteration:
    """Another value in one column of an event."""

    def made(forger: Forger, event: dict[str, Any]) -> list[Place]:
        value = event[column]
        bits = forger.drawn.randrange(1, 200)
        sql = {
            "name": "name = name || 'x'",
            "at": f"at = at + interval '{bits} microseconds'",
            "body": "body = overlay(body placing :sign from :where for 1)",
            "salt": "salt = set_bit(salt, :bit, 1 - get_bit(salt, :bit))",
            "personal": "personal = personal || ' '",
            "hash": "hash = set_bit(hash, :bit, 1 - get_bit(hash, :bit))",
            "id": "id = gen_random_uuid()",
            "index": "index = index + 1000",
            "stream_id": "stream_id = gen_random_uuid()",
            "position": "position = position + 100000",
        }[column]
        if value is None:  # nothing is there: put something
            sql = {"salt": "salt = '\\x01'::bytea", "personal": "personal = '{}'"}[column]
        where = forger.drawn.randrange(len(event["body"]))
        sign = "#" if event["body"][where] != "#" else "%"
        forger.run(
            f"UPDATE event SET {sql} WHERE id = :id",
            **{
                k: v
                for k, v in {"id": event["id"], "where": where + 1, "sign": sign, "bit": bits % 128}.items()
                if f":{k}" in f"{sql} :id"
            },
        )
        return [of(event), {"position": event["position"]}] if event["position"] else [of(event)]

    return made


def emptied(column: str) -> Alteration:
    """Nothing in a column where something was; where nothing was, the whole row goes."""

    def made(forger: Forger, event: dict[str, Any]) -> list[Place]:
        if event[column] is None:
            return deleted(forger, event)
        forger.run(f"UPDATE event SET {column} = NULL WHERE id = :id", id=event["id"])
        return [of(event)]

    return made


def content_gone(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Erased without an order; where there is no content, content that never was."""
    if event["personal"] is None:
        salt = b"0123456789abcdef"
        forger.run("UPDATE event SET salt = :s, personal = '{}' WHERE id = :id", s=salt, id=event["id"])
    else:
        forger.run("UPDATE event SET salt = NULL, personal = NULL WHERE id = :id", id=event["id"])
    return [of(event)]


def deleted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    forger.run("DELETE FROM event WHERE id = :id", id=event["id"])
    return [of(event)]


def unsealed(forger: Forger, event: dict[str, Any]) -> list[Place]:
    forger.run("UPDATE event SET position = NULL WHERE id = :id", id=event["id"])
    return [{"position": event["position"]}]


def inserted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """A further event in the midst of a stream, well-formed in itself."""
    said = json.loads(event["body"]) | {"id": "01a20000-0000-7000-8000-000000000000", "facts": {"n": 7}}
    body = canonical(said)
    forger.run(
        "INSERT INTO event (id, stream_id, index, name, at, body, hash, position)"
        " VALUES (:id, :stream, :index, :name, :at, :body, :hash, NULL)",
        id=said["id"],
        stream=event["stream_id"],
        index=event["index"],
        name=event["name"],
        at=event["at"],
        body=body,
        hash=hashlib.sha256(body.encode()).digest(),
    )
    return [of(event)]


def appended(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """An event behind a stream's last; the head is left as it was."""
    last = _stream(forger, event)[-1]
    said = json.loads(last["body"]) | {
        "id": "01a20000-0000-7000-8000-000000000000",
        "index": last["index"] + 1,
        "prev": last["hash"].hex(),
    }
    body = canonical(said | {"commitment": None})
    forger.run(
        "INSERT INTO event (id, stream_id, index, name, at, body, hash, position)"
        " VALUES (:id, :stream, :index, :name, :at, :body, :hash, NULL)",
        id=said["id"],
        stream=last["stream_id"],
        index=said["index"],
        name=last["name"],
        at=last["at"],
        body=body,
        hash=hashlib.sha256(body.encode()).digest(),
    )
    return [of(last, 1)]


def swapped(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Two events change places in their streams' order."""
    other = forger.drawn.choice([e for e in forger.events if e["id"] != event["id"]])
    for row, place in ((event, other), (other, event)):
        forger.run(
            "UPDATE event SET stream_id = :stream, index = :index WHERE id = :id",
            stream=place["stream_id"],
            index=place["index"],
            id=row["id"],
        )
    return [of(event)]


def moved(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Two events change positions."""
    sealed = [e for e in forger.events if e["position"] and e["position"] <= forger.covered]
    other = forger.drawn.choice([e for e in sealed if e["id"] != event["id"]])
    for id_, position in (
        (event["id"], -1),
        (other["id"], event["position"]),
        (event["id"], other["position"]),
    ):
        forger.run("UPDATE event SET position = :p WHERE id = :id", p=position, id=id_)
    return [{"position": event["position"], "event": str(other["id"])}]


def traded(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Two events change all that they say, and keep their places."""
    other = forger.drawn.choice([e for e in forger.events if e["body"] != event["body"]])
    for row, said in ((event, other), (other, event)):
        forger.run(
            "UPDATE event SET body = :body, hash = :hash, salt = :salt, personal = :personal WHERE id = :id",
            id=row["id"],
            **{key: said[key] for key in ("body", "hash", "salt", "personal")},
        )
    return [of(event)]


def cut(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """A stream's tail is gone from here on."""
    forger.run(
        "DELETE FROM event WHERE stream_id = :s AND index >= :i", s=event["stream_id"], i=event["index"]
    )
    if event["index"] == 0:
        return [{"stream": str(event["stream_id"])}]
    return [of(event)]


def cut_clean(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """A stream's tail is gone, and its head says that it never was; all of it, and so is the stream."""
    cut(forger, event)
    if event["index"] == 0:
        forger.run("DELETE FROM stream WHERE id = :s", s=event["stream_id"])
    else:
        before = _stream(forger, event)[event["index"] - 1]
        forger.run(
            "UPDATE stream SET head = :h, count = :c WHERE id = :s",
            h=before["hash"],
            c=event["index"],
            s=event["stream_id"],
        )
    return [of(event)]


def rewritten(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Another fact, and all hashes from here on to the head made anew: the stream is sound in itself."""
    before, head = None, b""
    for row in _stream(forger, event)[event["index"] :]:
        said = json.loads(row["body"])
        if before is None:
            said["facts"] |= {"n": forger.drawn.randrange(1_000, 1_000_000)}
        else:
            said["prev"] = before
        body = canonical(said)
        head = hashlib.sha256(body.encode()).digest()
        before = head.hex()
        forger.run("UPDATE event SET body = :b, hash = :h WHERE id = :id", b=body, h=head, id=row["id"])
    forger.run("UPDATE stream SET head = :h WHERE id = :s", h=head, s=event["stream_id"])
    return [of(event)]


def content_rewritten(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Other personal content under a fitting commitment, and the stream made sound again."""
    if event["personal"] is None:
        return rewritten(forger, event)
    personal = canonical({"comment": f"Setuju {forger.drawn.randrange(1_000_000)}"})
    said = json.loads(event["body"]) | {"commitment": commitment(event["salt"], personal)}
    forger.run("UPDATE event SET personal = :p WHERE id = :id", p=personal, id=event["id"])
    body = canonical(said)
    head = hashlib.sha256(body.encode()).digest()
    forger.run("UPDATE event SET body = :b, hash = :h WHERE id = :id", b=body, h=head, id=event["id"])
    for row in _stream(forger, event)[event["index"] + 1 :]:
        body = canonical(json.loads(row["body"]) | {"prev": head.hex()})
        head = hashlib.sha256(body.encode()).digest()
        forger.run("UPDATE event SET body = :b, hash = :h WHERE id = :id", b=body, h=head, id=row["id"])
    forger.run("UPDATE stream SET head = :h WHERE id = :s", h=head, s=event["stream_id"])
    return [of(event)]


def odd(forger: Forger, event: dict[str, Any]) -> list[Place]:
    """Another text with its own hash, of a kind that no honest writer makes."""
    body = str(event["body"])
    said = json.loads(body)
    odd_ones = [
        "",
        "[]",
        "{",
        "null",
        body[:-1],
        f" {body}",
        body.replace(said["at"], "yesterday"),
        canonical(said | {"facts": [1, 2]}),
        canonical(said | {"facts": {"indexes": ["x", 1], "number": "x", "at": 1}, "kind": "ledger"}),
        canonical({key: value for key, value in said.items() if key != "prev"}),
        body.replace('"via":', '"via":"x","via":'),
    ]
    body = forger.drawn.choice(odd_ones)
    forger.run(
        "UPDATE event SET body = :b, hash = :h WHERE id = :id",
        b=body,
        h=hashlib.sha256(body.encode()).digest(),
        id=event["id"],
    )
    return [of(event), of(event, 1)]


def beyond_time(forger: Forger, event: dict[str, Any]) -> list[Place]:
    moment = forger.drawn.choice(["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
    forger.run("UPDATE event SET at = CAST(:at AS timestamptz) WHERE id = :id", at=moment, id=event["id"])
    return [of(event)]


def stream_column(column: str) -> Alteration:
    def made(forger: Forger, event: dict[str, Any]) -> list[Place]:
        sql = {
            "id": "id = gen_random_uuid()",
            "kind": "kind = kind || 'x'",
            "head": "head = set_bit(head, 7, 1 - get_bit(head, 7))",
            "count": "count = count + (CASE WHEN random() < 0.5 THEN 1 ELSE -1 END)",
        }[column]
        forger.run(f"UPDATE stream SET {sql} WHERE id = :s", s=event["stream_id"])
        return [{"stream": str(event["stream_id"])}]

    return made


def stream_deleted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    forger.run("DELETE FROM stream WHERE id = :s", s=event["stream_id"])
    return [{"stream": str(event["stream_id"])}]


def stream_inserted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    made = "01a20000-0000-7000-8000-00000000000a"
    forger.run("INSERT INTO stream VALUES (:id, 'case', '\\x00'::bytea, 0)", id=made)
    return [{"stream": made}]


def heads_swapped(forger: Forger, event: dict[str, Any]) -> list[Place]:
    other = forger.drawn.choice([e for e in forger.events if e["stream_id"] != event["stream_id"]])
    forger.run(
        "UPDATE stream s SET head = o.head, count = o.count FROM stream o"
        " WHERE (s.id, o.id) IN ((:a, :b), (:b, :a))",
        a=event["stream_id"],
        b=other["stream_id"],
    )
    return [{"stream": str(event["stream_id"])}]


def checkpoint_column(column: str) -> Alteration:
    def made(forger: Forger, event: dict[str, Any]) -> list[Place]:
        row = forger.one_of(forger.checkpoints)
        sql = {
            "number": "number = number + 100",
            "size": "size = size + 1",
            "root": "root = set_bit(root, 9, 1 - get_bit(root, 9))",
            "previous_size": "previous_size = previous_size + 1",
            "at": forger.drawn.choice(["at = at + interval '1 second'", "at = 'infinity'"]),
            "key_id": "key_id = 'abcdefabcdefabcd'",
            "signature": "signature = set_bit(signature, 9, 1 - get_bit(signature, 9))",
        }[column]
        forger.run(f"UPDATE checkpoint SET {sql} WHERE number = :n", n=row["number"])
        return [{"checkpoint": row["number"]}]

    return made


def checkpoint_deleted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    row = forger.one_of(forger.checkpoints)
    forger.run("DELETE FROM checkpoint WHERE number = :n", n=row["number"])
    return [{"checkpoint": row["number"]}]


def checkpoint_inserted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    forger.run(
        "INSERT INTO checkpoint SELECT number + 1, size + 1, root, size, at, key_id, signature"
        " FROM checkpoint ORDER BY number DESC LIMIT 1"
    )
    return [{"checkpoint": forger.checkpoints[-1]["number"] + 1}]


def tile_changed(forger: Forger, event: dict[str, Any]) -> list[Place]:
    tile = forger.one_of(forger.tiles)
    column = forger.drawn.choice(["hashes", "places"]) if tile["level"] == 0 else "hashes"
    bit = forger.drawn.randrange(160)
    forger.run(
        f"UPDATE ledger_tile SET {column} = set_bit({column}, :b, 1 - get_bit({column}, :b))"
        ' WHERE level = :l AND "index" = :i',
        b=bit,
        l=tile["level"],
        i=tile["index"],
    )
    return [{"tile": f"{tile['level']}/{tile['index']}"}, {"position": tile["index"] * 256 + 1 + bit // 160}]


def tile_deleted(forger: Forger, event: dict[str, Any]) -> list[Place]:
    tile = forger.one_of(forger.tiles)
    forger.run('DELETE FROM ledger_tile WHERE level = :l AND "index" = :i', l=tile["level"], i=tile["index"])
    return [{"tile": f"{tile['level']}/{tile['index']}"}]


def key_changed(forger: Forger, event: dict[str, Any]) -> list[Place]:
    key = forger.one_of(forger.keys)
    sql = forger.drawn.choice(
        [
            "public = set_bit(public, 9, 1 - get_bit(public, 9))",
            "introduced_at = introduced_at + interval '1 second'",
            "retired_at = introduced_at",
            "id = 'abcdefabcdefabcd'",
        ]
    )
    forger.run(f"UPDATE ledger_key SET {sql} WHERE id = :id", id=key["id"])
    return [{"key": key["id"]}]


def _stream(forger: Forger, event: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [e for e in forger.events if e["stream_id"] == event["stream_id"]]


INCONSISTENT: Mapping[str, Alteration] = {
    **{
        f"change {column}": change(column)
        for column in ("name", "at", "body", "salt", "personal", "hash", "id", "index", "stream_id")
    },
    "odd": odd,
    "beyond time": beyond_time,
    "empty salt": emptied("salt"),
    "empty personal": emptied("personal"),
    "content gone": content_gone,
    "delete": deleted,
    "insert": inserted,
    "append": appended,
    "swap": swapped,
    "trade": traded,
    "cut": cut,
    **{f"stream {column}": stream_column(column) for column in ("id", "kind", "head", "count")},
    "stream deleted": stream_deleted,
    "stream inserted": stream_inserted,
    "heads swapped": heads_swapped,
}
"""Found whatever the age of what was altered."""

CONSISTENT: Mapping[str, Alteration] = {
    "cut clean": cut_clean,
    "rewrite": rewritten,
    "rewrite content": content_rewritten,
}
"""A stream that is sound in itself afterwards: only a checkpoint shows it."""

SIGNED: Mapping[str, Alteration] = {
    **INCONSISTENT,
    **CONSISTENT,
    "change position": change("position"),
    "unseal": unsealed,
    "move": moved,
    **{
        f"checkpoint {column}": checkpoint_column(column)
        for column in ("number", "size", "root", "previous_size", "at", "key_id", "signature")
    },
    "checkpoint deleted": checkpoint_deleted,
    "checkpoint inserted": checkpoint_inserted,
    "tile changed": tile_changed,
    "tile deleted": tile_deleted,
    "key changed": key_changed,
}
"""What can be done to that which a checkpoint covers, and to the checkpoints themselves."""


def named(findings: list[Finding], places: list[Place]) -> bool:
    """Whether any finding names one of these places."""
    return any(
        all(asdict(finding.place)[part] == value for part, value in place.items())
        for finding in findings
        for place in places
    )
