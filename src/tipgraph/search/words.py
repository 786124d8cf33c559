"""Words as search compares them: case and diacritics folded, in whatever script.

The index and what is looked for in it are split here alike, so that SQLite never gets to see more
of either than words of letters and digits with spaces between them.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

# Scripts that put no space between words are split into characters.
_WORD: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]|[^\\W_]+")
# Of ASCII, what is between words.
_BETWEEN: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Word(NamedTuple):
    """A word in a text.

    Args:
        text: The word, folded.
        start: The offset of its first character in the text.
        end: The offset after its last one.
    """

    text: str
    start: int
    end: int


class Wanted:
    """The words that are looked for, the last one perhaps not to its end.

    Args:
        text: What somebody wrote.
    """

    def __init__(self, text: str) -> None:
        self.key = key(text)
        self.words: tuple[str, ...] = tuple(dict.fromkeys(self.key.split()))

    def found_in(self, text: str) -> Iterator[Word]:
        """The words of a text that are looked for."""
        last = self.words[-1:]
        for word in words(text):
            if word.text in self.words or word.text.startswith(last or "\0"):
                yield word

    def number_in(self, text: str) -> int:
        """How many of the words a text has."""
        found = {word.text for word in self.found_in(text)}
        return sum(any(each.startswith(wanted) for each in found) for wanted in self.words)


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    if text.isascii():
        for match in _WORD.finditer(text.lower()):
            yield Word(match.group(), match.start(), match.end())
        return
    folded, offsets = _folded(text)
    for match in _WORD.finditer(folded):
        # One character may be several when it is taken apart; marks after it belong to it.
        end = max(offsets[match.end()], offsets[match.end() - 1] + 1)
        yield Word(match.group(), offsets[match.start()], end)


def key(text: str) -> str:
    """The words of a text with single spaces between: equal for what search takes as the same."""
    if text.isascii():
        # As the expression finds them, in half the time.
        return " ".join(text.lower().translate(_BETWEEN).split())
    return " ".join(_WORD.findall(_folded(text)[0]))


def spaced(name: str) -> str:
    """A name in camel case as separate words, as in `Object property`."""
    first, *others = _HUMP.split(name)
    # What is in capitals throughout is an abbreviation.
    return " ".join([first, *(each if each[1:].isupper() else each.lower() for each in others)])


def local_name(iri: str) -> str:
    """The last step of an IRI, with the `/`, `#` or `:` that it may end in."""
    end = len(iri) - iri.endswith(("/", "#", ":"))
    slash, hash_mark, colon = iri.rfind("/", 0, end), iri.rfind("#", 0, end), iri.rfind(":", 0, end)
    return iri[max(slash, hash_mark, colon) + 1 :]


def _folded(text: str) -> tuple[str, list[int]]:
    """A text without case and diacritics, and where each character of that begins in the text."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character.casefold()):
            # A mark belongs to the letter before it; alone it says nothing.
            if not unicodedata.category(part).startswith("M"):
                characters.append(part)
                offsets.append(offset)
    return "".join(characters), [*offsets, len(text)]
