"""VALUES after a query, put into its pattern, where every engine joins it.

Virtuoso 7.2 knows no block of values at the end of a query (SPARQL 1.1, 18.2.4.3). Where nothing is
grouped, one within the pattern means the same.
"""

from typing import Final

from tipgraph.store.tokens import tokens

_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")
_GROUPING: Final = (
    "GROUP",
    "HAVING",
    *("AVG", "COUNT", "GROUP_CONCAT", "MAX", "MIN", "SAMPLE", "SUM"),
)


def with_inner_values(text: str) -> str:
    """A SELECT or ASK query without a block of values after it, if that is possible."""
    if "values" not in text.lower():
        return text
    depth, pattern, end, grouped = 0, None, 0, False
    for token in tokens(text):
        if token.kind == "mark" and token.text in _OPENING:
            if depth == 0 and token.text == "{" and pattern is None:
                pattern = token.start
            depth += 1
        elif token.kind == "mark" and token.text in _CLOSING:
            depth -= 1
            if depth == 0 and pattern is not None and not end:
                end = token.end
        elif pattern is None or end:
            grouped = grouped or token.is_word(*_GROUPING)
            if end and depth == 0 and token.is_word("VALUES") and not grouped:
                head, modifiers, values = (
                    text[:pattern],
                    text[end : token.start],
                    text[token.start :],
                )
                return f"{head}{{ {text[pattern:end]} {values} }} {modifiers}"
    return text
