"""The countries and territories that make up areas of the world, as others have defined them.

A region of the world has no border of its own that a map could draw: it is drawn as the countries
that a published list counts to it, and the list is named beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tipgraph.namespaces import ID

# UN M49 (https://unstats.un.org/unsd/methodology/m49/), areas of the world by their codes, and the
# codes of the countries and territories in each. The French Southern Territories, which nobody
# lives in, are left out of Eastern Africa.
_M49_AREAS: Final[Mapping[str, tuple[str, str]]] = {
    "011": (
        "Western Africa",
        "204 854 132 384 270 288 324 624 430 466 478 562 566 654 686 694 768",
    ),
    "014": (
        "Eastern Africa",
        "086 108 174 262 232 231 404 450 454 480 175 508 638 646 690 706 728 800 834 894 716",
    ),
    "015": ("Northern Africa", "012 818 434 504 729 788 732"),
    "017": ("Middle Africa", "024 120 140 148 178 180 226 266 678"),
    "018": ("Southern Africa", "072 748 426 516 710"),
    "030": ("Eastern Asia", "156 344 446 408 392 496 410"),
    "035": ("South-eastern Asia", "096 116 360 418 458 104 608 702 764 626 704"),
    "145": (
        "Western Asia",
        "051 031 048 196 268 368 376 400 414 422 512 634 682 275 760 792 784 887",
    ),
}
_M49_CONTINENTS: Final[Mapping[str, tuple[str, str]]] = {
    "002": ("Africa", "011 014 015 017 018"),
}
# OECD Glossary of Statistical Terms: Central and Eastern European Countries (CEECs).
_CENTRAL_EASTERN_EUROPE: Final = "008 100 191 203 233 348 428 440 616 642 703 705"


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the world.

    Args:
        countries: UN M49 codes of the countries and territories in it, three digits each.
        source: The list that counts them to it.
        note: In which respect the list is about something else than the region drawn by it.
    """

    countries: tuple[str, ...]
    source: str
    note: str = ""


def m49_area(*codes: str, note: str = "") -> Area:
    """The area of some codes of UN M49: areas of the world, or single countries.

    Args:
        codes: The codes.
        note: In which respect it is about something else than the region drawn by it.
    """
    names, countries = [], []
    for code in codes:
        name, parts = _M49_CONTINENTS.get(code, ("", code))
        for part in parts.split():
            area, members = _M49_AREAS.get(part, ("", part))
            countries += members.split()
            name = name or area
        names += [f"{name} ({code})"] if name else []
    return Area(tuple(countries), f"UN M49: {' and '.join(names)}" if names else "UN M49", note)


# The regions of the shipped graph, which come from prose and bear no codes.
REGIONS: Final[Mapping[str, Area]] = {
    f"{ID}africa": m49_area("002"),
    f"{ID}central-eastern-europe": Area(
        tuple(_CENTRAL_EASTERN_EUROPE.split()),
        "OECD: Central and Eastern European Countries",
    ),
    f"{ID}east-southeast-asia": m49_area("030", "035"),
    f"{ID}middle-east": m49_area(
        "145",
        note="UN M49 has no area of the name; in this one, the nearest to it, Egypt and Iran are "
        "not counted.",
    ),
}
