"""The classes of a store and their subclasses, written into queries rather than looked for by them.

A path of `rdfs:subClassOf` of any length is what engines plan worst. Ontologies are small beside
the data, so that theirs is fetched once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from tipgraph.namespaces import RDF, RDFS
from tipgraph.store.results import Solutions
from tipgraph.validation.result import Term
from tipgraph.validation.targets import closure

# With more subclass statements than that, or more subclasses of a class, queries have the path.
_MOST_STATEMENTS: Final = 5000
_MOST_CLASSES: Final = 500
_TYPE: Final = NamedNode(f"{RDF}type")
_SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")

HIERARCHY_QUERY: Final = (
    f"SELECT ?narrower ?wider WHERE {{ ?narrower {_SUBCLASS} ?wider }} LIMIT {_MOST_STATEMENTS + 1}"
)
# Classes without a name that are the type of something: a query could not ask for them.
NAMELESS_QUERY: Final = (
    f"SELECT ?narrower WHERE {{ ?narrower {_SUBCLASS} ?wider . FILTER(isBlank(?narrower)) "
    f"?instance {_TYPE} ?narrower }} LIMIT 1"
)


class Classes:
    """The class hierarchy of a store.

    Args:
        hierarchy: The answer to `HIERARCHY_QUERY`; None where there is none.
        nameless: The answer to `NAMELESS_QUERY`, likewise.
    """

    def __init__(
        self, hierarchy: Solutions | None = None, nameless: Solutions | None = None
    ) -> None:
        self._complete = (
            hierarchy is not None
            and len(hierarchy) <= _MOST_STATEMENTS
            and nameless is not None
            and not nameless
        )
        self._narrower: dict[Term, list[Term]] = defaultdict(list)
        for row in hierarchy or ():
            self._narrower[row["wider"]].append(row["narrower"])

    @property
    def is_flat(self) -> bool:
        """Whether no class is said to be a subclass of another."""
        return self._complete and not self._narrower

    def with_subclasses(self, each: Term) -> tuple[Term, ...] | None:
        """A class and its subclasses; None where a query has to look for them.

        That is where they are too many, or where one without a name stands between others.
        """
        if not self._complete:
            return None
        found = sorted(closure([each], self._narrower), key=str)
        if any(isinstance(one, BlankNode) and self._narrower.get(one) for one in found):
            return None
        named = tuple(one for one in found if not isinstance(one, BlankNode))
        return named if len(named) <= _MOST_CLASSES else None

    def instances(self, classes: Iterable[Term]) -> Iterator[str]:
        """Graph patterns that give as `?this` the instances of each class."""
        named: set[Term] = set()
        for each in sorted(classes, key=str):
            found = self.with_subclasses(each)
            if found is None:
                yield f"?this {_TYPE}/{_SUBCLASS}* {each} ."
            else:
                named.update(found)
        if named:
            yield f"VALUES ?class {{ {_listed(named, ' ')} }} ?this {_TYPE} ?class ."

    def is_instance(self, node: str, classes: Sequence[Term], variable: str) -> str:
        """A graph pattern that matches where a node is an instance of one of some classes.

        Args:
            node: The node, as a SPARQL variable.
            classes: The classes; one, if queries have to look for its subclasses.
            variable: A variable that is used nowhere else.
        """
        named: set[Term] = set()
        for each in classes:
            found = self.with_subclasses(each)
            if found is None:
                return f"{node} {_TYPE}/{_SUBCLASS}* {each}"
            named.update(found)
        if len(named) == 1:
            return f"{node} {_TYPE} {named.pop()}"
        return f"{node} {_TYPE} {variable} FILTER({variable} IN ({_listed(named, ', ')}))"

    def statements(self, classes: Iterable[Term]) -> Iterator[Triple]:
        """What says which classes are subclasses of these, where no query has to look for it."""
        for each in classes:
            for wider in self.with_subclasses(each) or ():
                for narrower in self._narrower.get(wider, ()):
                    if isinstance(narrower, NamedNode):
                        yield Triple(narrower, _SUBCLASS, wider)


def _listed(terms: Iterable[Term], separator: str) -> str:
    return separator.join(sorted(map(str, terms)))
