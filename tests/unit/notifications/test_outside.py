"""Who may be called outside, and how it is signed."""

import base64
import socket

import httpcore
import pytest

from notifications import outside
from notifications.outside import (
    BadTarget,
    Caller,
    Guarded,
    InsideTarget,
    LoginInTarget,
    NotEncrypted,
    NotPublic,
    check,
    is_public,
)
from notifications.webhook_signing import signature

INSIDE = (
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.9.9",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:1::",
)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_public_however_it_is_dressed(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "202.46.1.1", "2606:4700::1111"])
def test_addresses_of_the_world_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", BadTarget),
        ("ftp://example.com/", BadTarget),
        ("https://", BadTarget),
        ("https://exa mple.com", BadTarget),
        ("https://example.com:99999/", BadTarget),
        ("https://" + "a" * 600, BadTarget),
        ("https://user:pw@example.com/", LoginInTarget),
        ("https://example.com/#x", LoginInTarget),
        ("http://example.com/", NotEncrypted),
        ("https://127.0.0.1/", InsideTarget),
        ("https://[::1]:8443/", InsideTarget),
        ("https://169.254.169.254/latest", InsideTarget),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_when_it_is_entered(url: str, error: type[BadTarget]):
    with pytest.raises(error):
        check(url, ())


def test_what_the_installation_allows_by_name_may_be_inside_and_plain():
    assert check("http://siasn.internal:8080/hook", {"siasn.internal"}) == "http://siasn.internal:8080/hook"
    assert check(" https://example.com/hook ", ()) == "https://example.com/hook"


def answering(*addresses: str):
    def look_up(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]

    return look_up


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("::ffff:192.168.0.1",)])
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]):
    monkeypatch.setattr(outside.socket, "getaddrinfo", answering(*addresses))
    with pytest.raises(NotPublic):
        Guarded(()).connect_tcp("innocent.example", 443)


def test_the_connection_goes_to_the_very_address_that_was_checked(monkeypatch: pytest.MonkeyPatch):
    called: list[str] = []

    def connect(_: object, host: str, *__: object) -> None:
        called.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(outside.socket, "getaddrinfo", answering("1.1.1.1"))
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError):
        Guarded(()).connect_tcp("innocent.example", 443)
    assert called == ["1.1.1.1"]


def test_a_refused_call_is_an_outcome_and_no_error():
    caller = Caller((), 2)
    outcome = caller.post("https://localhost/hook", {}, b"{}")
    caller.close()
    assert not outcome.well
    assert "not public" in outcome.said


def test_the_signature_is_that_of_the_standard():
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
