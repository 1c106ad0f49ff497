"""Does ``graphmeta serve`` start, tell its address, end cleanly, and refuse what it must?"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import httpx2
import pytest
from workbench_kit import RING, serving, write_fake_run

from graphmeta.cli import main
from graphmeta.cli.serve import Role
from graphmeta.contract.tables import TABLES
from graphmeta.run import MANIFEST, rewrite
from graphmeta.workbench.security import people
from graphmeta.workbench.security.people import ROLES
from graphmeta.workbench.served import ServedRun

SERVE = [sys.executable, "-m", "graphmeta", "serve"]


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give a workbench in a process of its own and the address that it printed."""
    process = subprocess.Popen(
        [*SERVE, *options, "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"POLARS_MAX_THREADS": "1"},
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_serves_and_ends_cleanly(tmp_path: Path, end: signal.Signals) -> None:
    run = write_fake_run(tmp_path / "run")
    store = f"sqlite:///{tmp_path}/cases.sqlite"
    with started(str(run.path), "--port", "0", "--case-store", store) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        with httpx2.Client(follow_redirects=True) as client:
            shown = client.get(url)
            assert shown.status_code == 200
            assert str(shown.url) == url.partition("?")[0]
            assert client.get(url).status_code == 401
        process.send_signal(end)
        told, said = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, "")
    assert "Traceback" not in said
    assert url.partition("token=")[2] not in said
    assert json.loads(run.audit_lines()[-1])["act"] == "served"


def expire(run: Path) -> None:
    said = json.loads((run / MANIFEST).read_text())
    said["privacy"]["expires_at"] = datetime(2024, 7, 1, tzinfo=UTC).isoformat()
    (run / MANIFEST).write_text(json.dumps(said))


def test_an_expired_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_fake_run(tmp_path / "run")
    expire(run.path)
    assert main(["serve", str(run.path)]) == 2
    assert "expired" in capsys.readouterr().err


def test_a_run_that_expires_meanwhile_is_shown_no_more(tmp_path: Path) -> None:
    with serving(tmp_path) as bench:
        client = bench.enter()
        assert client.get("/").status_code == 200
        expire(bench.desk.runs[0].path)
        answer = client.get("/")
        assert answer.status_code == 410
        assert "expired" in answer.text


def test_tables_are_read_anew_once_they_were_rewritten(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "run")
    served = ServedRun(run.path)
    assert served.of_cluster("members", RING).height > 0
    tables = {name: run.table(name) for name in TABLES}
    rewrite(run, {**tables, "members": tables["members"].clear()}, run.manifest)
    assert served.of_cluster("members", RING).is_empty()


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "0.0.0.0"],
        ["--host", "192.0.2.1", "--users", "{users}"],
        ["--host", "0.0.0.0", "--users", "{users}", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
        ["--host", "0.0.0.0", "--tls-cert", "c.pem", "--tls-key", "k.pem"],
        ["--host", "0.0.0.0", "--trusted-proxy", "10.0.0.2", "--identity-header", "X-User"],
        ["--tls-cert", "c.pem"],
        ["--trusted-proxy", "10.0.0.2", "--users", "{users}"],
        ["--users", "{users}.absent"],
        ["--public-url", "http://bench.example"],
        ["--add-user", "ada"],
        ["--role", "lead"],
    ],
)
def test_it_is_never_open_to_others_without_accounts_and_encryption(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    users = tmp_path / "people.toml"
    people.add(users, "ada", "lead", "")
    run = write_fake_run(tmp_path / "run")
    given = [option.format(users=users) for option in options]
    assert main(["serve", str(run.path), "--port", "0", "--no-browser", *given]) == 2
    assert capsys.readouterr().out == ""


def test_a_port_in_use_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_fake_run(tmp_path / "run")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", str(run.path), "--port", port, "--no-browser"]) == 2
    assert port in capsys.readouterr().err


def test_a_certificate_that_is_none_is_named_before_an_address_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_fake_run(tmp_path / "run")
    none = str(run.path / MANIFEST)
    given = ["--port", "0", "--no-browser", "--tls-cert", none, "--tls-key", none]
    assert main(["serve", str(run.path), *given]) == 2
    told = capsys.readouterr()
    assert "certificate" in told.err
    assert told.out == ""


def test_copies_of_one_run_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_fake_run(tmp_path / "run")
    shutil.copytree(run.path, tmp_path / "copy")
    assert main(["serve", str(run.path), str(tmp_path / "copy"), "--no-browser"]) == 2
    assert "the same run" in capsys.readouterr().err


def test_without_the_web_libraries_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert main(["serve", str(tmp_path)]) == 2
    assert "graphmeta[web]" in capsys.readouterr().err


def test_a_user_is_added_to_a_file_that_its_owner_alone_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.toml"
    for name, role in (("ada", "analyst"), ('o"tto', "lead")):
        monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))
        command = ["serve", "--add-user", name, "--role", role, "--users", str(file)]
        assert main(command) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "a long enough password" not in file.read_text() + capsys.readouterr().out
    known = people.load(file)
    user = known.sign_in('o"tto', "a long enough password")
    assert user is not None
    assert user.role == "lead"
    assert known.sign_in("ada", "another password") is None


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda file: file.chmod(0o644), "chmod 600"),
        (lambda file: file.write_text("[users.ada]\nrole = 'boss'\n"), "no role"),
        (lambda file: file.write_text("[users.ada]\nrole='lead'\npassword='x'\n"), "no hash"),
        (lambda file: file.write_text("users = 3"), "does not name users"),
        (lambda file: file.write_text(""), "names nobody"),
        (lambda file: file.write_text("["), "no TOML"),
    ],
)
def test_a_file_of_users_that_is_none_is_refused(
    tmp_path: Path,
    spoil: Callable[[Path], object],
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "people.toml"
    people.add(file, "ada", "lead", "")
    spoil(file)
    run = write_fake_run(tmp_path / "run")
    assert main(["serve", str(run.path), "--users", str(file), "--no-browser"]) == 2
    assert named in capsys.readouterr().err.replace("\n", " ")


def test_the_roles_of_the_command_line_are_those_of_the_workbench() -> None:
    assert get_args(Role) == ROLES
