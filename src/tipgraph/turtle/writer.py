"""The canonical layout of Turtle: one block a subject, one predicate a line.

In a block `rdf:type` comes first, then labels, then definitions, then the other predicates by their
written form; objects are sorted by theirs. Lexical forms of literals are never changed. Triple
terms and the direction of texts are those of RDF 1.2; without them the text is Turtle 1.1.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any, Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from tipgraph.namespaces import (
    DCAT,
    DCTERMS,
    OA,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    TIP,
    XSD,
    shorten,
)

Term = NamedNode | BlankNode | Literal | Triple

_WIDTH: Final = 100
_INDENT: Final = "    "
_TYPE: Final = f"{RDF}type"
_FIRST: Final = f"{RDF}first"
_REST: Final = f"{RDF}rest"
_NIL: Final = NamedNode(f"{RDF}nil")
_LEADING_PREDICATES: Final = (
    _TYPE,
    f"{RDFS}label",
    f"{SKOS}prefLabel",
    f"{DCTERMS}title",
    f"{SKOS}definition",
    f"{RDFS}comment",
    f"{DCTERMS}description",
)
# Pairs and triples of predicates that read in an order of their own, not the alphabet's.
_SORTED_AS: Final = {
    f"{TIP}claimSubject": f"{TIP}claim-1",
    f"{TIP}claimPredicate": f"{TIP}claim-2",
    f"{TIP}claimObject": f"{TIP}claim-3",
    f"{TIP}claimValue": f"{TIP}claim-3",
    f"{OWL}sourceIndividual": f"{OWL}assertion-1",
    f"{OWL}assertionProperty": f"{OWL}assertion-2",
    f"{OWL}targetIndividual": f"{OWL}assertion-3",
    f"{OWL}targetValue": f"{OWL}assertion-3",
    f"{OA}start": f"{OA}end-1",
    f"{OA}end": f"{OA}end-2",
    f"{DCAT}startDate": f"{DCAT}endDate-1",
    f"{DCAT}endDate": f"{DCAT}endDate-2",
}
_BARE: Final = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"{XSD}double": re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+"),
    f"{XSD}boolean": re.compile(r"true|false"),
}
# Besides what the grammar demands: characters that no editor shows, or that tools rewrite.
_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff"\\]')
_QUOTE_TO_ESCAPE: Final = re.compile(r'"(?=")|"\Z')
_ESCAPES: Final = {
    "\t": r"\t",
    "\b": r"\b",
    "\n": r"\n",
    "\r": r"\r",
    "\f": r"\f",
    '"': r"\"",
    "\\": r"\\",
}


def write_turtle(triples: Iterable[Triple | Quad], prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Write triples as canonical Turtle: the same text for the same graph, subjects sorted.

    Args:
        triples: Triples, or quads whose graph names are left out.
        prefixes: Prefix to namespace IRI; only the prefixes in use are declared.
    """
    distinct = [quad.triple for quad in _canonical(Quad(*triple) for triple in _triples(triples))]
    writer = BlockWriter(distinct, prefixes=prefixes, nested=_nested(distinct))
    body = _blocks(writer, distinct)
    return "\n\n".join([part for part in (writer.prefix_block(), *body) if part]) + "\n"


