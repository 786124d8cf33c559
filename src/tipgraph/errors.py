"""Every exception that tipgraph raises on purpose, under one root.

TipgraphError                      exit code 4 unless a class below says otherwise
├── UsageError                     2  the call itself makes no sense
├── InputError                     3  something given cannot be read
│   ├── InputSyntaxError           3  it can be read but breaks the grammar; knows line and column
│   └── SnapshotError              3  a snapshot folder is missing, damaged or of another format
├── NonConformanceError            1  the data breaks a shape; carries the report's text
├── InconsistencyError             1  the statements contradict each other; carries the clashes
├── CacheError                     4  the snapshot folder cannot be written
└── ServiceError                   4  the service cannot start (a port in use, say)

Exit codes: 0 fine, 1 the data does not conform or a check fails, 2 usage, 3 input unreadable,
4 an engine or the machine failed.
"""


class TipgraphError(Exception):
    """The root: every error raised on purpose, with the exit code it ends a command with."""

    exit_code = 4


class UsageError(TipgraphError):
    """The call itself makes no sense, such as two options that exclude each other."""

    exit_code = 2


class InputError(TipgraphError):
    """Something given cannot be read: missing, a directory, not UTF-8, of unknown format."""

    exit_code = 3


class InputSyntaxError(InputError):
    """A text that breaks its grammar.

    Args:
        reason: What was found and what was expected, in one line.
        source: The file or other name of the text.
        line: 1-based line.
        column: 1-based column in code points.
        excerpt: The offending line, without its line ending.
    """

    def __init__(
        self, reason: str, source: str, *, line: int, column: int, excerpt: str = ""
    ) -> None:
        self.reason = reason
        self.source = source
        self.line = line
        self.column = column
        self.excerpt = excerpt
        super().__init__(self._message())

    def _message(self) -> str:
        head = f"{self.source}:{self.line}:{self.column}: {self.reason}"
        if not self.excerpt:
            return head
        # Tabs are kept, so that the caret stands under its character however wide they are drawn.
        before = "".join("\t" if c == "\t" else " " for c in self.excerpt[: self.column - 1])
        return f"{head}\n  {self.excerpt}\n  {before}^"


class SnapshotError(InputError):
    """A snapshot folder that is missing, damaged or written by another format version."""


class NonConformanceError(TipgraphError):
    """Data that breaks a shape; its message is the readable validation report."""

    exit_code = 1


class InconsistencyError(TipgraphError):
    """Statements that contradict each other under the ontology; its message names the triples."""

    exit_code = 1


class CacheError(TipgraphError):
    """The folder for snapshots cannot be written."""


class ServiceError(TipgraphError):
    """The service cannot start, for instance because its port is in use."""
