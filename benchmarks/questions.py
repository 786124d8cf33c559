"""Questions of the catalogue that differ from narrative to narrative, for measuring.

Which ones is decided by a rule that knows nothing of how long they take: sections of the catalogue
are gone through in their order, again and again; the first question of a section that has not been
taken and can be asked so is taken, in turn for one narrative and for all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store

from benchmarks.narratives import Narratives, of_narrative
from benchmarks.template import SPACES
from tipgraph.dataset import read_shipped
from tipgraph.namespaces import GRAPH_ONTOLOGY
from tipgraph.questions import Question, by_theme, questions, with_prefixes

ASKED: Final = 10
# Narratives by which it is seen whether a question has an answer.
_TRIED: Final = 5
_PATTERN: Final = re.compile(r"WHERE\s*\{", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\?(\w+)")


@dataclass(frozen=True)
class Asked:
    """A question asked of one narrative, or of all.

    Args:
        question: The question.
        bound: Whether its first variable is one thing of a narrative; else it is all but that one.
    """

    question: Question
    bound: bool

    @property
    def name(self) -> str:
        """Its name in what is printed."""
        return f"{'one' if self.bound else 'all'} {self.question.slug}"

    def query(self, narrative: int) -> str | None:
        """The query with something of a narrative in it; None where nothing there is an answer."""
        shipped = with_prefixes(self.question.body)
        body = of_narrative(shipped, narrative)
        if not self.bound and body != shipped:
            # It names things of one narrative.
            return None
        start = _PATTERN.search(body)
        variable = _VARIABLE.search(body, start.end()) if start else None
        if start is None or variable is None:
            return None
        head, pattern, name = body[: start.end()], body[start.end() :], variable.group()
        thing = _first_thing(body, name, narrative)
        if thing is None:
            return None
        chosen = f"VALUES {name} {{ {thing} }}" if self.bound else f"FILTER({name} != {thing})"
        return f"{head} {chosen}{pattern}"

    def queries(self, narratives: int, count: int) -> Iterator[str]:
        """So many queries, no two alike, of narratives from all parts of a corpus.

        Args:
            narratives: How many narratives there are.
            count: How many queries at most.
        """
        step = -(-narratives // count)
        for first in range(0, narratives, step):
            # Where a narrative says nothing of it, the next ones may.
            found = map(self.query, range(first, min(first + step, narratives)))
            if query := next(filter(None, found), None):
                yield query


@cache
def chosen() -> tuple[Asked, ...]:
    """The questions that are asked."""
    found: list[Asked] = []
    sections = by_theme(questions())
    while len(found) < ASKED:
        for listed in sections.values():
            taken = {each.question.slug for each in found}
            bound = len(found) % 2 == 0
            waiting = (Asked(each, bound) for each in listed if each.slug not in taken)
            if asked := next(filter(_can_be_asked, waiting), None):
                found.append(asked)
    return tuple(found[:ASKED])


def _can_be_asked(asked: Asked) -> bool:
    """Whether it asks for rows of what is asserted, and finds some."""
    if asked.question.kind != "select" or "inference" in asked.question.keywords:
        return False
    for narrative in range(_TRIED):
        query = asked.query(narrative)
        if query and list(_rows(_store(narrative), query)):
            return True
    return False


def _first_thing(query: str, variable: str, narrative: int) -> NamedNode | None:
    """The first thing, claim or passage of a narrative that a variable of a query stands for."""
    pattern = query[query.index("{") : query.rindex("}") + 1]
    prefixes = "\n".join(line for line in query.splitlines() if line.startswith("PREFIX"))
    values = f"{prefixes}\nSELECT DISTINCT {variable} WHERE {pattern} ORDER BY {variable}"
    for (value,) in _rows(_store(narrative), values):
        if isinstance(value, NamedNode) and str(value).startswith(SPACES):
            return value
    return None


def _rows(store: Store, query: str) -> QuerySolutions:
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions)
    return answer


@cache
def _narratives() -> Narratives:
    return Narratives()


@lru_cache(maxsize=64)
def _store(narrative: int) -> Store:
    """A narrative alone, with the ontology."""
    store = Store()
    store.load(_narratives().text(narrative).encode(), RdfFormat.N_TRIPLES)
    store.extend(
        Quad(each.subject, each.predicate, each.object) for each in read_shipped(GRAPH_ONTOLOGY)
    )
    return store