def write_trig(quads: Iterable[Quad], prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Write quads as canonical TriG: first the default graph, then the named ones, sorted.

    Args:
        quads: Quads whose graphs are named by IRIs, or the default graph.
        prefixes: Prefix to namespace IRI; only the prefixes in use are declared.
    """
    graphs: dict[str, list[Triple]] = defaultdict(list)
    for quad in _canonical(quads):
        name = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)[1:-1]
        graphs[name].append(quad.triple)
    used: set[str] = set()
    body: list[str] = []
    shared = _shared(graphs.values())
    for name, triples in sorted(graphs.items()):
        nested = _nested(triples) - shared
        writer = BlockWriter(triples, prefixes=prefixes, nested=nested, used=used)
        blocks = _blocks(writer, triples)
        body += [f"{writer.name(name)} {{", *blocks, "}"] if name else blocks
    head = BlockWriter((), prefixes=prefixes, nested=frozenset(), used=used).prefix_block()
    return "\n\n".join([part for part in (head, *body) if part]) + "\n"


def _triples(given: Iterable[Triple | Quad]) -> Iterator[tuple[Any, NamedNode, Any]]:
    for each in given:
        yield each.subject, each.predicate, each.object


def _canonical(quads: Iterable[Quad]) -> Dataset:
    """The quads, each once, with blank nodes that have the same labels each time."""
    canonical = Dataset(quads)
    canonical.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return canonical


def _blocks(writer: "BlockWriter", triples: Sequence[Triple]) -> list[str]:
    """The blocks of all subjects that are not nested in another's, those with IRIs first."""
    subjects = {t.subject for t in triples} - {t.object for t in triples} | {
        t.subject for t in triples if t.subject not in writer.nested
    }
    blocks = sorted((isinstance(node, BlankNode), writer.block(node)) for node in subjects)
    return [block for _, block in blocks]


def _shared(graphs: Iterable[Sequence[Triple]]) -> set[BlankNode]:
    """Blank nodes that occur in more than one graph."""
    occurrences = Counter(
        node
        for triples in graphs
        for node in {term for t in triples for term in terms_within(t)}
        if isinstance(node, BlankNode)
    )
    return {node for node, count in occurrences.items() if count > 1}


class BlockWriter:
    """Writes the blocks of subjects and remembers which prefixes they used.

    Args:
        triples: What is said about the subjects and about the blank nodes nested in them.
        prefixes: Prefix to namespace IRI.
        nested: Blank nodes written inside their only referrer instead of with a label.
        languages: Lower-case language tag to the spelling to write it in.
        used: Where the prefixes that were used are remembered.
    """

    def __init__(
        self,
        triples: Iterable[Triple],
        *,
        prefixes: Mapping[str, str],
        nested: Set[BlankNode],
        languages: Mapping[str, str] | None = None,
        used: set[str] | None = None,
    ) -> None:
        self.nested = nested
        self.used: set[str] = set() if used is None else used
        self._prefixes = prefixes
        self._languages = languages or {}
        self._properties: dict[Term, dict[NamedNode, list[Term]]] = defaultdict(dict)
        for triple in dict.fromkeys(triples):
            objects = self._properties[triple.subject].setdefault(triple.predicate, [])
            objects.append(triple.object)
        self._flat = cache(self._flat_uncached)
        self._iri = cache(self._iri_uncached)
        self._predicate_key = cache(self._predicate_key_uncached)

    def prefix_block(self) -> str:
        """The declarations of the prefixes that were used so far, sorted."""
        return "\n".join(
            f"@prefix {prefix}: <{self._prefixes[prefix]}> ." for prefix in sorted(self.used)
        )

    def name(self, iri: str) -> str:
        """An IRI as it is written: a prefixed name, or in angle brackets."""
        return self._iri(iri)

    def block(self, subject: Term) -> str:
        """All that is said about one subject, ended by a full stop."""
        properties = self._properties[subject]
        written = self._flat(subject)
        if subject in self.nested:
            members, others = self._collection(subject)
            if members is not None and others:
                written, properties = self._list(members, ""), others
            else:
                written = "[]"
        column = len(written.rpartition("\n")[2]) + 1
        return f"{written} {self._predicates(properties, _INDENT, column)} ."

    def _predicates(
        self, properties: Mapping[NamedNode, list[Term]], indent: str, column: int
    ) -> str:
        """Predicates one a line; the first starts at `column`, the others at the indent."""
        lines: list[str] = []
        for predicate in sorted(properties, key=self._predicate_key):
            start = column if not lines else len(indent)
            lines.append(self._predicate(predicate, properties[predicate], indent, start))
        return f" ;\n{indent}".join(lines)

    def _predicate(
        self, predicate: NamedNode, objects: list[Term], indent: str, column: int
    ) -> str:
        name = self._predicate_name(predicate)
        ordered = self._sorted(objects)
        line = f"{name} {', '.join(self._flat(term) for term in ordered)}"
        if _fits(line, column):
            return line
        if len(ordered) == 1:
            return f"{name} {self._pretty(ordered[0], indent, column + len(name) + 1)}"
        deeper = indent + _INDENT
        separator = f",\n{deeper}"
        opened = (self._pretty(term, deeper, len(deeper)) for term in ordered)
        return f"{name}\n{deeper}{separator.join(opened)}"

    def _pretty(self, term: Term, indent: str, column: int) -> str:
        """A term on one line where it fits, otherwise opened up."""
        flat = self._flat(term)
        if not isinstance(term, BlankNode) or term not in self.nested or _fits(flat, column):
            return flat
        members, others = self._collection(term)
        if members is not None and not others:
            return self._list(members, indent)
        deeper = indent + _INDENT
        inside = self._predicates(self._properties[term], deeper, len(deeper))
        return f"[\n{deeper}{inside}\n{indent}]"

    def _list(self, members: list[Term], indent: str) -> str:
        flat = f"( {' '.join(self._flat(member) for member in members)} )"
        if _fits(flat, len(indent)):
            return flat
        deeper = indent + _INDENT
        opened = (self._pretty(member, deeper, len(deeper)) for member in members)
        inside = f"\n{deeper}".join(opened)
        return f"(\n{deeper}{inside}\n{indent})"

    def _flat_uncached(self, term: Term) -> str:
        if isinstance(term, NamedNode):
            return "()" if term == _NIL else self._iri(term.value)
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, Triple):
            return self._triple_term(term)
        if term not in self.nested:
            return f"_:{term.value}"
        members, others = self._collection(term)
        if members is not None and not others:
            return f"( {' '.join(self._flat(member) for member in members)} )"
        properties = self._properties[term]
        if not properties:
            return "[]"
        inside = " ; ".join(
            f"{self._predicate_name(p)} {', '.join(map(self._flat, self._sorted(properties[p])))}"
            for p in sorted(properties, key=self._predicate_key)
        )
        return f"[ {inside} ]"

    def _triple_term(self, term: Term) -> str:
        """A triple term; those that it ends with may be more than calls can be nested."""
        opened: list[str] = []
        while isinstance(term, Triple):
            opened.append(f"<<( {self._part(term.subject)} {self._part(term.predicate)} ")
            term = term.object
        return f"{''.join(opened)}{self._part(term)}{' )>>' * len(opened)}"

    def _part(self, term: Term) -> str:
        """A part of a triple term, which cannot be written as a list."""
        return self._iri(term.value) if isinstance(term, NamedNode) else self._flat(term)

    def _collection(self, head: Term) -> tuple[list[Term] | None, dict[NamedNode, list[Term]]]:
        """The members of a well-formed list and what else is said of its head, or None."""
        members: list[Term] = []
        others: dict[NamedNode, list[Term]] = {}
        node = head
        while node != _NIL:
            properties = self._properties.get(node, {})
            by_iri = {predicate.value: objects for predicate, objects in properties.items()}
            first, rest = by_iri.pop(_FIRST, []), by_iri.pop(_REST, [])
            if node not in self.nested or len(first) != 1 or len(rest) != 1:
                return None, {}
            if by_iri and node != head:
                return None, {}
            if by_iri:
                others = {p: o for p, o in properties.items() if p.value in by_iri}
            members.append(first[0])
            node = rest[0]
        return members, others

    def _literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(literal.value):
            return literal.value
        text = _quoted(literal.value)
        if literal.language:
            tag = literal.language + (f"--{literal.direction}" if literal.direction else "")
            return f"{text}@{self._languages.get(tag, tag)}"
        if datatype == f"{XSD}string":
            return text
        return f"{text}^^{self._iri(datatype)}"

    def _iri_uncached(self, iri: str) -> str:
        written = shorten(iri, self._prefixes)
        if not written.startswith("<"):
            self.used.add(written.partition(":")[0])
        return written

    def _predicate_name(self, predicate: NamedNode) -> str:
        return "a" if predicate.value == _TYPE else self._iri(predicate.value)

    def _predicate_key_uncached(self, predicate: NamedNode) -> tuple[int, bool, str]:
        if predicate.value in _LEADING_PREDICATES:
            return _LEADING_PREDICATES.index(predicate.value), False, ""
        iri = _SORTED_AS.get(predicate.value, predicate.value)
        written = shorten(iri, self._prefixes)
        return len(_LEADING_PREDICATES), written.startswith("<"), written

    def _sorted(self, objects: list[Term]) -> list[Term]:
        return sorted(objects, key=lambda term: (_rank(term), self._flat(term)))


