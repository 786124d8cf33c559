"""A corpus for measuring: as many narratives as wanted, the same ones each time.

Each is the shipped narrative told of other things: the things, passages and claims have names of
their own, years are moved and amounts multiplied alike wherever they stand, so that each conforms
to the shapes and answers the questions of the catalogue as the shipped one does. Some break one
rule each, if that is wanted.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from tipgraph.dataset import read_shipped
from tipgraph.namespaces import BASE, GRAPH_DATA, PROV, RDFS, TIP, XSD

SEED: Final = 7
# What is put in place of these makes one narrative of the template.
_NAME: Final = "\x01"
_MOVED: Final = re.compile(f'"(\\d{{4}})((?:-\\d\\d-\\d\\d)?)"\\^\\^<{XSD}(date|gYear)>')
# Shares, which are below a thousand, stay.
_AMOUNT: Final = re.compile(f'"(\\d{{4,}})"\\^\\^<{XSD}decimal>')
_SPACES: Final = ("id/", "claim/", "doc/")
_YEARS: Final = 10
_FACTORS: Final = 3
# Rules that are broken, with one result each: what is left out of the first of the claims.
BREAKS: Final = {
    "no-passage": f"{PROV}wasDerivedFrom",
    "no-evidentiality": f"{TIP}evidentiality",
    "no-label": f"{RDFS}label",
    "no-endorsement": f"{TIP}endorsement",
    "no-attribution": f"{PROV}wasAttributedTo",
}


class Narratives:
    """Makes narratives.

    Args:
        violations: The share of narratives that break a rule.
        seed: Chooses years, amounts and what is broken.
        graph: IRI of the graph that they are written into as N-Quads; without it, N-Triples.
    """

    def __init__(self, *, violations: float = 0.0, seed: int = SEED, graph: str = "") -> None:
        self._violations, self._seed = violations, seed
        self._lines = _template(f" <{graph}> .\n" if graph else " .\n")
        self._broken = {name: _without(self._lines, name) for name in BREAKS}
        whole = "".join(self._lines)
        self._years, self._amounts = set(_MOVED.findall(whole)), set(_AMOUNT.findall(whole))
        self.broken: Counter[str] = Counter()

    def texts(self, triples: int) -> Iterator[str]:
        """Narratives until there are at least so many triples; `broken` counts what they break."""
        self.broken.clear()
        written = number = 0
        while written < triples:
            chance = random.Random(self._seed * 1_000_003 + number)  # noqa: S311  # always the same
            lines = self._lines
            if chance.random() < self._violations:
                fault = chance.choice(list(BREAKS))
                self.broken[fault] += 1
                lines = self._broken[fault]
            yield self._told(lines, number, chance.randrange(_YEARS), chance.randint(1, _FACTORS))
            written += len(lines)
            number += 1

    def _told(self, lines: list[str], number: int, years: int, factor: int) -> str:
        """One narrative of the template."""
        named = "".join(lines).replace(_NAME, f"n{number}-")
        # What was put in place of something has a mark in it, so that it is not found again.
        for old, rest, kind in self._years:
            moved = f'"{int(old) - years}{rest}"^^<{XSD}{_NAME}{kind}>'
            named = named.replace(f'"{old}{rest}"^^<{XSD}{kind}>', moved)
        for amount in self._amounts:
            more = f'"{int(amount) * factor}"^^<{XSD}{_NAME}decimal>'
            named = named.replace(f'"{amount}"^^<{XSD}decimal>', more)
        return named.replace(_NAME, "")


def _template(ending: str) -> list[str]:
    """The lines of the shipped narrative, with marks where its own names are."""
    triples = list(dict.fromkeys(quad.triple for quad in read_shipped(GRAPH_DATA)))
    blank: dict[object, str] = {}
    for triple in triples:
        for term in triple:
            if isinstance(term, BlankNode):
                blank.setdefault(term, f"_:{_NAME}b{len(blank)}")
    return [
        " ".join(blank.get(term) or _marked(term) for term in triple) + ending for triple in triples
    ]


def _marked(term: NamedNode | BlankNode | Literal | Triple) -> str:
    text = str(term)
    for space in _SPACES:
        start = f"<{BASE}{space}"
        if text.startswith(start):
            return f"{start}{_NAME}{text[len(start) :]}"
    return text


def _without(lines: list[str], name: str) -> list[str]:
    """The lines without the first one of a property of a claim."""
    wanted = f" <{BREAKS[name]}> "
    first = next(line for line in lines if wanted in line and line.startswith(f"<{BASE}claim/"))
    return [line for line in lines if line != first]


def write_narratives(path: Path, triples: int, *, violations: float = 0.0) -> Counter[str]:
    """Write narratives as N-Triples; returns how many break which rule."""
    narratives = Narratives(violations=violations)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(narratives.texts(triples))
    return narratives.broken


def main() -> None:
    """Write a corpus, and say on standard error what is broken in it."""
    parser = argparse.ArgumentParser(description="Write a corpus of narratives.")
    parser.add_argument("--triples", type=int, default=100_000, help="how many at least")
    parser.add_argument("--violations", type=float, default=0.0, help="share that break a rule")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--graph", default="", help="write N-Quads into this graph")
    parser.add_argument("--output", type=Path, help="the file; without it, standard output")
    given = parser.parse_args()
    narratives = Narratives(violations=given.violations, seed=given.seed, graph=given.graph)
    output = given.output.open("w", encoding="utf-8") if given.output else nullcontext(sys.stdout)
    with output as file:
        file.writelines(narratives.texts(given.triples))
    for name, count in sorted(narratives.broken.items()):
        print(f"{count:6} {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
