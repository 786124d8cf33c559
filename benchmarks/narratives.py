"""A corpus for measuring: as many narratives as wanted, the same ones each time.

Each says some of what the shipped narrative says, of things of its own: some of its claims are
taken, with all that they need (`claims.py`), the others left. Its sentences are counted anew,
claims are known in other ways and from others, years are moved and amounts multiplied. Each
conforms to the shapes. Some break one rule each, if that is wanted (`violations.py`).
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, serialize

from benchmarks.claims import Claims
from benchmarks.template import AMOUNT, NAME, NUMBER, SPACES, YEAR, Piece, Template
from benchmarks.violations import Violation, violations_of
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY

SEED: Final = 7
_YEARS: Final = 10
_FEW: Final = 2
# In tenths.
_FACTORS: Final = (5, 40)


class Narratives:
    """Makes narratives.

    Args:
        violations: The share of narratives that break a rule, each kind of violation in its turn.
        seed: Chooses what each says, and what is broken.
        graph: IRI of the graph that they are written into as N-Quads; without it, N-Triples.
        brief: Each says little, so that there are many in little data.
    """

    def __init__(
        self, *, violations: float = 0.0, seed: int = SEED, graph: str = "", brief: bool = False
    ) -> None:
        self._share, self._seed, self._brief = violations, seed, brief
        claims = Claims()
        self._template = Template(claims, f" <{graph}> .\n" if graph else " .\n")
        self.violations: Final = violations_of(claims, self._template)
        self.broken: Counter[str] = Counter()
        self.count = 0

    def texts(self, triples: int) -> Iterator[str]:
        """Narratives until there are at least so many triples.

        `count` says how many there were, `broken` how many of them break which rule.
        """
        self.broken.clear()
        self.count = written = 0
        while written < triples:
            text = self.text(self.count)
            self.count += 1
            yield text
            written += text.count("\n")

    def text(self, number: int) -> str:
        """One narrative, by its number from 0."""
        chance = random.Random(self._seed * 1_000_003 + number)  # noqa: S311  # always the same
        broken = None
        if chance.random() < self._share:
            broken = self.violations[self.broken.total() % len(self.violations)]
            self.broken[broken.name] += 1
        chosen = self._chosen(chance, broken.claims if broken else 0)
        moving = "".join(_standing(self._template.moving, chosen))
        plain = "".join(
            [
                *_standing(self._template.plain, chosen),
                *self._spoken(chance, chosen),
                *self._counted(chosen),
            ]
        )
        if broken:
            plain, moving = _break(broken, plain, moving)
        return (plain + self._moved(chance, moving)).replace(NAME, _prefix(number))

    def _chosen(self, chance: random.Random, wanted: int) -> int:
        """A quarter, half or three quarters of the claims or only a few, and what they need."""
        needs = self._template.needs
        if self._brief:
            taken = sum(1 << claim for claim in chance.sample(range(len(needs)), _FEW))
        else:
            one, other = chance.getrandbits(len(needs)), chance.getrandbits(len(needs))
            taken = chance.choice((one & other, one, one | other))
        taken |= wanted
        chosen = 0
        for number, needed in enumerate(needs):
            if taken >> number & 1:
                chosen |= needed
        return chosen

    def _spoken(self, chance: random.Random, chosen: int) -> Iterator[str]:
        """How claims are known, and from whom."""
        for voices in self._template.voices:
            heard = range(len(voices.weights))
            picked = chance.choices(heard, voices.weights, k=len(voices.claims))
            for (claim, texts), voice in zip(voices.claims, picked, strict=True):
                if claim & chosen:
                    yield texts[voice]

    def _counted(self, chosen: int) -> Iterator[str]:
        """Sentences and paragraphs, counted."""
        for pieces in self._template.counted:
            for number, text in enumerate(_standing(pieces, chosen), 1):
                yield text.replace(NUMBER, str(number))

    def _moved(self, chance: random.Random, text: str) -> str:
        """Years and amounts of its own: what came before, or was less or the same, still is."""
        years, factor = chance.randrange(_YEARS), chance.randint(*_FACTORS)
        for year in self._template.years:
            text = text.replace(f"{YEAR}{year}{YEAR}", str(int(year) - years))
        for amount in self._template.amounts:
            text = text.replace(f"{AMOUNT}{amount}{AMOUNT}", str(int(amount) * factor // 10))
        return text


def _standing(pieces: list[Piece], chosen: int) -> Iterator[str]:
    for piece in pieces:
        if piece.claims & chosen:
            yield piece.text


def _break(violation: Violation, *texts: str) -> Iterator[str]:
    """The texts with the one line of the violation changed."""
    assert sum(text.count(violation.old) for text in texts) == 1, violation.name
    return (text.replace(violation.old, violation.new) for text in texts)


def of_narrative(query: str, number: int) -> str:
    """A query about things, claims and passages of the shipped narrative, about another's."""
    for space in SPACES:
        query = query.replace(space, f"{space}{_prefix(number)}")
    return query


def _prefix(number: int) -> str:
    """What the names of a narrative begin with."""
    return f"n{number}-"


def write_narratives(path: Path, triples: int, *, violations: float = 0.0) -> Counter[str]:
    """Write narratives as N-Triples; returns how many break which rule."""
    narratives = Narratives(violations=violations)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(narratives.texts(triples))
    return narratives.broken


def write_with_ontology(path: Path, triples: int, *, violations: float = 0.0) -> Narratives:
    """Write the ontology, which shapes and questions need, and so many triples of narratives.

    Returns:
        The narratives that were written.
    """
    narratives = Narratives(violations=violations)
    ontology = dict.fromkeys(quad.triple for quad in read_shipped(GRAPH_ONTOLOGY))
    with path.open("wb") as file:
        serialize(ontology, file, RdfFormat.N_TRIPLES)
        file.writelines(map(str.encode, narratives.texts(triples)))
    return narratives


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
