"""The catalogue of questions: which of them a search finds, as a list, in JSON and in RDF."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from tipgraph.namespaces import DCTERMS, expand, shorten
from tipgraph.questions import THEMES, Question, by_theme
from tipgraph.server.parameters import Parameters

SEARCH_PARAMETERS: Final = ("q", "keyword", "term")
_MOST_RELATED: Final = 6


@dataclass(frozen=True, slots=True)
class QuestionSearch:
    """What a question is to be like; all of it has to hold.

    Args:
        words: Words that it has, somewhere.
        keywords: Keywords that it has.
        term: A term or thing that its query names: an IRI, a prefixed name, or part of a label.
    """

    words: str
    keywords: tuple[str, ...]
    term: str

    @classmethod
    def read(cls, parameters: Parameters) -> "QuestionSearch":
        """Read the parameters of a request; empty ones ask for nothing.

        Raises:
            RequestError: `q` or `term` is given more than once.
        """
        words, term = (parameters.single(name) or "" for name in ("q", "term"))
        keywords = dict.fromkeys(filter(None, parameters.all("keyword")))
        return cls(words.strip(), tuple(keywords), term.strip())

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that ask for the same."""
        words = [("q", self.words)] if self.words else []
        term = [("term", self.term)] if self.term else []
        return [*words, *(("keyword", each) for each in self.keywords), *term]


class QuestionCatalogue:
    """The questions, in lists.

    Args:
        questions: All of them.
        base_iri: The base of the IRIs that the service answers for.
        root: The local path of the home page.
    """

    def __init__(self, questions: Sequence[Question], *, base_iri: str, root: str) -> None:
        self.questions = tuple(questions)
        self.iri = NamedNode(f"{base_iri}query")
        self._root = root

    @cached_property
    def by_slug(self) -> Mapping[str, Question]:
        """Each question by its slug."""
        return {question.slug: question for question in self.questions}

    @cached_property
    def terms(self) -> Sequence[NamedNode]:
        """What the queries name, sorted by prefixed name."""
        named = {term for question in self.questions for term in question.terms}
        return [NamedNode(term) for term in sorted(named, key=shorten)]

    @cached_property
    def keywords(self) -> Mapping[str, int]:
        """How many questions have each keyword: themes first, then the marks of their answers."""
        counts = Counter(keyword for each in self.questions for keyword in each.keywords)
        return {name: counts[name] for name in (*THEMES, *sorted(counts.keys() - THEMES.keys()))}

    def find(self, search: QuestionSearch, labels: Mapping[str, str]) -> list[Question]:
        """The questions that a search finds.

        Args:
            search: The search.
            labels: What the terms are called.
        """
        terms = self._terms(search.term, labels)
        words = search.words.casefold().split()
        return [
            question
            for question in self.questions
            if all(word in _text(question) for word in words)
            and set(search.keywords) <= set(question.keywords)
            and (not search.term or not terms.isdisjoint(question.terms))
        ]

    def listed(self, found: Sequence[Question]) -> dict[str, list[Question]]:
        """Questions by the title of the theme that each is listed under; no theme is empty."""
        slugs = {question.slug for question in found}
        themes = {
            THEMES[theme]: [question for question in questions if question.slug in slugs]
            for theme, questions in by_theme(self.questions).items()
        }
        return {title: questions for title, questions in themes.items() if questions}

    def related(self, question: Question) -> list[Question]:
        """The questions whose keywords are most like those of one, the most alike first."""
        own = set(question.keywords)

        def unlike(other: Question) -> tuple[float, str]:
            return -len(own & set(other.keywords)) / len(own | set(other.keywords)), other.slug

        return sorted((each for each in self.questions if each != question), key=unlike)[
            :_MOST_RELATED
        ]

    def to_json(self, found: Sequence[Question]) -> bytes:
        """Questions as JSON."""
        members = {
            "total": len(self.questions),
            "count": len(found),
            "questions": [self._members(question) for question in found],
        }
        return json.dumps(members, ensure_ascii=False, indent=1).encode() + b"\n"

    def triples(self, found: Sequence[Question]) -> list[Triple]:
        """Questions as their files describe them, as parts of the catalogue."""
        part = NamedNode(f"{DCTERMS}hasPart")
        title = Literal("Questions", language="en")
        return [
            Triple(self.iri, NamedNode(f"{DCTERMS}title"), title),
            *(Triple(self.iri, part, NamedNode(question.iri)) for question in found),
            *(triple for question in found for triple in question.triples),
        ]

    def _terms(self, wanted: str, labels: Mapping[str, str]) -> set[str]:
        """IRIs of the terms that an IRI, a prefixed name or a part of a label stands for."""
        iri = expand(wanted)
        if iri in labels:
            return {iri}
        return {term for term, label in labels.items() if wanted.casefold() in label.casefold()}

    def _members(self, question: Question) -> dict[str, Any]:
        return {
            "iri": question.iri,
            "address": f"{self._root}query/{question.slug}",
            "question": question.text,
            "keywords": list(question.keywords),
            "form": question.kind.upper(),
            "parameters": [
                {
                    "name": parameter.name,
                    "description": parameter.description,
                    "default": parameter.default.value,
                }
                for parameter in question.parameters
            ],
            "query": question.query,
        }


def _text(question: Question) -> str:
    """Where words are looked for."""
    described = (parameter.description for parameter in question.parameters)
    return " ".join((question.text, question.slug, *question.keywords, *described)).casefold()
