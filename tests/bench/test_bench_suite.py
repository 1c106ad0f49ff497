"""A tiny suite from end to end: run, summarised, shown, written, compared."""

from __future__ import annotations

import copy
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graphmeta.bench import results as written
from graphmeta.bench.compare import ALL, compare_results
from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.detectors import Function
from graphmeta.bench.page import page_html
from graphmeta.bench.running import Plan, run
from graphmeta.bench.suites import cases
from graphmeta.bench.summary import summarise
from graphmeta.bench.worlds import make, truth_of
from graphmeta.cli import main
from graphmeta.cli.app import build
from graphmeta.errors import InputError, UsageError

SEEN: list[set[str]] = []
_CASE = cases("quick", 1, ["bulk"], 200)[0]
_TRUTH = truth_of(make(_CASE))


def knows(problem: Problem) -> Answer:
    """Flag the campaign exactly: what a perfect detector would do. It knows by heart, not by eye.

    Of a seed that it does not know it says nothing.
    """
    SEEN.append({path.name for path in problem.events.parent.parent.rglob("*")})
    planted = _TRUTH.planted["account"] if problem.seed == 0 else _TRUTH.planted["account"].clear()
    clusters = pl.DataFrame({"cluster_id": ["c1"], "flagged": [True], "risk": [0.9]})
    members = pl.DataFrame({"cluster_id": "c1", "account": planted})
    return Answer(pl.DataFrame({"account": planted, "score": 1.0}), clusters, members)


def fails(problem: Problem) -> Answer:
    raise RuntimeError(f"seed {problem.seed} again")


