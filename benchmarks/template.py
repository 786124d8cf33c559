"""The lines of the shipped narrative, with marks where each narrative has something of its own."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from benchmarks.claims import Claims, Voice
from tipgraph.namespaces import BASE, OWL, RDFS, TIP, XSD

# What is put in place of these makes one narrative. Between two marks stands what it was.
NAME, NUMBER, YEAR, AMOUNT = "\x01", "\x02", "\x03", "\x04"

# Where a narrative has names of its own.
SPACES: Final = tuple(f"<{BASE}{name}/" for name in ("id", "claim", "doc"))
_DATES: Final = {NamedNode(f"{XSD}{name}") for name in ("date", "gYear")}
_DECIMAL: Final = NamedNode(f"{XSD}decimal")
# Shares, which are below a thousand, stay.
_LEAST_AMOUNT: Final = 1000
_WRITTEN_YEAR: Final = re.compile(r"(?<![\d,.])((?:19|20)\d\d)(?![\d,])")
# What numbers passages without a gap.
_COUNTED: Final = tuple(NamedNode(f"{TIP}{kind}Number") for kind in ("sentence", "paragraph"))
_SAME_AS: Final = NamedNode(f"{OWL}sameAs")
_LABEL: Final = NamedNode(f"{RDFS}label")


@dataclass(frozen=True)
class Piece:
    """Lines that stand because of the same claims, any one of them."""

    claims: int
    text: str


@dataclass(frozen=True)
class Voices:
    """Claims that speak in any of some voices.

    Args:
        weights: How often each voice is heard in the shipped narrative.
        claims: Each claim, as a set, with the lines for each voice.
    """

    weights: tuple[int, ...]
    claims: tuple[tuple[int, tuple[str, ...]], ...]


class Template:
    """The shipped narrative in pieces.

    Args:
        claims: Its claims.
        ending: What stands after the object of each triple.
    """

    def __init__(self, claims: Claims, ending: str) -> None:
        self._ending = ending
        self._blank: dict[object, str] = {}
        self.needs: Final = claims.needs
        self.voices: Final = [self._voices(claims, dict(each)) for each in claims.voices.values()]
        spoken = {t for each in claims.voices.values() for said in each.values() for t in said}
        order = _order(claims.triples)
        plain: defaultdict[int, list[str]] = defaultdict(list)
        moving: defaultdict[int, list[str]] = defaultdict(list)
        counted: defaultdict[tuple[int, int], list[Piece]] = defaultdict(list)
        for triple in claims.triples:
            line, because_of = self.line(triple), claims.because_of(triple)
            if place := order.get(triple):
                marked = line.replace(str(place[1]) + '"', f'{NUMBER}"')
                counted[place].append(Piece(because_of, marked))
            elif triple not in spoken:
                (moving if YEAR in line or AMOUNT in line else plain)[because_of].append(line)
        self.plain: Final = [Piece(each, "".join(lines)) for each, lines in plain.items()]
        # Lines with years and amounts, apart from the others for the sake of speed.
        self.moving: Final = [Piece(each, "".join(lines)) for each, lines in moving.items()]
        # Labels and numbers of sentences, and of paragraphs, in their order.
        self.counted: Final = [
            [
                Piece(lines[0].claims, "".join(each.text for each in lines))
                for (kind, _), lines in sorted(counted.items())
                if kind == wanted
            ]
            for wanted in range(len(_COUNTED))
        ]
        whole = "".join(each.text for each in self.moving)
        self.years: Final = sorted(set(re.findall(f"{YEAR}(.*?){YEAR}", whole)))
        self.amounts: Final = sorted(set(re.findall(f"{AMOUNT}(.*?){AMOUNT}", whole)))

    def line(self, triple: Triple) -> str:
        """The line of a triple, marked."""
        subject, predicate, value = map(self.term, triple)
        if triple.predicate == _SAME_AS:
            # The things of two narratives are not one.
            value = f"{value[:-1]}#{NAME}>"
        return self.written(subject, predicate, value)

    def written(self, subject: str, predicate: str, value: str) -> str:
        """The line of three terms that are marked already."""
        return f"{subject} {predicate} {value}{self._ending}"

    def term(self, term: object) -> str:
        """A term in N-Triples, marked."""
        text = str(term)
        match term:
            case BlankNode():
                return self._blank.setdefault(term, f"_:{NAME}b{len(self._blank)}")
            case Literal(datatype=kind) if kind in _DATES:
                return f'"{YEAR}{text[1:5]}{YEAR}{text[5:]}'
            case Literal(value=value) if term.datatype == _DECIMAL and _is_amount(value):
                return text.replace(value, f"{AMOUNT}{value}{AMOUNT}", 1)
            case Literal():
                return _WRITTEN_YEAR.sub(rf"{YEAR}\1{YEAR}", text) if term.language else text
        space = next((each for each in SPACES if text.startswith(each)), None)
        return f"{space}{NAME}{text[len(space) :]}" if space else text

    def _voices(self, claims: Claims, said: dict[object, Voice]) -> Voices:
        heard = Counter(frozenset((t.predicate, t.object) for t in each) for each in said.values())
        # The order of a set is another one in each process.
        voices = sorted(heard, key=lambda voice: sorted(map(str, voice)))
        return Voices(
            tuple(heard[voice] for voice in voices),
            tuple(
                (claims.because_of(own[0]), tuple(self._spoken(claim, each) for each in voices))
                for claim, own in said.items()
            ),
        )

    def _spoken(self, claim: object, voice: Iterable[tuple[NamedNode, object]]) -> str:
        pairs = sorted(voice, key=str)
        return "".join(
            self.written(self.term(claim), str(predicate), self.term(value))
            for predicate, value in pairs
        )


def _is_amount(value: str) -> bool:
    return value.isdecimal() and int(value) >= _LEAST_AMOUNT


def _order(triples: Iterable[Triple]) -> dict[Triple, tuple[int, int]]:
    """The kind and number of the passage, for the triples that tell its number."""
    triples = list(triples)
    numbers = {
        each.subject: (_COUNTED.index(each.predicate), int(each.object.value))
        for each in triples
        if each.predicate in _COUNTED and isinstance(each.object, Literal)
    }
    told = {*_COUNTED, _LABEL}
    return {t: numbers[t.subject] for t in triples if t.subject in numbers and t.predicate in told}
