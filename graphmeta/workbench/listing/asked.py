"""What of the queue is asked for, as the address says it?

An address holds the filters, the order and the page, so that it can be kept, shared and gone back
to. What it holds beyond that, or no cluster can have, is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from graphmeta.cases.tables import VERDICTS
from graphmeta.contract.tables import BEHAVIOURS, STATUSES
from graphmeta.errors import UsageError

#: What can be asked about the review, with its name for people.
REVIEWS = {
    "open": "not judged yet",
    "judged": "judged",
    "waiting": "second asked",
    "disputed": "disputed",
    "mine": "judged by me",
    "drawn": "drawn, not judged yet",
    **{verdict: f"judged {verdict}" for verdict in VERDICTS},
}
FLAGGED = {"yes": "flagged", "no": "not flagged"}
#: By what rows can be sorted. The first way round is the one that is asked for first.
SORTS = {
    "risk": "-risk",
    "spam": "-spam",
    "recruitment": "-recruitment",
    "q_value": "q_value",
    "n_actors": "-n_actors",
    "n_contacted": "-n_contacted",
    "last_event": "-last_event",
    "cluster_id": "cluster_id",
}
DEFAULT_SORT = "-risk"
#: In blind mode, what follows from scores can neither be filtered nor sorted by, and what others
#: concluded cannot be filtered by.
BLIND_SORT = "alias"
BLIND_SORTS = ("n_actors", "n_contacted", "last_event")
HIDDEN_FILTERS = ("flagged", "behaviour")
_MOST_FOUND = 200


@dataclass(frozen=True)
class Asked:
    """Filters ("" for any), order and page.

    Args:
        run: A run's id.
        status: One of ``STATUSES``.
        flagged: "yes" or "no".
        behaviour: One of ``BEHAVIOURS``.
        layer: A layer in which the cluster was found.
        review: One of ``REVIEWS``.
        find: A part of the cluster's id.
        sort: A column of ``SORTS``, with "-" before it for the largest first.
        page: The page, from 1.
        equal: By which column equal rows are sorted.
        hidden: What was asked for and is left out in blind mode.
    """

    run: str = ""
    status: str = ""
    flagged: str = ""
    behaviour: str = ""
    layer: str = ""
    review: str = ""
    find: str = ""
    sort: str = DEFAULT_SORT
    page: int = 1
    equal: str = "place"
    hidden: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column to sort by."""
        return self.sort.removeprefix("-")

    @property
    def falling(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, name) for name in _FILTERS)

    def query(self, **changes: object) -> str:
        """Return the address's query for this, with something changed; on the first page again."""
        given = {name: getattr(self, name) for name in (*_FILTERS, "sort")} | {"page": 1} | changes
        if given["sort"] == BLIND_SORT:
            del given["sort"]
        told = {name: value for name, value in given.items() if value != _DEFAULTS[name]}
        return urlencode(told)

    def href(self, **changes: object) -> str:
        """Return the path of the queue for this, with something changed."""
        return path(self.query(**changes))

    def sorting(self, column: str) -> str:
        """Return the path of the queue by a column; the other way round, where it is that now."""
        first = SORTS[column]
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        return self.href(sort=other if self.sort == first else first)


_FILTERS = ("run", "status", "flagged", "behaviour", "layer", "review", "find")
_DEFAULTS = {one.name: one.default for one in fields(Asked)}


def path(query: str) -> str:
    """Return the path of the queue with a query."""
    return f"/?{query}" if query else "/"


def parse(
    query: Mapping[str, str], runs: Sequence[str], layers: Sequence[str], *, blind: bool
) -> Asked:
    """Return what an address asks for.

    Args:
        query: Names and values of the address.
        runs: The runs that are served.
        layers: The layers that there are.
        blind: Whether scores are hidden: what would order or filter by them is left out, and named
            in ``hidden``.

    Raises:
        UsageError: It asks for something that there is not.
    """
    choices = {
        "run": runs,
        "status": STATUSES,
        "flagged": tuple(FLAGGED),
        "behaviour": BEHAVIOURS,
        "layer": layers,
        "review": tuple(REVIEWS),
        "sort": (*SORTS, *(f"-{name}" for name in SORTS)),
    }
    given = {name: query.get(name, "") for name in choices}
    for name, value in given.items():
        if value and value not in choices[name]:
            raise UsageError(
                f"The queue cannot be asked for {name} {value[:_MOST_FOUND]!r}.",
                f"There is {', '.join(choices[name]) or 'none'}.",
            )
    page = query.get("page", "") or "1"
    if not (page.isascii() and page.isdigit() and len(page) < 10 and int(page) > 0):
        raise UsageError(f"There is no page {page[:_MOST_FOUND]!r}.", "Pages count from 1.")
    find = query.get("find", "").strip()[:_MOST_FOUND]
    asked = Asked(
        run=given["run"],
        status=given["status"],
        flagged=given["flagged"],
        behaviour=given["behaviour"],
        layer=given["layer"],
        review=given["review"],
        find=find,
        sort=given["sort"] or DEFAULT_SORT,
        page=int(page),
    )
    return _without_scores(asked) if blind else asked


def _without_scores(asked: Asked) -> Asked:
    hidden = [name for name in HIDDEN_FILTERS if getattr(asked, name)]
    asked = replace(asked, flagged="", behaviour="", equal=BLIND_SORT)
    if asked.review in VERDICTS:
        hidden.append("review")
        asked = replace(asked, review="")
    if asked.column not in BLIND_SORTS:
        hidden += ["order"] if asked.sort != DEFAULT_SORT else []
        asked = replace(asked, sort=BLIND_SORT)
    return replace(asked, hidden=tuple(hidden))