@pytest.fixture(scope="module")
def scores_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scores made elsewhere, for the first of two worlds, everybody alike."""
    file = tmp_path_factory.mktemp("scores") / "elsewhere.csv"
    frame = pl.DataFrame({"world": _CASE.name, "account": _TRUTH.accounts, "score": 1.0})
    frame.write_csv(file)
    return file


@pytest.fixture(scope="module")
def results(scores_file: Path) -> dict[str, Any]:
    plan = Plan("quick", seeds=2, campaigns=("bulk",), accounts=200, jobs=2, timeline=True)
    mine = [Function("knows", knows), Function("fails", fails)]
    found = run(plan, ["volume", str(scores_file), *mine])
    return {**found, "summary": summarise(found)}


def entry(results: dict[str, Any], detector: str, seed: int) -> dict[str, Any]:
    (found,) = (
        each
        for each in results["entries"]
        if each["detector"] == detector and each["world"] == f"bulk-200-{seed}"
    )
    return dict(found)


def test_every_detector_has_an_entry_for_every_world(results: dict[str, Any]) -> None:
    names = ["volume", "elsewhere", "knows", "fails"]
    assert results["detectors"] == names
    pairs = [(each["world"], each["detector"]) for each in results["entries"]]
    assert pairs == [(f"bulk-200-{seed}", name) for seed in (0, 1) for name in names]


def test_results_say_from_which_code_on_which_machine_with_which_seeds(
    results: dict[str, Any],
) -> None:
    machine = results["machine"]
    assert machine["commit"] is None or len(machine["commit"]) == 40
    assert machine["cores"] >= 1
    assert machine["memory_bytes"] > 1e8
    assert machine["processor"]
    assert machine["libraries"]["polars"] == pl.__version__
    assert results["plan"]["seeds"] == [0, 1]
    assert len({world["fingerprint"] for world in results["worlds"]}) == 2
    assert json.loads(json.dumps(results, allow_nan=False)) == results


def test_who_knows_is_perfect_and_who_ties_everybody_is_at_chance(results: dict[str, Any]) -> None:
    knowing = entry(results, "knows", 0)
    assert knowing["ranking"]["average_precision"] == 1
    assert knowing["flags"]["campaigns"]["bulk"]["f1"] == 1
    tied = entry(results, "elsewhere", 0)["ranking"]
    assert tied["average_precision"] == pytest.approx(tied["by_chance"])
    assert entry(results, "volume", 0)["seconds"] > 0


def test_a_detector_sees_events_and_accounts_and_nothing_that_names_the_campaign(
    results: dict[str, Any],
) -> None:
    assert results
    names = set().union(*SEEN)
    assert names == {"seen", "events", "events.parquet", "accounts.parquet"}


def test_failures_are_reported_with_the_reason_and_counted(results: dict[str, Any]) -> None:
    assert entry(results, "fails", 1)["status"] == "failed"
    assert entry(results, "fails", 1)["reason"] == "RuntimeError: seed 1 again"
    # A file that knows one of two worlds has failed on the other.
    assert entry(results, "elsewhere", 1)["status"] == "failed"
    rows = {row["detector"]: row for row in results["summary"]["campaigns"]}
    assert (rows["fails"]["worlds"], rows["fails"]["failed"]) == (2, 2)
    assert rows["fails"]["average_precision"]["value"] is None
    assert rows["elsewhere"]["average_precision"]["n"] == 1


def test_contacts_before_detection_are_counted_for_detectors_that_flag(
    results: dict[str, Any],
) -> None:
    found = entry(results, "knows", 0)["timeline"]["campaigns"]["bulk"]
    assert found["day"] == 10
    assert found["contacts"] < found["of"]
    assert entry(results, "knows", 1)["timeline"]["campaigns"]["bulk"]["share"] == 1
    assert "timeline" not in entry(results, "volume", 0)


def test_the_summary_has_means_with_intervals_over_worlds(results: dict[str, Any]) -> None:
    rows = {row["detector"]: row for row in results["summary"]["detectors"]}
    assert rows["knows"]["detected"]["value"] == 0.5
    assert rows["knows"]["detected"]["n"] == 2
    assert rows["knows"]["detected"]["low"] < 0.1
    assert rows["volume"]["average_precision"]["low"] is not None
    assert rows["volume"]["flags"] is False
    (calibration,) = results["summary"]["calibration"]
    assert calibration["bins"][0]["true"]["n"] == 2


def test_every_row_of_the_summary_is_about_the_size_of_its_worlds(results: dict[str, Any]) -> None:
    for part in ("campaigns", "detectors", "lookalikes", "curves"):
        assert {row["accounts"] for row in results["summary"][part]} == {200}


def test_a_lookalike_that_was_flagged_is_named_on_the_page(results: dict[str, Any]) -> None:
    assert "No account of any look-alike was flagged" in page_html(results)
    changed = copy.deepcopy(results)
    kind = entry(changed, "knows", 0)["flags"]["lookalikes"]["courier"]
    kind["flagged"], kind["accounts_flagged"] = True, 3
    page = page_html(changed)
    assert "No account of any look-alike was flagged" not in page
    assert '<th scope="row">courier</th>' in page


def test_the_page_names_the_look_alikes_where_not_all_were_posed(results: dict[str, Any]) -> None:
    assert "with all kinds of look-alikes" in page_html(results)
    changed = copy.deepcopy(results)
    changed["plan"]["lookalikes"] = ["courier", "text_bank"]
    assert "with these look-alikes alone: courier, text bank" in page_html(changed)
    del changed["plan"]["lookalikes"]
    assert "with all kinds of look-alikes" in page_html(changed), "results of an earlier version"


def test_the_page_holds_every_detector_and_failure_and_loads_nothing(
    results: dict[str, Any],
) -> None:
    page = page_html(results)
    text = html.unescape(page[: page.index("<script>")])
    assert all(name in text for name in results["detectors"])
    assert "RuntimeError: seed 1 again" in text
    assert text.index("Who finds what") < text.index("Precision and recall")
    assert "default-src 'none'" in text
    assert "http://" not in text
    assert "https://" not in text


def test_what_a_detector_says_cannot_become_part_of_the_page(results: dict[str, Any]) -> None:
    changed = copy.deepcopy(results)
    changed["entries"][3]["reason"] = "<script>alert(1)</script>"
    assert "<script>alert" not in page_html(changed)


def test_the_cost_of_evasion_is_drawn_where_a_suite_sweeps(results: dict[str, Any]) -> None:
    changed = copy.deepcopy(results)
    changed["plan"]["suite"] = "evasion"
    changed["worlds"][0]["label"], changed["worlds"][1]["label"] = "pace_48", "pace_12"
    for world, reach in zip(changed["worlds"], (48.0, 12.0), strict=True):
        world["steps"] = [{"sweep": "pace", "value": reach, "reach": reach}]
    page = page_html(changed)
    assert "What evasion costs the attacker" in page
    assert "strangers reached per account and week: " in page
    assert "How far an attacker must go to get away" in page
    assert "How far an attacker must go to get away" not in page_html(results)


def changed_results(results: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> Any:
    """Return results in which every entry of the detector volume was changed."""
    after = copy.deepcopy(results)
    for each in after["entries"]:
        if each["detector"] == "volume":
            change(each)
    return after


def compared(before: dict[str, Any], after: dict[str, Any], measure: str) -> dict[str, Any]:
    rows = compare_results(before, after)["rows"]
    (row,) = (
        each
        for each in rows
        if (each["detector"], each["measure"], each["label"]) == ("volume", measure, ALL)
    )
    return dict(row)


def test_results_compared_with_themselves_differ_in_nothing(results: dict[str, Any]) -> None:
    rows = compare_results(results, results)["rows"]
    assert rows
    assert {row["verdict"] for row in rows} == {""}
    assert {row["difference"]["value"] for row in rows} == {0.0}


def test_compare_says_what_got_better_and_what_got_worse(results: dict[str, Any]) -> None:
    def change(each: dict[str, Any]) -> None:
        each["ranking"]["average_precision"] += 0.2
        each["cpu_seconds"] += 5

    after = changed_results(results, change)
    ranking, seconds = (
        compared(results, after, measure) for measure in ("average precision", "processor seconds")
    )
    assert (ranking["verdict"], seconds["verdict"]) == ("better", "worse")
    assert ranking["paired"]
    assert ranking["difference"]["value"] == pytest.approx(0.2)


def test_a_difference_within_the_luck_of_the_worlds_has_no_verdict(results: dict[str, Any]) -> None:
    def change(each: dict[str, Any]) -> None:
        each["ranking"]["average_precision"] += 0.1 if each["world"].endswith("0") else -0.05

    assert compared(results, changed_results(results, change), "average precision")["verdict"] == ""


def test_worlds_of_equal_name_with_other_events_are_not_taken_for_the_same(
    results: dict[str, Any],
) -> None:
    after = copy.deepcopy(results)
    for world in after["worlds"]:
        world["fingerprint"] = world["fingerprint"][::-1]
    said = compare_results(results, after)
    assert any("2 of 2 worlds of equal name hold other events" in each for each in said["remarks"])
    assert not any(row["paired"] for row in said["rows"])


def test_compare_names_what_answered_before_and_fails_now(results: dict[str, Any]) -> None:
    def change(each: dict[str, Any]) -> None:
        each["status"] = "failed"

    remarks = compare_results(results, changed_results(results, change))["remarks"]
    assert any("2 answers failed in the one after: volume on" in each for each in remarks)


def test_results_are_written_whole_and_read_again(results: dict[str, Any], tmp_path: Path) -> None:
    partial = written.claim(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    written.publish(results, "page", partial, tmp_path / "out")
    assert written.read(tmp_path / "out") == results
    assert written.read(tmp_path / "out" / "results.json") == results
    with pytest.raises(UsageError, match="exists already"):
        written.claim(tmp_path / "out")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 0}'])
def test_what_is_no_result_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        written.read(tmp_path)


def test_scores_without_worlds_need_a_suite_of_one_world(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("account,score\na,1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="which of the 8 worlds"):
        run(Plan("quick"), [str(file)])


def test_the_command_runs_graphmeta_keeps_the_worlds_and_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    narrowed = ["--campaign", "bulk", "--accounts", "200", "--detector", "graphmeta"]
    assert main(["bench", "run", "quick", *narrowed, "--worlds", "W", "--out", "A"]) == 0
    shown = capsys.readouterr()
    assert "Average precision, 200 accounts" in shown.out
    assert "open A/report.html" in shown.out
    assert "graphmeta: bulk-200-0: graphmeta" in shown.err
    kept = {path.relative_to("W").as_posix() for path in Path("W").rglob("*.parquet")}
    assert kept == {"bulk-200-0/events/events.parquet", "bulk-200-0/accounts.parquet"}
    (found,) = written.read(Path("A"))["entries"]
    assert (found["status"], found["detector"]) == ("done", "graphmeta")
    assert found["flags"] is not None
    assert main(["bench", "compare", "A", "A"]) == 0
    assert "Better: 0 figures." in capsys.readouterr().out
    assert main(["bench", "compare", "A", "A", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["rows"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nothing"], "There is no suite 'nothing'"),
        (["run", "quick", "--detector", "nothing"], "There is no detector 'nothing'"),
        (["compare", "nowhere", "nowhere"], "cannot be read as results"),
        (["compare", "nowhere"], "There is nothing to compare"),
    ],
)
def test_what_cannot_be_carried_out_leaves_nothing_and_says_why(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run", "compare"])
def test_help_shows_usage_and_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: graphmeta bench {command}" in shown
    assert f"• graphmeta bench {command}" in shown


@pytest.mark.parametrize("command", ["run", "compare"])
def test_every_option_of_the_bench_has_its_help(command: str) -> None:
    for argument in build()["bench"][command].assemble_argument_collection():
        if argument.show:
            assert argument.parameter.help, argument.name
