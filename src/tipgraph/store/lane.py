"""A worker with the requests on the way to it, as the pool sees it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from tipgraph.store import worker
from tipgraph.store.process import Answer, WorkerProcess
from tipgraph.store.queue import Ticket

_PACE_WEIGHT: Final = 0.125


@dataclass(eq=False, slots=True)
class Lane:
    """A worker with the requests given to it, in order; the first is being evaluated.

    Args:
        process: The worker.
        tickets: The requests.
        head_since: When the first of them began.
        pace: Seconds its latest requests took, on average.
        ready: Whether its store is open.
        recalled: The requests being taken back, by the numbers they were given here. Until the
            worker has said that they are, it may be evaluating one of them, and gets no others:
            what goes wrong would be laid to a request that has not begun.
        flushing: Whether messages will be sent to it at the end of this turn of the loop.
        watched: Whether the event loop reads from it.
    """

    process: WorkerProcess
    tickets: deque[Ticket] = field(default_factory=deque)
    head_since: float = 0.0
    pace: float = 1.0
    ready: bool = False
    recalled: dict[int, Ticket] = field(default_factory=dict)
    flushing: bool = False
    watched: bool = True

    def give(self, ticket: Ticket, number: int, now: float) -> None:
        """Have a request ready to be sent, behind the others.

        Args:
            ticket: The request.
            number: What it is called on the way to the worker and back; not 0.
            now: The time by the event loop's clock.
        """
        ticket.given_at = now
        ticket.number = number
        if not self.tickets:
            self.head_since = now
        self.tickets.append(ticket)
        self.process.put(number, ticket.message)

    def take_back(self) -> list[Ticket]:
        """Have a message ready that takes back what waits behind the first request.

        Returns:
            What is taken back, the youngest first.
        """
        behind = [self.tickets.pop() for _ in range(len(self.tickets) - 1)]
        if behind:
            self.process.put(0, [ticket.number for ticket in behind])
            self.recalled = {ticket.number: ticket for ticket in behind}
        return behind

    def receive(self, answer: Answer, now: float) -> Ticket | None:
        """Take in what the worker said.

        Args:
            answer: What it said.
            now: The time by the event loop's clock.

        Returns:
            The first request, if this is its answer.
        """
        if self.tickets and self.tickets[0].number == answer.number:
            self.head_since = now
            self.pace += (answer.prepare + answer.evaluate - self.pace) * _PACE_WEIGHT
            return self.tickets.popleft()
        if answer.number == 0 and answer.status == worker.TAKEN_BACK:
            self.recalled = {}
        elif answer.number == 0:
            self.ready = answer.status == worker.ANSWERED
        return None
