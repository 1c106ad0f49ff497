"""The page on campaigns and look-alikes names all of them, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphmeta.synthetic.campaigns import CAMPAIGNS
from graphmeta.synthetic.world import ALL_LOOKALIKES, World

PAGE = (Path(__file__).parents[2] / "graphmeta/docs/campaigns.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize(
    ("title", "names"),
    [("Campaigns", {recipe.name for recipe in CAMPAIGNS}), ("Look-alikes", set(ALL_LOOKALIKES))],
)
def test_the_page_has_a_paragraph_for_each_and_for_no_other(title: str, names: set[str]) -> None:
    heads = re.findall(r"^\*\*(.*?)\*\*:", section(title), re.MULTILINE)
    named = [name for head in heads for name in re.findall(r"`(\w+)`", head)]
    assert len(named) == len(set(named))
    assert set(named) == names


def test_the_code_on_the_page_makes_a_world_with_what_it_asks_for() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scope: dict[str, object] = {}
    exec(code, scope)
    world = scope["world"]
    assert isinstance(world, World)
    assert set(world.truth["campaign"]) == {"shared_targets", "funnel"}
