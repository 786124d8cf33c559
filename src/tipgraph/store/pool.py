"""The pool of workers: which request goes to which worker, and which worker has to go.

Several requests are on the way to one worker at a time, so that small ones cost little more than
their evaluation. What goes wrong stays with the request that caused it: a worker is killed only for
the request it is evaluating (its *head*), and those behind it go to another worker, as they do as
soon as the head proves slow. A spare worker stands ready, so that a kill costs nobody a start.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from tipgraph.errors import (
    ClientShareError,
    EngineError,
    OverloadedError,
    QueryCancelledError,
    QueryError,
)
from tipgraph.store.failures import crashed, preempted, timed_out
from tipgraph.store.lane import Lane
from tipgraph.store.process import WorkerProcess
from tipgraph.store.queue import FairQueue, Ticket

# Seconds.
_TICK: Final = 0.01
_HEAD_PATIENCE: Final = 0.02
_SLOW: Final = 0.05
_ABANDONED_GRACE: Final = 0.1
_PREEMPT: Final = 0.25
_RESTART: Final = 1.0

_QUICK: Final = 0.0005
_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How much the pool takes on: counts, and seconds a request may wait."""

    workers: int
    queue_size: int
    queue_seconds: float


class WorkerPool:
    """Keeps workers running and shares requests out among them.

    Args:
        configuration: What each worker is configured with.
        limits: How much the pool takes on.
    """

    def __init__(self, configuration: Mapping[str, Any], limits: PoolLimits) -> None:
        self._configuration = configuration
        self._limits = limits
        self._lanes: list[Lane] = []
        self._spares: list[Lane] = []
        self._queue: FairQueue[Ticket] = FairQueue()
        self._numbers = count(1)
        self._ticking = False
        self._stopped = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self.kills: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a worker, or behind another for the same one."""
        behind = [len(lane.tickets) - 1 for lane in self._lanes if lane.tickets]
        return len(self._queue) + sum(behind)

    @property
    def busy(self) -> int:
        """Number of workers that evaluate something."""
        return sum(1 for lane in self._lanes if lane.tickets)

    @property
    def ready(self) -> bool:
        """Whether at least one worker has its store open."""
        return any(lane.ready for lane in self._lanes)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop in which the pool was started."""
        return self._loop

    async def start(self) -> None:
        """Start the workers in the running event loop; returns when all have their store open.

        Raises:
            EngineError: A worker cannot open the store.
        """
        self._loop = asyncio.get_running_loop()
        self._stopped = False
        for _ in range(self._limits.workers):
            self._lanes.append(await self._spawn())
        self._spares.append(await self._spawn())
        while not all(lane.ready for lane in (*self._lanes, *self._spares)):
            await asyncio.sleep(0.002)
            if self.kills["start"]:
                await self.stop()
                raise EngineError(
                    f"a worker could not open the store {self._configuration['store']}: if it is "
                    "damaged, remove the snapshot's folder, and it is built anew"
                )

    async def stop(self) -> None:
        """End all workers and whatever they evaluate."""
        self._stopped = True
        lanes = [*self._lanes, *self._spares]
        tickets = [*self._queue, *(ticket for lane in lanes for ticket in lane.tickets)]
        for ticket in tickets:
            ticket.settle(QueryCancelledError("the service is shutting down"))
        self._lanes, self._spares, self._queue = [], [], FairQueue()
        for lane in lanes:
            self._unwatch(lane)
            if lane.tickets:
                lane.process.kill()
            else:
                lane.process.close()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for lane in lanes:
            await self._loop.run_in_executor(None, lane.process.reap)

    def submit(self, message: tuple[Any, ...], *, client: str, timeout: float) -> Ticket:
        """Queue a request.

        Raises:
            OverloadedError: The queue is full.
            ClientShareError: The queue is full, and mostly of this client's requests.
        """
        now = self._loop.time()
        future = self._loop.create_future()
        ticket = Ticket(message, client, timeout, now=now, future=future)
        if self.waiting >= self._limits.queue_size:
            self._make_room(client)
        self._queue.push(ticket)
        self._dispatch(now)
        return ticket

    def cancel(self, ticket: Ticket) -> None:
        """Stop a request for which nobody waits any more."""
        ticket.settle(QueryCancelledError("the client went away"))
        if not self._queue.remove(ticket):
            ticket.abandoned = True

    def _make_room(self, client: str) -> None:
        """Let a client with less than its share into a full queue, in place of another's last."""
        for lane in self._lanes:
            self._recall(lane)
        if self.waiting < self._limits.queue_size:
            # Nobody waits any more for what was given to a worker behind another request.
            return
        share = self._limits.queue_size / (self._queue.clients() + 1)
        if self._queue.of_client(client) > share:
            raise ClientShareError("this client has too many queries waiting: send fewer at once")
        greedy = max(self._queue, key=lambda ticket: self._queue.of_client(ticket.client))
        if self._queue.of_client(greedy.client) <= share:
            raise OverloadedError("too many queries are waiting: try again in a moment")
        self._queue.remove(greedy)
        greedy.settle(ClientShareError("others were let in before this client's many queries"))

    def _dispatch(self, now: float) -> None:
        while self._queue:
            lane = self._open_lane(now)
            if lane is None:
                break
            number = next(self._numbers) & 0xFFFFFFFF or next(self._numbers)
            lane.give(self._queue.pop(), number, now)
            self._flush_soon(lane)
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(_TICK, self._tick)

    def _open_lane(self, now: float) -> Lane | None:
        """The lane that takes another request: one getting on quickly, an idle, or a short one.

        Small queries are kept together on one worker as long as they stay small, since to wake
        another process costs more than to evaluate one of them.
        """
        idle = shortest = None
        for lane in self._lanes:
            given = len(lane.tickets)
            if lane.recalled:
                continue
            if not given:
                idle = idle or lane
            elif now - lane.head_since < _HEAD_PATIENCE and given < _DEPTH:
                if lane.pace < _QUICK:
                    return lane
                if shortest is None or given < len(shortest.tickets):
                    shortest = lane
        return idle or shortest

    def _flush_soon(self, lane: Lane) -> None:
        """Send at the end of this turn of the event loop, what comes until then in one go."""
        if not lane.flushing:
            lane.flushing = True
            self._loop.call_soon(self._flush, lane)

    def _flush(self, lane: Lane) -> None:
        lane.flushing = False
        if lane.watched and not lane.process.flush():
            self._loop.add_writer(lane.process.socket, self._on_writable, lane)

    def _on_writable(self, lane: Lane) -> None:
        if lane.process.flush():
            self._loop.remove_writer(lane.process.socket)

    def _on_readable(self, lane: Lane) -> None:
        now = self._loop.time()
        try:
            for answer in lane.process.receive():
                if ticket := lane.receive(answer, now):
                    ticket.settle(answer)
                elif ticket := lane.recalled.pop(answer.number, None):
                    # It was evaluated before it could be taken back, and is as good as any.
                    self._queue.remove(ticket)
                    ticket.settle(answer)
        except EOFError:
            self._lost(lane)
        if self._queue:
            self._dispatch(now)

    def _tick(self) -> None:
        """Look after running and waiting requests; runs only while there are any."""
        now = self._loop.time()
        for lane in list(self._lanes):
            if lane.tickets:
                self._look_after(lane, now)
            elif lane.recalled and now - lane.head_since >= _ABANDONED_GRACE:
                # What it evaluates was taken back too late, and is waited for elsewhere.
                self._end(lane, "abandoned")
        for ticket in list(self._queue):
            self._look_after_waiting(ticket, now)
        self._preempt(now)
        self._dispatch(now)
        occupied = any(lane.tickets or lane.recalled for lane in self._lanes)
        self._ticking = not self._stopped and (bool(self._queue) or occupied)
        if self._ticking:
            self._loop.call_later(_TICK, self._tick)

    def _look_after(self, lane: Lane, now: float) -> None:
        head, age = lane.tickets[0], now - lane.head_since
        if age >= head.timeout:
            self._kill(lane, "timeout", timed_out(head.timeout))
        elif head.abandoned and age >= _ABANDONED_GRACE:
            self._kill(lane, "abandoned", QueryCancelledError("the client went away"))
        elif age >= _HEAD_PATIENCE:
            self._recall(lane)
            if age >= _SLOW:
                head.mark_slow()

    def _look_after_waiting(self, ticket: Ticket, now: float) -> None:
        age = now - ticket.queued_at
        if age >= self._limits.queue_seconds:
            self._queue.remove(ticket)
            ticket.settle(OverloadedError("no worker came free in time: try again in a moment"))
        elif age >= _SLOW:
            ticket.mark_slow()

    def _recall(self, lane: Lane) -> None:
        """Take back what waits behind a slow head, for another worker."""
        if behind := lane.take_back():
            self._flush_soon(lane)
            self._requeue(behind)

    def _requeue(self, youngest_first: list[Ticket]) -> None:
        for ticket in youngest_first:
            if not ticket.abandoned:
                self._queue.push_back(ticket)

    def _preempt(self, now: float) -> None:
        """Stop the youngest query of a client that holds several workers while others wait."""
        if not self._queue or self._open_lane(now) is not None:
            return
        busy = [lane for lane in self._lanes if lane.tickets]
        if not busy:
            # All workers have just been killed, and new ones are on their way.
            return
        heads = Counter(lane.tickets[0].client for lane in busy)
        client, held = heads.most_common(1)[0]
        starved = any(
            now - ticket.queued_at >= _PREEMPT and heads[ticket.client] < held - 1
            for ticket in self._queue
        )
        if starved:
            lanes = [lane for lane in busy if lane.tickets[0].client == client]
            youngest = max(lanes, key=lambda lane: lane.head_since)
            self._kill(youngest, "share", preempted())

    def _kill(self, lane: Lane, why: str, failure: QueryError) -> None:
        lane.tickets.popleft().settle(failure)
        self._end(lane, why)

    def _end(self, lane: Lane, why: str) -> None:
        self.kills[why] += 1
        self._unwatch(lane)
        lane.process.kill()
        self._replace(lane)
        self._run(self._bury(lane, None))

    def _lost(self, lane: Lane) -> None:
        """A worker died: of its request, of hunger for memory, or because it was told to."""
        self.kills["crash" if lane.ready else "start"] += 1
        self._unwatch(lane)
        lane.process.close()
        head = lane.tickets.popleft() if lane.tickets else None
        self._replace(lane)
        self._run(self._bury(lane, head))

    def _replace(self, lane: Lane) -> None:
        self._requeue([lane.tickets.pop() for _ in range(len(lane.tickets))])
        if lane in self._lanes:
            self._lanes.remove(lane)
            if self._spares:
                self._lanes.append(self._spares.pop())
        else:
            self._spares.remove(lane)
        self._run(self._restock(0.0 if lane.ready else _RESTART))
        self._dispatch(self._loop.time())

    async def _restock(self, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            lane = await self._spawn()
        except OSError:
            # The machine is short of something; without another try the pool would shrink for good.
            self._run(self._restock(_RESTART))
            return
        if self._stopped:
            self._unwatch(lane)
            lane.process.kill()
            await self._loop.run_in_executor(None, lane.process.reap)
        elif len(self._lanes) < self._limits.workers:
            self._lanes.append(lane)
            self._dispatch(self._loop.time())
        else:
            self._spares.append(lane)

    async def _spawn(self) -> Lane:
        process = await self._loop.run_in_executor(None, WorkerProcess, self._configuration)
        lane = Lane(process)
        self._loop.add_reader(process.socket, self._on_readable, lane)
        return lane

    async def _bury(self, lane: Lane, head: Ticket | None) -> None:
        how = await self._loop.run_in_executor(None, lane.process.reap)
        if head is not None:
            head.settle(crashed(how))

    def _unwatch(self, lane: Lane) -> None:
        lane.watched = False
        self._loop.remove_reader(lane.process.socket)
        self._loop.remove_writer(lane.process.socket)

    def _run(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
