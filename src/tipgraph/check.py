"""What holds of the shipped graph and what does not, check by check.

Each check is a function that returns a Check. Those that need the finished graph run on a snapshot;
those that need the source text say so when it is not at hand.
"""

import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, Quad

from tipgraph import dataset, source
from tipgraph.errors import InputError, TipgraphError
from tipgraph.namespaces import (
    GRAPH_DATA,
    GRAPH_ONTOLOGY,
    GRAPH_SHAPES,
    OA,
    PREFIXES,
    PROV,
    RDF,
    SH,
    TIP,
    shorten,
)
from tipgraph.questions import questions
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, open_store
from tipgraph.turtle import format_turtle
from tipgraph.validation import coverage

_Statement = tuple[str, str, str]

_MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHOWN: Final = 5
_RUN_LENGTH: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")
# A name has no other words: runs that lie inside one are not leaks.
_NAMES: Final = ("the government of the Democratic People's Republic of Korea",)


@dataclass(frozen=True)
class Check:
    """The outcome of one check.

    Args:
        name: What was checked.
        holds: Whether it holds; None when it could not be checked.
        detail: The figures, or what is wrong.
    """

    name: str
    holds: bool | None
    detail: str


def check(build: Callable[[], Snapshot], source_file: Path | None) -> Iterator[Check]:
    """Run every check and yield its outcome as soon as it is known.

    Args:
        build: Builds the snapshot of the shipped graph, or finds it finished.
        source_file: The source text; the checks that need it are passed over without it.

    Raises:
        InputError: The source text cannot be read.
    """
    text = dataset.read_text(source_file) if source_file else None
    yield _files(dataset.turtle_files())
    try:
        data, ontology, shapes = map(
            dataset.read_shipped, (GRAPH_DATA, GRAPH_ONTOLOGY, GRAPH_SHAPES)
        )
    except InputError as error:
        yield Check("graph", False, str(error))
        return
    yield _sentences(data)
    yield _traceability(data, ontology)
    yield _shapes(data, ontology, shapes)
    yield from _snapshot_checks(build)
    if text is None:
        yield Check("passages", None, "not checked: source text not at hand")
        yield Check("leaks", None, "not checked: source text not at hand")
        return
    yield _passages(text, data)
    yield _leaks(text, _repository_files())


def _files(paths: list[Path]) -> Check:
    """Every Turtle file parses and is in canonical layout."""
    wrong = []
    for path in paths:
        try:
            text = dataset.read_text(path)
            if format_turtle(text, str(path)) != text:
                wrong.append(f"{path}: not in canonical layout; run tipgraph format")
        except InputError as error:
            wrong.append(str(error))
    return _outcome("files", wrong, f"{len(paths)} Turtle files parse and are in canonical layout")


def _sentences(data: list[Quad]) -> Check:
    """Every sentence of the document has a claim."""
    by_subject = _by_subject(data)
    sentences = {
        node for node, said in by_subject.items() if _tip("SentencePassage") in said[f"<{RDF}type>"]
    }
    claims = [said for said in by_subject.values() if said[_tip("claimSubject")]]
    claimed = {passage for claim in claims for passage in claim[f"<{PROV}wasDerivedFrom>"]}
    wrong = [f"{sentence} has no claim" for sentence in sorted(sentences - claimed)]
    covered = len(sentences & claimed)
    return _outcome(
        "sentences",
        wrong,
        f"{covered}/{len(sentences)} sentences have a claim; {len(claims)} claims in all",
    )


def _traceability(data: list[Quad], ontology: list[Quad]) -> Check:
    """Every traced triple rests on an affirmed claim, and every assertable claim has its triple."""
    marked = _by_subject(ontology)
    traced = {term for term, marks in marked.items() if marks[_tip("traced")]}
    possible = {term for term, marks in marked.items() if marks[_tip("possibility")]}
    triples = {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in data}
    traceable = {triple for triple in triples if triple[1] in traced}
    affirmed, assertable = _affirmed(data, possible)
    untraced = sorted(f"{' '.join(triple)} rests on no claim" for triple in traceable - affirmed)
    absent = sorted(f"{' '.join(triple)} is claimed but absent" for triple in assertable - triples)
    return _outcome(
        "traceability",
        untraced + absent,
        f"{len(untraced)} untraced of {len(traceable)} triples; "
        f"{len(absent)} absent of {len(assertable)} claimed",
    )


def _shapes(data: list[Quad], ontology: list[Quad], shapes: list[Quad]) -> Check:
    """Every shape applies to something, and every class in the data is under a shape."""
    found = coverage(data, shapes, ontology)
    wrong = [f"{shorten(shape)} applies to nothing" for shape in found.unmatched_shapes]
    wrong += [f"{shorten(name)} is under no shape" for name in found.untargeted_classes]
    unmentioned = ", ".join(shorten(name) for name in found.unmentioned_properties) or "none"
    detail = f"each applies, each class is under one; properties that none mentions: {unmentioned}"
    return _outcome("shapes", wrong, detail)


