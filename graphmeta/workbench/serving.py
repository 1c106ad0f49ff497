"""How is the workbench run: on which socket, until when, and what does it leave in the log?

It listens before its address is told, so that whoever opens the address is answered. Addresses
are not logged, because the first one holds the token.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from graphmeta.cases import log
from graphmeta.cases.store import open_store
from graphmeta.errors import UsageError
from graphmeta.workbench.app import build
from graphmeta.workbench.desk import Desk, open_runs
from graphmeta.workbench.golden import Golden
from graphmeta.workbench.listing.rows import rows
from graphmeta.workbench.measured import Measured
from graphmeta.workbench.security import people
from graphmeta.workbench.security.address import Address, is_loopback, on_loopback, public
from graphmeta.workbench.security.gate import Access, TrustedProxy
from graphmeta.workbench.security.people import User
from graphmeta.workbench.security.sessions import OneTimeToken

#: The act in a run's audit log.
SERVED = "served"
_SECONDS_TO_FINISH = 3
#: A page hands over to Polars some fifty times, and each time waits for Python again; by default
#: another page that is being written may hold it for five thousandths of a second each time.
_SECONDS_BEFORE_OTHERS = 0.0005


@dataclass(frozen=True)
class Where:
    """On which address the workbench listens, and how people come to it.

    Args:
        host: The address to listen on.
        port: The port; 0 for any that is free.
        users: The file that names the people, where they have accounts.
        tls_cert: The certificate chain, for TLS.
        tls_key: Its private key.
        trusted_proxy: The address of the proxy that signs people in.
        identity_header: The header in which it names them.
        public_url: What people open, where that is not what is listened on.
    """

    host: str = "127.0.0.1"
    port: int = 8750
    users: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxy: str = ""
    identity_header: str = ""
    public_url: str = ""

    @property
    def tls(self) -> bool:
        """Whether we speak TLS ourselves."""
        return self.tls_cert is not None


@dataclass(frozen=True)
class Shown:
    """What the workbench shows.

    Args:
        runs: The folders of the runs.
        golden: The folders of the runs that golden clusters are from.
        bench: A folder with a benchmark's results.
    """

    runs: Sequence[Path]
    golden: Sequence[Path] = ()
    bench: Path | None = None


def check(where: Where) -> None:
    """Refuse to be reachable by others without accounts and an encrypted way.

    Raises:
        UsageError: Something that belongs together was given in part, or others could come in.
    """
    if (where.tls_cert is None) != (where.tls_key is None):
        raise UsageError("TLS needs a certificate and its key.", "Give --tls-cert and --tls-key.")
    if bool(where.trusted_proxy) != bool(where.identity_header):
        raise UsageError(
            "A trusted proxy is known by its address and by the header that names the user.",
            "Give --trusted-proxy and --identity-header.",
        )
    if where.trusted_proxy and where.users is None:
        raise UsageError(
            "The roles of those whom the proxy names are not known.", "Give --users FILE."
        )
    if is_loopback(where.host):
        if where.trusted_proxy and not where.public_url:
            raise UsageError(
                "It is not known under which address people reach the proxy.",
                "Give --public-url https://HOST.",
            )
        return
    if where.users is None or not (where.tls or where.trusted_proxy):
        raise UsageError(
            f"On {where.host} others could reach the workbench.",
            "Give accounts (--users FILE) and TLS (--tls-cert, --tls-key), or a proxy that signs "
            "people in (--trusted-proxy, --identity-header); or leave --host out.",
        )
    if not where.public_url:
        raise UsageError(
            "It is not known under which address people reach the workbench.",
            "Give --public-url https://HOST:PORT.",
        )


def serve(
    shown: Shown,
    where: Where,
    case_store: str | None,
    user: str,
    announce: Callable[[str], None],
) -> None:
    """Serve some runs until the process is told to end.

    Args:
        shown: What is shown.
        where: On which address.
        case_store: The address of the case store; see :mod:`graphmeta.cases.place`.
        user: Who runs the program: on loopback, the one who may do everything.
        announce: Is told what to open, once it is being listened.

    Raises:
        UsageError: The address cannot be listened on, or what was given does not do.
        RunError: A run cannot be opened, or its log not be written.
    """
    check(where)
    sys.setswitchinterval(_SECONDS_BEFORE_OTHERS)
    opened = open_runs(shown.runs)
    access = _access(where, user)
    with open_store(case_store) as store, contextlib.closing(_listen(where)) as listening:
        port = listening.getsockname()[1]
        address = _address(where, port)
        measured = Measured(shown.bench) if shown.bench else None
        desk = Desk(opened, store, Golden(store, shown.golden), measured)
        config = _config(build(desk, address, access), where)
        # Reads the runs now, so that nobody waits for it in front of a page.
        _ = rows(desk).places
        reach = "this machine" if is_loopback(where.host) else "a network"
        for run in opened:
            log.write(run.folder, SERVED, [{"operator": user, "reach": reach}])
        token = f"/?token={access.token.value}" if access.token else "/"
        announce(address.url + token)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _access(where: Where, user: str) -> Access:
    if where.users is None:
        return Access(token=OneTimeToken(), local=User(user, "lead"))
    proxy = None
    if where.trusted_proxy:
        proxy = TrustedProxy(where.trusted_proxy, where.identity_header)
    return Access(people=people.load(where.users), proxy=proxy)


def _address(where: Where, port: int) -> Address:
    if where.public_url:
        return public(where.public_url)
    return on_loopback(where.host, port, tls=where.tls)


def _listen(where: Where) -> socket.socket:
    try:
        family = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((where.host, where.port), family=family)
    except OSError as error:
        raise UsageError(
            f"Port {where.port} of {where.host} cannot be listened on: {error.strerror}.",
            "Choose another with --port; --port 0 takes any that is free.",
        ) from error


def _config(app: ASGIApp, where: Where) -> uvicorn.Config:
    """Return how the application is run.

    Raises:
        UsageError: The certificate or its key cannot be used.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        ssl_certfile=where.tls_cert,
        ssl_keyfile=where.tls_key,
    )
    try:
        config.load()
    except OSError as error:  # an SSLError is one
        raise UsageError(
            f"The certificate or its key cannot be used ({type(error).__name__}).",
            "Give PEM files: --tls-cert with the chain, --tls-key with the key to it.",
        ) from error
    return config
