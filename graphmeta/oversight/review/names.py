"""Do accounts bear pseudonyms in the run, and under which key?

Every name of an account or a group must have the form of a pseudonym. That it was made with a key,
and with which, nobody can see without the key: the form alone proves little against a forger.
"""

from __future__ import annotations

import re

import polars as pl

from graphmeta.oversight.erasure import NAMES
from graphmeta.oversight.review.result import Check
from graphmeta.privacy.pseudonyms import PREFIX
from graphmeta.report import words
from graphmeta.run import REVERSE_MAP, RunFolder

_FORM = f"^({'|'.join(map(re.escape, PREFIX.values()))})[a-z2-7]{{20}}$"


def check(run: RunFolder) -> Check:
    """Return whether all names in the tables have the form of pseudonyms.

    Raises:
        RunError: A table cannot be read.
    """
    plain = run.manifest["privacy"]["identifiers"] != "pseudonymous"
    every = pl.concat([_names(run, table) for table in NAMES]).unique()
    other = int((~every.str.contains(_FORM)).sum())
    held = f"{words.plural(len(every), 'name')}, all of the form of pseudonyms."
    said = (
        "The run was made with plain identifiers: ids stand in it as they were in the events. That "
        "is for made-up and public data alone."
        if plain
        else f"{words.plural(other, 'name')} of {len(every)} are no pseudonyms."
        if other
        else held
    )
    return Check(
        name="identifiers",
        asks="Do accounts and groups bear pseudonyms?",
        verdict="not proven" if plain else "failed" if other else "held",
        says=said,
        looked_at="Every name in the tables members, signals and contacts.",
        repeat="Search members.parquet, contacts.parquet and signals.parquet for an id that stands "
        "in the events; look at `privacy.identifiers` in manifest.json.",
        figures={"identifiers": run.manifest["privacy"]["identifiers"], "names": len(every)},
    )


def key(run: RunFolder) -> Check:
    """Return what is known of the key; never anything of the key itself."""
    kept = run.manifest["privacy"]
    told = {name: kept.get(name) for name in ("key_id", "dataset", "epoch", "reverse_map")}
    if kept["identifiers"] != "pseudonymous":
        said = "No key was used."
    else:
        said = f"The key is called {told['key_id']}, the data set {told['dataset']}."
        said += f" {_way_back(run, bool(told['reverse_map']))}"
        said += " Whoever holds the key can compute pseudonyms from ids; who does, cannot be seen."
    return Check(
        name="key",
        asks="Which key made the pseudonyms, and who holds it?",
        verdict="not proven",
        says=said,
        looked_at="The key's name in the manifest. The key was neither looked for nor opened.",
        repeat="Ask the platform who can read the key file; analyse the events with another --key "
        "and see that every name differs.",
        figures={name: value for name, value in told.items() if value is not None},
    )


def _way_back(run: RunFolder, made: bool) -> str:
    if (run.path / REVERSE_MAP).exists():
        return "A map back to the ids is here, sealed to two keys; who may ask stands in the log."
    return (
        "A map back to the ids was made, and is not here any more."
        if made
        else "No map back to the ids was written."
    )


def _names(run: RunFolder, table: str) -> pl.Series:
    rows = run.table(table)
    if table == "signals":  # of all others the entity is a cluster
        rows = rows.filter(pl.col("signal") == "membership")
    return pl.concat([rows[column].alias("name") for column in NAMES[table]])
