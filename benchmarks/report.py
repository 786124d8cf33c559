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
    outcome = compared(ratio, at_least, at_most)
    print(f"{what:28} {figures:52} {ratio:6.2f}x  ({outcome})")
    sys.stdout.flush()


def compared(value: float, at_least: float | None = None, at_most: float | None = None) -> str:
    """A figure's aim, if it has one, and whether it was met."""
    if at_least is None and at_most is None:
        return "no aim"
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    aim = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}"
    return f"{aim}: {'met' if met else 'MISSED'}"
