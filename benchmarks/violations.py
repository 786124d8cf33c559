"""What can be broken in a narrative, by one line each, and the results that this has."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from benchmarks.claims import ALWAYS, ATTRIBUTION, DERIVATION, TYPE, Claims
from benchmarks.template import Template
from tipgraph.namespaces import DCAT, DCTERMS, OA, OWL, RDFS, TIP, XSD

_LABEL: Final = NamedNode(f"{RDFS}label")
_SEE_ALSO: Final = NamedNode(f"{RDFS}seeAlso")


@dataclass(frozen=True)
class Violation:
    """One line that is changed.

    Args:
        name: What is wrong.
        results: The results that this has: of each the shape that gives it and the constraint
            component, without their namespaces and the words that all components end in.
        claims: A claim because of which the line is there; none where it always is.
        old: The line, as the template has it.
        new: What stands instead.
    """

    name: str
    results: tuple[str, ...]
    claims: int
    old: str
    new: str

    @property
    def shapes(self) -> set[str]:
        """The node shapes that are broken, without their namespace."""
        return {result.split()[0].partition("-")[0] for result in self.results}


def violations_of(claims: Claims, template: Template) -> list[Violation]:
    """All that can be broken in narratives of a template."""
    breaker = _Breaker(claims, template)
    return [
        *breaker.of_claims(),
        *breaker.of_passages(),
        *breaker.of_things(),
        *breaker.of_estimates(),
        *breaker.of_the_whole(),
    ]


class _Breaker:
    """Makes violations of each kind."""

    def __init__(self, claims: Claims, template: Template) -> None:
        self._claims, self._template = claims, template
        # What is denied is not told in varying voices.
        self._type = self._first(TYPE, value=NamedNode(f"{OWL}NegativePropertyAssertion"))
        self._claim = self._type.subject

    def of_claims(self) -> Iterator[Violation]:
        claim, label = self._claim, self._first(_LABEL, self._claim)
        attribution = self._first(ATTRIBUTION, claim)
        subject = self._first(_tip("claimSubject"), claim)
        open_one = self._first(TYPE, value=_tip("UnestablishedClaim")).subject
        known = self._first(_tip("evidentiality"), open_one)
        rests = self._only_one_on_its_sentence()
        yield self._without("no attribution", attribution, "ClaimShape-wasAttributedTo MinCount")
        yield self._instead(
            "attribution to no party",
            attribution,
            subject.object,
            "ClaimShape-wasAttributedTo Class",
        )
        yield self._also("two labels", label, _LABEL, _english("Two"), "ThingShape-label MaxCount")
        yield self._instead(
            "label in French", label, Literal("Un", language="fr"), "ThingShape-label LanguageIn"
        )
        yield self._instead(
            "long label", label, _english("long " * 30), "ThingShape-label MaxLength"
        )
        yield self._instead(
            "reported though unknown",
            known,
            _tip("reported"),
            "UnestablishedClaimShape-evidentiality HasValue",
        )
        yield self._also(
            "fact on a condition", label, _tip("force"), _tip("conditional"), "ForceShape Not"
        )
        yield self._without(
            "denial of nothing",
            self._first(NamedNode(f"{OWL}sourceIndividual"), claim),
            "NegativePropertyAssertionShape-sourceIndividual Equals",
        )
        yield self._also("claim on itself", label, _tip("qualifies"), claim, "ClaimShape SPARQL")
        yield self._also(
            "undeclared property", label, _tip("said"), subject.object, "ThingShape SPARQL"
        )
        yield self._without(
            "sentence without a claim",
            rests,
            "ClaimShape-wasDerivedFrom MinCount",
            "SentencePassageShape-claim QualifiedMinCount",
        )

    def of_passages(self) -> Iterator[Violation]:
        number = self._first(_tip("sectionNumber"))
        link = self._first(_SEE_ALSO, number.subject)
        selector = self._first(NamedNode(f"{OA}hasSelector"), number.subject).object
        yield self._instead(
            "negative number",
            number,
            _typed("-1"),
            "SectionPassageShape-sectionNumber MinInclusive",
        )
        yield self._instead(
            "link as text",
            link,
            Literal(str(link.object).strip("<>")),
            "PassageShape-seeAlso NodeKind",
        )
        yield self._instead("link to another span", link, number.subject, "PassageShape SPARQL")
        yield self._instead(
            "passage beyond the end",
            self._first(NamedNode(f"{OA}end"), selector),
            _typed("99999"),
            "PassageShape SPARQL",
            "PassageShape SPARQL",
        )
        yield self._instead(
            "length as decimal",
            self._first(_tip("codePoints")),
            _typed("10098", "decimal"),
            "SourceDocumentShape-codePoints Datatype",
        )
        yield self._instead(
            "size as decimal",
            self._first(NamedNode(f"{DCAT}byteSize")),
            _typed("10134", "decimal"),
            "SourceDocumentShape-byteSize Or",
        )
        yield self._instead(
            "short digest",
            self._first(_tip("documentMd5")),
            _typed("00", "hexBinary"),
            "SourceDocumentShape-documentMd5 Pattern",
        )

    def of_things(self) -> Iterator[Violation]:
        party = self._first(TYPE, value=_tip("NamedParty"))
        harm = self._first(TYPE, value=_tip("BodilyHarm")).subject
        person = self._first(TYPE, value=_tip("Person")).subject
        origin, group = self._first(_tip("routeOrigin")), self._first(_tip("hasSubgroup"))
        yield self._also(
            "party of both kinds", party, TYPE, _tip("UnnamedParty"), "ReportingPartyShape Xone"
        )
        yield self._instead(
            "category of another scheme",
            self._first(_tip("category"), harm),
            _tip("adult"),
            "HarmShape-category Node",
        )
        yield self._also(
            "link of a person",
            self._first(_LABEL, person),
            _SEE_ALSO,
            NamedNode("http://example.org/"),
            "PersonShape Closed",
        )
        yield self._also(
            "route to its origin",
            origin,
            _tip("routeDestination"),
            origin.object,
            "RouteShape-routeOrigin Disjoint",
            "TracedTripleShape SPARQL",
        )
        yield self._also(
            "triple without a claim",
            origin,
            _tip("routeTransit"),
            origin.object,
            "TracedTripleShape SPARQL",
        )
        yield self._without(
            "claim without its triple",
            self._first(_tip("takesRoute")),
            "AssertableClaimShape SPARQL",
        )
        yield self._also(
            "property that is inferred",
            group,
            _tip("isVictimGroupOf"),
            origin.object,
            "EntityShape SPARQL",
        )
        yield self._also(
            "property of other vocabularies",
            group,
            NamedNode(f"{DCTERMS}source"),
            party.subject,
            "NoIndividualShape SPARQL",
        )

    def of_estimates(self) -> Iterator[Violation]:
        share, count = (
            self._first(TYPE, value=_tip(f"{kind}Estimate")).subject for kind in ("Share", "Count")
        )
        end = self._first(NamedNode(f"{DCAT}endDate"))
        yield self._instead(
            "more than all",
            self._first(_tip("upperBound"), share),
            _typed("150", "decimal"),
            "ShareEstimateShape-figure MaxInclusive",
        )
        yield self._instead(
            "count in percent",
            self._first(_tip("unit"), count),
            _tip("percent"),
            "CountEstimateShape-unit In",
        )
        yield self._instead(
            "end before the start",
            end,
            _typed("1000-01-01", "date"),
            "PeriodOfTimeShape-startDate LessThanOrEquals",
        )
        yield self._instead(
            "group of five",
            self._first(_tip("pointValue")),
            _typed("5", "decimal"),
            "SmallGroupShape SPARQL",
        )

    def of_the_whole(self) -> Iterator[Violation]:
        yield self._also(
            "undeclared class",
            self._type,
            TYPE,
            _tip("Saying"),
            "WholeDataShape SPARQL",
        )

    def _without(self, name: str, triple: Triple, *results: str) -> Violation:
        return self._changed(name, triple, "", results)

    def _instead(self, name: str, triple: Triple, value: object, *results: str) -> Violation:
        return self._changed(name, triple, self._line(triple, triple.predicate, value), results)

    def _also(
        self, name: str, triple: Triple, predicate: NamedNode, value: object, *results: str
    ) -> Violation:
        line = self._template.line(triple) + self._line(triple, predicate, value)
        return self._changed(name, triple, line, results)

    def _changed(self, name: str, triple: Triple, new: str, results: tuple[str, ...]) -> Violation:
        choice = self._claims.because_of(triple)
        # Of claims any of which would do, the first.
        claims = 0 if choice == ALWAYS else choice & -choice
        return Violation(name, results, claims, self._template.line(triple), new)

    def _line(self, triple: Triple, predicate: NamedNode, value: object) -> str:
        # A new literal is not moved as the narrative's own ones are.
        text = str(value) if isinstance(value, Literal) else self._template.term(value)
        return self._template.written(self._template.term(triple.subject), str(predicate), text)

    def _first(self, predicate: NamedNode, subject: object = None, value: object = None) -> Triple:
        return next(
            triple
            for triple in self._claims.triples
            if triple.predicate == predicate
            and subject in (None, triple.subject)
            and value in (None, triple.object)
        )

    def _only_one_on_its_sentence(self) -> Triple:
        """What says on which sentence a claim rests, where no other claim does."""
        resting = [each for each in self._claims.triples if each.predicate == DERIVATION]
        often = Counter(each.object for each in resting)
        return next(each for each in resting if often[each.object] == 1)


def _tip(name: str) -> NamedNode:
    return NamedNode(f"{TIP}{name}")


def _typed(text: str, kind: str = "integer") -> Literal:
    return Literal(text, datatype=NamedNode(f"{XSD}{kind}"))


def _english(text: str) -> Literal:
    return Literal(text, language="en")
