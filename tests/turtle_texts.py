"""Random texts in Turtle and TriG, as people and programs may write them, and worse."""

from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

_COMMENT: Final = " # <no> \"comment\" is [ read . '''\n"
_GAPS: Final = st.sampled_from([" ", " ", "\n", "\r\n", "\r", "\t  ", _COMMENT, "\n#\r\n "])
_NARROW: Final = st.one_of(st.just(""), _GAPS)
_IRIS: Final = st.sampled_from(
    [
        r"<http://example.org/a>",
        r"<http://example.org/n/a>",
        r"<rel>",
        r"<#f>",
        r"<>",
        r"<?q.x>",
        r"<../up>",
        r"<a\u0061>",
        r"<http://example.org/\u00e9\U0001F600>",
        r"<urn:a#b;c,d.e()'>",
    ]
)
_NAMES: Final = st.sampled_from(
    [
        r":a",
        r":b",
        r":",
        r"p:",
        r"p:a",
        r"p:a.b",
        r"p:a.-.b",
        r"p:a\.b\-c\#d\(",
        r"q.r:0",
        r"q.r:1e5",
        r"p:%41",
        r":a:b",
        r":_",
        r":-5.a",
        r"p:\+5.x",
        r":true",
        r"p:é𝒳.😀",
    ]
)
_LABELS: Final = st.sampled_from(["_:b1", "_:b2", "_:x.y", "_:0", "_:é"])
_NUMBERS: Final = st.sampled_from(
    ["1", "-1.5", "+.5", "1e3", "1.E3", "-.5e-1", "007", "true", "false"]
)
_VALUES: Final = st.text(
    st.sampled_from("ab1 .,;#<>[](){}|~@^\"'\\\n\r\t\b:_é\U0001f600\x85\u2028"), max_size=8
)
_NAMESPACES: Final = st.sampled_from(
    ["<http://example.org/>", "<http://example.org/n/>", "<http://example.org/n>", "<ns#>", "<#>"]
)
_PREFIXES: Final = st.sampled_from(["", "p", "q.r"])
_BASES: Final = st.sampled_from(["<http://example.org/base/>", "<deeper/x#y>", "<http://a.b>"])


@st.composite
def documents(draw: DrawFn, *, graphs: bool = False) -> list[tuple[str, str]]:
    """Pieces of a text in their order: a directive or else nothing, and the whole piece."""
    start = [_directive(draw, prefix) for prefix in ("", "p", "q.r")]
    pieces = [(directive, directive + "\n") for directive in start]
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["statement"] * 4 + ["directive"] + ["graph"] * graphs))
        if kind == "directive":
            directive = _directive(draw, draw(st.sampled_from(["", "p", "q.r", "base", "version"])))
            pieces.append((directive, draw(_GAPS) + directive + draw(_GAPS)))
        elif kind == "graph":
            pieces.append(("", draw(_GAPS) + _graph(draw) + draw(_NARROW)))
        else:
            pieces.append(
                ("", draw(_NARROW) + _statement(draw) + draw(_NARROW) + "." + draw(_GAPS))
            )
    return [*pieces, ("", draw(st.sampled_from(["", "# the end. of it .", "\n"])))]


def _directive(draw: DrawFn, name: str) -> str:
    if name in ("base", "version"):
        value = draw(_BASES) if name == "base" else '"1.2"'
    else:
        value = draw(_NAMESPACES)
    word = name if name in ("base", "version") else "prefix"
    before = "" if word != "prefix" else f"{name}:{draw(_NARROW)}"
    if draw(st.booleans()):
        return f"@{word}{draw(_GAPS)}{before}{value}{draw(_NARROW)}."
    return f"{draw(st.sampled_from([word, word.upper()]))}{draw(_GAPS)}{before}{value}"


def _graph(draw: DrawFn) -> str:
    name = draw(
        st.sampled_from(["", "GRAPH :g", "graph <g>", ":g", "_:b1", "[]", "<g>", "Graph []"])
    )
    statements = [_statement(draw) for _ in range(draw(st.integers(0, 3)))]
    last = draw(st.sampled_from(["", ".", " . "])) if statements else ""
    inside = f"{draw(_NARROW)}.{draw(_GAPS)}".join(statements)
    return f"{name}{draw(_NARROW)}{{{draw(_NARROW)}{inside}{draw(_GAPS)}{last}{draw(_NARROW)}}}"


def _statement(draw: DrawFn) -> str:
    kind = draw(st.sampled_from(["node"] * 6 + ["list", "brackets", "[]", "properties", "<<"]))
    if kind == "brackets":
        return f"[{draw(_NARROW)}{_properties(draw, 1)}{draw(_NARROW)}]"
    if kind == "node":
        subject = _node(draw)
    elif kind == "<<":
        subject = _reified(draw, 1)
    elif kind == "list":
        subject = _collection(draw, 1)
    else:
        inside = _properties(draw, 1) if kind == "properties" else draw(_NARROW)
        subject = f"[{inside}{draw(_NARROW)}]"
    return subject + draw(_GAPS) + _properties(draw, 2)


