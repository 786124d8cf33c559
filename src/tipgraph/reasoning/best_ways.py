"""The best way to each inferred fact in memory: its last step, and the claims that it rests on.

It is that of the best proof (see `proofs`), found in the same order, from the strongest downwards:
the ways with the same claims and depth are settled together. Premises are not kept, which makes one
way serve for all facts that a rule concludes from them.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import inf
from typing import Final, NamedTuple

from pyoxigraph import BlankNode

from tipgraph.reasoning.claim_facts import Claims
from tipgraph.reasoning.data_rules import DataRule, Join
from tipgraph.reasoning.tables import ASSERTED, Facts, Table


class Ground(NamedTuple):
    """What a way rests on; the better sorts first.

    Args:
        weakness: The strength of the weakest claim, negative.
        size: How many claims there are.
        claims: The numbers of the claims, sorted.
    """

    weakness: float
    size: int
    claims: tuple[int, ...]


class Way(NamedTuple):
    """A way to a fact; the better sorts first.

    Args:
        ground: What it rests on.
        depth: The length of the longest chain of steps under it.
        rule: The number of the rule of its last step.
    """

    ground: Ground
    depth: int
    rule: int


_BACKGROUND: Final = Ground(-inf, 0, ())
# No rule: the fact was asserted.
_NO_RULE: Final = -1
_GIVEN: Final = Way(_BACKGROUND, 0, _NO_RULE)
# The facts of each table that are settled with a ground, by their depth.
_Depths = defaultdict[int, defaultdict[Table, list[int]]]


class BestWays:
    """The best way to each fact of a closure.

    Args:
        facts: The closure.
        rules: The rules, with hierarchies in full.
        claims: What the asserted facts rest on; those that no claim says are background.
    """

    def __init__(self, facts: Facts, rules: Iterable[DataRule], claims: Claims) -> None:
        # Where two ways are as good, the names of rule and axiom decide.
        self.rules: Sequence[DataRule] = sorted(
            rules, key=lambda rule: (rule.name, _axiom_name(rule))
        )
        self._claims = claims
        self._ways: defaultdict[Table, dict[int, Way]] = defaultdict(dict)
        self._grounds: dict[tuple[int, ...], Ground] = {(): _BACKGROUND}
        self._waiting: dict[Ground, _Depths] = {}
        # The grounds that wait: those of claims, the best one last, and those met since, as a heap.
        self._given: list[Ground] = []
        self._met: list[Ground] = []
        self._begin(facts)
        self._search()

    def to_inferred(self, table: Table) -> Iterator[tuple[int, Way]]:
        """Each inferred fact of a table, with the best way to it."""
        found = self._ways.get(table, {}).items()
        return (each for each in found if each[1].rule != _NO_RULE)

    def _begin(self, facts: Facts) -> None:
        for table in facts.tables():
            supports = self._claims.supports.get(table, {})
            for key, claims in supports.items():
                way = self._ways[table][key] = Way(self._ground(claims), 0, _NO_RULE)
                self._wait(way)[table].append(key)
            self._wait(_GIVEN)[table] = [
                key for key, step in table.steps.items() if step == ASSERTED and key not in supports
            ]
        self._given, self._met = sorted(self._met, reverse=True), []

    def _wait(self, way: Way) -> defaultdict[Table, list[int]]:
        """The facts that are settled where a way is, unless they are settled earlier."""
        waiting = self._waiting.get(way.ground)
        if waiting is None:
            waiting = self._waiting[way.ground] = defaultdict(partial(defaultdict, list))
            heapq.heappush(self._met, way.ground)
        return waiting[way.depth]

    def _next(self) -> Ground:
        """The best ground that waits."""
        if self._met and (not self._given or self._met[0] < self._given[-1]):
            return heapq.heappop(self._met)
        return self._given.pop()

    def _search(self) -> None:
        uses: defaultdict[Table, list[tuple[int, int]]] = defaultdict(list)
        for number, rule in enumerate(self.rules):
            for position, table in enumerate(rule.body):
                uses[table].append((number, position))
        while self._given or self._met:
            ground = self._next()
            # What a ground leads to has the same one, at a greater depth, or a worse one.
            waiting = self._waiting[ground]
            while waiting:
                depth = min(waiting)
                now = Way(ground, depth, len(self.rules))
                for table, found in waiting.pop(depth).items():
                    known = self._ways[table]
                    keys = [key for key in found if key not in known or known[key][:2] == now[:2]]
                    for number, position in uses.get(table, ()):
                        self._apply(number, position, keys, now)
            del self._waiting[ground]

    def _apply(self, number: int, position: int, keys: list[int], now: Way) -> None:
        """Offer what a rule concludes from facts that have just been settled."""
        rule = self.rules[number]
        if not isinstance(rule, Join):
            self._offer(rule.conclusions(position, keys), self._after(number, [now]), rule.head)
            return
        for key in keys:
            for conclusion, premises in rule.applications(position, key):
                under = [
                    self._settled(*each, now) for each in zip(rule.body, premises, strict=True)
                ]
                settled = [each for each in under if each is not None]
                if len(settled) == len(under):
                    self._offer((conclusion,), self._after(number, settled), rule.head)

    def _settled(self, table: Table, key: int, now: Way) -> Way | None:
        """The way to a fact that is settled by now."""
        way = self._ways[table].get(key)
        if way is not None:
            return way if way < now else None
        return _GIVEN if table.steps[key] == ASSERTED else None

    def _after(self, number: int, premises: Sequence[Way]) -> Way:
        """The way by a rule from premises."""
        ground = premises[0].ground
        for premise in premises[1:]:
            if premise.ground != ground:
                ground = self._ground((*ground.claims, *premise.ground.claims))
        return Way(ground, max(premise.depth for premise in premises) + 1, number)

    def _ground(self, claims: tuple[int, ...]) -> Ground:
        each = tuple(sorted(set(claims)))
        known = self._grounds.get(each)
        if known is None:
            strength = min(self._claims.hedges[claim].strength for claim in each)
            known = self._grounds[each] = Ground(-strength, len(each), each)
        return known

    def _offer(self, conclusions: Iterable[int], way: Way, head: Table) -> None:
        """Note a way to facts where it is better than what is known, and when it is settled."""
        steps, ways = head.steps, self._ways[head]
        for key in conclusions:
            known = ways.get(key)
            if steps[key] != ASSERTED and (known is None or way < known):
                if known is None or known[:2] != way[:2]:
                    self._wait(way)[head].append(key)
                ways[key] = way


def _axiom_name(rule: DataRule) -> str:
    return "" if isinstance(rule.axiom, BlankNode) else rule.axiom.value
