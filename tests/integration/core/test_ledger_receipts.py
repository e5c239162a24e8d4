import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.events import history
from core.ids import new_id
from core.ledger.receipts import NotAReceipt, NotSigned, check, receipt
from core.ledger.signing import SigningKey
from tests.integration.core import ledgers
from tests.integration.core.ledgers import KEY, checked, opened

pytestmark = pytest.mark.usefixtures("unheard")


def given(session: Session) -> dict[str, Any]:
    ledgers.filled(session)
    stream = opened(session, 5)
    checked(session)
    return receipt(session, stream, "KP-2026-12/0007")


def test_a_receipt_is_checked_without_the_database(session: Session):
    said = given(session)
    found = check(json.dumps(said))
    assert found.sound and found.trusted is None and found.title == "KP-2026-12/0007"
    assert [event["name"] for event in found.events] == ["case.opened", *["case.moved"] * 4]
    assert found.key == KEY.public


def test_a_receipt_says_whether_its_key_is_one_that_the_reader_trusts(session: Session):
    said = json.dumps(given(session))
    for known in (KEY.public.fingerprint, KEY.public.fingerprint[:16].upper(), KEY.public.text):
        assert check(said, [known]).trusted is True
    for other in (SigningKey.new().public.fingerprint, KEY.public.fingerprint[:8], ""):
        assert check(said, [other]).trusted is False and not check(said, [other]).sound


def test_a_receipt_holds_no_personal_content(session: Session):
    ledgers.filled(session)
    assert "Catatan" not in json.dumps(given(session))


FORGERIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "another fact": lambda r: r["events"][1].update(body=r["events"][1]["body"].replace('"n":1', '"n":2')),
    "a missing event": lambda r: r["events"].pop(1),
    "a missing last event": lambda r: r["events"].pop(),
    "two events swapped": lambda r: r["events"].insert(0, r["events"].pop(1)),
    "another position": lambda r: r["events"][0].update(position=r["events"][0]["position"] + 1),
    "another way": lambda r: r["events"][0]["proof"].__setitem__(0, "00" * 32),
    "a longer way": lambda r: r["events"][0]["proof"].append("00" * 32),
    "another head": lambda r: r.update(head="00" * 32),
    "another stream": lambda r: r.update(stream=str(new_id())),
    "another size": lambda r: r.update(checkpoint=r["checkpoint"].replace("previous ", "previous 1")),
    "another key": lambda r: r.update(key=SigningKey.new().public.text),
    "no events": lambda r: r.update(events=[]),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_receipt_does_not_hold(session: Session, forgery: str):
    said = given(session)
    FORGERIES[forgery](said)
    assert check(json.dumps(said)).flaws


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "mufakat-receipt/9"}', "\x00"])
def test_what_is_no_receipt_is_refused(text: str):
    with pytest.raises(NotAReceipt):
        check(text)


def test_events_younger_than_the_last_checkpoint_are_counted_and_left_out(session: Session):
    stream = opened(session, 2)
    with pytest.raises(NotSigned):
        receipt(session, stream, "KP-1")
    checked(session)
    ledgers.went_on(session, stream)
    said = receipt(session, stream, "KP-1")
    assert (len(said["events"]), said["younger"]) == (2, 1)
    assert check(json.dumps(said)).sound
    assert said["head"] == history(session, stream)[1].hash.hex()


def test_there_is_no_receipt_of_nothing(session: Session):
    with pytest.raises(NotFound):
        receipt(session, new_id(), "KP-1")
