"""In which form does a report hold a number, and where in the law does it belong?

Modelled on the transparency reports of the EU's Digital Services Act (Regulation 2022/2065,
articles 15 and 24, and the harmonised templates of Implementing Regulation 2024/2835), on the
fields of its statements of reasons (article 17), and on the platforms' own reports about
authorities. It is no substitute for the official templates: it has what one detector's audit logs
know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

#: What kind of number it is: an exact count, a share (0 to 1), or days.
COUNT, SHARE, DAYS = "count", "share", "days"

#: What holds of every verdict, in the fields of the EU's database of statements of reasons.
STATEMENT = {
    "automated_detection": "Yes",
    "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED: a person gave the verdict",
    "source_type": "SOURCE_VOLUNTARY: found on the platform's own initiative",
    "content_type": "CONTENT_TYPE_OTHER: who contacted whom and when; no content was read",
    "decision_ground": "For the platform to say: its terms, or a law",
    "decision_account, decision_visibility": "For the platform to say: nothing is decided here",
}


@dataclass(frozen=True)
class Figure:
    """One published number.

    Args:
        name: For machines; unique within its section.
        says: For people.
        value: None where there is none or it is withheld.
        unit: ``COUNT``, ``SHARE`` or ``DAYS``.
        law: Where it belongs, such as "DSA 15(1)(d)"; empty where nowhere.
        withheld: Whether it is left out because it is small, or would betray one that is.
        part: Whether it is a part of the figure above it.
    """

    name: str
    says: str
    value: float | None
    unit: str = COUNT
    law: str = ""
    withheld: bool = False
    part: bool = False


@dataclass(frozen=True)
class Section:
    """Figures that belong together.

    Args:
        name: For machines.
        title: For people.
        says: What they need to know to read them.
        figures: In order.
    """

    name: str
    title: str
    says: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Breakdown:
    """A table of counts with noise.

    Args:
        name: For machines.
        title: For people.
        counts: By class, all classes that there can be.
    """

    name: str
    title: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Private:
    """Breakdowns with noise, and what they guarantee.

    Args:
        tables: The breakdowns.
        epsilon: What all of them spend together, by OpenDP's map.
        error: In 19 of 20 cases the noise in one count is at most this.
        total: What all reports together may spend.
        spent: What they spent, this one included.
    """

    tables: Sequence[Breakdown]
    epsilon: float
    error: int
    total: str
    spent: str


@dataclass(frozen=True)
class Report:
    """A transparency report.

    Args:
        service: Whose it is; empty where nobody said.
        first: First day, as ISO 8601.
        last: Last day.
        made_at: When it was made.
        version: Of graphmeta.
        sections: Exact figures.
        smallest: The fewest that a published cell counts.
        private: Breakdowns with noise, where they were asked for.
        statement: What holds of every verdict, by field of a statement of reasons.
    """

    service: str
    first: str
    last: str
    made_at: str
    version: str
    sections: Sequence[Section]
    smallest: int
    private: Private | None = None
    statement: Mapping[str, str] = field(default_factory=lambda: dict(STATEMENT))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)