def _quoted(value: str) -> str:
    if "\n" not in value:
        return f'"{_ESCAPED.sub(_escape, value)}"'
    lines = (_ESCAPED.sub(_escape, line) for line in value.split("\n"))
    # Inside a long string only a quotation mark before another one, or at the end, needs escaping.
    text = "\n".join(lines).replace(r"\"", '"')
    return f'"""{_QUOTE_TO_ESCAPE.sub(_escape, text)}"""'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def _fits(text: str, column: int) -> bool:
    # Two columns are kept for what ends the line.
    return "\n" not in text and column + len(text) + 2 <= _WIDTH


def _rank(term: Term) -> int:
    return (NamedNode, Literal, BlankNode, Triple).index(type(term))


def terms_within(triple: Triple) -> Iterator[Term]:
    """The terms of a triple, and of the triple terms in it."""
    inner: Triple | None = triple
    while inner is not None:
        outer, inner = inner, None
        for term in outer:
            if isinstance(term, Triple):
                inner = term
            else:
                yield term


def _nested(triples: list[Triple]) -> set[BlankNode]:
    """Blank nodes that need no label: referred to once at most, and not in a circle."""
    references = Counter(t.object for t in triples if isinstance(t.object, BlankNode))
    quoted = {
        term for t in triples if isinstance(t.object, Triple) for term in terms_within(t.object)
    }
    once = {node for node, count in references.items() if count == 1} - quoted
    subjects = {t.subject for t in triples if isinstance(t.subject, BlankNode)}
    unreferred = subjects - set(references) - quoted
    referred: dict[object, list[BlankNode]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.object, BlankNode) and triple.object in once:
            referred[triple.subject].append(triple.object)
    reached: set[BlankNode] = set()
    pending = [node for subject in referred if subject not in once for node in referred[subject]]
    while pending:
        node = pending.pop()
        reached.add(node)
        pending.extend(referred[node])
    return reached | unreferred
