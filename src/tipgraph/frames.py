"""Data frames of pandas, which need not be installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tipgraph.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas


def data_frame(rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> pandas.DataFrame:
    """A data frame.

    Args:
        rows: The values of each row.
        columns: The names of the columns.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise UsageError("to_pandas() needs pandas: pip install 'tipgraph[notebook]'") from error
    return DataFrame(list(rows), columns=list(columns))
