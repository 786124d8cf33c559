"""A corpus for measuring: as many TIP-like narratives as wanted, the same ones each time.

A narrative has a state, groups of victims and of traffickers, routes, and claims with the passages
that they rest on. One narrative in fifty breaks one rule of `shapes.ttl`.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

EX: Final = "http://example.org/tip#"
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SHAPES: Final = Path(__file__).with_name("shapes.ttl")

_SEEDED: Final = 50
_GROUPS: Final = 4
_CLAIMS: Final = 8

_PURPOSES: Final = ("ForcedLabour", "SexualExploitation", "ForcedMarriage", "DebtBondage")
_MEANS: Final = ("Deception", "Coercion", "AbuseOfVulnerability")
_STATUSES: Final = ("asserted", "reported", "denied", "unknown")

Statement = tuple[str, str, str]


def write_corpus(path: Path, triples: int) -> int:
    """Write narratives as N-Triples until there are at least so many triples.

    Args:
        path: Where to.
        triples: How many at least.

    Returns:
        How many were written.
    """
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < triples:
            for statement in narrative(number):
                file.write(" ".join(statement) + " .\n")
                written += 1
            number += 1
    return written


def narrative(number: int) -> Iterator[Statement]:
    """One narrative, as terms in N-Triples."""
    chance = random.Random(number)  # noqa: S311  # the same numbers each time
    statements = list(_sound(number, chance))
    if number % _SEEDED == _SEEDED - 1:
        break_rule = _BREAKS[number // _SEEDED % len(_BREAKS)]
        statements = list(break_rule(number, statements))
    yield from statements


def _sound(number: int, chance: random.Random) -> Iterator[Statement]:
    state, text = _node("state", number), _node("narrative", number)
    yield text, TYPE, _term("Narrative")
    yield text, LABEL, _text(f"Narrative {number}", "en")
    yield text, _term("about"), state
    yield state, TYPE, _term("State")
    yield state, LABEL, _text(f"State {number}", "en")
    yield state, LABEL, _text(f"Staat {number}", "de")
    yield state, _term("code"), _text(f"S{number:06d}")
    yield state, _term("tier"), _number(chance.randint(1, 3))
    for part in range(_GROUPS):
        yield from _group(number, part, chance)
    for part in range(_CLAIMS):
        yield from _claim(number, part, chance)


def _group(number: int, part: int, chance: random.Random) -> Iterator[Statement]:
    victims, traffickers = _node("victims", number, part), _node("traffickers", number, part)
    route, state = _node("route", number, part), _node("state", number)
    least = chance.randint(1, 500)
    yield victims, TYPE, _term("Victims")
    yield victims, LABEL, _text(f"Victims {number} {part}", "en")
    yield victims, _term("purpose"), _term(chance.choice(_PURPOSES))
    yield victims, _term("atLeast"), _number(least)
    yield victims, _term("atMost"), _number(least + chance.randint(0, 500))
    yield victims, _term("exploitedBy"), traffickers
    yield victims, _term("traffickedOn"), route
    yield traffickers, TYPE, _term("Traffickers")
    yield traffickers, LABEL, _text(f"Traffickers {number} {part}", "en")
    yield traffickers, _term("means"), _term(chance.choice(_MEANS))
    yield traffickers, _term("exploits"), victims
    yield route, TYPE, _term("Route")
    yield route, _term("origin"), state
    yield route, _term("destination"), _node("state", number + 1 + part)
    begin = chance.randint(1990, 2015)
    yield route, _term("from"), _number(begin)
    yield route, _term("until"), _number(begin + chance.randint(0, 8))


def _claim(number: int, part: int, chance: random.Random) -> Iterator[Statement]:
    claim, passage = _node("claim", number, part), _node("passage", number, part)
    begin = part * 200
    yield claim, TYPE, _term("Claim")
    yield claim, _term("subject"), _node("victims", number, part % _GROUPS)
    yield claim, _term("status"), _text(chance.choice(_STATUSES))
    yield claim, _term("restsOn"), passage
    yield claim, _term("confidence"), _typed(f"0.{chance.randint(10, 99)}", "decimal")
    yield passage, TYPE, _term("Passage")
    yield passage, _term("partOf"), _node("narrative", number)
    yield passage, _term("start"), _number(begin)
    yield passage, _term("end"), _number(begin + chance.randint(20, 180))
    yield passage, _term("digest"), _text(f"{chance.getrandbits(128):032x}")


Break = Callable[[int, list[Statement]], Iterator[Statement]]


def _without(kind: str, name: str) -> Break:
    """Leave out one property of the first node of a kind."""

    def change(number: int, statements: list[Statement]) -> Iterator[Statement]:
        node = _node(kind, number, 0) if kind not in ("state", "narrative") else _node(kind, number)
        yield from (each for each in statements if each[:2] != (node, name))

    return change


def _instead(kind: str, name: str, value: str) -> Break:
    """Give one property of the first node of a kind another value."""

    def change(number: int, statements: list[Statement]) -> Iterator[Statement]:
        node = _node(kind, number, 0) if kind != "state" else _node(kind, number)
        yield from _without(kind, name)(number, statements)
        yield node, name, value

    return change


def _node(kind: str, *numbers: int) -> str:
    return f"<http://example.org/id/{kind}-{'-'.join(map(str, numbers))}>"


def _term(name: str) -> str:
    return f"<{EX}{name}>"


def _text(text: str, language: str = "") -> str:
    return f'"{text}"@{language}' if language else f'"{text}"'


def _typed(text: str, name: str) -> str:
    return f'"{text}"^^<{XSD}{name}>'


def _number(number: int) -> str:
    return _typed(str(number), "integer")


_BREAKS: Final[tuple[Break, ...]] = (
    _without("victims", LABEL),
    _without("claim", _term("restsOn")),
    _without("traffickers", _term("means")),
    _without("traffickers", _term("exploits")),
    _without("state", _term("code")),
    _instead("victims", _term("purpose"), _term("Tourism")),
    _instead("state", _term("tier"), _typed("high", "integer")),
    _instead("victims", _term("atLeast"), _number(5000)),
    _instead("victims", _term("exploitedBy"), _text("a broker")),
    _instead("route", _term("origin"), _text("here")),
    _instead("route", _term("until"), _number(1980)),
    _instead("claim", _term("status"), _text("certain")),
    _instead("claim", _term("confidence"), _typed("1.5", "decimal")),
    _instead("claim", _term("confidence"), _text("high")),
    _instead("passage", _term("end"), _number(0)),
    _instead("passage", _term("digest"), _text("none")),
    _instead("state", _term("tier"), _number(9)),
    _instead("state", LABEL, _text("Etat", "fr")),
)
