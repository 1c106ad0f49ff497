"""``graphmeta privacy keys``, ``rotate-key``, ``destroy-key``, ``signing-key``, ``sealing-key``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from graphmeta.cli.console import messages, output, print_json, text
from graphmeta.cli.options import IDS, Json
from graphmeta.errors import UsageError

KeyFile = Annotated[
    Path | None,
    Parameter(
        name="--key",
        group=IDS,
        help="The file with the pseudonyms' key. By default the one in your configuration folder.",
    ),
]
SigningKeyFile = Annotated[
    Path | None,
    Parameter(
        name="--signing-key",
        help="The file with your signing key. By default the one in your configuration folder.",
    ),
]


def keys(*, key: KeyFile = None, json: Json = False) -> None:
    """List the epochs of a key file: their numbers, names and times, never the keys.

    For example:

    - `graphmeta privacy keys`
    """
    from graphmeta.privacy.keys import Key, read_epochs

    rows = [
        {
            "epoch": one.number,
            "key_id": None if one.secret is None else Key(one.secret, one.number).key_id,
            "made_at": one.made_at or None,
            "destroyed_at": one.destroyed_at or None,
        }
        for one in read_epochs(key_file(key))
    ]
    if json:
        print_json(rows)
        return
    for row in rows:
        state = f"key {row['key_id']}" if row["key_id"] else f"destroyed {row['destroyed_at']}"
        made = f", made {row['made_at']}" if row["made_at"] else ""
        output().print(text(f"epoch {row['epoch']}: {state}{made}"))


def rotate_key(*, key: KeyFile = None) -> None:
    """Begin a new epoch: from now on every account gets another pseudonym.

    Runs of different epochs cannot be linked without the keys. The old keys stay in the file, for
    the runs that were made with them, until they are destroyed.

    For example:

    - `graphmeta privacy rotate-key`
    """
    from graphmeta.privacy.rotation import rotate

    new = rotate(key_file(key))
    output().print(text(f"Epoch {new.epoch} begins, with the key {new.key_id}."))


def destroy_key(
    epoch: Annotated[int, Parameter(help="Its number, as `graphmeta privacy keys` lists it.")],
    /,
    *,
    key: KeyFile = None,
    yes: Annotated[
        bool, Parameter(help="Confirm that it shall be destroyed. It cannot be had again.")
    ] = False,
) -> None:
    """Destroy the key of one epoch: erasure of whose its pseudonyms are, in every run and copy.

    The keys of other epochs stay. Copies of the key file, in backups for instance, have to be
    destroyed as well: the program reaches the file alone.

    For example:

    - `graphmeta privacy destroy-key 1 --yes`
    """
    from graphmeta.privacy.rotation import destroy

    if not yes:
        raise UsageError(
            f"The key of epoch {epoch} would be destroyed for good.", "Confirm with --yes."
        )
    destroy(key_file(key), epoch)
    output().print(text(f"The key of epoch {epoch} is destroyed, in this file."))
    messages().print(text("Destroy its copies too: backups, snapshots, other machines."))


def signing_key(*, signing_key: SigningKeyFile = None) -> None:
    """Print the public part of your signing key; make the key where there is none.

    Checkpoints, lists and requests are signed with it. Give the public part to those who verify.

    For example:

    - `graphmeta privacy signing-key`
    """
    from graphmeta.privacy import signing

    path = signing_key or signing.default_signing_key()
    signing.make_signing_key(path)
    output().print(text(signing.public_part(signing.load_signing_key(path))))


def sealing_key(
    file: Annotated[Path, Parameter(help="Where the key stands, or shall be made.")], /
) -> None:
    """Print the age recipient of a sealing key; make the key where there is none.

    A map back to the ids is sealed to two such keys (`analyze --seal-to`), kept by two people.

    For example:

    - `graphmeta privacy sealing-key ada.age-key`
    """
    from graphmeta.privacy import sealing

    sealing.make_identity(file)
    output().print(text(sealing.load_identity(file).recipient))


def key_file(named: Path | None) -> Path:
    """Return the key file that is meant. None is ever made here: it would fit no run.

    Raises:
        UsageError: There is none.
    """
    from graphmeta.privacy.keys import default_key_path

    path = named or default_key_path()
    if not path.exists():
        raise UsageError(f"There is no key at {path}.", "Name a key file with --key FILE.")
    return path
