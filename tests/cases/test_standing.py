"""Does a list of many clusters say the same of their reviews as each cluster does?"""

from __future__ import annotations

from pathlib import Path

from case_kit import FUNNEL, RING, says, write_fake_run

from graphmeta.cases import verdicts
from graphmeta.cases.standing import count, standings
from graphmeta.cases.store import open_store


def test_it_agrees_with_what_is_told_of_each_cluster(store_url: str, tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "run")
    said = [
        says(second_asked=True),
        says(verdict="benign", reviewer="bob", second=True),
        says(cluster=FUNNEL, verdict="benign", looks_like="courier"),
        says(cluster="d9e44-group"),
        says(cluster="d9e44-group", verdict="unsure", reviewer="cem"),
        says(cluster="d9e44-group", verdict="unsure", reviewer="bob", second=True),
    ]
    with open_store(store_url) as store:
        for step in range(1, len(said) + 1):
            verdicts.judge(store, run, said[step - 1 : step])
            reviews = verdicts.reviews(store, run.run_id)
            found = standings(store, [run.run_id])
            assert count(store, [run.run_id]) == step
            assert {cluster for _, cluster in found} == set(reviews)
            for (_, cluster), one in found.items():
                stands = reviews[cluster]
                assert (one.version, one.verdict, one.looks_like, one.reviewer, one.at) == (
                    stands.verdict.version,
                    stands.verdict.verdict,
                    stands.verdict.looks_like,
                    stands.verdict.reviewer,
                    stands.verdict.at,
                )
                assert (one.disputed, one.waiting) == (stands.disputed, stands.waiting)
                history = verdicts.history(store, run.run_id, cluster)
                assert one.reviewers == {row.reviewer for row in history}
        assert standings(store, ["another"]) == {}
        assert found[run.run_id, RING].disputed