def _properties(draw: DrawFn, depth: int) -> str:
    written = []
    for _ in range(draw(st.integers(1, 2))):
        predicate = draw(st.one_of(st.just("a"), _IRIS, _NAMES))
        objects = [_object(draw, depth) for _ in range(draw(st.integers(1, 2)))]
        listed = f"{draw(_NARROW)},{draw(_NARROW)}".join(objects)
        written.append(predicate + draw(_GAPS) + listed)
    end = draw(st.sampled_from(["", " ;", ";;"]))
    return f"{draw(_NARROW)}{draw(st.sampled_from([';', ';;']))}{draw(_NARROW)}".join(written) + end


def _object(draw: DrawFn, depth: int) -> str:
    kinds = ["node", "node", "literal", "literal", "literal", "[]", "()"]
    kinds += ["list", "properties", "<<", "<<("] * (depth > 0)
    kind = draw(st.sampled_from(kinds))
    if kind == "node":
        written = _node(draw)
    elif kind == "literal":
        written = _literal(draw)
    elif kind == "list":
        written = _collection(draw, depth - 1)
    elif kind == "properties":
        written = f"[{draw(_NARROW)}{_properties(draw, depth - 1)}{draw(_NARROW)}]"
    elif kind == "<<":
        written = _reified(draw, depth - 1)
    elif kind == "<<(":
        written = _triple_term(draw, depth - 1)
    else:
        written = kind[0] + draw(_NARROW) + kind[1]
    return written + draw(_NARROW) + _annotation(draw, depth)


def _annotation(draw: DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from([""] * 8 + ["~", "~~", "{|", "~{|", "{|{|"] * (depth > 0)))
    written = ""
    for mark in kind.replace("{|", "{"):
        reifier = draw(st.one_of(st.just(""), _IRIS, _NAMES, _LABELS))
        block = f"{{|{draw(_NARROW)}{_properties(draw, depth - 1)} |}}" if mark == "{" else ""
        written += block or f"~{draw(_NARROW)}{reifier} "
    return written


def _collection(draw: DrawFn, depth: int) -> str:
    kinds = draw(st.lists(st.sampled_from(["node", "literal", "[]"]), max_size=3))
    write = {"node": _node, "literal": _literal}
    members = [write[kind](draw) if kind in write else kind for kind in kinds]
    if depth > 0 and draw(st.booleans()):
        members.insert(0, _collection(draw, depth - 1))
        members.append(f"[{_properties(draw, depth - 1)}]")
    return f"({draw(_NARROW)}{draw(_GAPS).join(members)}{draw(_NARROW)})"


def _reified(draw: DrawFn, depth: int) -> str:
    reifier = draw(st.sampled_from(["", " ~", " ~ :r", "~<r>", " ~_:b1"]))
    subject = _reified(draw, depth - 1) if depth > 0 and draw(st.booleans()) else _anonymous(draw)
    inner = _reified(draw, depth - 1) if depth > 0 and draw(st.booleans()) else _quotable(draw)
    verb = draw(st.one_of(st.just("a"), _IRIS, _NAMES))
    return f"<<{draw(_NARROW)}{subject}{draw(_GAPS)}{verb}{draw(_GAPS)}{inner}{reifier} >>"


def _triple_term(draw: DrawFn, depth: int) -> str:
    inner = _triple_term(draw, depth - 1) if depth > 0 else _quotable(draw)
    return f"<<({draw(_NARROW)}{_anonymous(draw)}{draw(_GAPS)}:p{draw(_GAPS)}{inner} )>>"


def _anonymous(draw: DrawFn) -> str:
    return f"[{draw(_NARROW)}]" if draw(st.booleans()) else _node(draw)


def _quotable(draw: DrawFn) -> str:
    return draw(st.one_of(_NUMBERS, st.just('"s."@en'), st.just("'s'^^:t"), st.just('"s"'), _NAMES))


def _node(draw: DrawFn) -> str:
    return draw(st.one_of(_IRIS, _NAMES, _NAMES, _LABELS))


def _literal(draw: DrawFn) -> str:
    if draw(st.booleans()):
        return draw(_NUMBERS)
    value, quote = draw(_VALUES), draw(st.sampled_from(['"', "'", '"""', "'''"]))
    value = value.replace("\\", "\\\\").replace(quote[0], "\\" + quote[0])
    value = value.replace("\b", "\\b").replace("a", draw(st.sampled_from(["a", "\\u0061"])))
    if len(quote) == 1:
        value = value.replace("\n", "\\n").replace("\r", "\\r")
    suffixes = ["", "", "@en", "@de-Latn-DE", "^^p:t", "^^<http://example.org/t>", "@ar--rtl"]
    return quote + value + quote + draw(st.sampled_from(suffixes))
