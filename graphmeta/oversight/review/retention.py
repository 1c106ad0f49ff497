"""When does the run end, and has its end passed?

The expiry must be the one that the configuration asked for. A run that is there after its expiry
should not be: nothing but ``purge`` and this review opens it, and copies are not seen from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from graphmeta.oversight import acts as names
from graphmeta.oversight.acts import Act
from graphmeta.oversight.review.result import Check, worst
from graphmeta.report import words
from graphmeta.run import RunFolder


def check(run: RunFolder, acts: Sequence[Act], now: datetime) -> Check:
    """Return whether the run's expiry is as asked for, and has not passed."""
    made = datetime.fromisoformat(run.manifest["created_at"])
    days = run.manifest["configuration"].get("retention_days")
    problems, gaps = [], []
    if days is None:
        gaps.append("the manifest does not say for how many days the run was to be kept")
    elif run.expires_at > made + timedelta(days=days):
        problems.append(f"the expiry is later than the {days} days that were asked for")
    if run.expired(now):
        problems.append(
            "its retention has ended and it is still here. So its tables were not opened in this "
            "review; delete it with `graphmeta privacy purge`"
        )
    if any(act.name == names.PURGING for act in acts):
        problems.append("a purge was begun and did not end")
    erased = sum(act.name == names.ERASED for act in acts)
    said = [f"Made {words.day(made)}, to be gone by {words.minute(run.expires_at)}."]
    said += [words.sentence(one) for one in (*problems, *gaps)]
    said += [f"Accounts erased at their holders' request: {erased}."] if erased else []
    return Check(
        name="retention",
        asks="Does the run end when it should?",
        verdict=worst(problems, gaps),
        says=" ".join(said),
        looked_at="The expiry in the manifest, the days that were asked for, the log, the clock.",
        repeat="Compare `privacy.expires_at` with `created_at` and `configuration.retention_days` "
        "in manifest.json; look for `purging` and `erased` in the log.",
        figures={"expires_at": run.expires_at.isoformat(), "days": days, "erasures": erased},
    )
