"""Calls to hosts outside: to public addresses only, each looked up and held to at the moment of the call.

Whoever may name an address could else have us knock at the office's own doors (server-side request forgery).
So the name is resolved here, every address of it must be public, and the connection goes to the very address
that was checked: a name that answers otherwise a moment later gains nothing. There are no redirects and no
proxies.
"""

import socket
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpcore
from httpcore import SOCKET_OPTION, ConnectionPool, NetworkBackend, NetworkStream, SyncBackend

from core.errors import Invalid

LONGEST_URL = 500
MOST_READ = 16 * 1024
"""What is read of an answer, to let the connection serve the next; a longer one is cut off."""
TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 addresses that stand for IPv4 ones, which might be anybody's."""


class BadTarget(Invalid):
    """This is no web address that can be called. Nothing was kept; write one that begins with https://."""


class LoginInTarget(BadTarget):
    """The address holds a login or a fragment. Nothing was kept; leave out what stands before @ and after
    #."""


class NotEncrypted(BadTarget):
    """The address is not encrypted. Nothing was kept; use one that begins with https://."""


class InsideTarget(BadTarget):
    """The address is inside a network, not on a public host. Nothing was kept; an operator may allow its host
    by name in the installation's settings."""


class NotPublic(OSError):
    """The host has an address that is not public."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: the status, or why there is none."""

    status: int | None
    error: str | None = None

    @property
    def well(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The other side says that it wants no more."""
        return self.status == 410

    @property
    def said(self) -> str:
        return self.error or f"HTTP {self.status}"


def check(url: str, allowed: Collection[str]) -> str:
    """An address that may be called, as it is kept. Raises BadTarget, by its kinds.

    Hosts that the installation allows by name may be inside, and without TLS.
    """
    said = url.strip()
    try:
        parts = urlsplit(said)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise BadTarget from exc
    if not (0 < len(said) <= LONGEST_URL and said.isascii() and said.isprintable() and " " not in said):
        raise BadTarget
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise BadTarget
    if parts.username or parts.password or parts.fragment:
        raise LoginInTarget
    if host in allowed:
        return said
    if parts.scheme != "https":
        raise NotEncrypted
    if _as_address(host) and not is_public(host):
        raise InsideTarget
    return said


def is_public(address: str) -> bool:
    """Whether an address belongs to the world, whatever it is dressed as."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found in network for network in TRANSLATED if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


class Guarded(NetworkBackend):
    """Connects to public addresses alone, and to what the installation allows by name."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed, self._plain = frozenset(allowed), SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Raises NotPublic, and what the connection raises."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"{host} is not known: {exc}") from exc
        addresses = [str(entry[4][0]) for entry in found]
        if host not in self._allowed and not all(map(is_public, addresses)):
            raise NotPublic(f"{host} is not public")
        return self._plain.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        """Raises NotPublic: a file of this machine is no host outside."""
        raise NotPublic(path)


class Caller:
    """Sends to hosts outside over connections of its own."""

    def __init__(
        self, allowed: Collection[str], seconds: float, verify: ssl.SSLContext | None = None
    ) -> None:
        self._seconds = seconds
        self._pool = ConnectionPool(
            ssl_context=verify or _tls(),
            network_backend=Guarded(allowed),
            max_keepalive_connections=4,
            keepalive_expiry=15,
        )

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send a body and look at the status; whatever goes wrong is said, never raised."""
        until = time.monotonic() + self._seconds
        patience = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        try:
            with self._pool.stream(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": patience}
            ) as answer:
                read = 0
                for part in answer.iter_stream():
                    read += len(part)
                    if read > MOST_READ or time.monotonic() > until:
                        break
                return Outcome(answer.status)
        except (httpcore.TimeoutException, TimeoutError):
            return Outcome(None, f"no answer within {self._seconds:.0f} seconds")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as exc:
            return Outcome(None, f"{type(exc).__name__}: {exc}"[:300])

    def close(self) -> None:
        self._pool.close()


@lru_cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _as_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
