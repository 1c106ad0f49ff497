"""A campaign can be asked for with parameters: its strength, and how it hides."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from importlib.resources import files
from typing import Any, cast

import pytest

from graphmeta import seeds
from graphmeta.errors import UsageError
from graphmeta.synthetic import Plan
from graphmeta.synthetic.campaigns import CAMPAIGNS, SEVEN, Evasion, Recipe, asked
from graphmeta.synthetic.campaigns.ring import Ring

PAGE = files("graphmeta").joinpath("docs/campaigns.md").read_text(encoding="utf-8")


def planned(*names: str) -> dict[str, Any]:
    return dict(Plan(campaigns=names, seed=5).planned())


def test_what_is_not_named_is_drawn_as_by_the_name_alone() -> None:
    (plain,) = planned("shared_targets").values()
    (mine,) = planned("shared_targets: overlap=0.25, actors=9,camouflage=2").values()
    assert isinstance(mine, Ring)
    assert (mine.overlap, mine.actors, mine.evasion.camouflage) == (0.25, 9, 2.0)
    hidden = asdict(plain)["evasion"] | {"camouflage": 2.0}
    assert asdict(mine) == asdict(plain) | {"overlap": 0.25, "actors": 9, "evasion": hidden}


def test_each_parameter_is_read_as_what_it_is() -> None:
    (mine,) = planned(
        "funnel:into_group=no,lag=2,human_hours=Yes,declares=bot,split=3,recruiters=5"
    ).values()
    assert (mine.into_group, mine.lag, mine.recruiters) == (False, 2.0, 5)
    assert mine.evasion.human_hours is True
    assert (mine.evasion.declares, mine.evasion.split) == ("bot", 3)
    (mine,) = planned("funnel:declares=nothing").values()
    assert mine.evasion.declares is None


def test_campaigns_of_one_name_keep_their_labels_apart() -> None:
    both = planned("tiny:actors=2", "tiny:actors=4")
    assert {label: each.actors for label, each in both.items()} == {"tiny": 2, "tiny-2": 4}


def test_all_of_seven_can_be_told_how_to_hide() -> None:
    seven = planned("seven_at_once:camouflage=4,human_hours=no")
    assert tuple(seven) == SEVEN
    assert {each.evasion.camouflage for each in seven.values()} == {4.0}


@pytest.mark.parametrize("recipe", CAMPAIGNS, ids=lambda recipe: recipe.name)
def test_every_campaign_takes_strength_and_every_way_to_hide(recipe: Recipe) -> None:
    drawn = recipe.draw(seeds.generator("drawn", 1))
    strength = asked.parameters(drawn)
    assert len(strength) >= 3
    everything = {**asdict(cast(Any, drawn)), **asdict(cast(Any, drawn).evasion)}
    values = {
        key: "nothing" if everything[key] is None else str(everything[key])
        for key in (*strength, *asked.HIDING)
    }
    assert repr(asked.with_values(drawn, values)) == repr(drawn)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("tiny:", None),
        ("tiny:overlap", "cannot be read"),
        ("tiny:overlap=", "cannot be read"),
        ("tiny:nonsense=1", "no parameter 'nonsense'"),
        ("tiny:name=other", "no parameter 'name'"),
        ("tiny:overlap=1.5", "overlap cannot be '1.5'"),
        ("tiny:window=-1", "window cannot be '-1'"),
        ("tiny:window=nan", "window cannot be 'nan'"),
        ("tiny:actors=0", "actors cannot be '0'"),
        ("tiny:actors=2.5", "actors cannot be '2.5'"),
        ("tiny:human_hours=maybe", "human_hours cannot be 'maybe'"),
        ("tiny:declares=angel", "declares cannot be 'angel'"),
        ("nonsense:actors=2", "no campaign named 'nonsense'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(wrong: str, said: str | None) -> None:
    if said is None:
        assert planned(wrong) == planned("tiny")
        return
    with pytest.raises(UsageError, match=said):
        Plan(campaigns=(wrong,))


def test_shares_are_parameters_of_some_campaign() -> None:
    drawn = [cast(Any, recipe.draw(seeds.generator("drawn", 1))) for recipe in CAMPAIGNS]
    known = {field.name for each in (*drawn, Evasion()) for field in fields(each)}
    assert known >= set(asked.SHARES)


def test_the_page_lists_every_campaigns_parameters() -> None:
    rows = dict(re.findall(r"^\| ([^|]*`\w+`[^|]*) \| (.+) \|$", PAGE, re.MULTILINE))
    said = {
        name: set(re.findall(r"`(\w+)`", listed))
        for names, listed in rows.items()
        for name in re.findall(r"`(\w+)`", names)
    }
    common = said.pop("senders")
    for recipe in CAMPAIGNS:
        own = set(asked.parameters(recipe.draw(seeds.generator("drawn", 1))))
        assert own in (said[recipe.name], said[recipe.name] | common), recipe.name
