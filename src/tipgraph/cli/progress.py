"""What is going on, for people who wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Final

from rich.console import Console

# Seconds; what is done sooner needs no word.
_DELAY: Final = 1.0


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the step under way on standard error: one changing line for people, else none."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    status = console.status("")
    timer = Timer(_DELAY, status.start)
    timer.start()
    try:
        yield lambda step: status.update(f"{step} ...")
    finally:
        timer.cancel()
        timer.join()
        status.stop()
