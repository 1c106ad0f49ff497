"""verdict: what is recorded where; and how queue and explain then show it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from newcomer import environment, shell

from graphmeta.cases.tables import VERDICTS
from graphmeta.cli import main
from graphmeta.cli.verdict import Said
from graphmeta.run import open_run

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run

RING, FUNNEL = "k7f3a-ring", "b21c0-funnel"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_run(tmp_path_factory.mktemp("original") / "RUN").path


@pytest.fixture
def folder(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run in it, where the commands are run, and a case store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shutil.copytree(original, tmp_path / "RUN")
    return tmp_path


def judge(*arguments: str, reason: str = "the same list", reviewer: str = "ann") -> int:
    return main(["verdict", "RUN", *arguments, "--reason", reason, "--reviewer", reviewer])


def as_json(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_knows_the_verdicts_of_the_store() -> None:
    assert get_args(Said) == VERDICTS


@pytest.mark.usefixtures("folder")
def test_a_verdict_is_recorded_shown_and_superseded(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(RING, "spam") == 0
    assert f"Recorded: {RING} is spam, by ann (verdict 1)." in capsys.readouterr().out
    assert judge(RING, "benign", "--looks-like", "courier", reviewer="bob") == 0
    said = capsys.readouterr().out
    assert "is benign (a courier service), by bob (verdict 2)." in said
    assert "It supersedes: spam, by ann (verdict 1)." in said
    assert main(["queue", "RUN"]) == 0
    assert "= Judged benign (a courier service) by bob on" in capsys.readouterr().out
    assert main(["explain", "RUN", RING]) == 0
    assert "What people concluded" in (shown := capsys.readouterr().out)
    assert "bob: the same list\n" in shown


@pytest.mark.usefixtures("folder")
def test_a_verdict_is_an_act_in_the_runs_log(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = as_json(
        capsys, "verdict", "RUN", RING, "spam", "--reason", "blocked by all", "--reviewer", "ann"
    )
    last = json.loads(open_run(Path("RUN")).audit_lines()[-1])
    assert last["act"] == "verdict"
    assert last["detail"] == {
        "cluster": RING,
        "verdict": "spam",
        "reviewer": "ann",
        "reason_sha256": row["reason_sha256"],
        "version": 1,
    }
    assert "blocked by all" not in Path("RUN/audit.jsonl").read_text()


@pytest.mark.usefixtures("folder")
def test_a_second_reviewer_disputes(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(RING, "spam", "--ask-second") == 0
    capsys.readouterr()
    assert as_json(capsys, "explain", "RUN", RING)["review"]["second_waiting"]
    assert judge(RING, "benign", "--second", reviewer="bob") == 0
    assert "Recorded a second review" in capsys.readouterr().out
    review = as_json(capsys, "explain", "RUN", RING)["review"]
    assert (review["verdict"], review["disputed"], review["version"]) == ("spam", True, 2)
    assert main(["queue", "RUN"]) == 0
    assert "disputed by bob" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_where_nobody_judged_there_is_no_review_and_no_store(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["review"] for row in as_json(capsys, "queue", "RUN")] == [None] * 5
    assert as_json(capsys, "explain", "RUN", RING)["review"] is None
    assert not (folder / "data").exists()


def test_who_only_looks_loads_no_database(folder: Path) -> None:
    look = (
        "import sys; from graphmeta.cli import main; main(['queue', 'RUN']); "
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_verdict_in_another_process_goes_to_the_same_store(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = shell(folder, "verdict", "RUN", RING, "unsure", "--reason", "too few days")
    assert (done.returncode, done.stderr) == (0, "")
    rows = as_json(capsys, "queue", "RUN")
    assert rows[0]["review"]["verdict"] == "unsure"
    assert rows[0]["review"]["reviewer"], "by default it is the user's name"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["RUN", RING, "guilty", "--reason", "x"], "guilty"),
        (["RUN", RING, "spam"], "needs a cluster, a conclusion and a reason"),
        (["RUN", RING, "spam", "--reason", " "], "reason is empty"),
        (["RUN", "k7f3-rng", "spam", "--reason", "x"], f"Did you mean {RING}?"),
        (["RUN", RING, "spam", "--reason", "x", "--looks-like", "courier"], "Only a benign"),
        (["RUN", RING, "benign", "--reason", "x", "--looks-like", "mars"], "support_desk"),
        (["RUN", RING, "spam", "--reason", "x", "--second"], "no verdict that could be"),
        (["ABSENT", RING, "spam", "--reason", "x"], "There is no run"),
        (["RUN", RING, "spam", "--reason", "x", "--case-store", "mysql://a:pw7@b/c"], "none that"),
    ],
)
def test_what_cannot_be_recorded_is_wrong_usage(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verdict", *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "pw7" not in said
    assert len(open_run(Path("RUN")).audit_lines()) == 4


def test_verdicts_come_from_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "v.csv").write_text(
        "cluster,verdict,reason,looks_like,seconds_spent,reviewer\n"
        f'{RING},spam,"one list, one hour",,41.5,\n'
        f"{FUNNEL},benign,they know each other,movement,,cy\n",
        encoding="utf-8-sig",
    )
    assert main(["verdict", "RUN", "--from", "v.csv", "--reviewer", "ann"]) == 0
    capsys.readouterr()
    by_cluster = {row["cluster_id"]: row["review"] for row in as_json(capsys, "queue", "RUN")}
    assert by_cluster[RING]["reason"] == "one list, one hour"
    assert by_cluster[RING]["reviewer"] == "ann"
    assert (by_cluster[FUNNEL]["looks_like"], by_cluster[FUNNEL]["reviewer"]) == ("movement", "cy")


HEADER = "cluster,verdict,reason"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{HEADER}\n{RING},spam,x\nc9999,spam,x\n", "row 2: this run has no cluster 'c9999'"),
        (f"{HEADER}\n{RING},spam,x\n{FUNNEL},guilty,x\n", "row 2: 'guilty' is no verdict"),
        (f"{HEADER}\n{RING},spam,x\n{FUNNEL},spam,\n", "row 2: The reason is empty"),
        (f"{HEADER}\n{RING},spam,x\n{RING},spam,x\n", "stands in the file twice"),
        (f"{HEADER}\n{RING},spam\n", "row 1: it has other fields than the header"),
        (f"{HEADER},seconds_spent\n{RING},spam,x,long\n", "row 1: seconds_spent is no number"),
        (f"cluster,verdict\n{RING},spam\n", "lacks the column 'reason'"),
        (f"{HEADER},phone\n{RING},spam,x,1\n", "has the column 'phone'"),
        ("", "lacks the column 'cluster'"),
    ],
)
def test_a_file_with_a_row_that_cannot_be_is_refused_whole(
    content: str, says: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "v.csv").write_text(content)
    assert main(["verdict", "RUN", "--from", "v.csv"]) == 2
    assert says in capsys.readouterr().err
    assert len(open_run(Path("RUN")).audit_lines()) == 4
    assert not (folder / "data").exists()


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_absent_or_given_beside_a_verdict_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verdict", "RUN", "--from", "absent.csv"]) == 2
    assert "absent.csv cannot be read" in capsys.readouterr().err
    assert main(["verdict", "RUN", RING, "spam", "--from", "absent.csv"]) == 2
    assert "Give either a file of verdicts" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_drawn_clusters_wait_for_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [row["cluster_id"] for row in as_json(capsys, "queue", "RUN", "--draw", "2")]
    assert len(drawn) == 2
    assert main(["queue", "RUN"]) == 0
    assert capsys.readouterr().out.count("Drawn by chance, and not judged yet") == 2
    assert judge(drawn[0], "unsure") == 0
    capsys.readouterr()
    reviews = {row["cluster_id"]: row["review"] for row in as_json(capsys, "queue", "RUN")}
    assert (reviews[drawn[0]]["verdict"], reviews[drawn[0]]["drawn"]) == ("unsure", True)
    assert (reviews[drawn[1]]["verdict"], reviews[drawn[1]]["drawn"]) == (None, True)
    assert main(["queue", "RUN", "--draw", "9"]) == 0
    assert "3 clusters drawn by chance" in (said := capsys.readouterr().out)
    assert "None is left" in said
    assert main(["queue", "RUN", "--draw", "1", "--budget", "1"]) == 2
