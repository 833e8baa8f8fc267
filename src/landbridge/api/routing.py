"""Routes between two places: with the shipped defaults, or over the tables of a study's scenario."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from landbridge.api.quantities import make_quantity, read_quantity
from landbridge.network.amended import amend_world
from landbridge.network.places import find_place, select_own
from landbridge.network.routes import Route
from landbridge.network.simulate import draw_items
from landbridge.network.steps import GatewayChoice, Options, Simulation
from landbridge.network.terminals import Stop
from landbridge.schema import Finding, InputError, ProhibitedError, UnreachableError, find_nearest
from landbridge.schema.rows import read_rows, rows_to_frame
from landbridge.sources import network_date, open_world, read_shipped_tables
from landbridge.sources.hs_changes import check_product, list_successors
from landbridge.sources.products import clean_product, is_product, read_products
from landbridge.study.engine import Ground, Progress, Setting, compute
from landbridge.study.evidence import rank_inputs
from landbridge.study.gateways import GATEWAY_WORDS

FLOW = "route"
DEFAULT_CARGO = "container_general"
CRITERIA = ("cost", "time", "co2e")
MODES = ("road", "rail", "sea", "inland_water", "air")


@dataclass(frozen=True, slots=True)
class Goods:
    """What is to be moved: an HS code, else a cargo class, else one container of general goods; and how much."""

    product: str = ""
    cargo: str = ""
    tonnes: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Routes with their items, the draws and the seed of their ranges, and the variance that doubts have in common."""

    routes: tuple[Route, ...]
    simulation: Simulation
    shared: float


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """The answer to one request: verdict, one row a route, and everything that they are made of.

    `frame` has the columns of the table routes; `tables` all result tables; `ends` what the places were read as;
    `drawing` what `draws` needs.
    """

    verdict: str
    frame: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    ends: tuple[dict[str, Any], dict[str, Any]]
    listings: tuple[dict[str, Any], ...]
    price_year: int
    date: datetime.date
    findings: tuple[dict[str, Any], ...]
    drawing: Drawing

    def _repr_html_(self) -> str:
        columns = [
            "rank",
            "label",
            "cost",
            "cost_p10",
            "cost_p90",
            "time",
            "time_p10",
            "time_p90",
            "distance",
            "co2e",
        ]
        return self.frame[columns].to_html(index=False, float_format=lambda value: f"{value:,.1f}", border=0)

    def evidence(self, rank: int = 1) -> pd.DataFrame:
        """What the route of this rank rests on, as `Run.evidence` gives it; empty where there is no such route."""
        chosen = self.frame["route"][self.frame["rank"] == rank].tolist()
        return rank_inputs(self.tables["route_inputs"], chosen)

    def draws(self, count: int = 0) -> pd.DataFrame:
        """The draws that the ranges rest on, or `count` of them: columns route, rank, draw, time (h), cost (USD/t).

        One draw is one state of the world for all routes, so differences between routes are those within a draw.
        """
        parts = []
        for route in self.drawing.routes:
            time, cost = draw_items(
                route.items,
                draws=count or self.drawing.simulation.draws,
                seed=self.drawing.simulation.seed,
                shared=self.drawing.shared,
            )
            head = {"route": route.id, "rank": route.rank, "draw": np.arange(1, len(time) + 1)}
            parts.append(pd.DataFrame({**head, "time": time, "cost": cost}))
        return pd.concat(parts, ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values, in the shape that scripts rely on."""
        return {
            "verdict": self.verdict,
            "origin": self.ends[0],
            "destination": self.ends[1],
            "routes": [self._route(row) for row in read_rows(self.frame)],
            "listings": list(self.listings),
            "findings": list(self.findings),
        }

    def _route(self, row: Mapping[str, Any]) -> dict[str, Any]:
        items = self.tables["route_items"]
        touching = self.tables["applied_listings"]
        money = {"currency": "USD", "price_year": self.price_year}
        mine = set(touching["listing"][touching["route"] == row["route"]])
        return {
            "label": row["label"],
            "corridor": row["corridor"],
            "criterion": row["criterion"],
            "reason": row["reason"],
            "cost": read_quantity(row, "cost", "USD/t", **money),
            "time": read_quantity(row, "time", "h"),
            "distance": make_quantity(row["distance"], "km"),
            "co2e": make_quantity(row["co2e"], "kg/t"),
            "due_probability": None if pd.isna(row["due_probability"]) else row["due_probability"],
            "default_share": {
                name: row[f"default_share_{name}"] for name in ("cost", "time", "spread_cost", "spread_time")
            },
            "items": [_item(item, money) for item in read_rows(items[items["route"] == row["route"]])],
            "listings": [listing for listing in self.listings if listing["id"] in mine],
            "findings": [],
        }


def _item(row: Mapping[str, Any], money: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {
        "cost": make_quantity(row["cost"], "USD/t", **money, quality=row["quality"]),
        "time": make_quantity(row["time"], "h", quality=row["quality"]),
    }
    if row["kind"] == "operation":
        return {
            "kind": "operation",
            "operation": row["operation"],
            **({"cause": row["cause"]} if row["cause"] else {}),
            "mode": row["mode"],
            "place": row["place"],
            **amounts,
        }
    known = {name: row[f"{name}_km"] for name in ("electric", "diesel") if not pd.isna(row[f"{name}_km"])}
    if known:
        known["unknown"] = max(row["distance"] - sum(known.values()), 0.0)
    return {
        "kind": "leg",
        "mode": row["mode"],
        "means": row["means"],
        "from": row["from"],
        "to": row["to"],
        "countries": list(row["countries"]),
        "distance": make_quantity(row["distance"], "km"),
        **({"traction": {name: make_quantity(km, "km") for name, km in known.items()}} if known else {}),
        **amounts,
        "co2e": make_quantity(row["co2e"], "kg/t"),
    }


def find_routes(
    origin: str,
    destination: str,
    *,
    goods: Goods = Goods(),
    options: Options = Options(),
    ground: Ground | None = None,
    progress: Progress = lambda line: None,
) -> Routes:
    """Routes from `origin` to `destination`, sorted by the first criterion of `options.by`.

    Without a `ground` (a study's scenario) the shipped tables hold, at the date of the shipped network and under
    nobody's law in particular: measures of the United Nations and of territories apply, others are shown.

    Raises InputError (unknown place, product, mode...), ProhibitedError where an applying measure forbids the
    shipment, UnreachableError with the cut where there is no way.
    """
    ground = ground or default_ground()
    if check_request(goods, options, ground.tables):
        raise InputError(list_faults((origin, destination), goods, options, tables=ground.tables))
    tables = {**ground.tables, "flows": _one_flow(origin, destination, goods, ground.tables)}
    if goods.tonnes > 0:
        tables["shipments"] = tables["shipments"].assign(tonnes=goods.tonnes)
    workspace, _ = compute(
        Ground(tables, ground.setting), options=replace(options, cargo=goods.cargo), progress=progress
    )
    routes = _read_answer(workspace, tables, goods)
    _raise_verdict(routes)
    return routes


def default_ground(*, date: datetime.date | None = None) -> Ground:
    """The shipped tables, at the date of the shipped network unless another is given; nobody's law; seed 1."""
    tables = read_shipped_tables()
    draws = int(tables["parameters"].set_index("id")["value"]["draws"])
    return Ground(tables, Setting(date or network_date(), (), Simulation(draws, 1)))


def list_faults(
    ends: tuple[str, str], goods: Goods, options: Options, *, tables: Mapping[str, pd.DataFrame]
) -> list[Finding]:
    """Everything that is wrong with a request, its places included."""
    world = amend_world(open_world(), tables)
    places = tables["places"]
    own = select_own(world, places)
    faults = check_request(goods, options, tables)
    named = {
        str(name).lower()
        for table in ("countries", "passages", "legs", "posts")
        for name in tables[table]["id"]
    }
    named |= {str(name).lower() for name in tables["countries"]["name"]}
    others = [text for text in options.avoid if text.lower() not in named]
    if options.gateways:
        named |= {*tables["services"]["id"], *tables["posts"]["name"].str.lower()}
        others += [text for text in options.gateways.named if text.lower() not in named]
    for text in (*ends, *options.via, *others):
        try:
            find_place(world, text, extra=own)
        except InputError as error:
            faults += error.findings
    return faults


def check_request(goods: Goods, options: Options, tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """All faults of a request that can be seen without the network."""
    faults: list[Finding] = []
    corridors = tables["corridors"]
    if options.corridor and options.corridor not in {*corridors["id"], *corridors["name"]}:
        faults.append(_fault("corridor", options.corridor, find_nearest(options.corridor, corridors["id"])))
    classes = tuple(dict.fromkeys(tables["shipments"]["cargo_class"]))
    if goods.cargo and goods.cargo not in classes:
        faults.append(_fault("cargo class", goods.cargo, classes))
    unknown = [name for name in options.by if name not in CRITERIA]
    if unknown or not options.by:
        faults.append(_fault("criterion", ", ".join(unknown) or "none", CRITERIA))
    if options.mode and options.mode not in MODES:
        faults.append(_fault("mode", options.mode, MODES))
    within = options.front_within
    if within and not (len(within) == len(options.by) and all(0 <= value < float("inf") for value in within)):
        known = (f"{len(options.by)} finite numbers of at least 0, one for each criterion",)
        faults.append(_fault("tolerance of a front", str(within), known))
    if options.gateways:
        faults += _check_gateways(options.gateways)
    if goods.product and list_successors(goods.product):
        faults += filter(None, [check_product(goods.product)])
    elif goods.product and not is_product(goods.product):
        nearest = find_nearest(clean_product(goods.product), tuple(read_products()))
        faults.append(_fault("code of HS 2022", goods.product, nearest or ("a code of 2, 4 or 6 digits",)))
    if goods.tonnes == goods.tonnes and not 0 < goods.tonnes < float("inf"):
        faults.append(_fault("number of tonnes", str(goods.tonnes), ("a finite number above zero",)))
    return faults


def _check_gateways(choice: GatewayChoice) -> list[Finding]:
    unknown = [kind for kind in choice.kinds if kind not in GATEWAY_WORDS]
    faults = [_fault("kind of gateway", kind, tuple(GATEWAY_WORDS)) for kind in unknown]
    if not 0.0 <= choice.stretch < float("inf"):
        faults.append(_fault("stretch", str(choice.stretch), ("a finite number, 0 or above",)))
    if choice.count < 1:
        faults.append(_fault("count of gateways", str(choice.count), ("1 or more",)))
    return faults


def _fault(kind: str, given: str, known: Sequence[str]) -> Finding:
    return Finding(
        code=f"unknown_{kind.split(maxsplit=1)[0]}",
        severity="error",
        what=f"{given!r} is no {kind}",
        remedy=f"use {', '.join(known)}" if known else "use one that the tables name",
        nearest=tuple(known),
    )


def _one_flow(
    origin: str, destination: str, goods: Goods, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    shipments = tables["shipments"]
    row = ""
    if not goods.product and goods.cargo:
        row = str(shipments["id"][shipments["cargo_class"] == goods.cargo].iloc[0])
    elif not goods.product:
        row = DEFAULT_CARGO
    flow = {
        "id": FLOW,
        "origin": origin,
        "destination": destination,
        "product": clean_product(goods.product),
        "shipment": row,
        "tonnes": float("nan"),
    }
    return rows_to_frame("flows", [flow])


def _read_answer(workspace: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], goods: Goods) -> Routes:
    verdict = workspace["verdicts"].iloc[0]
    stops = workspace["ends"][FLOW]
    findings = [
        {"code": row["code"], "severity": row["level"], "what": row["message"], "remedy": row["remedy"]}
        for row in read_rows(workspace["result_findings"])
    ]
    if not goods.product and not goods.cargo:
        what = "no product or cargo class was given: one 20 ft container of general goods is assumed"
        remedy = "give --product or --cargo"
        findings.insert(0, {"code": "default_shipment", "severity": "note", "what": what, "remedy": remedy})
    results = {
        name: workspace[name]
        for name in workspace
        if name.startswith("route") or name in ("applied_listings", "closures", "gateways")
    }
    return Routes(
        verdict=str(verdict["verdict"]),
        frame=workspace["routes"],
        tables={
            **{k: v for k, v in results.items() if isinstance(v, pd.DataFrame)},
            "verdicts": workspace["verdicts"],
        },
        ends=(_end(stops[0], verdict["origin_snap"]), _end(stops[1], verdict["destination_snap"])),
        listings=tuple(
            describe_listing(row, tables["listings"]) for row in _unique(workspace["applied_listings"])
        ),
        price_year=int(tables["parameters"].set_index("id")["value"]["price_year"]),
        date=workspace["date"],
        findings=tuple(findings),
        drawing=_read_drawing(workspace),
    )


def _read_drawing(workspace: Mapping[str, Any]) -> Drawing:
    answer, router = workspace["answers"].get(FLOW), workspace["router"]
    routes = () if answer is None else answer.routes
    return Drawing(routes, router.simulation, router.pricing.book.number("doubt_shared"))


def _unique(applied: pd.DataFrame) -> list[dict[str, Any]]:
    return read_rows(applied.drop_duplicates("listing"))


def _end(stop: Stop, snap: float) -> dict[str, Any]:
    return {
        "name": stop.name,
        "code": stop.locode,
        "country": stop.country,
        "lat": stop.lat,
        "lon": stop.lon,
        "snap_km": None if isnan(snap) else snap,
    }


def describe_listing(applied: Mapping[str, Any], listings: pd.DataFrame) -> dict[str, Any]:
    """A measure that touches goods or a route, as plain values with its act."""
    row = listings[listings["id"] == applied["listing"]].iloc[0]
    return {
        "id": row["id"],
        "jurisdiction": row["jurisdiction"],
        "act": row["act"],
        "article": row["article"],
        "title": row["title"],
        "from": str(row["from"]),
        "until": str(row["until"]) if row["until"] is not None else None,
        "applies": bool(applied["applies"]),
        "effect": applied["effect"],
        "meaning": applied["meaning"],
        "source": row["source"],
    }


def _raise_verdict(routes: Routes) -> None:
    if routes.verdict == "prohibited":
        raise ProhibitedError([listing for listing in routes.listings if listing["effect"] == "prohibited"])
    if routes.verdict == "unreachable":
        blocking = [row for row in routes.findings if row["severity"] == "error"]
        raise UnreachableError(
            [
                Finding(code=row["code"], severity="error", what=row["what"], remedy=row["remedy"])
                for row in blocking
            ]
        )
