"""A circuit breaker: an endpoint that fails is left alone for a while, then tried again."""

import math
from collections.abc import Callable
from typing import Final

from tipgraph.errors import EndpointAwayError

_FAILURES: Final = 5
# Seconds of the first pause, and of the longest.
_PAUSE: Final = 1.0
_LONGEST: Final = 30.0


class Circuit:
    """Lets queries through while an endpoint answers.

    After some failures in a row it is open, and refuses queries at once. When its pause is over one
    caller may try the endpoint; if that fails, the next pause is twice as long.

    Args:
        clock: Tells the time, in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = _PAUSE
        self._until = 0.0
        self._tried = False

    @property
    def is_open(self) -> bool:
        """Whether the endpoint failed, and has not answered since."""
        return self._failures >= _FAILURES

    def admit(self) -> bool:
        """Let a query through; whether it has to try the endpoint first.

        Raises:
            EndpointAwayError: The circuit is open, and its pause is not over or somebody tries.
        """
        if not self.is_open:
            return False
        left = self._until - self._clock()
        if left > 0 or self._tried:
            raise EndpointAwayError(
                "the endpoint failed several times in a row and is left alone for a moment",
                max(1, math.ceil(left)),
            )
        self._tried = True
        return True

    def succeeded(self) -> None:
        """Count an answer: the circuit is closed."""
        self._failures, self._pause, self._tried = 0, _PAUSE, False

    def failed(self) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures == _FAILURES or self._tried:
            self._until = self._clock() + self._pause
            self._pause = min(2 * self._pause, _LONGEST)
        self._tried = False

    def undecided(self) -> None:
        """Give up trying without having found out anything."""
        self._tried = False
