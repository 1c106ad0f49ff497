"""Under which names is the workbench reached, and does a request come from its own pages?

A page of another site can make a browser ask this machine for anything, and by rebinding a name of
its own even read the answer. So the ``Host`` must be one of ours, with its port, and whatever
changes something must come from our own origin. Browsers say so in ``Sec-Fetch-Site``; ``Origin``
is ``null`` under our own referrer policy, and then says nothing. Programs other than browsers send
neither header: for them the session and the form's own token stand.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from graphmeta.errors import UsageError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_OUR_OWN = ("same-origin", "none")


@dataclass(frozen=True)
class Address:
    """Where the workbench is.

    Args:
        url: What people open, without a path.
        hosts: The values of ``Host`` that are ours.
        origins: The values of ``Origin`` that are ours.
        secure: Whether people reach it by TLS.
        cookie: The name of the session's cookie. Browsers share cookies among the ports of a
            machine, so it names the port.
    """

    url: str
    hosts: frozenset[str]
    origins: frozenset[str]
    secure: bool
    cookie: str

    def ours(self, headers: Headers) -> bool:
        """Tell whether a request is meant for us: it names one host, and that is ours."""
        named = headers.getlist("host")
        return len(named) == 1 and named[0].lower() in self.hosts

    def from_elsewhere(self, headers: Headers) -> bool:
        """Tell whether a browser says that a request was made by a page of another origin."""
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if any(site not in _OUR_OWN for site in sites):
            return True
        unclear = {"null"} if sites else set()
        return any(origin.lower() not in self.origins | unclear for origin in origins)


def on_loopback(host: str, port: int, *, tls: bool) -> Address:
    """Return the address of a workbench that this machine alone can reach."""
    shown = f"[{host}]" if ":" in host else host
    return _address("https" if tls else "http", [shown, "127.0.0.1", "localhost", "[::1]"], port)


def public(url: str) -> Address:
    """Return the address of a workbench that others can reach.

    Args:
        url: As people open it, such as ``https://graphmeta.example.org``.

    Raises:
        UsageError: It is no address, or not one of TLS.
    """
    example = "Write, for instance, --public-url https://graphmeta.example.org"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"--public-url {url!r} is no address.", example) from error
    if parts.scheme != "https" or not host or parts.path not in ("", "/"):
        raise UsageError(
            f"--public-url {url!r} is not the address of a host reached by TLS.", example
        )
    shown = f"[{host}]" if ":" in host else host
    return _address("https", [shown], port or _DEFAULT_PORTS["https"])


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(scheme: str, names: list[str], port: int) -> Address:
    ends = [f":{port}"] + ([""] if port == _DEFAULT_PORTS[scheme] else [])
    hosts = [f"{name.lower()}{end}" for name in names for end in ends]
    secure = scheme == "https"
    return Address(
        url=f"{scheme}://{names[0]}{ends[-1]}",
        hosts=frozenset(hosts),
        origins=frozenset(f"{scheme}://{host}" for host in hosts),
        secure=secure,
        cookie=f"{'__Host-' if secure else ''}graphmeta-{port}",
    )
