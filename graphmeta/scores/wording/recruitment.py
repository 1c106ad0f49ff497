"""How whom a group picks, and what becomes of them at its hub, is told."""

from __future__ import annotations

from graphmeta.scores.wording.forms import NUMBER, PERCENT, Wording

WORDINGS: dict[str, Wording] = {
    "converts": Wording(
        "converts",
        "{observed} of those contacted went on to their hubs within days; {expected} would by "
        "chance",
        NUMBER,
        "contacts are led somewhere",
        "nobody is led anywhere",
    ),
    "feeds_a_hub": Wording(
        "whether they feed a hub",
        "of those contacted some went on to a hub of the group",
        NUMBER,
        "nobody is led anywhere",
        "contacts are led to one place, as agents and charities lead them",
    ),
    "brought_by_converts": Wording(
        "strangers whom converts brought",
        "converts led {observed} strangers to the hubs in their turn; {expected} would have come "
        "by chance",
        NUMBER,
        "those who were recruited recruit",
        "those who came bring nobody, as leads and donors do not",
    ),
    "sent_by_strangers": Wording(
        "arrivals sent by strangers",
        "{observed} of the arrivals at the hubs had been contacted by these strangers",
        PERCENT,
        "the hubs live from recruiting strangers",
        "most came by themselves or through friends, as in a movement among friends",
    ),
    "newcomer_share": Wording(
        "the share of newcomers of groups",
        "{observed} of the strangers contacted had just become visible in a group; {expected} is "
        "usual",
        PERCENT,
        "they wait for newcomers",
        "they find people elsewhere, as a helpline or an outreach worker does",
    ),
    "isolated_newcomers": Wording(
        "newcomers who know few people",
        "{observed} of the newcomers contacted knew few people; {expected} of all newcomers there "
        "did",
        PERCENT,
        "they pick the isolated",
        "they welcome whoever comes, as greeters of a group do",
    ),
    "newcomers_covered": Wording(
        "newcomers who were contacted",
        "{observed} of the newcomers of the group where most were contacted; {expected} is usual",
        PERCENT,
        "they pick a few",
        "they welcome nearly everybody, as greeters of a group do",
    ),
    "groups_watched": Wording(
        "groups whose newcomers several of them contacted",
        "several of them contacted newcomers of {observed} groups; greeters are at home in "
        "{expected}",
        NUMBER,
        "they go from group to group",
        "they greet in a group of their own",
    ),
    "invites_strangers": Wording(
        "invitations to strangers",
        "{observed} of the invitations into the hub went to strangers; {expected} is usual",
        PERCENT,
        "they invite people whom they do not know",
        "they invite people whom they know, as a movement among friends does",
    ),
    "branching": Wording(
        "recruits who recruit",
        "{observed} of those who joined on a stranger's invitation invited strangers in their "
        "turn; {expected} is usual",
        PERCENT,
        "those who were recruited recruit",
        "those who join do not invite, as in a club, a class or a congregation",
    ),
    "cascade_depth": Wording(
        "generations of invitations",
        "invitations of strangers go {observed} generations deep; {expected} is usual",
        NUMBER,
        "invitations cascade",
        "one circle of hosts invites everybody",
    ),
    "passes_on_after": Wording(
        "hours before an invitation is passed on",
        "those who passed an invitation on did so {observed} hours after joining; {expected} is "
        "usual",
        NUMBER,
        "they set to work at once",
        "they took their time, as people do who like where they are",
    ),
}
