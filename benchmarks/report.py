"""What a measurement prints."""

import sys


def verdict(
    what: str,
    figures: str,
    ratio: float,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> None:
    """Print one line: what was measured, the figures, their ratio, and the ratio aimed at."""
    met = (at_least is None or ratio >= at_least) and (at_most is None or ratio <= at_most)
    aim = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}"
    print(f"{what:28} {figures:52} {ratio:6.2f}x  ({aim}: {'met' if met else 'MISSED'})")
    sys.stdout.flush()
