"""A hub's company: recruited recruiters, handlers and founders, beside the sources."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY, HOUR, noise, observed

from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.company import recruited
from graphmeta.signals.coordination.funnel import Funnel, feeders

RECRUITERS = range(4)
HUB, HANDLER, FOUNDER, EAGER, IDLE, BUSY = 950, 6, 7, 800, 803, 806
ACCOUNTS = 1_000
HUBS = pl.DataFrame({"hub": [HUB]}, schema={"hub": pl.UInt32})


@pytest.fixture(scope="module")
def seen() -> Observations:
    """Recruiters send converts into a group; some talk with a handler, and one recruits."""
    rng = np.random.default_rng(0)
    contacts = noise(rng, range(20, 220), range(220, 800), 8, 28)
    arrivals = noise(rng, range(220, 800), range(900, 940), 1, 28)
    visible = [(one, hub, at) for one, hub, at in arrivals]
    visible += [(one, HUB, 60 * one) for one in (*RECRUITERS, FOUNDER)]
    for number in range(80):
        at = DAY + int(rng.integers(18 * DAY))
        contacts.append((number % 4, 800 + number, at))
        if number % 3 == 0 or number == IDLE - 800:
            came = at + int(rng.integers(HOUR, 2 * DAY))
            arrivals.append((800 + number, HUB, came))
            visible.append((800 + number, HUB, came))
            if number % 2:
                arrivals.append((800 + number, HANDLER, came + HOUR))
            if 800 + number == EAGER:
                contacts += [(EAGER, 300 + 7 * n, came + (n + 1) * HOUR * 5) for n in range(12)]
                arrivals.append((300, HUB, came + DAY))
                visible.append((300, HUB, came + DAY))
            if 800 + number == BUSY:
                around = [came + (n - 4) * HOUR for n in range(9) if n != 4]
                contacts += [(BUSY, 500 + n, then) for n, then in enumerate(around)]
    return observed(contacts, arrivals, accounts=ACCOUNTS, visible=visible)


@pytest.fixture(scope="module")
def company(seen: Observations) -> dict[int, tuple[str, float]]:
    rows = Funnel().company(seen, HUBS, WHOLE).select("account", "role", "p_value").rows()
    return {account: (role, p_value) for account, role, p_value in rows}


def test_sources_recruit(company: dict[int, tuple[str, float]]) -> None:
    assert all(company[one][0] == "recruiter" and company[one][1] < 1e-3 for one in RECRUITERS)


def test_whoever_was_recruited_and_then_recruits_belongs_with_a_single_convert(
    company: dict[int, tuple[str, float]],
) -> None:
    assert company[EAGER][0] == "recruiter"
    assert company[EAGER][1] < 0.01


def test_converts_who_do_not_recruit_do_not_belong(company: dict[int, tuple[str, float]]) -> None:
    converts = set(range(800, 880)) - {EAGER}
    assert all(company[one][1] > 0.03 for one in converts & company.keys())


def test_a_convert_who_was_as_busy_before_is_not_asked(seen: Observations) -> None:
    fed = feeders(seen, WHOLE)
    asked = set(recruited(seen, fed, HUBS)["account"])
    assert EAGER in asked
    assert BUSY not in asked


def test_with_whom_converts_talk_besides_handles_them(
    company: dict[int, tuple[str, float]],
) -> None:
    assert company[HANDLER][0] == "hub"
    assert company[HANDLER][1] < 1e-6


def test_who_was_there_with_the_recruiters_before_any_convert_founded_the_group(
    company: dict[int, tuple[str, float]],
) -> None:
    assert company[FOUNDER][0] == "actor"
    assert company[FOUNDER][1] < 1e-3


def test_only_the_company_is_sure(company: dict[int, tuple[str, float]]) -> None:
    sure = {account for account, (_, p_value) in company.items() if p_value <= 0.01}
    assert sure == {*RECRUITERS, HANDLER, FOUNDER, EAGER}
