"""The queue before the workers: first come first served within a client, clients by turns."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import chain
from typing import Any, Generic, Protocol, TypeVar

from tipgraph.store.process import Answer


class Ticket:
    """A request on its way through the pool.

    Args:
        message: What is sent to the worker.
        client: Whom it is for.
        timeout: Seconds it may run.
        now: The time at which it was queued, by the event loop's clock.
        future: Gets the worker's answer, or None once the request has proved slow.
    """

    __slots__ = (
        "abandoned",
        "client",
        "future",
        "given_at",
        "message",
        "number",
        "queued_at",
        "slow",
        "timeout",
    )

    def __init__(
        self,
        message: tuple[Any, ...],
        client: str,
        timeout: float,
        *,
        now: float,
        future: asyncio.Future[Answer | None],
    ) -> None:
        self.message = message
        self.client = client
        self.timeout = timeout
        self.queued_at = now
        self.given_at = now
        self.future = future
        self.number = 0
        self.slow = False
        self.abandoned = False

    @property
    def queue_seconds(self) -> float:
        """How long it waited before it was given to a worker."""
        return self.given_at - self.queued_at

    def settle(self, outcome: Answer | Exception) -> None:
        """Give whoever waits the answer, or raise the failure there."""
        if self.future.done():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)

    def mark_slow(self) -> None:
        """Tell whoever waits that this takes a while."""
        if not self.slow and not self.future.done():
            self.slow = True
            said, self.future = self.future, self.future.get_loop().create_future()
            said.set_result(None)


class Queued(Protocol):
    """What can wait in a queue."""

    client: str


Waiting = TypeVar("Waiting", bound=Queued)


class FairQueue(Generic[Waiting]):
    """What waits for its turn, taken from one client after the other."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, deque[Waiting]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Waiting]:
        return chain.from_iterable(self._clients.values())

    def of_client(self, client: str) -> int:
        """How many tickets of a client wait."""
        return len(self._clients.get(client, ()))

    def clients(self) -> int:
        """How many clients have tickets waiting."""
        return len(self._clients)

    def push(self, ticket: Waiting) -> None:
        """Add a ticket behind its client's others."""
        self._clients.setdefault(ticket.client, deque()).append(ticket)
        self._size += 1

    def push_back(self, ticket: Waiting) -> None:
        """Put a ticket that had left the queue before all others."""
        self._clients.setdefault(ticket.client, deque()).appendleft(ticket)
        self._clients.move_to_end(ticket.client, last=False)
        self._size += 1

    def pop(self) -> Waiting:
        """Take the next ticket: the oldest of the client whose turn it is."""
        client, tickets = next(iter(self._clients.items()))
        ticket = tickets.popleft()
        if tickets:
            self._clients.move_to_end(client)
        else:
            del self._clients[client]
        self._size -= 1
        return ticket

    def remove(self, ticket: Waiting) -> bool:
        """Take a ticket out; False when it is not here."""
        tickets = self._clients.get(ticket.client)
        if tickets is None or ticket not in tickets:
            return False
        tickets.remove(ticket)
        self._size -= 1
        if not tickets:
            del self._clients[ticket.client]
        return True
