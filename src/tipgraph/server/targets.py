"""Where links to IRIs lead: the one place that knows which of them this service answers for."""

import re
from collections.abc import Collection
from typing import Final

from tipgraph.server.addresses import local_root, web_address, with_parameters
from tipgraph.server.things import KINDS, thing_address
from tipgraph.settings import Settings

# The last step of the IRI of the graph that each document is made of.
DOCUMENT_GRAPHS: Final = {"ontology": "ontology", "shapes": "shapes", "dataset": "meta"}
_END_OF_STEP: Final = re.compile(r"[/#?]")


class LinkTargets:
    """Where links to IRIs lead, which is a local path for those that this service answers for.

    The shipped ontology and shapes have pages where their graphs are served, but not over data of
    one's own that uses their terms.

    Args:
        settings: Base IRI and public address.
        graphs: IRIs of the named graphs that are served.
    """

    def __init__(self, settings: Settings, graphs: Collection[str]) -> None:
        self.base = settings.base_iri
        self.root = local_root(settings)
        own = f"{self.base}graph/"
        self.documents = frozenset(
            name
            for name, graph in DOCUMENT_GRAPHS.items()
            if name == "dataset" or own + graph in graphs
        )
        # The first steps of the paths below the base that are answered; the base is the home page.
        self.answered = frozenset(("", *KINDS, *self.documents))
        if any(each.startswith(own) for each in graphs):
            self.answered |= {"graph"}

    def address(self, iri: str) -> str:
        """Where a link on a page leads; empty where nothing may be linked to."""
        if iri.startswith(self.base):
            return self.own_address(iri)
        return web_address(iri)

    def own_address(self, iri: str) -> str:
        """A local path, which is that of what the graph says of it where it has no other."""
        path = iri.removeprefix(self.base)
        step = _END_OF_STEP.split(path, maxsplit=1)[0]
        if step in KINDS:
            path = thing_address(path) or iri
        # What follows the base by a slash would, as a link, name another host.
        if path != iri and step in self.answered and not path.startswith("/"):
            return self.root + path
        return with_parameters(f"{self.root}sparql", [("query", f"DESCRIBE <{iri}>")])
