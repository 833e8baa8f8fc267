"""Best routes under any coalition of changes of the tables: a whole evaluation of each coalition."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.items import Simulation
from landbridge.network.router import Case, Router, make_ready
from landbridge.network.routes import Request, Route, price_route
from landbridge.sources.world import World

ONE_DRAW = Simulation(1, 1)
Path = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CellChange:
    """Ids of rows and names of fields by table that one change touches; its place is its bit."""

    rows: Mapping[str, frozenset[str]]
    fields: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A flow by id, with its goods, its ends and what the law closes to it."""

    id: str
    case: Case


@dataclass(frozen=True, slots=True)
class Outcome:
    """The cheapest and the fastest route, None where there is no way."""

    cost: Route | None
    time: Route | None


@dataclass(slots=True, eq=False)
class Variants:
    """Routes of flows under coalitions. Make one with `make_variants`."""

    tables_of: Callable[[int], Mapping[str, pd.DataFrame]]
    changing: int
    asked: Mapping[str, Asked]
    world: World
    date: datetime.date
    routers: dict[int, Router] = field(default_factory=dict)
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    def reach(self, flow: str) -> int:
        """The bits of the changes that may bear on a flow."""
        return self.changing if flow in self.asked else 0

    def outcome(self, flow: str, mask: int) -> Outcome:
        """The best routes of a flow under a coalition."""
        key = flow, mask & self.changing
        if key not in self.outcomes:
            case = self.asked[flow].case
            router = self._router(key[1])
            search = router.search(case)
            ends = router.network.outlets[case.ends[0].id], router.network.inlets[case.ends[1].id]
            paths = [search.best(by, *ends) for by in ("cost", "time")]
            self.outcomes[key] = Outcome(
                *(None if path is None else self._price(router, flow, path) for path in paths)
            )
        return self.outcomes[key]

    def price(self, flow: str, mask: int, path: Path) -> Route | None:
        """The route of a path under a coalition, None where an arc of it is closed there."""
        router, case = self._router(mask & self.changing), self.asked[flow].case
        search = router.search(case)
        if (search.reasons[path] != 0).any() or not np.isfinite(search.weights.cost[path]).all():
            return None
        return self._price(router, flow, path)

    def _price(self, router: Router, flow: str, path: Path) -> Route:
        case = self.asked[flow].case
        request = Request(flow, *case.ends)
        return price_route(router.search(case), router.reader(case.shipment), request, path)

    def _router(self, mask: int) -> Router:
        if mask not in self.routers:
            stops = {stop.id: stop for one in self.asked.values() for stop in one.case.ends}
            ready = make_ready(self.world, self.tables_of(mask), self.date)
            self.routers[mask] = ready.router(tuple(stops.values()), simulation=ONE_DRAW)
        return self.routers[mask]


def make_variants(
    tables_of: Callable[[int], Mapping[str, pd.DataFrame]],
    changes: Sequence[CellChange],
    asked: Sequence[Asked],
    *,
    world: World,
    date: datetime.date,
) -> Variants:
    """Routes of `asked` under coalitions of `changes`, whose tables `tables_of` gives."""
    changing = sum(1 << place for place, change in enumerate(changes) if change.rows)
    return Variants(tables_of, changing, {one.id: one for one in asked}, world, date)
