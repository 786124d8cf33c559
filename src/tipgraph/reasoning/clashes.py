"""Contradictions, named in words with the triples that make them.

`clash_rules/*.rq` holds one query for each OWL 2 RL rule whose conclusion is false; its first line
is the sentence to say. Names are taken to be unique: where OWL would conclude from a functional
property that two of our names mean one thing, it is the data that is wrong, unless an `owl:sameAs`
says otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Final

from pyoxigraph import NamedNode, Store, Triple

from tipgraph.errors import InconsistencyError
from tipgraph.namespaces import shorten
from tipgraph.reasoning.lexical import restored
from tipgraph.reasoning.proofs import Proof
from tipgraph.reasoning.sparql import read_queries, select

_SHOWN: Final = 20

Grounds = Callable[[Triple], Iterable[Triple] | None]


@dataclass(frozen=True, slots=True)
class Clash:
    """One contradiction.

    Args:
        rule: The OWL 2 RL rule that finds it, such as `cax-dw`.
        message: What contradicts what, in one sentence.
        triples: The triples that cannot hold together.
    """

    rule: str
    message: str
    triples: tuple[Triple, ...]


def refuse_clashes(store: Store, proofs: Mapping[Triple, Proof]) -> None:
    """Raise when a closure contradicts itself.

    Args:
        store: The closure.
        proofs: Its proofs, to say what an inferred triple rests on.

    Raises:
        InconsistencyError: It does; the message names each clash and its triples.
    """
    clashes = find_clashes(store)
    if clashes:

        def grounds(triple: Triple) -> Iterable[Triple]:
            return () if proofs[triple].rule == "asserted" else _leaves(triple, proofs)

        raise InconsistencyError(report(clashes, grounds))


def find_clashes(store: Store) -> list[Clash]:
    """Every contradiction in a closure, sorted by message."""
    found = {
        clash.message: clash
        for rule, text in read_queries("clash_rules").items()
        for clash in _run(rule, text, store)
    }
    return [found[message] for message in sorted(found)]


def clash_of(rule: str, triples: Iterable[Triple]) -> Clash:
    """The clash that triples make by a rule, in the rule's own sentence."""
    return _clash(rule, read_queries("clash_rules")[rule], tuple(triples))


def report(clashes: list[Clash], grounds: Grounds) -> str:
    """Clashes in words, with the asserted triples that each rests on.

    Args:
        clashes: The clashes; of many, the first are shown and the rest counted.
        grounds: The asserted triples under an inferred one; none for one that was asserted, and
            None where they are not known.
    """
    count = "1 contradiction" if len(clashes) == 1 else f"{len(clashes)} contradictions"
    lines = [f"ontology and data contradict themselves: {count}"]
    for clash in clashes[:_SHOWN]:
        lines.append(f"- {clash.message} ({clash.rule})")
        lines += [f"    {line}" for triple in clash.triples for line in _stated(triple, grounds)]
    if len(clashes) > _SHOWN:
        lines.append(f"- and {len(clashes) - _SHOWN} more")
    return "\n".join(lines)


def _run(rule: str, text: str, store: Store) -> Iterator[Clash]:
    for row in select(store, text):
        terms = list(restored(row))
        threes = zip(terms[::3], terms[1::3], terms[2::3], strict=True)
        yield _clash(rule, text, tuple(starmap(Triple, threes)))


def _clash(rule: str, text: str, triples: tuple[Triple, ...]) -> Clash:
    sentence = text.partition("\n")[0].removeprefix("# ")
    shown = {
        f"{letter}{number}": _text(term)
        for number, triple in enumerate(triples, 1)
        for letter, term in zip("spo", triple, strict=True)
    }
    return Clash(rule, sentence.format(**shown), triples)


def _stated(triple: Triple, grounds: Grounds) -> Iterator[str]:
    """A triple and, when it was inferred, the asserted triples that it follows from."""
    known = grounds(triple)
    if known is None:
        yield f"{_line(triple)} (inferred)"
        return
    asserted = dict.fromkeys(known)
    if not asserted:
        yield f"{_line(triple)} (asserted)"
        return
    yield f"{_line(triple)} (inferred) from"
    yield from (f"  {_line(leaf)}" for leaf in asserted)


def _leaves(triple: Triple, proofs: Mapping[Triple, Proof]) -> Iterable[Triple]:
    premises = proofs[triple].premises
    if not premises:
        yield triple
    for premise in premises:
        yield from _leaves(premise, proofs)


def _line(triple: Triple) -> str:
    return " ".join(_text(term) for term in (triple.subject, triple.predicate, triple.object))


def _text(term: object) -> str:
    return shorten(term.value) if isinstance(term, NamedNode) else str(term)