def _affirmed(data: list[Quad], possible: set[str]) -> tuple[set[_Statement], set[_Statement]]:
    """What the affirmed claims say, and the part of it that must stand as plain triples."""
    affirmed: set[_Statement] = set()
    assertable: set[_Statement] = set()
    for claim in _by_subject(data).values():
        if _tip("AffirmedClaim") not in claim[f"<{RDF}type>"]:
            continue
        objects = claim[_tip("claimObject")] | claim[_tip("claimValue")]
        said = set(product(claim[_tip("claimSubject")], claim[_tip("claimPredicate")], objects))
        affirmed |= said
        endorsed = _tip("endorsed") in claim[_tip("endorsement")]
        certain = not claim[_tip("evidentiality")] & {_tip("doubtful"), _tip("noInformation")}
        merely_possible = _tip("possible") in claim[_tip("force")]
        if endorsed and certain:
            assertable |= {each for each in said if each[1] in possible or not merely_possible}
    return affirmed, assertable


def _snapshot_checks(build: Callable[[], Snapshot]) -> Iterator[Check]:
    try:
        snapshot = build()
    except TipgraphError as error:
        yield Check("graph", False, str(error))
        return
    sizes = ", ".join(
        f"{count} {name.rpartition('/')[2]}" for name, count in snapshot.manifest.graphs.items()
    )
    yield Check("graph", True, f"conforms to its shapes and is consistent; triples: {sizes}")
    with open_store(snapshot) as store:
        yield _inferences(store)
        yield _questions(store)


def _inferences(store: EmbeddedStore) -> Check:
    """Every conclusion follows, and none of the statements that must not."""
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    wrong, right = [], 0
    counts = {"true": 0, "false": 0}
    paths = [path for path in dataset.query_files() if path.parent.name == "inference"]
    for path in paths:
        failed = []
        quads = dataset.read_quads(path)
        expected = dict(_literals(quads, f"{_MF}result"))
        for node, query in _literals(quads, f"{SH}ask"):
            counts[expected[node]] += 1
            if store.query(prologue + query) is not (expected[node] == "true"):
                failed.append(f"{node} is not {expected[node]}")
        right += not failed
        wrong += failed
    return _outcome(
        "inferences",
        wrong,
        f"{right}/{len(paths)} conclusions hold "
        f"({counts['true']} that must follow, {counts['false']} that must not)",
    )


def _questions(store: EmbeddedStore) -> Check:
    """Every competency question gets the expected answer."""
    asked = questions()
    wrong = [
        f"{question.slug}: another answer than expected"
        for question in asked
        if not question.is_answered_by(store.query(question.query))
    ]
    right = len(asked) - len(wrong)
    return _outcome("questions", wrong, f"{right}/{len(asked)} questions answered as expected")


def _passages(text: str, data: list[Quad]) -> Check:
    """Splitting the source text anew gives the passages of the graph, by their digests."""
    split = source.split(text)
    if not source.is_shipped_document(split, data):
        return Check("passages", False, "the source text is another one than the graph's document")
    expected = {(p.name, p.start, p.end, p.sha256) for p in split.passages}
    differing = expected ^ set(_graph_passages(data))
    wrong = [f"passage {name} differs" for name in sorted({name for name, *_ in differing})]
    detail = f"{len(expected)} passages found again in the source, offsets and digests alike"
    return _outcome("passages", wrong, detail)


def _graph_passages(data: list[Quad]) -> Iterator[tuple[str, int, int, str]]:
    """Name, start, end and digest of the graph's passages."""
    starts, ends = dict(_literals(data, f"{OA}start")), dict(_literals(data, f"{OA}end"))
    by_subject = _by_subject(data)
    for passage, digest in _literals(data, f"{TIP}spanSha256"):
        for selector in by_subject[passage][f"<{OA}hasSelector>"]:
            name = passage.strip("<>").rpartition("/")[2]
            yield name, int(starts[selector]), int(ends[selector]), digest


def _leaks(text: str, paths: Iterable[Path]) -> Check:
    """No text file shares a run of six words with the source, names excepted."""
    runs = set(_runs(text)) - {run for name in _NAMES for run in _runs(name)}
    wrong, count = [], 0
    for path in paths:
        try:
            content = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        count += 1
        shared = sum(run in runs for run in _runs(content))
        if shared:
            wrong.append(f"{path}: {shared} runs of {_RUN_LENGTH} words shared with the source")
    return _outcome(
        "leaks", wrong, f"0 runs of {_RUN_LENGTH} words shared with the source in {count} files"
    )


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = [match.group().casefold() for match in _WORD.finditer(text)]
    return (tuple(words[i : i + _RUN_LENGTH]) for i in range(len(words) - _RUN_LENGTH + 1))


def _repository_files() -> list[Path]:
    """The files under version control, or without it those of the shipped graph."""
    root = dataset.resources()
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return [*dataset.turtle_files(), *dataset.query_files(".tsv")]
    return [root / name for name in listed.stdout.split("\0") if name]


def _tip(name: str) -> str:
    return f"<{TIP}{name}>"


def _by_subject(quads: Iterable[Quad]) -> dict[str, dict[str, set[str]]]:
    """Subject to predicate to objects, all as N-Triples writes them."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in quads:
        found[str(quad.subject)][str(quad.predicate)].add(str(quad.object))
    return found


def _literals(quads: Iterable[Quad], predicate: str) -> list[tuple[str, str]]:
    """Subject, as N-Triples writes it, and value of every literal with a predicate."""
    return [
        (str(quad.subject), quad.object.value)
        for quad in quads
        if quad.predicate.value == predicate and isinstance(quad.object, Literal)
    ]


def _outcome(name: str, wrong: list[str], detail: str) -> Check:
    if not wrong:
        return Check(name, True, detail)
    shown = "\n".join(wrong[:_SHOWN])
    more = f"\nand {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Check(name, False, f"{detail}\n{shown}{more}")
