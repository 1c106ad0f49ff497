"""recalibrate: before and after are shown, and only verdicts on drawn clusters count."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select

from graphmeta.cases.draws import draw, drawn
from graphmeta.cases.store import open_store
from graphmeta.cases.tables import Act
from graphmeta.cases.verdicts import Judgement, judge
from graphmeta.cli import main
from graphmeta.pipeline import calibration
from graphmeta.run import RunFolder, open_run
from graphmeta.scores.calibrate import LEAST_VERDICTS, OwnCurve
from graphmeta.scores.model import fingerprint, trained
from graphmeta.scores.rank import by_strength

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run
from fake_tables import Tables

#: What truly is the case in these runs: much less abuse than the trained curve supposes.
CONSTANT, SLOPE = -2.0, 1.0
#: All of these clusters are coordinated as surely as can be, which the curve takes into account.
STRENGTH = float(pl.select(by_strength(pl.lit(0.0))).item())


def share(score: float) -> float:
    weighed = math.log(score / (1 - score)) + STRENGTH
    return 1 / (1 + math.exp(-(CONSTANT + SLOPE * weighed)))


def with_clusters(count: int, seed: int) -> Callable[[Tables], None]:
    """Return what puts confirmed clusters of all scores into a run, in place of its own."""

    def change(tables: Tables) -> None:
        scores = np.random.default_rng(seed).uniform(0.02, 0.98, count)
        weighed = pl.lit(pl.Series(np.log(scores / (1 - scores)))) + STRENGTH
        risks = pl.select(trained().risk.share(weighed)).to_series()
        like = tables.rows["clusters"][0]
        tables.rows = {name: [] for name in tables.rows}
        for number, (score, risk) in enumerate(zip(scores, risks, strict=True)):
            named = {"cluster_id": f"c{number:04d}", "spam": score, "risk": risk}
            rest = {"recruitment": 0.01, "q_value": 0.0}
            tables.add("clusters", **{**like, **named, **rest})

    return change


def judged(run: RunFolder, count: int, unlike: Mapping[str, str] | None = None) -> None:
    """Draw clusters, and judge them as is the case, or otherwise where it is said."""
    rng = np.random.default_rng(0)
    scores = dict(run.table("clusters").select("cluster_id", "spam").iter_rows())
    verdicts = [
        Judgement(
            cluster,
            (unlike or {}).get(
                cluster, "spam" if rng.random() < share(scores[cluster]) else "benign"
            ),
            "as it is",
            "ann",
        )
        for cluster in draw(run, count)
    ]
    with open_store() as store:
        judge(store, run, verdicts)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["recalibrate", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_risk_says_what_people_found_afterwards(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_fake_run(folder / "RUN", change=with_clusters(250, 1))
    judged(run, 200)
    before = {file.name: file.read_bytes() for file in run.path.iterdir()}
    said = told(capsys, "RUN", "--out", "ours.json")
    assert (said["drawn"], said["judged"], said["waiting"]) == (200, 200, 0)
    assert said["curve"]["constant"] == pytest.approx(CONSTANT, abs=0.6)
    assert said["curve"]["slope"] == pytest.approx(SLOPE, abs=0.4)
    assert said["after"]["brier"] < said["before"]["brier"]
    assert said["after"]["calibration_error"] < said["before"]["calibration_error"]
    assert sum(row["clusters"] for row in said["table"]) == 200
    assert {file.name: file.read_bytes() for file in run.path.iterdir()} == before
    own = calibration.load("ours.json")
    assert (own["verdicts"], own["abusive"]) == (200, said["abusive"])
    assert own["runs"] == [run.run_id]
    with open_store() as store, store.reading() as session:
        (act,) = session.scalars(select(Act).where(Act.act == "recalibrated"))
    assert (act.detail["verdicts"], act.detail["runs"]) == (200, [run.run_id])


def test_before_and_after_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged(write_fake_run(folder / "RUN", change=with_clusters(90, 1)), LEAST_VERDICTS)
    assert main(["recalibrate", "RUN"]) == 0
    said = capsys.readouterr().out
    assert "50 clusters drawn by chance: " in said
    assert "Risk before" in said
    assert "Risk after" in said
    assert "The new curve: log-odds of abuse = " in said
    assert list(folder.glob("*.json")) == [], "without --out nothing is written"


def test_too_few_verdicts_make_no_curve(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged(write_fake_run(folder / "RUN", change=with_clusters(90, 1)), LEAST_VERDICTS - 1)
    assert main(["recalibrate", "RUN"]) == 0
    assert "it takes 50 verdicts, 1 more" in (said := capsys.readouterr().out)
    assert "Risk before" in said
    assert told(capsys, "RUN")["curve"] is None
    assert main(["recalibrate", "RUN", "--out", "ours.json"]) == 2
    assert "too few for a curve" in capsys.readouterr().err
    assert not (folder / "ours.json").exists()


def test_what_is_unsure_disputed_waiting_or_not_drawn_is_left_out_and_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_fake_run(folder / "RUN", change=with_clusters(90, 1))
    twin = write_fake_run(folder / "TWIN", change=with_clusters(90, 1))
    first, second = draw(twin, 2)  # the order follows from run and names alone
    judged(run, 60, unlike={first: "unsure", second: "spam"})
    assert len(draw(run, 5)) == 5
    rest = set(run.table("clusters")["cluster_id"]) - set(drawn(run))
    with open_store() as store:
        judge(store, run, [Judgement(second, "benign", "otherwise", "bob", second=True)])
        judge(store, run, [Judgement(min(rest), "spam", "ranks high", "ann")])
    said = told(capsys, "RUN")
    assert (said["drawn"], said["judged"]) == (65, 58)
    assert (said["unsure"], said["disputed"], said["waiting"]) == (1, 1, 5)
    assert said["not_drawn"] == 1


def test_several_runs_make_one_curve(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def later(path: Path) -> RunFolder:
        manifest = json.loads((path / "manifest.json").read_text())
        manifest["created_at"] = "2024-07-01T00:00:00+00:00"
        (path / "manifest.json").write_text(json.dumps(manifest))
        return open_run(path)

    judged(write_fake_run(folder / "ONE", change=with_clusters(40, 1)), 30)
    write_fake_run(folder / "TWO", change=with_clusters(40, 2))
    judged(later(folder / "TWO"), 30)
    said = told(capsys, "ONE", "TWO")
    assert said["judged"] == 60
    assert said["curve"]
    assert main(["recalibrate", "ONE", "ONE"]) == 2
    assert "are the same run" in capsys.readouterr().err


def test_runs_of_other_scores_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_fake_run(folder / "RUN")
    manifest = {**run.manifest, "scores": "0" * 16}
    (run.path / "manifest.json").write_text(json.dumps(manifest))
    assert main(["recalibrate", "RUN"]) == 2
    assert "another version of the scores" in capsys.readouterr().err


def test_no_runs_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recalibrate"]) == 2
    assert "No runs were named" in capsys.readouterr().err


def curve(slope: float = 1.0, scores: str | None = None) -> OwnCurve:
    return OwnCurve(
        constant=-2.0,
        slope=slope,
        scores=scores or fingerprint(),
        verdicts=60,
        abusive=20,
        runs=["ab"],
        fitted_at="2026-01-02T03:04:05+00:00",
    )


def test_a_calibration_is_read_as_it_was_written_and_never_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibration.save(curve(), folder / "ours.json")
    assert calibration.load(folder / "ours.json") == curve()
    before = (folder / "ours.json").read_text()
    judged(write_fake_run(folder / "RUN", change=with_clusters(90, 1)), LEAST_VERDICTS)
    assert main(["recalibrate", "RUN", "--out", "ours.json"]) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert (folder / "ours.json").read_text() == before


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"kind": "graphmeta calibration 1"}', None, "slope", "scores"]
)
def test_analyze_refuses_what_is_no_calibration_for_its_scores(
    content: str | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "ours.json"
    if content == "slope":
        calibration.save(curve(slope=-1.0), file)
    elif content == "scores":
        calibration.save(curve(scores="0" * 16), file)
    elif content is not None:
        file.write_text(content)
    (folder / "e.csv").write_text("sender,recipient,timestamp\na,b,2024-01-01T00:00:00Z\n")
    assert main(["analyze", "e.csv", "--out", "RUN", "--calibration", "ours.json"]) == 2
    expected = "other scores" if content == "scores" else "no calibration that can be read"
    assert expected in capsys.readouterr().err
    assert not (folder / "RUN").exists()


def test_an_analysis_says_what_its_risk_rests_on(folder: Path) -> None:
    calibration.save(curve(), folder / "ours.json")
    rows = [
        f"u{n % 7},u{n % 7 + 1 + n % 3},2026-03-{1 + n // 24:02}T{n % 24:02}:00:00Z"
        for n in range(60)
    ]
    (folder / "e.csv").write_text("\n".join(["sender,recipient,timestamp", *rows]))
    command = ["analyze", "e.csv", "--identifiers", "plain", "--quiet", "--out"]
    assert main([*command, "PLAIN"]) == main([*command, "OWN", "--calibration", "ours.json"]) == 0
    plain, own = (open_run(folder / name).manifest for name in ("PLAIN", "OWN"))
    assert plain["statements"]["risk"].startswith("Risk is for ordering only.")
    assert "calibrated on what people found in 60 randomly drawn" in own["statements"]["risk"]
    assert plain["configuration"]["calibration"] is None
    assert own["configuration"]["calibration"]["constant"] == -2.0
    assert own["configuration"]["calibration"]["fitted_at"] == "2026-01-02T03:04:05+00:00"
