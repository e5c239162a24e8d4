"""Other systems are told: signed, in the order of each case, again until it arrives, and nothing personal."""

import json
import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core import events
from core.actor import Actor, Role
from core.database import transaction
from core.events import history
from core.ids import new_id
from core.ledger.erasing import Scope
from flows.process import hooks
from notifications import webhooks
from notifications.models_webhooks import Delivery, DeliveryState, Endpoint
from notifications.outside import Caller
from notifications.webhook_carrier import Carrier
from notifications.webhook_leases import PAUSES
from notifications.webhook_types import NAMES
from notifications.webhooks import PersonalIsAdmins, Wanted
from tests.conftest import forget_settings
from tests.integration.web.office import Browser, Office
from tests.integration.web.receiver import Receiver, receiving

HR = Actor(new_id(), "HR", frozenset({str(Role.HR)}))
ADMIN = Actor(new_id(), "Admin", frozenset({str(Role.ADMIN)}))
HOST = "127.0.0.1"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("MUFAKAT_WEBHOOKS_ALLOWED_HOSTS", HOST)
    forget_settings()
    with receiving() as one:
        yield one


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    caller = Caller({HOST}, 5)
    yield Carrier(threading.Event(), caller)
    caller.close()


def registered(receiver: Receiver, *types: str, actor: Actor = HR, personal: bool = False) -> UUID:
    """The receiver as an endpoint; what happened before it is not told."""
    with transaction() as session:
        events.seal(session)
        wanted = Wanted.said("SIASN", receiver.url, types or NAMES, personal=personal)
        made, secret = webhooks.register(session, actor, wanted)
        hooks.follow(session)
        receiver.secrets.append(secret)
        return made.id


def follow() -> None:
    with transaction() as session:
        events.seal(session)
    with transaction() as session:
        hooks.follow(session)


def carry(carrier: Carrier) -> None:
    """Carry whatever is due now."""
    while carrier.once():
        pass


def due_at_once() -> None:
    """The pauses are over."""
    with transaction() as session:
        session.execute(text("UPDATE webhook_delivery SET next_at = next_at - interval '2 days'"))


def states() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.position)))


