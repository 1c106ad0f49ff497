"""``graphmeta serve``: the analysts' workbench, in a browser on this machine."""

from __future__ import annotations

import getpass
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter, validators

from graphmeta.cli.console import messages, output, text
from graphmeta.cli.options import CaseStoreAddress, RunPath
from graphmeta.cli.review import user
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.workbench.serving import Where

WHERE = Group("Where it is reached", sort_key=2)
OTHERS = Group("When others than you shall reach it", sort_key=3)
#: As ``workbench.security.people.ROLES`` has them; a test holds the two together.
Role = Literal["analyst", "lead", "privacy_reviewer"]


@Parameter(name="*", group=WHERE)
@dataclass(frozen=True)
class Reached:
    """On which address it listens."""

    port: Annotated[
        int,
        Parameter(
            help="The port; 0 takes any that is free.", validator=validators.Number(gte=0, lt=65536)
        ),
    ] = 8750
    no_browser: Annotated[bool, Parameter(help="Do not open a browser.")] = False
    host: Annotated[
        str,
        Parameter(
            group=OTHERS,
            help="The address to listen on. Beyond this machine only with accounts (--users) and "
            "TLS, or a trusted proxy.",
            metavar="ADDR",
        ),
    ] = "127.0.0.1"
    public_url: Annotated[
        str,
        Parameter(
            group=OTHERS, help="What people open, such as https://graphmeta.example.org.",
            metavar="URL",
        ),
    ] = ""  # fmt: skip
    tls_cert: Annotated[
        Path | None, Parameter(group=OTHERS, help="The certificate chain, a PEM file.")
    ] = None
    tls_key: Annotated[Path | None, Parameter(group=OTHERS, help="Its private key.")] = None
    trusted_proxy: Annotated[
        str,
        Parameter(
            group=OTHERS,
            help="The address from which a proxy connects that signs people in (by OIDC, say).",
            metavar="ADDR",
        ),
    ] = ""
    identity_header: Annotated[
        str,
        Parameter(
            group=OTHERS, help="The header in which the proxy names the user.", metavar="NAME"
        ),
    ] = ""


@Parameter(name="*", group=OTHERS)
@dataclass(frozen=True)
class Accounts:
    """Who may come in."""

    users: Annotated[
        Path | None,
        Parameter(help="A TOML file with names, roles and password hashes.", metavar="FILE"),
    ] = None
    add_user: Annotated[
        str | None,
        Parameter(
            help="Add somebody to that file, or give them another role and password, and end. "
            "Asks for the password.",
            metavar="NAME",
        ),
    ] = None
    role: Annotated[
        Role | None,
        Parameter(
            help="Their role: analysts work on clusters and cases, leads also see how the "
            "reviewing goes, privacy reviewers see receipts and logs alone.",
        ),
    ] = None


_HERE = Reached()
_ALONE = Accounts()


def serve(
    *runs: RunPath,
    reached: Reached = _HERE,
    accounts: Accounts = _ALONE,
    golden: Annotated[
        tuple[Path, ...],
        Parameter(
            help="A run that golden clusters are from; see `graphmeta golden`. Repeatable.",
            metavar="RUN",
            negative=(),
        ),
    ] = (),
    bench: Annotated[
        Path | None,
        Parameter(
            help="A folder of results that `graphmeta bench run` wrote, to be shown too.",
            metavar="FOLDER",
        ),
    ] = None,
    case_store: CaseStoreAddress = None,
) -> None:
    """Open the analysts' workbench on some runs: queue, clusters, verdicts, cases.

    It prints an address that works once and opens it in your browser. Everything stays on this
    machine; pages load nothing from elsewhere. Each run's audit log records that it is served.
    End it with Ctrl-C.

    For example:

    - `graphmeta serve RUN`
    - `graphmeta serve --add-user ada --role lead --users people.toml`
    """
    from graphmeta.workbench import require_web

    require_web()
    if accounts.add_user is not None or accounts.role is not None:
        _add_user(accounts, runs)
        return
    from graphmeta.workbench.serving import Shown
    from graphmeta.workbench.serving import serve as run_workbench

    def announce(url: str) -> None:
        output().print(text(url))
        sys.stdout.flush()
        messages().print(text("The workbench is open at this address. End it with Ctrl-C."))
        if not reached.no_browser:
            webbrowser.open(url)

    shown = Shown(runs, golden=golden, bench=bench)
    run_workbench(shown, _where(reached, accounts), case_store, user(), announce)
    messages().print(text("The workbench has ended."))


def _where(reached: Reached, accounts: Accounts) -> Where:
    from graphmeta.workbench.serving import Where

    return Where(
        host=reached.host,
        port=reached.port,
        users=accounts.users,
        tls_cert=reached.tls_cert,
        tls_key=reached.tls_key,
        trusted_proxy=reached.trusted_proxy,
        identity_header=reached.identity_header,
        public_url=reached.public_url,
    )


def _add_user(accounts: Accounts, runs: tuple[Path, ...]) -> None:
    from graphmeta.workbench.security import people

    if accounts.add_user is None or accounts.role is None or accounts.users is None or runs:
        raise UsageError(
            "Somebody is added by name and role, to a file, and no run is served.",
            "Write: graphmeta serve --add-user NAME --role ROLE --users FILE",
        )
    people.add(accounts.users, accounts.add_user, accounts.role, _password(accounts.add_user))
    output().print(
        text(f"{accounts.users} names {accounts.add_user} as {accounts.role.replace('_', ' ')}.")
    )


def _password(name: str) -> str:
    """Ask for a password twice, or take it from standard input where nobody sits.

    Raises:
        UsageError: The two differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(f"Password of {name} (none, if a trusted proxy signs them in): ")
    if first and getpass.getpass("Once more: ") != first:
        raise UsageError("The two passwords differ.", "Try again; nothing was changed.")
    return first
