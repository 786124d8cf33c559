"""A small dataset whose labels and values would break pages that trust them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from tests.service import write_snapshot
from tipgraph.namespaces import (
    BASE,
    DCTERMS,
    DOC,
    GRAPH_DATA,
    GRAPH_META,
    GRAPH_ONTOLOGY,
    ID,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    TIP,
)
from tipgraph.snapshot import Snapshot

LONG: Final = "Donaudampfschifffahrt" * 500
# By the last step of the IRI of the thing that each is the label of.
LABELS: Final = {
    "markup": "</title></script><script>document.title='run'</script>"
    "<img src=x onerror=document.title='run'>",
    "quotes": '" onmouseover="alert(1)" \' & &amp; {{ 7*7 }} {% raw %}',
    "rtl": "\u0645\u062c\u0645\u0648\u0639\u0629 \u0645\u0646 \u0627\u0644\u0639\u0645\u0627\u0644",
    "override": "begins \u202eand turns round",
    "long": LONG,
    "lines": "one\n\n\ntwo\ttabs",
    "empty": "",
    "attribute": "'\"><svg onload=document.title='run'></textarea>-->]]>&lt;b&gt;<!--",
    "controls": "rings \u0001\u0008\u001b[31m\u007f\u0085\u200b\ufeff\ufffe bells",
    "isolates": "\u2066 opened \u2067 and \u202b never \u200f closed \u202d",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467\ufe0f\u20e3" * 100,
    "marks": "".join(letter + "\u0351\u036b\u0343\u0317\u0488" for letter in "stacked" * 60),
}
VALUED: Final = NamedNode(f"{ID}valued")
# A link to it would run.
SCRIPT: Final = NamedNode("javascript:document.title='run'")
# More claims than a page of links holds, and more for one value than are shown at once.
CLAIMS: Final = 120
_CLASSES: Final = ("AffirmedClaim", "DeniedClaim", "DoubtedClaim", "UnestablishedClaim", "")


def hostile() -> list[Quad]:
    """The dataset: things with hostile labels, each tied to all that a page shows of a thing."""
    return [
        *(Quad(*triple, GRAPH_DATA) for triple in _triples()),
        *(Quad(*triple, GRAPH_ONTOLOGY) for triple in _terms()),
        *(Quad(*triple, GRAPH_META) for triple in _citation()),
    ]


def write_hostile(folder: Path) -> Snapshot:
    """Make a snapshot of the dataset."""
    return write_snapshot(folder, hostile())


def _triples() -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    label, related = NamedNode(f"{RDFS}label"), _tip("relatedTo")
    for name, text in LABELS.items():
        node = NamedNode(f"{ID}{name}")
        yield node, label, Literal(text)
        yield node, NamedNode(f"{RDF}type"), _tip("Thing")
        yield VALUED, related, node
        yield VALUED, _tip("remark"), Literal(text, language="ar" if name == "rtl" else "en")
    yield VALUED, label, Literal("Valued")
    yield VALUED, related, SCRIPT
    for number in range(CLAIMS):
        yield from _claim(number, related)


def _claim(
    number: int, related: NamedNode
) -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    claim = NamedNode(f"{BASE}claim/hostile/{number:03}")
    names = list(LABELS)
    text = LABELS[names[number % len(names)]]
    thing = NamedNode(f"{ID}{names[number % len(names)]}")
    status = _CLASSES[number % len(_CLASSES)]
    if status:
        yield claim, NamedNode(f"{RDF}type"), _tip(status)
    yield claim, NamedNode(f"{RDFS}label"), Literal(text)
    yield claim, _tip("claimSubject"), VALUED
    yield claim, _tip("claimPredicate"), related
    yield claim, _tip("claimObject"), thing
    yield claim, _tip("evidentiality"), thing
    yield claim, _tip("force"), thing
    yield claim, _tip("quantifier"), thing
    yield claim, NamedNode(f"{PROV}wasAttributedTo"), thing
    yield claim, NamedNode(f"{PROV}wasDerivedFrom"), NamedNode(f"{DOC}{number}")
    yield claim, NamedNode(f"{SKOS}editorialNote"), Literal(text)
    yield claim, _tip("conflictsWith"), NamedNode(f"{BASE}claim/hostile/{(number + 1) % 20:03}")
    yield claim, _tip("qualifies"), NamedNode(f"{BASE}claim/hostile/{(number + 2) % 20:03}")


def _terms() -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    for name, text in LABELS.items():
        term = _tip(f"Hostile-{name}")
        yield term, NamedNode(f"{RDF}type"), NamedNode(f"{OWL}Class")
        yield term, NamedNode(f"{RDFS}label"), Literal(text)
        yield term, NamedNode(f"{SKOS}definition"), Literal(text)
        yield term, NamedNode(f"{RDFS}seeAlso"), SCRIPT


def _citation() -> Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]:
    dataset, creator = NamedNode(f"{BASE}dataset"), NamedNode(f"{ID}markup")
    yield dataset, NamedNode(f"{DCTERMS}title"), Literal(LABELS["markup"])
    yield dataset, NamedNode(f"{DCTERMS}license"), SCRIPT
    yield dataset, NamedNode(f"{DCTERMS}creator"), creator
    yield creator, NamedNode(f"{RDFS}label"), Literal(LABELS["attribute"])


def _tip(name: str) -> NamedNode:
    return NamedNode(f"{TIP}{name}")
