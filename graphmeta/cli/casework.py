"""What did people say of one cluster, in the form in which an export takes it?

Exports stand on the same floor as the case store and know nothing of it; this brings the two
together. Where there is no store, nobody said anything, and none is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmeta.report.exports.case import Case
    from graphmeta.run import RunFolder


def case(run: RunFolder, cluster: str, case_store: str | None) -> Case:
    """Return every verdict, note and pin of one cluster.

    Raises:
        UsageError: The case store does not answer.
    """
    from graphmeta.cases.place import address
    from graphmeta.report.exports.case import Case, case_of

    if not address(case_store).exists():
        return Case()
    from graphmeta.cases import notes, verdicts
    from graphmeta.cases.store import open_store

    with open_store(case_store) as store:
        review = verdicts.reviews(store, run.run_id).get(cluster)
        said = verdicts.history(store, run.run_id, cluster)
        written = notes.notes(store, run.run_id, cluster)
        pinned = notes.pins(store, run.run_id, cluster)
    return case_of(said, review.verdict.version if review else None, written, pinned)
