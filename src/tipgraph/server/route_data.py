"""What the graph says of routes: their ends, who takes them, the claims about them, the places."""

from collections.abc import Iterable
from typing import Final

from pyoxigraph import NamedNode, Quad

from tipgraph.describe import Describer, Plan
from tipgraph.namespaces import SKOS, TIP

ENDS: Final = tuple(f"{TIP}route{name}" for name in ("Origin", "Transit", "Destination"))
TAKES: Final = (f"{TIP}traffickedAlong", f"{TIP}takesRoute")
ABOUT: Final = (f"{TIP}claimSubject", f"{TIP}claimObject")
LOCATED_IN: Final = f"{TIP}locatedIn"
NOTATION: Final = f"{SKOS}notation"
M49: Final = f"{TIP}m49"
# As many routes as a page can list, and places as a script can look up.
MOST_ROUTES: Final = 500
_MOST_PLACES: Final = 2000


def find_routes(describer: Describer) -> Plan[tuple[Quad, ...]]:
    """Plan to find all routes, what is said of them, and the places that bear codes.

    Of more routes than a page can list, one more than that is found.
    """
    ending = describer.anywhere("?node ?end ?place", given=_values("?end", ENDS))
    routes = yield from _nodes(
        f"SELECT DISTINCT ?node {{ {ending} }} ORDER BY ?node LIMIT {MOST_ROUTES + 1}"
    )
    quads: set[Quad] = set()
    if routes:
        given = (
            f"{_values('?p', (*ABOUT, *TAKES))} VALUES ?route {{ {' '.join(map(str, routes))} }}"
        )
        around = yield from _nodes(
            f"SELECT DISTINCT ?node {{ {describer.anywhere('?node ?p ?route', given=given)} }}"
        )
        quads |= yield from describer.bounded([*routes, *around])
    located = describer.anywhere(f"?node <{LOCATED_IN}> ?place")
    coded = describer.anywhere(f"?node <{NOTATION}> ?code")
    places = yield from _nodes(
        f"SELECT DISTINCT ?node {{ {{ {located} }} UNION "
        f"{{ {coded} FILTER(DATATYPE(?code) = <{M49}>) }} }} ORDER BY ?node LIMIT {_MOST_PLACES}"
    )
    ends = {
        quad.object
        for quad in quads
        if quad.predicate.value in ENDS and isinstance(quad.object, NamedNode)
    }
    nodes = list(dict.fromkeys([*places, *ends]))
    if nodes:
        quads |= yield from describer.bounded(nodes)
        quads |= yield from describer.labels(quads)
    return tuple(quads)


def _nodes(query: str) -> Plan[list[NamedNode]]:
    solutions = yield query
    return [row["node"] for row in solutions if isinstance(row["node"], NamedNode)]


def _values(variable: str, names: Iterable[str]) -> str:
    return f"VALUES {variable} {{ {' '.join(f'<{name}>' for name in names)} }}"
