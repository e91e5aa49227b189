"""How a site is served, and what it refuses."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from vnadmin.errors import UsageError

_SHORTEST_TOKEN = 12


@dataclass(frozen=True, slots=True)
class Settings:
    """How a site is served.

    Attributes:
        host: address to listen on.
        port: to listen on; 0: any free one.
        names: names by which browsers may call it, besides addresses.
        token: what readers must give first; needed unless `host` is this machine alone.
        read_only: nothing can be changed.
        sources: folders that sources may be read from, besides those of the index and its files.
        rate: requests a second from one address; four times as many in a row.
        body: largest body of a request, in bytes.
        address: longest address of a page, in bytes.
        seconds: longest time for an answer from the index.
        secret: for the tokens of forms and visits; anew at each start.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    names: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    read_only: bool = False
    sources: tuple[Path, ...] = ()
    rate: float = 50.0
    body: int = 64 * 1024
    address: int = 4096
    seconds: float = 10.0
    secret: bytes = field(default_factory=lambda: os.urandom(32), repr=False)

    def __post_init__(self) -> None:
        """Refuse what wouldn't be safe.

        Raises:
            UsageError: others could read without a token, or the token is short.
        """
        if self.token is not None and len(self.token) < _SHORTEST_TOKEN:
            raise UsageError(f"the token needs {_SHORTEST_TOKEN} characters or more")
        if self.token is None and not is_loopback(self.host):
            raise UsageError(f"{self.host} is open to others: it needs a token")

    def allows(self, host: str) -> bool:
        """Whether a request's Host header is one of this site's.

        A page elsewhere can make its own name point here (DNS rebinding), but not an address.
        """
        name = _without_port(host).lower()
        if name in ("localhost", *map(str.lower, self.names)):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_port(host: str) -> str:
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        return name if bracket and (not port or port.startswith(":")) else ""
    return host.rpartition(":")[0] if host.count(":") == 1 else host
