"""``graphmeta reveal``: asked by one, approved by two others, carried out once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Group, Parameter, validators

from graphmeta.cli.console import messages, output, text
from graphmeta.cli.options import RunPath
from graphmeta.cli.privacy_keys import SigningKeyFile
from graphmeta.errors import UsageError

_HELP = """Find out, by the book, who stands behind the pseudonyms of one cluster.

Only where a way back was authorised when the events were analysed (`analyze --seal-to ... \
--people FILE`), and only for clusters that were flagged and that a person found to be abuse. One \
person asks (`request`), two others approve (`approve`), and with both sealed keys it is carried \
out, once (`open`). Every step is in the run's log, refusals too.

To act against accounts you need none of this: see `graphmeta privacy actors` and `match`.

graphmeta cannot know whether a warrant is genuine. Whoever approves answers for having looked."""

As = Annotated[
    str,
    Parameter(name="--as", help="Your name, as in the file of people.", metavar="NAME"),
]
RequestFile = Annotated[Path, Parameter(help="A file that `graphmeta reveal request` made.")]


def reveal(group: Group) -> App:
    """Return the group of commands, to be listed in a group of the whole."""
    app = App(name="reveal", group=group, help=_HELP, usage="Usage: graphmeta reveal COMMAND ...")
    app.command(
        request, usage="Usage: graphmeta reveal request RUN CLUSTER --as NAME ... --out REQUEST"
    )
    app.command(approve, usage="Usage: graphmeta reveal approve REQUEST --as NAME [OPTIONS]")
    app.command(
        open_map,
        name="open",
        usage="Usage: graphmeta reveal open RUN REQUEST --identity FILE --identity FILE --out FILE",
    )
    return app


Case = Annotated[str, Parameter(help="Under which number the case is filed.", metavar="REF")]
Basis = Annotated[
    Literal["terms", "warrant"],
    Parameter(help="The platform's terms of service, or an authority's warrant."),
]
Reference = Annotated[
    str, Parameter(help="The clause of the terms, or the warrant's number.", metavar="REF")
]
MostAccounts = Annotated[
    int,
    Parameter(
        help="No more accounts than this; a larger cluster is refused.",
        validator=validators.Number(gte=1),
    ),
]

Authority = Annotated[
    str,
    Parameter(
        help="Which authority asks. Without a warrant its request is refused, and the log says "
        "so: public reports count informal requests apart.",
        metavar="NAME",
    ),
]


def request(
    run: RunPath,
    cluster: Annotated[str, Parameter(help="One cluster, flagged and found to be abuse.")],
    /,
    *,
    case: Case,
    basis: Basis,
    reference: Reference,
    most_accounts: MostAccounts,
    as_: As,
    out: Annotated[Path, Parameter(help="The request file to make.", metavar="REQUEST")],
    authority: Authority = "",
    document: Annotated[
        Path | None,
        Parameter(help="For a warrant: the document. Its hash goes into the request."),
    ] = None,
    days: Annotated[
        int,
        Parameter(
            help="After so many days the request expires.",
            validator=validators.Number(gte=1, lte=30),
        ),
    ] = 7,
    signing_key: SigningKeyFile = None,
) -> None:
    """Ask who stands behind the pseudonyms of one cluster, and sign for it.

    The request is a file; hand it to the two who shall approve. The run's log records that it was
    made.

    For example:

    - `graphmeta reveal request RUN c0001 --case 2026-17 --basis terms --reference 4.2 \
--most-accounts 20 --as ada --out request.json`
    """
    from graphmeta.cli.files import leave, require_free
    from graphmeta.oversight.reveal.request import CANNOT_KNOW, Ground, ask
    from graphmeta.privacy import signing
    from graphmeta.run import open_run

    ground = Ground(
        cluster=cluster,
        case=case,
        basis=basis,
        reference=reference,
        most_accounts=most_accounts,
        authority=authority,
        document_sha256=_hash(document),
        days=days,
    )
    key = signing.load_signing_key(signing_key or signing.default_signing_key())
    require_free(out)
    made = ask(open_run(run), ground, as_, key)
    leave(out, made)
    output().print(text(f"{out}, until {made['request']['expires_at']}"))
    messages().print(text("Two others approve with: graphmeta reveal approve"))
    messages().print(text(CANNOT_KNOW))


def approve(
    request: RequestFile,
    /,
    *,
    as_: As,
    document: Annotated[
        Path | None,
        Parameter(help="For a warrant: the document that you have seen. It has to be the same."),
    ] = None,
    yes: Annotated[bool, Parameter(help="Approve; without it the request is only shown.")] = False,
    signing_key: SigningKeyFile = None,
) -> None:
    """Look at a request, and approve it with your signature.

    For example:

    - `graphmeta reveal approve request.json --as ben`
    - `graphmeta reveal approve request.json --as ben --document warrant.pdf --yes`
    """
    import json

    from graphmeta.oversight.reveal.approval import approve as approved
    from graphmeta.oversight.reveal.request import CANNOT_KNOW, read
    from graphmeta.privacy import private_file, signing

    filed = read(request)
    _show(filed)
    messages().print(text(CANNOT_KNOW))
    if not yes:
        messages().print(text("Nothing is approved yet. If you stand for it, add --yes."))
        return
    key = signing.load_signing_key(signing_key or signing.default_signing_key())
    made = approved(filed, as_, key, _hash(document))
    try:
        private_file.replace(request, (json.dumps(made, indent=2) + "\n").encode())
    except OSError as error:
        raise UsageError(
            f"{request} cannot be written: {error.strerror}.", "Approve a copy of your own."
        ) from error
    output().print(text(f"Approved by {', '.join(one['by'] for one in made['approvals'])}."))


def open_map(
    run: RunPath,
    request: RequestFile,
    /,
    *,
    identity: Annotated[
        tuple[Path, ...],
        Parameter(help="A file with a key to which the map was sealed. Give both.", metavar="FILE"),
    ],
    out: Annotated[
        Path,
        Parameter(help="The file to make. Its owner alone can read it.", metavar="FILE"),
    ],
) -> None:
    """Carry out an approved request: write who stands behind the cluster's pseudonyms into a file.

    Serves once. The run's log holds the act before anything is opened, and every refusal. Leaves
    with exit code 4 where it is refused.

    For example:

    - `graphmeta reveal open RUN request.json --identity ada.age-key --identity ben.age-key \
--out accounts.json`
    """
    from graphmeta.cli.files import leave, require_free
    from graphmeta.oversight.reveal.opening import reveal as carried_out
    from graphmeta.oversight.reveal.request import CANNOT_KNOW, read
    from graphmeta.privacy.sealing import load_identity
    from graphmeta.report import words
    from graphmeta.run import open_run

    require_free(out)
    filed = read(request)
    told = carried_out(open_run(run), filed, [load_identity(one) for one in identity])
    leave(out, {"request": filed["request"], "accounts": told.to_dicts()})
    output().print(text(f"{words.plural(told.height, 'account')}: {out}"))
    messages().print(text(CANNOT_KNOW))


def _hash(document: Path | None) -> str:
    """Return the SHA-256 of a document, or nothing where there is none."""
    if document is None:
        return ""
    try:
        return hashlib.sha256(document.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"{document} cannot be read: {error.strerror}.", "Name the warrant's document."
        ) from error


def _show(filed: dict[str, Any]) -> None:
    from graphmeta.report import words

    request = filed["request"]
    for name, said in (
        ("Asked by", f"{request['asked_by']}, {request['asked_at']}"),
        ("Cluster", request["cluster"]),
        ("Case", request["case"]),
        ("Basis", request["basis"]),
        ("Authority", request["authority"]),
        ("Reference", request["reference"]),
        ("SHA-256 of the document", request["document_sha256"]),
        ("At most", words.plural(request["most_accounts"], "account")),
        ("Expires", request["expires_at"]),
        ("Approved by", ", ".join(one["by"] for one in filed["approvals"])),
    ):
        if said:
            output().print(text(f"{name}: {said}"))
