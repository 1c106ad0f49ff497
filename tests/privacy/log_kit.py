"""A log to tamper with, and every way in which that is done."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from graphmeta.privacy.audit import next_line

AT = datetime(2024, 1, 2, tzinfo=UTC)
ACTS = ("opened", "read", "analysed", "written", "viewed")


def log(acts: tuple[str, ...] = ACTS) -> list[str]:
    """Return a whole log."""
    lines: list[str] = []
    for number, act in enumerate(acts):
        lines.append(next_line(lines, act, {"rows": number, "name": "é"}, at=AT))
    return lines


def stored(lines: list[str]) -> bytes:
    """Return a log as it stands on the disk."""
    return "".join(line + "\n" for line in lines).encode()


LINES = log()
WHOLE = stored(LINES)


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """Draw a log in which some bytes were replaced by others."""
    start = draw(st.integers(0, len(WHOLE)))
    end = draw(st.integers(start, min(len(WHOLE), start + 4)))
    return WHOLE[:start] + draw(st.binary(max_size=4)) + WHOLE[end:]


@st.composite
def rearranged(draw: st.DrawFn) -> bytes:
    """Draw a log of the same lines, some absent, some twice, in any order."""
    return stored(draw(st.lists(st.sampled_from(LINES), max_size=len(LINES) + 1)))


@st.composite
def written_anew(draw: st.DrawFn) -> bytes:
    """Draw a log that was forged with its chain from some line on."""
    kept = draw(st.integers(0, len(LINES) - 1))
    lines = LINES[:kept]
    for act in draw(st.lists(st.sampled_from(ACTS), max_size=6)):
        lines.append(next_line(lines, act, {"forged": True}, at=AT))
    return stored(lines)


TAMPERED = st.one_of(edited(), rearranged(), written_anew())
