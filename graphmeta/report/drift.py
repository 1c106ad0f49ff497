"""What differs between two runs that is no cluster's doing: settings, versions, input, baselines?

A baseline is what was usual among the accounts outside all clusters, as the signals table holds it
beside every value. Where a baseline moves, scores move with it, though nobody in a cluster did
anything else. Signals whose definition changed (another ``version``) are not compared.

It misleads where a run has no clusters: then no baseline was written down.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from graphmeta.run import RunFolder

#: Signals that stand beside something of the cluster's own rather than beside what is usual.
_OWN = ("synchrony", "converts", "isolated_newcomers")
#: Of what a run counted, what says how large its input was.
_COUNTED = ("events_accepted", "accounts", "contacts", "first_contacts", "stranger_contacts")

_SETTINGS = pl.Schema(
    {"about": pl.String(), "name": pl.String(), "old": pl.String(), "new": pl.String()}
)


def settings(old: RunFolder, new: RunFolder) -> pl.DataFrame:
    """Return what differs in how two runs were made.

    Returns:
        ``about`` ("configuration", "version", "signal" or "input"), ``name``, ``old`` and ``new``
        (as text, null where the run has none), equal ones left out.

    Raises:
        RunError: The signals of a run cannot be read.
    """
    before, after = dict(_made(old)), dict(_made(new))
    differing = [
        (*key, before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    return pl.DataFrame(differing, schema=_SETTINGS, orient="row")


def baselines(old: RunFolder, new: RunFolder) -> pl.DataFrame:
    """Return what was usual in two runs, for every signal that both measured in the same way.

    Returns:
        ``signal``, ``version``, ``old``, ``new``, ``change`` (new less old), largest relative
        change first.

    Raises:
        RunError: The signals of a run cannot be read.
    """
    before, after = _usual(old).rename({"usual": "old"}), _usual(new).rename({"usual": "new"})
    relative = pl.col("change").abs() / pl.max_horizontal(pl.col("old").abs(), pl.col("new").abs())
    return (
        before.join(after, on=["signal", "version"])
        .with_columns(change=pl.col("new") - pl.col("old"))
        .sort(relative.fill_nan(0.0), "signal", descending=[True, False])
    )


def _usual(run: RunFolder) -> pl.DataFrame:
    """Return the baselines of a run: ``signal``, ``version``, ``usual``.

    Behaviours are the rows without a p-value. A baseline is the same for all clusters.
    """
    return (
        run.table("signals")
        .filter(
            pl.col("p_mid").is_null(),
            pl.col("expected").is_not_null(),
            ~pl.col("signal").is_in(_OWN),
        )
        .group_by("signal", "version")
        .agg(usual=pl.col("expected").first(), values=pl.col("expected").n_unique())
        .filter(pl.col("values") == 1)
        .drop("values")
    )


def _made(run: RunFolder) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield how a run was made: what it is about and its name, and its value as text."""
    manifest = run.manifest
    for name, value in _leaves(manifest["configuration"]):
        yield ("configuration", name), _text(value)
    yield ("version", "graphmeta"), _text(manifest["graphmeta"])
    environment = manifest["environment"]
    for name, value in _leaves({**environment, **environment.get("libraries", {})}):
        if not name.startswith("libraries"):
            yield ("version", name), _text(value)
    for layer in manifest.get("layers", []):
        if "version" in layer:
            yield ("signal", layer["layer"]), _text(layer["version"])
    behaviours = run.table("signals").filter(pl.col("p_mid").is_null())
    for name, version in behaviours.select("signal", "version").unique().sort("signal").rows():
        yield ("signal", name), _text(version)
    yield from _input(manifest)


def _input(manifest: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for name in _COUNTED:
        if name in manifest["counts"]:
            yield ("input", name), _text(manifest["counts"][name])
    for name, value in manifest["span"].items():
        yield ("input", name), _text(value)
    prints = sorted(str(one["fingerprint"]) for one in manifest["inputs"])
    yield ("input", "fingerprints"), ", ".join(prints)


def _leaves(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield nested values by the path to them."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
