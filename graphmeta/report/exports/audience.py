"""For whom is an export?

The Traffic Light Protocol, version 2.0 (FIRST, 2022). Its lowest level, TLP:CLEAR, is not offered:
an export names accounts, and even under pseudonyms they can be recognised by what they did, so none
may be published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tlp = Literal["red", "amber+strict", "amber", "green"]
#: Where nobody says otherwise, an export stays within the recipient's organisation.
DEFAULT_TLP: Tlp = "amber+strict"


@dataclass(frozen=True)
class Level:
    """One level of the protocol.

    Args:
        name: As it is written: ``TLP:AMBER``.
        readers: Who may read it, in a sentence.
        marking: The UUID of its STIX 2.1 marking definition, as OASIS publishes it (repository
            ``cti-stix-common-objects``, extension ``tlp-2.0``).
    """

    name: str
    readers: str
    marking: str


LEVELS: dict[Tlp, Level] = {
    "red": Level(
        "TLP:RED",
        "For those to whom it is given, and nobody else.",
        "e828b379-4e03-4974-9ac4-e53a884c97c1",
    ),
    "amber+strict": Level(
        "TLP:AMBER+STRICT",
        "For those within the recipient's organisation who need to know it.",
        "939a9414-2ddd-4d32-a0cd-375ea402b003",
    ),
    "amber": Level(
        "TLP:AMBER",
        "For those within the recipient's organisation, and its clients, who need to know it.",
        "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    ),
    "green": Level(
        "TLP:GREEN",
        "For the recipient's community; not for anything that the public can read.",
        "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    ),
}
