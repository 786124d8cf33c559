"""The targets of shapes as graph patterns (https://www.w3.org/TR/shacl/#targets)."""

from collections.abc import Mapping, Sequence
from typing import Final

from pyoxigraph import BlankNode

from tipgraph.validation.in_store.classes import Classes
from tipgraph.validation.result import Term
from tipgraph.validation.targets import (
    TARGET_CLASS,
    TARGET_NODE,
    TARGET_OBJECTS,
    TARGET_SUBJECTS,
)

_PATTERNS: Final = {
    TARGET_SUBJECTS: "?this {} ?other .",
    TARGET_OBJECTS: "?other {} ?this .",
}


def target_pattern(
    declared: Mapping[str, set[Term]], classes: Classes, focus: Sequence[Term] = ()
) -> str:
    """A graph pattern that gives each focus node of a shape once as `?this`.

    Args:
        declared: The targets of the shape, by the IRI of their kind.
        classes: The classes of the store.
        focus: The only nodes that are wanted; none for all.
    """
    branches = [
        *classes.instances(declared.get(TARGET_CLASS, ())),
        *(
            pattern.format(term)
            for kind, pattern in _PATTERNS.items()
            for term in sorted(declared.get(kind, ()), key=str)
        ),
    ]
    # A blank node of the shapes is not in the data.
    nodes = [term for term in declared.get(TARGET_NODE, ()) if not isinstance(term, BlankNode)]
    if nodes or not branches:
        branches.append(values(sorted(nodes, key=str)))
    united = " UNION ".join(f"{{ {branch} }}" for branch in branches)
    only = values(focus) if focus else ""
    return f"{{ SELECT DISTINCT ?this WHERE {{ {only} {united} }} }}"


def target_condition(declared: Mapping[str, set[Term]], classes: Classes) -> str | None:
    """A condition under which `?this` is a focus node of a shape.

    Returns:
        The condition; None where the focus nodes are said one by one, or a query has to look for
        subclasses.
    """
    targeted = sorted(declared.get(TARGET_CLASS, ()), key=str)
    found = [classes.with_subclasses(each) for each in targeted]
    if declared.get(TARGET_NODE) or None in found:
        return None
    branches = [
        pattern.format(term)
        for kind, pattern in _PATTERNS.items()
        for term in sorted(declared.get(kind, ()), key=str)
    ]
    if targeted:
        branches.append(classes.is_instance("?this", targeted, "?class"))
    return " || ".join(f"EXISTS {{ {branch} }}" for branch in branches)


def values(nodes: Sequence[Term]) -> str:
    """A graph pattern that gives nodes as `?this`."""
    return f"VALUES ?this {{ {' '.join(map(str, nodes))} }}"
