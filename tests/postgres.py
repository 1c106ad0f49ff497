"""A PostgreSQL server for one session of tests: on loopback, in a temporary folder, in haste.

It is started from Debian's packages as a user who is not root, never waits for the disk, and is
gone with its folder when the tests end.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

OWNER = "graphmeta"
_PATIENCE_SECONDS = 60
_HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        port: Where it listens, on 127.0.0.1.
        password: What ``OWNER`` says to enter.
    """

    port: int
    password: str

    @property
    def url(self) -> str:
        """The address of the database, with the password in it."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/postgres"

    def new_schema(self) -> str:
        """Make an empty schema, and return an address under which it is the only one.

        To whoever uses it, it is like a database of its own, and it is made much faster.
        """
        name = f"s{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.url}?options=-csearch_path%3D{name}"


def programs() -> Path | None:
    """Return the folder with the newest server's programs, or None where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    anywhere = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(anywhere).resolve().parent if anywhere else None


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start a server with the programs in ``folder``, and stop it at the end."""
    home = Path(tempfile.mkdtemp(prefix="graphmeta-postgres-"))
    user = _not_root()
    secret = home / "password"
    server = Server(_free_port(), secrets.token_hex(12))
    secret.write_text(server.password, encoding="utf-8")
    if user:
        for path in (home, secret):
            shutil.chown(path, user)
    data, settings = home / "data", (f"port={server.port}", "listen_addresses=127.0.0.1", *_HASTE)
    try:
        subprocess.run(
            [
                *(folder / "initdb", "--pgdata", data, "--username", OWNER, "--pwfile", secret),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            user=user,
            cwd=home,
        )
        options = [part for one in (*settings, "unix_socket_directories=") for part in ("-c", one)]
        process = subprocess.Popen(
            [folder / "postgres", "-D", data, *options],
            user=user,
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE_SECONDS)
    finally:
        shutil.rmtree(home)


def _not_root() -> str | None:
    """Return whom to run as: the server refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(server.url).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
