"""What the best way through each gateway between two places costs and takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landbridge.api.quantities import make_quantity
from landbridge.api.routing import Goods, Routes, default_ground, find_routes
from landbridge.network.steps import GatewayChoice, Options
from landbridge.schema.rows import read_rows
from landbridge.study.criticality import name_act
from landbridge.study.engine import Ground, Progress
from landbridge.study.gateways import order_gateways

UNITS = {"cost": "USD/t", "time": "h", "co2e": "kg/t"}


@dataclass(frozen=True, slots=True, eq=False)
class Gateways:
    """The answer to one request.

    `frame` has the columns of the table gateways, by kind and then by the criterion `by`; `routes` is the best route by
    itself, as `find_routes` gives it; `acts` are act and article of each listing that has closed a gateway.
    """

    frame: pd.DataFrame
    by: str
    routes: Routes
    acts: Mapping[str, str]

    @property
    def best(self) -> dict[str, Any]:
        """The best of all ways: way, and cost (USD/t), time (h), co2e (kg/t) and distance (km)."""
        route = self.routes.frame.iloc[0]
        best = {"way": route["label"], **{name: float(route[name]) for name in (*UNITS, "distance")}}
        passed = self.frame[self.frame["status"] == "open"].nsmallest(1, self.by)
        for row in read_rows(passed):
            if row[self.by] < best[self.by]:
                best = {name: row[name] for name in best}
        return best

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values, in the shape that scripts rely on."""
        origin, destination = self.routes.ends
        return {
            "verdict": self.routes.verdict,
            "origin": origin,
            "destination": destination,
            "by": self.by,
            "best": {"way": self.best["way"], **self._amounts(self.best, "")},
            "gateways": [self._gateway(row) for row in read_rows(self.frame)],
            "listings": list(self.routes.listings),
            "findings": list(self.routes.findings),
        }

    def _amounts(self, row: Mapping[str, Any], suffix: str) -> dict[str, Any]:
        money = {"currency": "USD", "price_year": self.routes.price_year}
        found = {
            f"{name}{suffix}": make_quantity(
                row[f"{name}{suffix}"], unit, **(money if name == "cost" else {})
            )
            for name, unit in UNITS.items()
        }
        return found if suffix else {**found, "distance": make_quantity(row["distance"], "km")}

    def _gateway(self, row: Mapping[str, Any]) -> dict[str, Any]:
        place = {name: row[name] for name in ("facility", "kind", "name", "country", "lat", "lon", "status")}
        if row["status"] != "open":
            act = {"closed_by": row["closed_by"], "act": self.acts.get(row["closed_by"], "")}
            return {**place, "why": row["why"], **(act if row["closed_by"] else {})}
        ways = {"way": row["way"], "countries": list(row["countries"])}
        return {**place, **self._amounts(row, ""), **self._amounts(row, "_more"), **ways}

    def _repr_html_(self) -> str:
        columns = ["kind", "name", "country", "cost", "cost_more", "time", "time_more", "co2e", "way"]
        return self.frame[columns].to_html(index=False, float_format=lambda value: f"{value:,.1f}", border=0)


def find_gateways(
    origin: str,
    destination: str,
    *,
    goods: Goods = Goods(),
    options: Options = Options(by=("cost",)),
    ground: Ground | None = None,
    progress: Progress = lambda line: None,
) -> Gateways:
    """What the best way from `origin` to `destination` through each port, post, terminal and strait costs and takes.

    `options.gateways` says which are looked at (by default five kinds with ways of up to 1.5 times the best weight, the
    first 15 of each kind), the first of `options.by` what is best; what is avoided, the mode and the cargo class hold
    as in `find_routes`, as do the shipped tables where no ground is given. Ways to pass, corridors and alternatives are
    not looked at. Gateways that the law has closed are listed as closed and have no value.

    Raises InputError (unknown place, gateway, product...), ProhibitedError and UnreachableError as `find_routes` does.
    """
    ground = ground or default_ground()
    wanted = Options(
        by=options.by[:1],
        avoid=options.avoid,
        mode=options.mode,
        cargo=options.cargo,
        no_gauge_change=options.no_gauge_change,
        corridors=False,
        gateways=options.gateways or GatewayChoice(),
    )
    routes = find_routes(origin, destination, goods=goods, options=wanted, ground=ground, progress=progress)
    frame = order_gateways(routes.tables["gateways"], by=wanted.by[0])
    listings = {str(row["id"]): row for row in read_rows(ground.tables["listings"])}
    acts = {key: name_act(key, listings) for key in frame["closed_by"] if key}
    return Gateways(frame, wanted.by[0], routes, acts)
