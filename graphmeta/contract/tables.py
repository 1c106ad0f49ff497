"""Which tables a run leaves behind, with every column's name and type.

Columns keep their names and types from version to version; a new one may be added at the end.
All times are UTC; all ids are the names the run was asked to use (pseudonyms by default).
"""

from __future__ import annotations

import polars as pl

TIME = pl.Datetime("us", "UTC")

STATUSES = ("confirmed", "candidate")
BEHAVIOURS = ("spam", "recruitment", "unclear")
ROLES = ("actor", "recruiter", "hub", "contacted")

CLUSTERS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "status": pl.String(),
        "flagged": pl.Boolean(),
        "risk": pl.Float64(),
        "spam": pl.Float64(),
        "recruitment": pl.Float64(),
        "behaviour": pl.String(),
        "p_value": pl.Float64(),
        "q_value": pl.Float64(),
        "n_actors": pl.Int64(),
        "n_contacted": pl.Int64(),
        "layers": pl.List(pl.String()),
        "first_event": TIME,
        "last_event": TIME,
        "stability": pl.Float64(),
    }
)

#: ``strength`` is 0 for the contacted: they are possible victims and are never scored. ``x`` and
#: ``y`` are the account's place in the picture of its cluster, the same wherever it is drawn.
MEMBERS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "account": pl.String(),
        "role": pl.String(),
        "strength": pl.Float64(),
        "core": pl.Boolean(),
        "p_value": pl.Float64(),
        "x": pl.Float64(),
        "y": pl.Float64(),
    }
)

#: ``score`` says which sum the row belongs to: "coordination", "spam" or "recruitment"; the row of
#: "verdict" says what would change the verdict, and is part of no sum.
#: The contributions of one cluster's "spam" rows add up to the log-odds of its ``spam`` score,
#: those of its "recruitment" rows to the log-odds of ``recruitment``. "coordination" rows say
#: what ties the accounts together, with the log-likelihood ratio against chance (nats, at most
#: what the p-value allows, negative where there was less than by chance) as their contribution, and
#: are part of neither sum.
EVIDENCE = pl.Schema(
    {
        "cluster_id": pl.String(),
        "score": pl.String(),
        "term": pl.String(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "contribution": pl.Float64(),
        "says": pl.String(),
    }
)

#: Each kind of look-alike beside each cluster: its p-value, and the signals that tell the cluster
#: apart from the kind most (``apart_by``) and make it like the kind most (``alike_by``).
LOOK_ALIKES = pl.Schema(
    {
        "cluster_id": pl.String(),
        "kind": pl.String(),
        "p_value": pl.Float64(),
        "apart_by": pl.String(),
        "alike_by": pl.String(),
    }
)

SIGNALS = pl.Schema(
    {
        "entity": pl.String(),
        "signal": pl.String(),
        "version": pl.Int64(),
        "value": pl.Float64(),
        "expected": pl.Float64(),
        "p_mid": pl.Float64(),
        "support": pl.Int64(),
        "reason": pl.String(),
    }
)

QUARANTINE = pl.Schema(
    {
        "file": pl.String(),
        "row": pl.Int64(),
        "field": pl.String(),
        "reason": pl.String(),
    }
)

#: Who contacted whom within one cluster: the edges that its picture draws. ``first_contact`` is
#: true where the sender opened the acquaintance; ``stranger`` where it was a stranger contact.
CONTACTS = pl.Schema(
    {
        "cluster_id": pl.String(),
        "sender": pl.String(),
        "recipient": pl.String(),
        "events": pl.Int64(),
        "first_event": TIME,
        "last_event": TIME,
        "first_contact": pl.Boolean(),
        "stranger": pl.Boolean(),
    }
)

#: What the scored members of one cluster did, hour by hour (hours without events are absent).
TIMELINE = pl.Schema(
    {
        "cluster_id": pl.String(),
        "hour": TIME,
        "events": pl.Int64(),
        "stranger_contacts": pl.Int64(),
        "active_members": pl.Int64(),
    }
)

#: Stranger contacts of all accounts, hour by hour: beside which a cluster's hours are looked at.
RHYTHM = pl.Schema({"hour": TIME, "stranger_contacts": pl.Int64()})

#: The tables of a run by file stem, in the order in which they are written.
TABLES: dict[str, pl.Schema] = {
    "clusters": CLUSTERS,
    "members": MEMBERS,
    "evidence": EVIDENCE,
    "look_alikes": LOOK_ALIKES,
    "signals": SIGNALS,
    "contacts": CONTACTS,
    "timeline": TIMELINE,
    "rhythm": RHYTHM,
    "quarantine": QUARANTINE,
}
