import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotAllowed
from core.events import seal
from core.ledger import checkpoints, keys
from core.ledger.checkpoints import LedgerAltered, Tree, is_due, latest, sign
from core.ledger.checkpoints import checkpoints as newest
from core.ledger.findings import Finding, Flaw, Place
from core.ledger.merkle import consistency_proof, is_consistent
from core.ledger.signing import SigningKey
from core.ledger.verifying import verify
from tests.integration.core import ledgers
from tests.integration.core.ledgers import KEEPER, KEY, checked, opened

pytestmark = pytest.mark.usefixtures("unheard")


def flaws(findings: object) -> set[Flaw]:
    return {finding.flaw for finding in findings}  # pyright: ignore[reportUnknownVariableType]


def test_a_ledger_that_nobody_altered_is_sound(session: Session):
    ledgers.filled(session)
    last = latest(session)
    report = verify(session)
    assert report.sound and report.last and last
    assert (report.events, report.streams) == tuple(
        session.execute(text("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM stream)")).one()
    )
    assert report.checkpoints == 3 and report.covered == last.size < report.sealed < report.events
    assert report.last.root == last.root and report.facts()["sound"] is True


def test_an_empty_ledger_is_sound(session: Session):
    assert verify(session).sound
    assert sign(session, KEEPER, KEY) is None


def test_a_checkpoint_is_made_only_when_something_happened(session: Session):
    opened(session)
    first = checked(session)
    seal(session)
    assert sign(session, KEEPER, KEY) is None, "that a checkpoint was signed is no news by itself"
    opened(session)
    second = checked(session)
    assert (second.number, second.previous_size) == (first.number + 1, first.size)
    assert second.size == first.size + 5, "what was told of the first, two of it, and three events"


def test_each_checkpoint_begins_with_the_one_before(session: Session):
    ledgers.filled(session)
    tree = Tree(session)
    made = newest(session)
    for new, old in itertools.pairwise(made):
        proof = consistency_proof(old.size, new.size, tree.node)
        assert is_consistent(old.size, new.size, old.root, new.root, proof)


def test_it_is_due_after_its_time_when_something_happened(session: Session):
    hour = timedelta(hours=1)
    assert not is_due(session, hour)
    opened(session)
    seal(session)
    assert is_due(session, hour), "the first one at once"
    checked(session)
    opened(session)
    seal(session)
    assert not is_due(session, hour)
    clock.move(session, hour)
    assert is_due(session, hour)


def test_only_the_system_and_administrators_sign(session: Session):
    opened(session)
    seal(session)
    with pytest.raises(NotAllowed):
        sign(session, ledgers.CLERK, KEY)


ALTERED = {
    "the kept tree": "UPDATE ledger_tile SET hashes = set_bit(hashes, 3, 1 - get_bit(hashes, 3))",
    "a lost tile": "DELETE FROM ledger_tile",
    "the last checkpoint": "UPDATE checkpoint SET at = at + interval '1 minute'",
    "a lost checkpoint": "DELETE FROM checkpoint",
    "an event that is missing": "DELETE FROM event WHERE position = (SELECT max(position) - 1 FROM event)",
}


@pytest.mark.parametrize("alteration", ALTERED)
def test_no_checkpoint_is_signed_over_an_altered_past(session: Session, alteration: str):
    opened(session)
    checked(session)
    opened(session)
    seal(session)
    session.execute(text(ALTERED[alteration]))
    session.expire_all()
    with pytest.raises(LedgerAltered):
        sign(session, KEEPER, KEY)


def test_since_a_checkpoint_only_what_is_younger_is_read_again(session: Session):
    streams = ledgers.filled(session)
    made = newest(session)
    whole, part = verify(session), verify(session, since=made[0].at)
    assert part.sound and part.since and part.since.number == made[0].number
    assert part.events < whole.events and part.streams < whole.streams
    touched, untouched = streams[0], streams[-8]
    for stream in (touched, untouched):
        session.execute(text("UPDATE event SET name = 'x' WHERE stream_id = :s AND index = 0"), {"s": stream})
    found = {finding.place.stream for finding in verify(session, since=made[0].at).findings}
    assert found == {str(touched)}
    everything = {
        finding.place.stream for finding in verify(session, since=made[0].at - timedelta(days=1)).findings
    }
    assert everything >= {str(touched), str(untouched)}


def test_since_finds_a_younger_event_that_was_rewritten_whole(session: Session):
    from tests.integration.core.alterations import Forger, named, rewritten

    ledgers.filled(session)
    before = newest(session)[1]
    forger = Forger(session, seed=5)
    recent = [e for e in forger.events if e["position"] and before.size < e["position"] <= forger.covered]
    places = rewritten(forger, recent[len(recent) // 2])
    assert named(list(verify(session, since=before.at).findings), places)


def test_who_rewrites_everything_and_signs_anew_is_found_by_what_the_auditors_keep(session: Session):
    """The whole past made anew, sound in itself, under a key of the forger's own."""
    opened(session)
    mailed = checked(session).note()
    assert verify(session, kept=[mailed]).sound
    for table in ("checkpoint", "ledger_tile", "ledger_key", "event", "stream"):
        session.execute(text(f"DELETE FROM {table}"))
    session.expunge_all()
    opened(session)
    while seal(session):
        pass
    forged = SigningKey.new()
    checkpoints.sign(session, KEEPER, forged)
    assert verify(session).sound, "nothing inside shows it"
    assert flaws(verify(session, kept=[mailed]).findings) == {Flaw.NOTE}
    assert flaws(verify(session, trusted=[KEY.public.fingerprint]).findings) == {Flaw.UNPINNED}
    assert verify(session, trusted=[forged.public.fingerprint]).sound


def test_a_checkpoint_that_the_auditors_keep_and_the_office_lost_is_named(session: Session):
    opened(session)
    mailed = checked(session).note()
    session.execute(text("DELETE FROM checkpoint"))
    found = verify(session, kept=[mailed]).findings
    assert Finding(Flaw.NOTE, Place(checkpoint=1), f"{mailed.size} events; here it is missing") in found


def test_a_new_key_signs_on_and_the_old_one_stays_known(session: Session):
    opened(session)
    checked(session)
    new = SigningKey.new()
    opened(session)
    seal(session)
    made = sign(session, KEEPER, new)
    assert made and made.key_id == new.public.id
    known = {row.id: row.retired_at for row in keys.public_keys(session)}
    assert known[KEY.public.id] is not None and known[new.public.id] is None
    opened(session)
    checked(session)
    report = verify(session)
    assert report.sound and report.checkpoints == 3, "back to the first one"
    trusted = verify(session, trusted=[new.public.fingerprint, KEY.public.text])
    assert trusted.sound


def test_what_a_room_finds_in_its_own_records_is_reported_too(session: Session):
    odd = Finding(Flaw.DOMAIN, Place(stream="s"), "a case without events")
    assert verify(session, domains=[lambda _: [odd]]).findings == [odd]
