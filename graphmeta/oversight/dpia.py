"""What does a run say to a data-protection impact assessment, and what must people add?

The template ``docs/dpia.md.j2`` follows the steps that article 35 of the GDPR and the authorities'
guidance ask for. What the manifest knows is filled in; the rest is marked and left to people. A
filled template is no assessment: it misleads where somebody signs it as it comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import polars as pl

from graphmeta.errors import RunError
from graphmeta.report import page, words
from graphmeta.run import RunFolder

TEMPLATE = "dpia.md.j2"
#: Angle brackets, and the single ones that look like them and begin no HTML.
_BRACKETS = str.maketrans("<>", "‹›")


def assessment(run: RunFolder) -> str:
    """Return the template, filled from a run's manifest, as Markdown.

    Raises:
        RunError: A table of the run cannot be read, or its manifest is damaged.
    """
    try:
        return _filled(run, _inert(run.manifest))
    except (LookupError, TypeError, ValueError, AttributeError, page.Lacking) as error:
        raise RunError(
            f"The manifest of {run.path} lacks what an assessment states.",
            "It is damaged, or of another version; analyse the events again.",
        ) from error


def _filled(run: RunFolder, manifest: Any) -> str:
    text = files("graphmeta").joinpath("docs", TEMPLATE).read_text(encoding="utf-8")
    # Markdown, not HTML: what comes from the manifest is put between backticks instead.
    templates = page.environment().overlay(
        autoescape=False, finalize=None, keep_trailing_newline=True
    )
    first, last = (words.parse_time(manifest["span"][f"{end}_event"]) for end in ("first", "last"))
    members = run.table("members")
    return templates.from_string(text).render(
        run=run.path.resolve().name,
        manifest=manifest,
        counts=manifest["counts"],
        config=manifest["configuration"],
        privacy=manifest["privacy"],
        sandbox=_sandbox(manifest["privacy"]["sandbox"]),
        statements=manifest["statements"],
        first=first,
        last=last,
        days=0 if first is None or last is None else (last - first).days + 1,
        made=words.parse_time(manifest["created_at"]),
        expires=run.expires_at,
        reached=members.filter(pl.col("role") == "contacted").height,
        today=words.day(datetime.now(UTC)),
        code=code,
        listed=lambda names: ", ".join(map(code, names)),
    )


def code(text: str) -> str:
    """Return text as Markdown shows it letter by letter, within a cell of a table."""
    harmless = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"`{harmless.replace('`', chr(39)).replace('|', '/')}`"


def _inert(value: Any) -> Any:
    """Return what a manifest says with nothing in it that Markdown would take for HTML."""
    if isinstance(value, Mapping):
        return {_inert(name): _inert(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_inert(inside) for inside in value]
    return value.translate(_BRACKETS) if isinstance(value, str) else value


def _sandbox(said: Any) -> str:
    """Return what the manifest says of the sandbox: a sentence, or facts by name."""
    if isinstance(said, dict):
        return "; ".join(f"{words.plain(name)}: {value}" for name, value in said.items())
    return str(said)
