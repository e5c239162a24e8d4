"""`./mufakat ledger`: proof that the log is as it was written."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Verify the log, sign checkpoints of it, give and check receipts, erase by law.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", help="A key's fingerprint (its first 16 signs at least) that you trust; may be repeated."
    ),
]


@app.command()
def verify(
    since: Annotated[
        datetime | None,
        typer.Option(help="Rely on the last checkpoint before this moment (UTC); check what came after."),
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="Checkpoints that were kept outside: mails or texts, or a folder of them.", exists=True
        ),
    ] = None,
    key: Keys = None,
    as_json: Json = False,
) -> None:
    """Check that nothing in the log was changed, removed, added or moved, and name each place where it was.

    Every event's text and hash, every stream's chain and head, all positions, every checkpoint's root and
    signature, and whether the cases' records agree. What is younger than the last checkpoint could have been
    rewritten as a whole; --against holds the past to what the auditors were mailed. Exit code 1 when
    something is wrong.

    Examples:

        ./mufakat ledger verify

        ./mufakat ledger verify --since 2026-11-01 --json | jq .findings

        ./mufakat ledger verify --against ~/checkpoints --key 3e1d5a7c9b2f4068
    """
    from datetime import UTC

    from approvals.agreement import disagreements
    from cli import verdicts
    from cli.keptnotes import kept_notes
    from cli.reach import database
    from core.database import transaction
    from core.ledger import verifying
    from core.upkeep import Chore, note

    kept = kept_notes(against or [])
    with database():
        with transaction() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            report = verifying.verify(
                session,
                since=since.replace(tzinfo=since.tzinfo or UTC) if since else None,
                trusted=key or [],
                kept=kept,
                domains=[disagreements],
            )
        with transaction() as session:
            note(session, Chore.PROOF, well=report.sound, **report.brief())
    if as_json:
        print(json.dumps(report.facts() | {"kept": len(kept)}))
    else:
        for line in verdicts.of_ledger(report, len(kept)):
            print(line)
    raise typer.Exit(0 if report.sound else 1)


@app.command()
def checkpoint(as_json: Json = False) -> None:
    """Sign a checkpoint now, which is mailed to the auditors; the keeper does so by itself every hour.

    Examples:

        ./mufakat ledger checkpoint
    """
    import wiring
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from core.events import seal
    from core.ledger import checkpoints, keys

    wiring.wire()
    with database():
        sealing = True
        while sealing:
            with transaction() as session:
                sealing = bool(seal(session))
        with transaction() as session:
            made = checkpoints.sign(session, system("cli"), keys.own())
            last = made or checkpoints.latest(session)
            text = last.note().text(checkpoints.key_of(session, last)) if last else ""
            facts = dict(checkpoints.facts_of(last)) if last else {}
    if as_json:
        print(json.dumps({"made": made is not None, **facts}, default=str))
        return
    print("Signed." if made else "Nothing happened since the last checkpoint; no new one was signed.")
    if text:
        print(f"\n{text}", end="")


@app.command()
def receipt(
    case: Annotated[str, typer.Argument(help="The case's reference (KP-2026-12/0007) or its id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write.")] = None,
) -> None:
    """Write a case's receipt: what happened, and the proof that a signed checkpoint holds it.

    It can be checked without the database, by anybody who has it: see `check-receipt`. It holds no names
    and no comments, only codes, ids, times, and commitments to the rest.

    Examples:

        ./mufakat ledger receipt KP-2026-12/0007 -o receipt.json
    """
    from cli.cases import find_case
    from cli.reach import database
    from core.database import transaction
    from core.ledger.receipts import receipt as give

    with database(), transaction() as session:
        found = find_case(session, case)
        said = json.dumps(give(session, found.id, found.reference), indent=1, ensure_ascii=False)
    if output is None:
        print(said)
    else:
        output.write_text(said + "\n")
        print(f"{output}: {len(json.loads(said)['events'])} events of {found.reference}")


@app.command("check-receipt")
def check_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt.", exists=True, dir_okay=False)],
    key: Keys = None,
    as_json: Json = False,
) -> None:
    """Check a receipt by itself, without database and network.

    Without --key this shows that the receipt is whole and was signed by the key in it, but not whose key that
    is: anybody can make a key. With --key, the office's fingerprint as you know it from elsewhere (its page,
    a letter, the auditors), it shows that the office signed it. Exit code 1 when it does not hold.

    Examples:

        ./mufakat ledger check-receipt receipt.json --key 3e1d5a7c9b2f4068
    """
    from cli import verdicts
    from core.ledger.receipts import check

    found = check(file.read_text(), key or [])
    if as_json:
        facts = {
            "sound": found.sound,
            "trusted": found.trusted,
            "title": found.title,
            "fingerprint": found.key.fingerprint,
            "checkpoint": found.note.number,
            "signed_at": found.note.at.isoformat(),
            "flaws": list(found.flaws),
            "events": list(found.events),
        }
        print(json.dumps(facts))
    else:
        print(
            f"{found.title}: {len(found.events)} events under checkpoint {found.note.number}, {found.note.at}"
        )
        for event in found.events:
            print(f"  {event['at']}  {event['name']}")
        for flaw in found.flaws:
            print(f"WRONG: {flaw}")
        print(f"Key: {found.key.fingerprint}")
        print(verdicts.of_receipt(trusted=found.trusted, sound=found.sound))
    raise typer.Exit(0 if found.sound else 1)


@app.command()
def keys(as_json: Json = False) -> None:
    """List the public keys that sign or ever signed, with the fingerprints to publish.

    Examples:

        ./mufakat ledger keys
    """
    from cli.reach import database
    from core.database import transaction
    from core.ledger.keys import public_keys

    with database(), transaction() as session:
        rows = [
            {
                "id": row.id,
                "fingerprint": row.key.fingerprint,
                "public": row.key.text,
                "introduced_at": row.introduced_at.isoformat(),
                "retired_at": row.retired_at.isoformat() if row.retired_at else None,
            }
            for row in public_keys(session)
        ]
    if as_json:
        print(json.dumps(rows))
    for row in [] if as_json else rows:
        state = f"retired {row['retired_at']}" if row["retired_at"] else "signs"
        print(f"{row['fingerprint']}  {row['public']}  since {row['introduced_at']}, {state}")


@app.command("new-key")
def new_key() -> None:
    """Make a new signing key; the old private key is gone, the old public one stays in the list.

    First a checkpoint is signed by the old key. The next is signed by the new one, and the auditors see its
    fingerprint change: tell them beforehand.

    Examples:

        ./mufakat ledger new-key
    """
    import wiring
    from cli.reach import database
    from core.actor import system
    from core.database import transaction
    from core.ledger import checkpoints
    from core.ledger import keys as of_ledger

    wiring.wire()
    with database():
        with transaction() as session:
            checkpoints.sign(session, system("cli"), of_ledger.own())
        with transaction() as session:
            key = of_ledger.renew()
            of_ledger.introduce(session, system("cli"), key.public)
    print(f"Fingerprint: {key.public.fingerprint}")


@app.command()
def erase(
    *,
    by: Annotated[str, typer.Option(help="The login of the administrator who does this.")],
    order: Annotated[str, typer.Option(help="The number of the order to erase.")],
    reason: Annotated[str, typer.Option(help="Why; kept for good, so name nobody in it.")],
    case: Annotated[list[str] | None, typer.Option(help="A case's reference or id; may be repeated.")] = None,
    person: Annotated[
        str, typer.Option(help="A person's NIP: their record, their cases, what names them.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, only say what would be erased.")
    ] = False,
) -> None:
    """Erase personal content by order of the law, from the log and from what cases, files and mails say.

    It can't be undone. What is hashed stays, so the log verifies, and says who erased what by which order.
    Cases must be over, and so must their cycles. A file's bytes go when no other file has the same; what was
    stored within a day goes with the keeper's next round. A person's record and their decrees are not touched
    by this: archives' law keeps them, and staff correct them.

    Examples:

        ./mufakat ledger erase --person 198503152010011004 --by agus --order 12/2026 --reason "UU 27/2022"
    """
    import wiring
    from approvals import documents
    from cli.cases import cases_of, find_case, find_person
    from cli.reach import database
    from core.database import transaction
    from core.ledger import erasing
    from personnel import accounts

    wiring.wire()
    with database():
        with transaction() as session:
            account = accounts.find(session, by)
            actor = accounts.actor_of(account, find_person(session, account.employee_id), "cli")
            whose = find_person(session, person) if person else None
            streams = [find_case(session, one).id for one in case or []]
            if whose:
                streams += cases_of(session, whose.id)
            erased = erasing.erase(
                session,
                actor,
                streams,
                person=whose.id if whose else None,
                order=order,
                reason=reason,
                rooms=wiring.ERASURE,
            )
            if not yes:
                session.rollback()
        if yes:
            with transaction() as session:
                documents.remove_erased(session)
    beside = "".join(f", {what}: {count}" for what, count in sorted(erased.rows.items()))
    print(
        f"{'Erased' if yes else 'Would be erased'}: events: {erased.events}{beside}."
        + ("" if yes else " Give --yes to do it.")
    )