def test_a_system_hears_of_a_decision_signed_and_without_a_name_or_a_word(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    registered(receiver, "task.decided", "case.returned")
    task = office.task()
    browse("head").decide(
        task, decision="return", return_code="document-missing", comment="Ijazah belum dilampirkan"
    )
    follow()
    follow()
    carry(carrier)
    assert receiver.forged == 0
    assert [said["type"] for said in receiver.messages] == ["task.decided", "case.returned"]
    decided = receiver.messages[0]["data"]
    assert (decided["task"], decided["kind"], decided["code"]) == (str(task), "return", "document-missing")
    assert decided["reference"] == office.case_of(task).reference
    text = json.dumps(receiver.messages)
    assert "Ahmad" not in text and "Irwansyah" not in text and "Ijazah" not in text
    assert set(states()) == {DeliveryState.SENT}


def test_names_and_words_go_only_where_an_administrator_allowed_it(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    with pytest.raises(PersonalIsAdmins):
        registered(receiver, personal=True)
    registered(receiver, "task.decided", actor=ADMIN, personal=True)
    browse("head").decide(office.task(), decision="approve")
    follow()
    carry(carrier)
    assert receiver.messages[0]["personal"]["subject_name"].startswith("Ahmad Fauzi")


def test_what_fails_is_sent_again_and_holds_up_its_own_case_alone(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    registered(receiver, "task.decided", "task.opened")
    first, second = office.task(0), office.task(1)
    receiver.answers = [503]
    browse("head").decide(first, decision="approve")
    follow()
    carry(carrier)
    assert receiver.messages == []
    browse("head").decide(second, decision="approve")
    follow()
    carry(carrier)
    cases = [str(office.case_of(task).id) for task in (first, second)]
    assert {said["data"]["case"] for said in receiver.messages} == {cases[1]}
    due_at_once()
    carry(carrier)
    of_first = [said["type"] for said in receiver.messages if said["data"]["case"] == cases[0]]
    assert of_first == ["task.decided", "task.opened"]
    assert len(receiver.ids) == len(set(receiver.ids)) == 4


def test_a_redirect_is_followed_nowhere_and_one_who_wants_no_more_gets_no_more(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    endpoint = registered(receiver, "task.decided")
    receiver.answers = [302, 410]
    browse("head").decide(office.task(), decision="approve")
    follow()
    carry(carrier)
    assert receiver.messages == []
    due_at_once()
    carry(carrier)
    with transaction() as session:
        assert session.get_one(Endpoint, endpoint).state == "disabled"
        assert history(session, endpoint)[-1].name == "webhook.disabled"
    browse("head").decide(office.task(), decision="approve")
    follow()
    assert states() == [DeliveryState.DEAD]


def test_an_endpoint_that_fails_to_the_last_is_disabled_and_what_died_can_be_sent_again(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    endpoint = registered(receiver, "task.decided")
    receiver.answers = [500] * (len(PAUSES) + 1)
    browse("head").decide(office.task(), decision="approve")
    follow()
    for _ in range(len(PAUSES) + 1):
        carry(carrier)
        due_at_once()
    assert states() == [DeliveryState.DEAD]
    page = browse("hr").get(f"/webhooks/{endpoint}")
    assert "HTTP 500" in page.text
    with transaction() as session:
        dead = session.scalars(select(Delivery.id)).one()
    hr = browse("hr")
    hr.fill(f"/webhooks/{endpoint}/resume", f"/webhooks/{endpoint}")
    hr.fill(f"/webhooks/{endpoint}/deliveries/{dead}/resend", f"/webhooks/{endpoint}")
    carry(carrier)
    assert [said["type"] for said in receiver.messages] == ["task.decided"]


def test_a_delivery_whose_carrier_died_is_sent_by_another_under_the_same_id(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    from notifications import webhook_leases

    registered(receiver, "task.decided")
    browse("head").decide(office.task(), decision="approve")
    follow()
    with transaction() as session:
        parcel = webhook_leases.lease(session, "one that dies")
    assert parcel
    carry(carrier)
    assert receiver.messages == []
    due_at_once()
    carry(carrier)
    assert receiver.ids == [f"msg_{parcel.id.hex}"]


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(
    receiver: Receiver, office: Office, carrier: Carrier
):
    endpoint = registered(receiver)
    with transaction() as session:
        _, secret = webhooks.renew(session, HR, endpoint)
        webhooks.test(session, HR, endpoint)
    carry(carrier)
    receiver.secrets = [secret]
    with transaction() as session:
        webhooks.test(session, HR, endpoint)
    carry(carrier)
    assert (len(receiver.messages), receiver.forged) == (2, 0)


def test_hr_registers_an_endpoint_on_its_page_and_the_secret_is_shown_once(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser]
):
    hr = browse("hr")
    fields = {"name": "SIASN", "url": receiver.url, "types": ["task.decided"]}
    made = hr.fill("/webhooks", "/webhooks", **fields)
    secret = made.text.split('id="secret"')[1].split('value="')[1].split('"')[0]
    assert secret.startswith("whsec_")
    assert secret not in hr.get("/webhooks").text
    refused = hr.fill("/webhooks", "/webhooks", **fields | {"url": "https://10.0.0.1/"})
    assert refused.status_code == 422
    assert browse("head").get("/webhooks").status_code == 403


def test_what_was_told_of_a_case_goes_when_the_law_orders_it(
    receiver: Receiver, office: Office, browse: Callable[[str], Browser], carrier: Carrier
):
    registered(receiver, "task.decided", "task.opened", actor=ADMIN, personal=True)
    first, second = office.task(0), office.task(1)
    head = browse("head")
    for task in (first, second):
        head.decide(task, decision="approve")
    follow()
    carry(carrier)
    case = office.case_of(first)
    with transaction() as session:
        assert webhooks.erase(session, Scope(frozenset({case.id}), None)) == {
            case.id: {"webhook_delivery": 2}
        }
        assert webhooks.erase(session, Scope(frozenset(), case.subject_id)) == {}
        left = session.scalars(select(Delivery.body)).all()
    assert len(left) == 2
    assert "Ahmad" not in "".join(left)
