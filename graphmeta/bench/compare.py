"""What changed between two results, and is it more than the luck of the worlds?

Where both measured the same world (equal name and fingerprint) the difference is taken world by
world, which removes what worlds differ in; the interval is a bootstrap over those differences.
Otherwise the two means are resampled apart. "Better" and "worse" are said where the interval
leaves zero out; from a single world there is no interval, and a difference is only "changed".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphmeta.bench.measures import intervals
from graphmeta.bench.measures.intervals import Estimate

Entry = Mapping[str, Any]
#: Row of a comparison in which all campaigns are taken together.
ALL = "all worlds"


def _precision(entry: Entry) -> float | None:
    value: float | None = entry["ranking"]["average_precision"]
    return value


def _f1(entry: Entry) -> float | None:
    found = (entry["flags"] or {"campaigns": {}})["campaigns"].values()
    return sum(each["f1"] for each in found) / len(found) if found else None


def _false(entry: Entry) -> float | None:
    return None if entry["flags"] is None else entry["flags"]["false_flagged"]


def _alike(entry: Entry) -> float | None:
    if entry["flags"] is None:
        return None
    return float(sum(each["flagged"] for each in entry["flags"]["lookalikes"].values()))


def _innocent(entry: Entry) -> float | None:
    return None if entry["flags"] is None else entry["flags"]["innocents_flagged"]


def _seconds(entry: Entry) -> float | None:
    value: float | None = entry["cpu_seconds"]
    return value


#: Name, how to read it off an entry, whether more is better (+1) or worse (-1), and whether it is
#: compared campaign by campaign.
MEASURES: tuple[tuple[str, Callable[[Entry], float | None], int, bool], ...] = (
    ("average precision", _precision, 1, True),
    ("F1 of flagged accounts", _f1, 1, True),
    ("false flagged clusters", _false, -1, False),
    ("look-alikes flagged", _alike, -1, False),
    ("innocents flagged", _innocent, -1, False),
    ("processor seconds", _seconds, -1, False),
)


def compare_results(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two results.

    Returns:
        ``remarks`` (what makes the comparison less than even) and ``rows``: detector, accounts,
        label, measure, before, after (means), difference (an estimate), paired, verdict
        ("better", "worse", "changed" or "").
    """
    old, new = _entries(before), _entries(after)
    shared = [name for name in before["detectors"] if name in after["detectors"]]
    rows = []
    for detector in shared:
        for size in dict.fromkeys(world["accounts"] for world in before["worlds"]):
            mine = [_of(part, detector, size) for part in (old, new)]
            if not mine[0] or not mine[1]:
                continue
            labels = [label for label in _labels(mine[0]) if label in _labels(mine[1])]
            for name, read, sign, by_campaign in MEASURES:
                for label in [*(labels if by_campaign else ()), ALL]:
                    parts = [_values(part, read, label, labels) for part in mine]
                    row = _row(parts[0], parts[1], sign)
                    if row is not None:
                        head = {"detector": detector, "accounts": size, "label": label}
                        rows.append({**head, "measure": name, **row})
    return {"remarks": _remarks(before, after, old, new), "rows": rows}


def _entries(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the answered entries, each with what is known of its world."""
    worlds = {world["name"]: world for world in results["worlds"]}
    return [
        {**entry, "of": worlds[entry["world"]]}
        for entry in results["entries"]
        if entry["status"] == "done"
    ]


def _of(entries: Sequence[Entry], detector: str, size: int) -> list[Entry]:
    return [e for e in entries if e["detector"] == detector and e["of"]["accounts"] == size]


def _labels(entries: Sequence[Entry]) -> list[str]:
    return list(dict.fromkeys(entry["of"]["label"] for entry in entries))


def _values(
    entries: Sequence[Entry],
    read: Callable[[Entry], float | None],
    label: str,
    labels: Sequence[str],
) -> dict[str, float]:
    """Return a measure by world; over all worlds, of those campaigns that both results have."""
    wanted = labels if label == ALL else (label,)
    return {
        f"{entry['world']} {entry['of']['fingerprint']}": float(value)
        for entry in entries
        if entry["of"]["label"] in wanted and (value := read(entry)) is not None
    }


def _row(old: Mapping[str, float], new: Mapping[str, float], sign: int) -> dict[str, Any] | None:
    if not old or not new:
        return None
    both = [world for world in old if world in new]
    if both:
        change = intervals.mean([new[world] - old[world] for world in both])
        means = [sum(part[world] for world in both) / len(both) for part in (old, new)]
    else:
        change = intervals.difference(list(old.values()), list(new.values()))
        means = [sum(part.values()) / len(part) for part in (old, new)]
    return {
        "before": means[0],
        "after": means[1],
        "difference": change.as_json(),
        "paired": bool(both),
        "verdict": _verdict(change, sign),
    }


def _verdict(change: Estimate, sign: int) -> str:
    if not change.value:
        return ""
    if change.low is None or change.high is None:
        return "changed"
    if change.low <= 0 <= change.high:
        return ""
    return "better" if change.value * sign > 0 else "worse"


def _remarks(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    old: Sequence[Entry],
    new: Sequence[Entry],
) -> list[str]:
    """Say what makes a comparison less than even."""
    remarks = [
        f"{side}: graphmeta {results['machine']['graphmeta']}, commit "
        f"{str(results['machine']['commit'] or 'unknown')[:10]}"
        + (", modified" if results["machine"]["modified"] else "")
        for side, results in (("before", before), ("after", after))
    ]
    if before["machine"]["processor"] != after["machine"]["processor"]:
        remarks.append("the machines differ: seconds do not compare")
    prints = [
        {world["name"]: world["fingerprint"] for world in r["worlds"]} for r in (before, after)
    ]
    common = [name for name in prints[0] if name in prints[1]]
    changed = [name for name in common if prints[0][name] != prints[1][name]]
    if changed:
        remarks.append(
            f"{len(changed)} of {len(common)} worlds of equal name hold other events, and are not "
            "compared world by world"
        )
    elif not common:
        remarks.append("no world is in both: means are compared, not worlds")
    remarks += [
        f"{detector} was measured before only"
        for detector in before["detectors"]
        if detector not in after["detectors"]
    ]
    answered = [{(each["detector"], each["world"]) for each in part} for part in (old, new)]
    asked = [{(each["detector"], each["world"]) for each in r["entries"]} for r in (before, after)]
    for side, lost in (
        ("after", (answered[0] - answered[1]) & asked[1]),
        ("before", (answered[1] - answered[0]) & asked[0]),
    ):
        if lost:
            named = ", ".join(f"{detector} on {world}" for detector, world in sorted(lost)[:5])
            remarks.append(f"{len(lost)} answers failed in the one {side}: {named}")
    return remarks
