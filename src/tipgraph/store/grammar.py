"""A recogniser for SPARQL's grammar, to find the very token at which a query leaves it.

The engine's parser goes back and forth over characters, and the place it reports may lie before or
after the token at fault. The grammar of SPARQL 1.1 (section 19.8) is LL(1), so the furthest token
that a recogniser of tokens cannot take is that token, and what it could have taken there is what
was expected. Only queries that the engine has refused come here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tipgraph.store.tokens import Token

# Capitalised words are rules, quoted ones keywords and punctuation, the others kinds of token.
# Numbers of arguments are left to the engine; triple terms (SPARQL 1.2) are not known here.
_GRAMMAR: Final = """
Query: Prologue ( Select Dataset* Where Modifiers | Construct | Describe | Ask ) Values?
Prologue: ( 'BASE' iri | 'PREFIX' namespace iri | 'VERSION' string )*
Select: 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( '*' | ( variable | Named )+ )
Named: '(' Expression 'AS' variable ')'
Construct: 'CONSTRUCT' ( Template Dataset* Where | Dataset* 'WHERE' Template ) Modifiers
Describe: 'DESCRIBE' ( '*' | VarOrIri+ ) Dataset* Where? Modifiers
Ask: 'ASK' Dataset* Where Modifiers
Dataset: 'FROM' 'NAMED'? Iri
Where: 'WHERE'? Group
Modifiers: GroupBy? Having? OrderBy? ( Limit Offset? | Offset Limit? )?
GroupBy: 'GROUP' 'BY' ( Call | variable | '(' Expression ( 'AS' variable )? ')' )+
Having: 'HAVING' Constraint+
OrderBy: 'ORDER' 'BY' ( ( 'ASC' | 'DESC' ) Bracketed | Constraint | variable )+
Limit: 'LIMIT' number
Offset: 'OFFSET' number
Values: 'VALUES' ( variable '{' Value* '}' | '(' variable* ')' '{' ( '(' Value* ')' )* '}' )
Value: Iri | Literal | 'UNDEF'
Group: '{' ( Select Where Modifiers Values? | Triples? ( Pattern '.'? Triples? )* ) '}'
Pattern: Union | Nested | Graph | Service | Filter | Bind | Values
Union: Group ( 'UNION' Group )*
Nested: ( 'OPTIONAL' | 'MINUS' | 'LATERAL' ) Group
Graph: 'GRAPH' VarOrIri Group
Service: 'SERVICE' 'SILENT'? VarOrIri Group
Filter: 'FILTER' Constraint
Bind: 'BIND' Named
Triples: Same ( '.' Triples? )?
Same: '[' Properties ']' Properties? | Collection Properties? | Term Properties
Template: '{' Triples? '}'
Properties: Verb Objects ( ';' ( Verb Objects )? )*
Verb: variable | Path
Objects: Object ( ',' Object )*
Object: '[' Properties ']' | Collection | Term
Collection: '(' Object+ ')'
Term: variable | Iri | Literal | blank | '[' ']' | '(' ')'
Path: Sequence ( '|' Sequence )*
Sequence: Step ( '/' Step )*
Step: '^'? ( Iri | 'A' | '!' Negated | '(' Path ')' ) ( '?' | '*' | '+' )?
Negated: One | '(' ( One ( '|' One )* )? ')'
One: '^'? ( Iri | 'A' )
Constraint: Bracketed | Call
Bracketed: '(' Expression ')'
Call: Iri Arguments | builtin Arguments | 'NOT'? 'EXISTS' Group
Arguments: '(' 'DISTINCT'? ( '*' | Expression ( ',' Expression )* )? Separator? ')'
Separator: ';' 'SEPARATOR' '=' string
Expression: And ( '||' And )*
And: Comparison ( '&&' Comparison )*
Comparison: Sum ( ( '=' | '!=' | '<' | '>' | '<=' | '>=' ) Sum | 'NOT'? 'IN' List )?
List: '(' ( Expression ( ',' Expression )* )? ')'
Sum: Product ( ( '+' | '-' ) Product )*
Product: Unary ( ( '*' | '/' ) Unary )*
Unary: ( '!' | '+' | '-' )? Primary
Primary: Bracketed | Iri Arguments? | Call | Literal | variable
Literal: string ( tag | '^^' Iri )? | ( '+' | '-' )? number | 'TRUE' | 'FALSE'
VarOrIri: variable | Iri
Iri: iri | name
"""
_BUILTINS: Final = frozenset(
    """
    ABS AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY ENCODE_FOR_URI FLOOR
    GROUP_CONCAT HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE MAX
    MD5 MIN MINUTES MONTH NOW RAND REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SHA1 SHA256 SHA384
    SHA512 STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS STRUUID SUBSTR SUM
    TIMEZONE TZ UCASE URI UUID YEAR
    """.split()  # noqa: SIM905  # read as words
)
_SYMBOL: Final = re.compile(r"'([^']+)'|([A-Za-z]+)|([()|*+?])")
_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a query leaves the grammar.

    Args:
        index: The token at fault; the number of tokens when the query ends too early.
        expected: What the grammar allows there: keywords, punctuation, kinds of tokens.
    """

    index: int
    expected: frozenset[str]


