"""Best ways of flows under any set of levers, as a whole evaluation of the tables under that set would find them.

Levers change cells of tables. Where they keep the structure of the network, all sets share it: prices are made anew
only where a changed cell is read, what opens is only marked, and each flow is searched on the part of the network
where its best ways can lie (`cores`). Levers that change the structure get a network for each set of them. Means only:
nothing is drawn but the waits behind a timetable, as in every route.
"""

import datetime
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from threading import RLock

import pandas as pd

from landbridge.network.items import PathReader, Simulation
from landbridge.network.router import Case
from landbridge.network.routes import Route
from landbridge.network.search import Path, Search
from landbridge.network.terminals import Stop
from landbridge.network.variant_ground import BY, Asked, VariantGround, make_ground
from landbridge.network.variant_prices import list_subsets
from landbridge.network.variant_tables import CellChange, VariantTables, sort_changes
from landbridge.network.virtual import VirtualNetwork
from landbridge.sources.world import World

__all__ = ["Asked", "CellChange", "Outcome", "Variants", "make_variants"]
# Networks that are kept of levers that change the structure.
MOST_GROUNDS = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best route by cost and the best by time, None where there is no way.

    Each has the least sum of arc weights, as every search finds it, and is priced in full.
    """

    cheapest: Route | None
    fastest: Route | None


@dataclass(slots=True, eq=False)
class Variants:
    """Evaluates flows under any set of levers, a mask of their numbers. Build it with `make_variants`.

    Flows of different shipments may be asked side by side. `changing` are the levers that change any table that routes
    are made from; `further` are ends beside those of the flows, for other searches.
    """

    tables: VariantTables
    asked: Mapping[str, Asked]
    world: World
    date: datetime.date
    simulation: Simulation
    changing: int
    further: tuple[Stop, ...] = ()
    grounds: dict[int, VariantGround] = field(default_factory=dict)
    reached: dict[tuple[int, str, str], int] = field(default_factory=dict)
    outcomes: dict[tuple[int, str, int], Outcome] = field(default_factory=dict)
    rests: dict[tuple[int, str, bytes], int] = field(default_factory=dict)
    routes: dict[tuple[int, str, bytes, int], Route | None] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)

    def reach(self, flow: str, *, by: Sequence[str] = BY) -> int:
        """The levers that may change anything of a flow's best routes beside any others, as a mask (see `cores`).

        `by` "cost" asks for the cheapest route, by "time" for the fastest.
        """
        found = self.tables.structure
        for mask in list_subsets(self.tables.structure):
            found |= self._reach(mask, flow, by)
        return found

    def outcome(self, flow: str, mask: int) -> Outcome:
        """The best routes of a flow under a mask. Who asks for many masks does well to `evaluate` them first."""
        ground = mask & self.tables.structure
        key = (ground, flow, mask & self._reach(ground, flow, BY))
        if key not in self.outcomes:
            courses = [self._ground(mask).courses[flow, criterion] for criterion in BY]
            paths = [None if course is None else course.best(mask) for course in courses]
            found = [None if path is None else self.price(flow, mask, path) for path in paths]
            self.outcomes[key] = Outcome(*found)
        return self.outcomes[key]

    def evaluate(self, masks: Sequence[int]) -> None:
        """Finds the outcomes of all flows under some masks, shipments side by side; `outcome` then has them at hand."""
        by_ground: dict[int, list[int]] = {}
        for mask in masks:
            by_ground.setdefault(mask & self.tables.structure, []).append(mask)
        groups: dict[str, list[str]] = {}
        for flow, asked in self.asked.items():
            groups.setdefault(repr(asked.case.shipment), []).append(flow)
        for chosen in by_ground.values():

            def find(flows: Sequence[str], chosen: Sequence[int] = chosen) -> None:
                for flow in flows:
                    for mask in chosen:
                        self.outcome(flow, mask)

            self._ground(chosen[0])
            with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
                list(pool.map(find, groups.values()))

    def price(self, flow: str, mask: int, path: Path) -> Route | None:
        """A path (arcs of the network of the mask) priced under it; None where one of its arcs is closed there."""
        ground, asked = self._ground(mask), self.asked[flow]
        name = (ground.mask, flow, path.tobytes())
        if name not in self.rests:
            route = ground.price(asked, path, mask)
            if route is None:
                return None
            self.rests[name] = ground.rest(asked, route)
        key = (*name, mask & self.rests[name])
        if key not in self.routes:
            self.routes[key] = ground.price(asked, path, mask)
        return self.routes[key]

    def touching(self, flow: str, mask: int, path: Path) -> int:
        """The levers that change what a path costs or takes under a mask, 0 where it is closed there."""
        self.price(flow, mask, path)
        return self.rests.get((mask & self.tables.structure, flow, path.tobytes()), 0)

    @property
    def structure(self) -> int:
        """The levers that change the structure of the network: arcs have other numbers for each set of them."""
        return self.tables.structure

    def network(self, mask: int) -> VirtualNetwork:
        """The network of a mask, to whose arcs paths belong."""
        return self._ground(mask).network

    @contextmanager
    def searching(self, case: Case, mask: int) -> Iterator[tuple[Search, PathReader]]:
        """The searches of a case on the whole network under a mask, and what prices their paths.

        The ends of the case must be ends of flows that were asked for, or further ones.
        """
        search, reader = self._ground(mask).search(case, mask)
        try:
            yield search, reader
        finally:
            search.forget()

    def _reach(self, ground: int, flow: str, by: Sequence[str]) -> int:
        if (ground, flow, by[0]) not in self.reached:
            self._ground(ground)
        return reduce(or_, (self.reached[ground, flow, criterion] for criterion in by), self.tables.structure)

    def _ground(self, mask: int) -> VariantGround:
        """The network of the levers of a mask that change the structure, with the cores of all flows."""
        key = mask & self.tables.structure
        with self.lock:
            if key not in self.grounds:
                ends = (stop for asked in self.asked.values() for stop in asked.case.ends)
                stops = {stop.id: stop for stop in (*ends, *self.further)}
                made = make_ground(
                    self.tables,
                    key,
                    world=self.world,
                    date=self.date,
                    simulation=self.simulation,
                    stops=tuple(stops.values()),
                )
                made.prepare(tuple(self.asked.values()))
                while len(self.grounds) >= MOST_GROUNDS:
                    self.grounds.pop(next(iter(self.grounds)))
                self.grounds[key] = made
                self.reached |= {
                    (key, flow, criterion): made.reach(asked, criterion)
                    for flow, asked in self.asked.items()
                    for criterion in BY
                }
            return self.grounds[key]


def make_variants(
    tables_of: Callable[[int], Mapping[str, pd.DataFrame]],
    changes: Sequence[CellChange],
    *,
    asked: Sequence[Asked],
    world: World,
    date: datetime.date,
    simulation: Simulation,
) -> Variants:
    """What evaluates the flows `asked` over `world` at `date` under any set of levers.

    `tables_of` gives all input tables with the levers of a mask applied; each lever touches the cells of its place in
    `changes` and no others. The world, the shipments and what the law closes to them are the same whatever levers do.

    >>> tables = {"legs": pd.DataFrame({"id": ["line"], "status": ["planned"]})}
    >>> from landbridge.sources import open_world
    >>> nothing = make_variants(lambda mask: tables, [], asked=[], world=open_world(), date=datetime.date(2026, 1, 1),
    ...     simulation=Simulation(500, 1))
    >>> nothing.tables.structure
    0
    """
    tables = sort_changes(tables_of, changes, legs=world.legs)
    changing = sum(1 << place for place, change in enumerate(changes) if change.rows)
    return Variants(tables, {one.id: one for one in asked}, world, date, simulation, changing)
