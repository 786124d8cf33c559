"""The constraint components: the parameter of each, and a sentence about what breaks it.

The components are those of SHACL Core and SHACL-SPARQL, https://www.w3.org/TR/shacl/#core-components.
The sentences stand in for messages where a shape has none; they are for people and never written
as RDF, where a message is the shape's own.
"""

from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

from tipgraph.namespaces import SH, shorten

_SUFFIX: Final = "ConstraintComponent"
_SENTENCES: Final = MappingProxyType(
    {
        "And": "The value does not conform to every shape that sh:and lists.",
        "Class": "The value is not an instance of the class that sh:class names.",
        "Closed": "The node has a property that the closed shape does not allow.",
        "Datatype": "The value is not a valid literal of the datatype that sh:datatype names.",
        "Disjoint": "The value is also a value of the property that sh:disjoint names.",
        "Equals": "The values are not the same as those of the property that sh:equals names.",
        "Expression": "The expression that sh:expression gives is not true.",
        "HasValue": "The value that sh:hasValue asks for is missing.",
        "In": "The value is not in the list that sh:in gives.",
        "JS": "The script that sh:js names reports a fault.",
        "LanguageIn": "The value is not in any of the languages that sh:languageIn lists.",
        "LessThan": "The value is not less than the values of the property that sh:lessThan names.",
        "LessThanOrEquals": "The value is greater than a value of the property that "
        "sh:lessThanOrEquals names, or cannot be compared with it.",
        "MaxCount": "There are more values than sh:maxCount allows.",
        "MaxExclusive": "The value is not less than sh:maxExclusive.",
        "MaxInclusive": "The value is not less than or equal to sh:maxInclusive.",
        "MaxLength": "The value is longer than sh:maxLength allows, or has no length.",
        "MinCount": "There are fewer values than sh:minCount asks for.",
        "MinExclusive": "The value is not greater than sh:minExclusive.",
        "MinInclusive": "The value is not greater than or equal to sh:minInclusive.",
        "MinLength": "The value is shorter than sh:minLength asks for, or has no length.",
        "Node": "The value does not conform to the shape that sh:node names.",
        "NodeKind": "The value is not the kind of node that sh:nodeKind asks for.",
        "Not": "The value conforms to the shape that sh:not excludes.",
        "Or": "The value conforms to none of the shapes that sh:or lists.",
        "Pattern": "The value does not match the regular expression that sh:pattern gives.",
        "Property": "The value does not conform to the property shape that sh:property names.",
        "QualifiedMaxCount": "More values conform to sh:qualifiedValueShape than "
        "sh:qualifiedMaxCount allows.",
        "QualifiedMinCount": "Fewer values conform to sh:qualifiedValueShape than "
        "sh:qualifiedMinCount asks for.",
        "SPARQL": "The query that sh:sparql gives finds a fault.",
        "UniqueLang": "Several values are in the same language, which sh:uniqueLang excludes.",
        "Xone": "The value does not conform to exactly one of the shapes that sh:xone lists.",
    }
)


def parameter(component: NamedNode) -> NamedNode | None:
    """The property that states a constraint of a component of SHACL's own; of another, None."""
    if not component.value.startswith(SH):
        return None
    return NamedNode(SH + _parameter_name(component.value.removeprefix(SH).removesuffix(_SUFFIX)))


def _parameter_name(name: str) -> str:
    # The parameter of SPARQLConstraintComponent is sh:sparql, that of MinCount... sh:minCount.
    return name.lower() if name.isupper() else name[0].lower() + name[1:]


# IRIs; what has one of them is a shape.
PARAMETERS: Final = frozenset(
    {*(SH + _parameter_name(name) for name in _SENTENCES), f"{SH}qualifiedValueShape"}
)


def sentence(component: NamedNode) -> str:
    """Say in a sentence what is wrong when a constraint of this component is broken."""
    name = component.value.removeprefix(SH).removesuffix(_SUFFIX)
    return _SENTENCES.get(name, f"The constraint {shorten(component.value)} is broken.")