# A pattern is a kind of node and its parts: ("word", text), ("kind", name), ("rule", name),
# ("sequence", ...), ("choice", ...), or ("*", part), ("+", part), ("?", part).
Pattern = tuple[str, *tuple["Pattern | str", ...]]


def find_fault(terminals: Sequence[Token]) -> Fault | None:
    """Find the token at which a query leaves the grammar; None when it does not, or is too deep."""
    depth = deepest = 0
    for token in terminals:
        depth += (token.text in ("(", "{", "[")) - (token.text in (")", "}", "]"))
        deepest = max(deepest, depth)
    if deepest > _DEPTH:
        return None
    matcher = _Matcher(_read_grammar(), terminals)
    end = matcher.match(("rule", "Query"), 0)
    if end == len(terminals):
        return None
    return Fault(matcher.furthest, frozenset(matcher.expected))


class _Matcher:
    """Matches tokens with patterns, noting the furthest token that could not be taken."""

    def __init__(self, rules: dict[str, Pattern], terminals: Sequence[Token]) -> None:
        self._rules = rules
        self._terminals = terminals
        self.furthest = 0
        self.expected: set[str] = set()

    def match(self, pattern: Pattern, position: int) -> int | None:
        """The position after what a pattern takes; None when it does not match."""
        kind, *parts = pattern
        if kind in ("word", "kind"):
            return self._take(kind, str(parts[0]), position)
        if kind == "rule":
            return self.match(self._rules[str(parts[0])], position)
        if kind == "choice":
            for part in parts:
                end = self.match(_pattern(part), position)
                if end is not None:
                    return end
            return None
        if kind == "sequence":
            end = position
            for part in parts:
                after = self.match(_pattern(part), end)
                if after is None:
                    return None
                end = after
            return end
        return self._repeat(kind, _pattern(parts[0]), position)

    def _repeat(self, kind: str, part: Pattern, position: int) -> int | None:
        end = self.match(part, position)
        if end is None:
            return None if kind == "+" else position
        while kind != "?" and (after := self.match(part, end)) is not None and after > end:
            end = after
        return end

    def _take(self, kind: str, wanted: str, position: int) -> int | None:
        token = self._terminals[position] if position < len(self._terminals) else None
        if token is not None and _fits(token, kind, wanted):
            return position + 1
        if position > self.furthest:
            self.furthest, self.expected = position, set()
        if position == self.furthest:
            self.expected.add(wanted)
        return None


def _fits(token: Token, kind: str, wanted: str) -> bool:
    if kind == "word":
        # `a` is the one keyword whose case counts.
        return token.text == "a" if wanted == "A" else token.text.upper() == wanted
    if wanted == "builtin":
        return token.kind == "word" and token.text.upper() in _BUILTINS
    if wanted == "namespace":
        return token.kind == "name" and token.text.endswith(":")
    return token.kind == wanted


def _pattern(part: "Pattern | str") -> Pattern:
    assert not isinstance(part, str)  # noqa: S101  # only leaves hold text
    return part


def _read_grammar() -> dict[str, Pattern]:
    rules = {}
    for line in _GRAMMAR.strip().splitlines():
        name, _, body = line.partition(": ")
        symbols = [match.groups() for match in _SYMBOL.finditer(body)]
        rules[name], _ = _read_choice(symbols, 0)
    return rules


Symbols = list[tuple[str | None, ...]]


def _read_choice(symbols: Symbols, index: int) -> tuple[Pattern, int]:
    choices: list[Pattern] = []
    sequence: list[Pattern] = []
    while index < len(symbols):
        word, name, mark = symbols[index]
        index += 1
        if word:
            sequence.append(("word", word))
        elif name:
            sequence.append(("rule" if name[0].isupper() else "kind", name))
        elif mark == "(":
            inner, index = _read_choice(symbols, index)
            sequence.append(inner)
        elif mark == ")":
            break
        elif mark == "|":
            choices.append(("sequence", *sequence))
            sequence = []
        else:
            sequence[-1] = (str(mark), sequence[-1])
    choices.append(("sequence", *sequence))
    return ("choice", *choices), index
