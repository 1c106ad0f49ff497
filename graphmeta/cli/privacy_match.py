"""``graphmeta privacy actors`` and ``match``: the ordinary way from a cluster to an account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from graphmeta.cli.console import messages, output, print_json, text
from graphmeta.cli.options import RunPath
from graphmeta.cli.privacy_keys import KeyFile, SigningKeyFile
from graphmeta.errors import InputError

if TYPE_CHECKING:
    import polars as pl

_BATCH = 1_000_000


def actors(
    run: RunPath,
    /,
    *clusters: Annotated[str, Parameter(help="Clusters that people found to be abuse.")],
    out: Annotated[Path, Parameter(help="The file to make.", metavar="FILE")],
    signing_key: SigningKeyFile = None,
) -> None:
    """List the pseudonyms of those who acted in reviewed clusters, signed, for the key's holder.

    A cluster must be flagged, and the verdict on it spam or recruitment. Those who were contacted
    are not on the list. The run's log records it.

    For example:

    - `graphmeta privacy actors RUN c0001 c0004 --out reviewed.json`
    """
    from graphmeta.cli.files import leave, require_free
    from graphmeta.oversight.actors import listed
    from graphmeta.privacy import signing
    from graphmeta.report import words
    from graphmeta.run import open_run

    key = signing.load_signing_key(signing_key or signing.default_signing_key())
    require_free(out)
    made = listed(open_run(run), clusters, key)
    leave(out, made)
    output().print(
        text(
            f"{words.plural(len(made['accounts']), 'pseudonym')} of "
            f"{words.plural(len(made['clusters']), 'cluster')}: {out}"
        )
    )
    messages().print(text(f"Signed with {made['signer']}, which the key's holder has to know."))


def match(
    reviewed: Annotated[Path, Parameter(help="A list that `graphmeta privacy actors` wrote.")],
    /,
    *,
    ids: Annotated[
        Path,
        Parameter(
            help="The platform's own ids, as they stand in its events: one a line.", metavar="FILE"
        ),
    ],
    signer: Annotated[
        str,
        Parameter(help="The public key of whoever may make such lists.", metavar="PUBLIC-KEY"),
    ],
    lives: Annotated[
        int,
        Parameter(
            help="How many holders of an id to try, where ids are given to others later.",
            validator=validators.Number(gte=1, lte=9),
        ),
    ] = 1,
    key: KeyFile = None,
) -> None:
    """Tell which of the platform's own ids are on a list of reviewed accounts.

    For whoever holds the key of the pseudonyms, and for nobody else. It computes forward: there
    is no way to ask about one pseudonym or one account. The log beside the key file records it.

    For example:

    - `graphmeta privacy match reviewed.json --ids ids.txt --signer 3f1d... > matched.json`
    """
    from graphmeta.cli.privacy_keys import key_file
    from graphmeta.oversight import matching
    from graphmeta.oversight.actors import read_list
    from graphmeta.privacy.keys import load_key

    listed = read_list(reviewed, signer)
    path = key_file(key)
    secret = load_key(path, key_id=listed["key_id"])
    found = matching.match(listed, _batches(ids), secret, path, lives)
    print_json(found.to_dicts())
    told = found["pseudonym"].n_unique()
    messages().print(text(f"{told} of {len(listed['accounts'])} pseudonyms matched."))
    if told < len(listed["accounts"]):
        messages().print(
            text("The rest may be of later holders of an id (--lives), or of ids not given here.")
        )


def _batches(ids: Path) -> Iterator[pl.Series]:
    """Yield the ids of a file, a million at a time."""
    import polars as pl

    try:
        with ids.open(encoding="utf-8") as lines:
            while some := [line.rstrip("\r\n") for line in islice(lines, _BATCH)]:
                yield pl.Series([one for one in some if one], dtype=pl.String)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{ids} cannot be read as a list of ids.", "Give a text file with one id a line."
        ) from error
