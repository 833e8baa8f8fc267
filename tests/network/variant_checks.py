"""Levers for tests of variants, and whole evaluations of the tables that they give, to compare with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_world import DATE, Tables

from landbridge.network.items import Simulation
from landbridge.network.router import make_ready
from landbridge.network.routes import Request, Route, price_route
from landbridge.network.variants import Asked, CellChange, Outcome, Variants, make_variants
from landbridge.sources.world import World

SIMULATION = Simulation(500, 1)


@dataclass(frozen=True)
class Lever:
    """Rows of a table that get other values; a number in `factors` multiplies what is there."""

    table: str
    ids: tuple[str, ...]
    values: Mapping[str, Any]
    factors: Mapping[str, float]

    @property
    def change(self) -> CellChange:
        names = frozenset(self.values) | frozenset(self.factors)
        return CellChange({self.table: frozenset(self.ids)}, {self.table: names})

    def pull(self, tables: Mapping[str, pd.DataFrame]) -> Tables:
        frame = tables[self.table].copy()
        hit = frame["id"].isin(self.ids)
        assert hit.sum() == len(self.ids) > 0
        for name, factor in self.factors.items():
            frame.loc[hit, name] = frame.loc[hit, name] * factor
        for name, value in self.values.items():
            cells = [value if one else old for one, old in zip(hit, frame[name], strict=True)]
            frame[name] = pd.Series(cells, index=frame.index, dtype=frame[name].dtype)
        return {**tables, self.table: frame}


def lever(tables: Mapping[str, pd.DataFrame], table: str, where: str, **values: Any) -> Lever:
    """A lever on the rows whose id starts with `where`; a value (1.5,) multiplies by it."""
    ids = tuple(key for key in tables[table]["id"] if key.startswith(where))
    factors = {
        name: value[0]
        for name, value in values.items()
        if isinstance(value, tuple) and isinstance(value[0], float)
    }
    kept = {name: value for name, value in values.items() if name not in factors}
    return Lever(table, ids, kept, factors)


@dataclass(frozen=True)
class Ground:
    """A world, tables, levers over them, and the flows that are asked for."""

    world: World
    tables: Mapping[str, pd.DataFrame]
    levers: Sequence[Lever]
    asked: Sequence[Asked]
    date: Any = DATE

    @property
    def masks(self) -> range:
        return range(1 << len(self.levers))

    def tables_of(self, mask: int) -> Mapping[str, pd.DataFrame]:
        tables = self.tables
        for number, one in enumerate(self.levers):
            tables = one.pull(tables) if mask >> number & 1 else tables
        return tables

    def variants(self) -> Variants:
        changes = [one.change for one in self.levers]
        return make_variants(
            self.tables_of,
            changes,
            asked=self.asked,
            world=self.world,
            date=self.date,
            simulation=SIMULATION,
        )

    def whole(self, mask: int) -> dict[str, tuple[Route | None, Route | None]]:
        """The routes of each flow by a whole evaluation of the tables of a mask."""
        ready = make_ready(self.world, self.tables_of(mask), self.date)
        stops = {stop.id: stop for one in self.asked for stop in one.case.ends}
        router = ready.router(tuple(stops.values()), simulation=SIMULATION)
        found = {}
        for one in self.asked:
            search, reader = router.search(one.case), router.reader(one.case.shipment)
            start, end = one.case.ends
            ends = (router.network.outlets[start.id], router.network.inlets[end.id])
            paths = [search.best(criterion, *ends) for criterion in ("cost", "time")]
            request = Request(one.id, start, end)
            routes = [None if path is None else price_route(search, reader, request, path) for path in paths]
            found[one.id] = (routes[0], routes[1])
        return found


def check_equal(outcome: Outcome, whole: tuple[Route | None, Route | None]) -> None:
    """Both routes go the same way, and all that is told of them is the same."""
    for found, expected in zip((outcome.cheapest, outcome.fastest), whole, strict=True):
        assert (found is None) == (expected is None)
        if found is None or expected is None:
            continue
        assert np.array_equal(found.path, expected.path)
        assert found.items == expected.items
        for name in ("cost", "time", "co2e", "gap"):
            assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-12)
