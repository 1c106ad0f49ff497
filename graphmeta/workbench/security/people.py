"""Who are the people of the workbench, and what may they see?

On loopback there is one: whoever runs the program, as a lead. Elsewhere a settings file names them:

    [users.ada]
    role = "lead"
    password = "$argon2id$..."

Passwords are kept as Argon2 hashes, which ``graphmeta serve --add-user`` makes. Somebody whom a
trusted proxy signs in needs none. The file is read when the workbench starts.
"""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from graphmeta.cases.store import MOST_NAME, written
from graphmeta.errors import UsageError
from graphmeta.privacy import private_file

#: Analysts work on clusters and cases; leads see how the reviewing goes as well; privacy
#: reviewers see receipts and logs, and neither clusters nor cases.
ROLES = ("analyst", "lead", "privacy_reviewer")
FEWEST_CHARACTERS = 12
_EXAMPLE = "Make it with: graphmeta serve --add-user NAME --role ROLE --users FILE"
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class User:
    """Somebody who works here, and the role in which they do."""

    name: str
    role: str


class People:
    """Those whom a settings file names.

    Args:
        users: By name, the user and the hash of the password ("" for none).
    """

    def __init__(self, users: Mapping[str, tuple[User, str]]) -> None:
        self._users = dict(users)
        # Somebody unknown is answered as slowly as somebody known.
        self._nobody = _HASHER.hash("nobody's password")

    def find(self, name: str) -> User | None:
        """Return the user of that name."""
        return self._users[name][0] if name in self._users else None

    def sign_in(self, name: str, password: str) -> User | None:
        """Return the user, if the password is theirs. Takes a good part of a second."""
        user, kept = self._users.get(name, (None, ""))
        try:
            _HASHER.verify(kept or self._nobody, password)
        except VerificationError:
            return None
        return user if kept else None


def load(path: Path) -> People:
    """Read the people from a settings file.

    Raises:
        UsageError: It cannot be read, others may change it, or it is no such file.
    """
    users = _read(path)
    if not users:
        raise UsageError(f"{path} names nobody.", _EXAMPLE)
    return People({name: _user(path, name, said) for name, said in users.items()})


def add(path: Path, name: str, role: str, password: str) -> None:
    """Add somebody to a settings file, or give them another role and password.

    Args:
        path: The file; it is made where there is none, for its owner alone to read.
        name: Who.
        role: One of ``ROLES``.
        password: Theirs, or "" for somebody whom a trusted proxy signs in.

    Raises:
        UsageError: The password is short, the name is none, or the file cannot be read or written.
    """
    name = written(name, "user's name", MOST_NAME)
    if password and len(password) < FEWEST_CHARACTERS:
        raise UsageError(
            f"The password has {len(password)} characters.",
            f"Choose one of {FEWEST_CHARACTERS} at least: a few words that nobody would guess.",
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with private_file.alone(path):
            users = _read(path) if path.exists() else {}
            users[name] = {"role": role, "password": _HASHER.hash(password) if password else ""}
            text = "\n".join(_table(*one) for one in users.items()).encode()
            if path.exists():
                private_file.replace(path, text)
            else:
                private_file.make(path, text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Name another file with --users."
        ) from error


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError(
                f"Others may read or change {path}, which says who may come in.",
                f"Close it with: chmod 600 {path}",
            )
        users = tomllib.loads(path.read_text(encoding="utf-8")).get("users", {})
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", _EXAMPLE) from error
    except ValueError as error:
        raise UsageError(f"{path} is no TOML file.", _EXAMPLE) from error
    if not isinstance(users, dict) or not all(isinstance(one, dict) for one in users.values()):
        raise UsageError(f"{path} does not name users.", _EXAMPLE)
    return users


def _user(path: Path, name: str, said: Mapping[str, Any]) -> tuple[User, str]:
    role, kept = said.get("role"), said.get("password", "")
    if role not in ROLES:
        raise UsageError(
            f"{path} gives {name!r} no role that there is.", f"Give one of {', '.join(ROLES)}."
        )
    try:
        if kept:
            _HASHER.check_needs_rehash(kept)
    except (InvalidHashError, AttributeError, TypeError) as error:
        raise UsageError(f"{path} holds no hash of a password for {name!r}.", _EXAMPLE) from error
    return User(written(name, "user's name", MOST_NAME), role), kept


def _table(name: str, said: Mapping[str, Any]) -> str:
    """Write one user as TOML. Its basic strings are JSON's, as long as they are in ASCII."""
    lines = [f"[users.{json.dumps(name)}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    return "\n".join(lines) + "\n"
