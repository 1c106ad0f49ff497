"""A process that shut itself in reaches nothing else, and says what could not be had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graphmeta.privacy import landlock, sandbox, seccomp

#: Shuts itself in, tries everything, and prints what came of it as JSON.
INSIDE = """
import json, os, socket, sys, threading
from dataclasses import asdict
from pathlib import Path
from graphmeta.privacy.sandbox import shut_in

read, write, secret, listed = map(Path, sys.argv[1:])
told = asdict(shut_in([read], [write], [listed]))

def tried(act):
    try:
        act()
    except OSError:
        return "refused"
    return "done"

def overwrite():
    (write / "made").write_text("made")
    (write / "made").rename(write / "renamed")
    (write / "renamed").unlink()

def in_thread(act):
    results = []
    thread = threading.Thread(target=lambda: results.append(tried(act)))
    thread.start()
    thread.join()
    return results[0]

told["tried"] = {
    "read what was named": tried((read / "file").read_text),
    "write where it may": tried(overwrite),
    "ask how deep its stack is": tried(Path("/proc/self/maps").read_text),
    "write where it may read": tried(lambda: (read / "file").write_text("x")),
    "remove where it may read": tried((read / "file").unlink),
    "read elsewhere": tried(secret.read_text),
    "list where names may be read": tried(lambda: list(listed.iterdir())),
    "read where names may be read": tried((listed / "file").read_text),
    "list elsewhere": tried(lambda: list(secret.parent.iterdir())),
    "write elsewhere": tried(lambda: secret.write_text("x")),
    "empty elsewhere": tried(lambda: os.truncate(secret, 0)),
    "change rights elsewhere": tried(lambda: secret.chmod(0o777)),
    "read elsewhere in a thread": in_thread(secret.read_text),
    "open a socket": tried(socket.socket),
    "open a pair of sockets": tried(socket.socketpair),
    "open a socket in a thread": in_thread(socket.socket),
    "start a program": tried(lambda: os.posix_spawn("/bin/true", ["true"], {})),
    "fork": tried(os.fork),
    "become a program": tried(lambda: os.execv("/bin/true", ["true"])),
    "send itself into another root": tried(lambda: os.chroot("/")),
}
import math, lzma, zoneinfo
zoneinfo.ZoneInfo("Europe/Berlin")
print(json.dumps(told))
"""

#: As where the kernel lacks something; the first argument is run before.
WITHOUT = """
import json, sys
from dataclasses import asdict
from graphmeta.privacy import landlock, sandbox, seccomp

def refuse(*_):
    raise OSError(1, "not here")

exec(sys.argv[1])
print(json.dumps(asdict(sandbox.shut_in([], []))))
"""

needs_walls = pytest.mark.skipif(
    os.environ.get("CI") != "true" and not (landlock.version() >= 3 and seccomp.available()),
    reason="this kernel has no Landlock of version 3",
)


def run(script: str, *arguments: object) -> dict[str, Any]:
    """Run a script in a process of its own, and return the JSON that it prints."""
    command = [sys.executable, "-P", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@needs_walls
def test_behind_the_walls_nothing_is_reached_but_what_was_named(tmp_path: Path) -> None:
    read, write, secret = tmp_path / "read", tmp_path / "write", tmp_path / "else" / "secret"
    listed = tmp_path / "listed"
    for folder in (read, write, secret.parent, listed):
        folder.mkdir()
    (read / "file").write_text("named")
    (listed / "file").write_text("secret")
    secret.write_text("secret")
    said = run(INSIDE, read, write, secret, listed)
    done = {name for name, result in said.pop("tried").items() if result == "done"}
    assert done == {
        "read what was named",
        "write where it may",
        "ask how deep its stack is",
        "list where names may be read",
    }
    assert said == {"landlock_abi": landlock.version(), "seccomp": True, "not_available": []}
    assert secret.read_text() == "secret"


@needs_walls
@pytest.mark.parametrize(
    ("lack", "says", "holds"),
    [
        ("landlock.version = lambda: 0", "no Landlock", (0, True)),
        ("landlock.version = lambda: 2", "emptied", (2, True)),
        ("landlock.restrict = refuse", "refused Landlock (not here)", (0, True)),
        ("seccomp.available = lambda: False", "seccomp filters are not known", (None, False)),
        ("seccomp.restrict = refuse", "refused seccomp (not here)", (None, False)),
        ("sandbox._threads = lambda: 2", "had threads", (0, False)),
        ("sys.platform = 'darwin'", "neither Landlock nor seccomp", (0, False)),
    ],
)
def test_what_the_machine_lacks_is_told_and_the_rest_holds(
    lack: str, says: str, holds: tuple[int | None, bool]
) -> None:
    said = run(WITHOUT, lack)
    (lacking,) = said["not_available"]
    assert says in lacking
    abi, filtered = holds
    assert said["landlock_abi"] == (landlock.version() if abi is None else abi)
    assert said["seccomp"] == filtered


def test_a_folder_on_the_search_path_is_not_readable_for_that_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert tmp_path not in sandbox.own_files()
    assert not [path for path in sandbox.own_files() if tmp_path.is_relative_to(path)]


def test_the_numbers_of_system_calls_are_those_of_the_machine() -> None:
    """The C library's headers know this machine's; both columns are checked where it has both."""
    header = {"x86_64": "asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}
    checked = 0
    for place, name in enumerate(header.values()):
        for root in (Path("/usr/include"), Path("/usr/include/x86_64-linux-gnu")):
            if not (root / name).is_file():
                continue
            lines = (root / name).read_text().splitlines()
            words = [line.split() for line in lines if line.startswith("#define __NR_")]
            known = {word[1][5:]: int(word[2]) for word in words if word[2].isdigit()}
            for call, numbers in seccomp.REFUSED.items():
                if call in known:
                    assert known[call] == numbers[place], call
                    checked += 1
    if not checked:
        pytest.skip("the headers of the C library are not installed")
