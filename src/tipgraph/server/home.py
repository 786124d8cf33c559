"""The home page: what there is, where to begin, and how sure the graph is of what it says."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.namespaces import TIP, shorten
from tipgraph.questions import Question, with_prefixes
from tipgraph.search import LabelSearch, SearchIndex
from tipgraph.server.addresses import with_parameters
from tipgraph.server.evidence import STATUSES, Status
from tipgraph.server.exchange import Exchange, Scope, Service
from tipgraph.server.once import Once
from tipgraph.server.question_catalogue import QuestionCatalogue
from tipgraph.server.reading import Reading
from tipgraph.server.search_page import kind_address
from tipgraph.server.sources import Sources
from tipgraph.server.targets import LinkTargets
from tipgraph.store import Solutions

# What each door leads to, as a class, and in words.
_DOORS: Final = (
    ("Victims", "VictimGroup", "Groups of people said to have been trafficked or exploited."),
    ("Traffickers", "TraffickerGroup", "Groups said to recruit, move, hold or receive people."),
    ("Routes", "Route", "Ways that people are taken or go, and where these begin and end."),
    ("States", "State", "Where routes begin and end, who is party to what, who does what."),
    ("Laws", "LegalResource", "Laws, treaties and standards, and their provisions."),
)
_FIRST_QUESTIONS: Final = (
    "who-is-trafficked-where",
    "what-is-denied-and-by-whom",
    "which-statements-conflict",
)
_CLAIM, _SENTENCE, _INFERRED = (
    f"{TIP}{name}" for name in ("Claim", "SentencePassage", "InferredStatement")
)
_STATUSES: Final = tuple(
    f"{TIP}{name}"
    for name in ("AffirmedClaim", "DeniedClaim", "DoubtedClaim", "UnestablishedClaim")
)
_COUNTS: Final = with_prefixes(
    """SELECT ?class ?evidentiality ?label ?strength (COUNT(DISTINCT ?claim) AS ?claims) WHERE {
  VALUES ?class { tip:AffirmedClaim tip:DeniedClaim tip:DoubtedClaim tip:UnestablishedClaim }
  ?claim a ?class ; tip:evidentiality ?evidentiality .
  ?evidentiality skos:prefLabel ?label FILTER(LANG(?label) = "en")
  OPTIONAL { ?evidentiality tip:strength ?strength }
} GROUP BY ?class ?evidentiality ?label ?strength"""
)
_MATCHING: Final = "SELECT ?claim WHERE {{\n  ?claim a {} ; tip:evidentiality {} .\n}}"
_UNRANKED: Final = -1
# What anybody's data can be asked first.
_ANY_DATA: Final = (
    (
        "Which properties are used, and how often?",
        "SELECT ?property (COUNT(*) AS ?uses)\n"
        "WHERE { ?subject ?property ?value }\n"
        "GROUP BY ?property\nORDER BY DESC(?uses)\nLIMIT 50",
    ),
    (
        "Which things does most point at?",
        "SELECT ?thing (COUNT(*) AS ?links)\n"
        "WHERE { ?subject ?property ?thing FILTER(isIRI(?thing)) }\n"
        "GROUP BY ?thing\nORDER BY DESC(?links)\nLIMIT 50",
    ),
    (
        "Which graphs are there, and how large is each?",
        "SELECT ?graph (COUNT(*) AS ?triples)\n"
        "WHERE { GRAPH ?graph { ?s ?p ?o } }\nGROUP BY ?graph\nORDER BY ?graph",
    ),
)
_SHOWN_KINDS: Final = 30


@dataclass(frozen=True, slots=True)
class Door:
    """A way into the graph.

    Args:
        title: What is behind it.
        text: The same in a sentence.
        count: How many things that are.
        href: Where all of them are listed.
    """

    title: str
    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number of claims, and where they are listed; none leads nowhere."""

    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Evidentiality:
    """How many claims rest on a kind of evidence.

    Args:
        label: What it is called.
        href: Where it is defined.
        strength: Its rank; -1 when it has none.
        by_status: The claims of each status.
        all: All of them.
    """

    label: str
    href: str
    strength: int
    by_status: tuple[Number, ...]
    all: Number


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure the graph is: its claims by evidentiality and by status.

    Args:
        statuses: The statuses, with all claims of each.
        rows: The kinds of evidence, the strongest first.
        total: All claims.
    """

    statuses: tuple[tuple[Status, Number], ...]
    rows: tuple[Evidentiality, ...]
    total: Number

    @property
    def overlaps(self) -> bool:
        """Whether some claims rest on several kinds of evidence."""
        return sum(row.all.count for row in self.rows) > self.total.count


class Home(Reading):
    """An ASGI application that answers with the home page.

    Args:
        service: What all exchanges share.
        sources: Answers what the page asks.
        index: Knows how many things of each kind there are.
        catalogue: The questions; none where the graph is not the shipped one.
        targets: Where links lead.
    """

    def __init__(
        self,
        service: Service,
        sources: Sources,
        index: SearchIndex | LabelSearch,
        *,
        catalogue: QuestionCatalogue,
        targets: LinkTargets,
    ) -> None:
        super().__init__(service)
        self._sources = sources
        self._index = index
        self._catalogue = catalogue
        self._targets = targets
        self._root = targets.root
        self._made: Once[bytes] = Once(1)

    def has(self, path: str) -> bool:
        """Whether a path is the one answered here."""
        return path == "/"

    async def answer(self, exchange: Exchange, scope: Scope) -> None:
        """Answer a GET or HEAD request."""
        page = await self._made.get(None, self._page)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-language", b"en")]
        await exchange.send_document(headers, page)

    async def _page(self) -> bytes:
        if not self._catalogue.questions:
            return await asyncio.to_thread(self._page_of_any_data)
        counts = await self._sources.select(_COUNTS, None)
        return await asyncio.to_thread(self._page_of_shipped_data, counts)

    def _page_of_shipped_data(self, counts: Solutions) -> bytes:
        return self.service.templates.render(
            "home.html",
            doors=[self._door(*each) for each in _DOORS],
            questions=self._questions(),
            number_of_questions=len(self._catalogue.questions),
            sureness=self._sureness(counts),
            sentences=self._things(_SENTENCE),
            inferred=self._all(_INFERRED),
        )

    def _page_of_any_data(self) -> bytes:
        kinds = self._index.kinds()
        manifest = self._sources.manifest
        return self.service.templates.render(
            "home_of_any_data.html",
            triples=manifest.default_graph_triples,
            graphs=len(manifest.graphs),
            kinds=[(kind, kind_address(kind.iri, self._root)) for kind in kinds[:_SHOWN_KINDS]],
            more=len(kinds) > _SHOWN_KINDS,
            examples=[(text, query, self._ask(query)) for text, query in _ANY_DATA],
        )

    def _door(self, title: str, name: str, text: str) -> Door:
        iri = f"{TIP}{name}"
        return Door(title, text, self._things(iri), kind_address(iri, self._root))

    def _questions(self) -> Sequence[tuple[Question, str]]:
        by_slug = self._catalogue.by_slug
        first = (by_slug[slug] for slug in _FIRST_QUESTIONS)
        return [(question, f"{self._root}query/{question.slug}") for question in first]

    def _things(self, iri: str) -> int:
        kind = self._index.kind(iri)
        return kind.things if kind else 0

    def _sureness(self, solutions: Solutions) -> Sureness:
        """The claims by evidentiality and by status, from how many there are of each pair."""
        counts: dict[tuple[int, str, NamedNode], dict[str, int]] = defaultdict(dict)
        for row in solutions:
            strength = int(row["strength"].value) if row["strength"] else _UNRANKED
            kind = (strength, row["label"].value, row["evidentiality"])
            counts[kind][row["class"].value] = int(row["claims"].value)
        rows = tuple(
            self._evidentiality(*kind, [counts[kind].get(status, 0) for status in _STATUSES])
            for kind in sorted(counts, key=lambda kind: (-kind[0], kind[1]))
        )
        statuses = tuple((STATUSES[status], self._all(status)) for status in _STATUSES)
        return Sureness(statuses, rows, self._all(_CLAIM))

    def _all(self, kind: str) -> Number:
        return Number(self._things(kind), kind_address(kind, self._root))

    def _evidentiality(
        self, strength: int, label: str, node: NamedNode, counts: Sequence[int]
    ) -> Evidentiality:
        return Evidentiality(
            label,
            self._targets.own_address(node.value),
            strength,
            tuple(
                Number(count, self._claims(status, node))
                for status, count in zip(_STATUSES, counts, strict=True)
            ),
            Number(sum(counts), self._claims(_CLAIM, node)),
        )

    def _claims(self, kind: str, evidentiality: NamedNode) -> str:
        """Where the claims of a kind are listed that rest on a kind of evidence."""
        names = (shorten(iri) for iri in (kind, evidentiality.value))
        return self._ask(with_prefixes(_MATCHING.format(*names)))

    def _ask(self, query: str) -> str:
        return with_parameters(f"{self._root}sparql", [("query", query)])
