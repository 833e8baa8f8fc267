"""A world of eighteen nodes in three invented countries, small enough to work out every route by hand.

West (XA) has railways of 1520 mm, east (XB) of 1435 mm, south (XC) has none; a degree is a hundred and some
kilometres, but lengths are those of the edges:

    road  aport --120-- alpha ===300, 120 of them in XA=== beta --110-- bport, beta ===100=== cport
          aport ~~200, planned~~ bport
    rail  aport --115-- alpha --150-- l1 ==10== l2 |change of gauge| l3 --150-- beta
    sea   aport --40-- w1 --60-- w2 --150-- bport, w2 --300-- cport; the first two edges are the passage "narrows"
    ferry aport -> bport, 260 km, each day, one way only

The coast road is planned, and isle has a road of its own that leads nowhere. Times are fixed numbers (no spread), so
that sums are exact; prices are round.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from landbridge.landed_cost.pricing import Wishes
from landbridge.network.items import Simulation
from landbridge.network.router import Router
from landbridge.network.search import Search
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.steps import Options
from landbridge.network.virtual import VirtualNetwork
from landbridge.schema import load_catalogue
from landbridge.schema.tables import make_frame
from landbridge.sources import read_shipped_tables
from landbridge.sources.world import World
from landbridge.study.engine import STEPS
from landbridge.study.plan import run_steps

DATE = datetime.date(2026, 7, 1)
COUNTRIES = ("XA", "XB", "XC")
PLACED = {"source": "invented", "quality": "measured"}
Tables = dict[str, pd.DataFrame]
Rows = Sequence[Mapping[str, Any]]

# Nodes by name: layer, country, gauge, lat, lon. Roads, then rails, then water, as the world orders them.
NODES = {
    "r_alpha": (0, 0, 0, 0.0, 0.0),
    "r_aport": (0, 0, 0, 0.0, 1.0),
    "r_beta": (0, 1, 0, 0.0, 3.0),
    "r_bport": (0, 1, 0, 0.0, 4.0),
    "r_isle": (0, 1, 0, 30.0, 30.0),
    "r_far": (0, 1, 0, 30.0, 30.5),
    "r_cport": (0, 2, 0, -1.0, 3.0),
    "l_alpha": (1, 0, 1520, 0.0, 0.0),
    "l_aport": (1, 0, 1520, 0.0, 1.0),
    "l1": (1, 0, 1520, 0.1, 1.5),
    "l2": (1, 1, 1520, 0.1, 1.6),
    "l3": (1, 1, 1435, 0.1, 1.6),
    "l_beta": (1, 1, 1435, 0.0, 3.0),
    "w_aport": (2, -1, 0, 0.1, 1.0),
    "w1": (2, -1, 0, 0.5, 1.3),
    "w2": (2, -1, 0, 0.5, 1.8),
    "w_bport": (2, -1, 0, 0.1, 4.0),
    "w_cport": (2, -1, 0, -1.1, 3.0),
}
NUMBER = {name: number for number, name in enumerate(NODES)}
# Edges: tail, head, km, layer, crossing, share in the tail's country, passage, leg, water.
EDGES = [
    ("r_alpha", "r_aport", 120.0, 0, -1, 1.0, -1, -1, -1),
    ("r_alpha", "r_beta", 300.0, 0, 0, 0.4, -1, -1, -1),
    ("r_beta", "r_bport", 110.0, 0, -1, 1.0, -1, -1, -1),
    ("r_aport", "r_bport", 200.0, 0, 1, 0.5, -1, 0, -1),
    ("r_isle", "r_far", 50.0, 0, -1, 1.0, -1, -1, -1),
    ("l_alpha", "l_aport", 115.0, 1, -1, 1.0, -1, -1, -1),
    ("l_alpha", "l1", 150.0, 1, -1, 1.0, -1, -1, -1),
    ("l1", "l2", 10.0, 1, 2, 0.5, -1, -1, -1),
    ("l3", "l_beta", 150.0, 1, -1, 1.0, -1, -1, -1),
    ("w_aport", "w1", 40.0, 2, -1, 1.0, 0, -1, 0),
    ("w1", "w2", 60.0, 2, -1, 1.0, 0, -1, 0),
    ("w2", "w_bport", 150.0, 2, -1, 1.0, -1, -1, 0),
    ("r_beta", "r_cport", 100.0, 0, 3, 0.5, -1, -1, -1),
    ("w2", "w_cport", 300.0, 2, -1, 1.0, -1, -1, 0),
]
# Places: kind, country, lat, lon, people, then node and gap (km) by road, rail, water.
PLACES: dict[str, tuple[Any, ...]] = {
    "alpha": ("city", "XA", 0.0, 0.0, 200_000, "r_alpha", 2.0, "l_alpha", 1.0, "", 0.0),
    "beta": ("city", "XB", 0.0, 3.0, 200_000, "r_beta", 0.0, "l_beta", 0.0, "", 0.0),
    "aport": ("port", "XA", 0.0, 1.0, 0, "r_aport", 0.0, "l_aport", 0.0, "w_aport", 5.0),
    "bport": ("port", "XB", 0.0, 4.0, 0, "r_bport", 0.0, "", 0.0, "w_bport", 5.0),
    "cport": ("port", "XC", -1.0, 3.0, 0, "r_cport", 0.0, "", 0.0, "w_cport", 5.0),
    "isle": ("city", "XB", 30.0, 30.0, 20_000, "r_isle", 0.0, "", 0.0, "", 0.0),
    "post-road": ("post", "XA", 0.0, 1.2, 0, "", 0.0, "", 0.0, "", 0.0),
    "post-rail": ("post", "XA", 0.1, 1.55, 0, "", 0.0, "", 0.0, "", 0.0),
    "aair": ("airport", "XA", 0.0, 0.0, 0, "r_alpha", 0.0, "", 0.0, "", 0.0),
    "bair": ("airport", "XB", 0.0, 3.0, 0, "r_beta", 0.0, "", 0.0, "", 0.0),
}


def make_world() -> World:
    """The world, as the shipped one would be read."""
    nodes = list(zip(*NODES.values(), strict=True))
    edges = list(zip(*EDGES, strict=True))
    none = np.zeros(0, np.float32)
    return World(
        node_lat=np.array(nodes[3], np.float32),
        node_lon=np.array(nodes[4], np.float32),
        node_layer=np.array(nodes[0], np.int8),
        node_country=np.array(nodes[1], np.int16),
        node_gauge=np.array(nodes[2], np.int16),
        edge_tail=np.array([NUMBER[name] for name in edges[0]], np.int32),
        edge_head=np.array([NUMBER[name] for name in edges[1]], np.int32),
        edge_km=np.array(edges[2], np.float32),
        edge_layer=np.array(edges[3], np.int8),
        edge_crossing=np.array(edges[4], np.int32),
        edge_fraction=np.array(edges[5], np.float32),
        edge_passage=np.array(edges[6], np.int8),
        edge_leg=np.array(edges[7], np.int16),
        edge_water=np.array(edges[8], np.int8),
        edge_electrified=np.full(len(EDGES), -1, np.int8),
        shape_start=np.zeros(len(EDGES) + 1, np.int32),
        shape_lat=none,
        shape_lon=none,
        countries=COUNTRIES,
        passages=("narrows",),
        legs=("coast-road",),
        crossings=_crossings(),
        gauge_changes=_gauge_changes(),
        places=_places(),
        names=_names(),
        date=DATE,
        hash="invented",
    )


def drop_edge(world: World, tail: str, head: str) -> World:
    """The world without one of its edges."""
    kept = ~((world.edge_tail == NUMBER[tail]) & (world.edge_head == NUMBER[head]))
    assert not kept.all()
    names = [name for name in World.__annotations__ if name.startswith("edge_")]
    start = np.zeros(int(kept.sum()) + 1, np.int32)
    return replace(world, shape_start=start, **{name: getattr(world, name)[kept] for name in names})


def _crossings() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("x0", "XA", "XB", "road", 0.0, 1.2, "post-road"),
            ("x1", "XA", "XB", "road", 0.0, 2.5, ""),
            ("x2", "XA", "XB", "rail", 0.1, 1.55, "post-rail"),
            ("x3", "XB", "XC", "road", -0.5, 3.0, ""),
        ],
        columns=["id", "country_a", "country_b", "mode", "lat", "lon", "post"],
    )


def _gauge_changes() -> pd.DataFrame:
    row = ("gx", "", "XB", 0.1, 1.6, NUMBER["l2"], NUMBER["l3"], 1520, 1435, "transhipment")
    columns = ["id", "place", "country", "lat", "lon", "node_a", "node_b", "gauge_a", "gauge_b", "method"]
    return pd.DataFrame([row], columns=columns)


def _places() -> pd.DataFrame:
    rows = []
    for place, (kind, country, lat, lon, people, *snaps) in PLACES.items():
        row = {
            "id": place,
            "name": place.capitalize(),
            "kind": kind,
            "country": country,
            "lat": lat,
            "lon": lon,
        }
        row |= {"locode": "", "population": people, "river_node": -1, "river_km": float("nan")}
        for layer, name, gap in zip(("road", "rail", "water"), snaps[::2], snaps[1::2], strict=True):
            row |= {f"{layer}_node": NUMBER.get(name, -1), f"{layer}_km": gap if name else float("nan")}
        rows.append(row)
    return pd.DataFrame(rows)


def _names() -> pd.DataFrame:
    rows = sorted((place.replace("-", ""), number) for number, place in enumerate(PLACES))
    return pd.DataFrame(
        {
            "name": [place.capitalize() for place, _ in rows],
            "key": [place for place, _ in rows],
            "place": [number for _, number in rows],
            "weight": 1.0,
        }
    )


def make_table(name: str, rows: Rows) -> pd.DataFrame:
    """A typed table from rows that fill only some fields."""
    spec = load_catalogue().tables[name]
    empty = make_frame({spec.fields[0].name: [""] * len(rows)}, spec) if rows else make_frame({}, spec)
    filled = {column for row in rows for column in row}
    columns = {
        column: [row.get(column, old) for row, old in zip(rows, empty[column].tolist(), strict=True)]
        for column in filled
    }
    return make_frame(columns, spec)


def _fixed(hours: float) -> dict[str, float]:
    return {"time_min": hours, "time_p50": hours, "time_p90": hours} if hours else {}


def _operation(name: str, cost: float, hours: float, **more: Any) -> dict[str, Any]:
    operation, mode, *to_mode = name.split()
    row = {"id": f"{name} {more}".replace(" ", "-"), "operation": operation, "mode": mode, "scope": "world"}
    row |= {
        "to_mode": to_mode[0] if to_mode else "any",
        "cargo_class": "any",
        "cost": cost,
        "cost_unit": "USD/t",
    }
    return {**row, **_fixed(hours), "price_year": 2025, **PLACED, **more}


def make_operations() -> list[dict[str, Any]]:
    """What is done to a container and how much it costs (USD/t) and takes (h), the same everywhere."""
    return [
        _operation("load road", 2.0, 1.0),
        _operation("unload road", 2.0, 1.0),
        _operation("load rail", 1.5, 4.0),
        _operation("unload rail", 1.5, 4.0),
        _operation("load sea", 3.0, 5.0),
        _operation("unload sea", 3.0, 5.0),
        _operation("load ferry", 1.5, 2.5),
        _operation("unload ferry", 1.0, 2.0),
        _operation("tranship road rail", 3.0, 5.0),
        _operation("tranship rail road", 3.0, 5.0),
        _operation("tranship road sea", 5.0, 6.0),
        _operation("tranship sea road", 5.0, 6.0),
        _operation("tranship rail sea", 5.0, 7.0),
        _operation("tranship sea rail", 5.0, 7.0),
        _operation("tranship sea sea", 4.0, 8.0),
        _operation("tranship road ferry", 1.0, 2.0),
        _operation("tranship ferry road", 1.0, 2.0),
        _operation("tranship road road", 8.0, 10.0),
        _operation("tranship road air", 50.0, 3.0),
        _operation("tranship air road", 50.0, 3.0),
        _operation("gauge_change rail", 4.0, 12.0),
        _operation("border_crossing road", 3.0, 5.0),
        _operation("border_crossing rail", 2.0, 3.0),
        _operation("inspection road", 0.5, 1.0),
        _operation("customs any", 1.0, 2.0, direction="transit"),
        _operation("customs road", 4.0, 3.0, direction="export"),
        _operation("customs road", 6.0, 8.0, direction="import"),
        _operation("customs rail", 4.5, 3.5, direction="export"),
        _operation("customs rail", 6.5, 8.5, direction="import"),
        _operation("store sea", 0.0, 24.0, direction="export"),
        _operation("store sea", 0.0, 48.0, direction="import"),
        _operation("wait sea", 0.0, 36.0),
        _operation("wait rail", 0.0, 6.0),
    ]


def _rate(mode: str, means: str, rate: float, unit: str, **more: Any) -> dict[str, Any]:
    row = {"id": f"{mode}-{means}", "mode": mode, "means": means, "cargo_class": "any", "scope": "world"}
    return {**row, "rate": rate, "unit": f"USD/{unit}", "price_year": 2025, **PLACED, **more}


def make_rates() -> list[dict[str, Any]]:
    """Rates of carriage."""
    return [
        _rate("road", "truck", 2.0, "truck-km"),
        _rate("road", "low_loader", 4.0, "truck-km"),
        _rate("rail", "block_train", 0.5, "TEU-km"),
        _rate("rail", "wagon", 1.5, "wagon-km"),
        _rate("rail", "platform_wagon", 2.5, "wagon-km"),
        _rate("sea", "deep_sea_container", 0.02, "tkm"),
        _rate("sea", "deep_sea_bulk", 0.01, "tkm"),
        _rate("sea", "deep_sea_general", 0.02, "tkm"),
        _rate("sea", "river_sea", 0.03, "tkm"),
        _rate("ferry", "ro_ro", 0.5, "tkm"),
        _rate("air", "freighter", 1.0, "tkm"),
    ]


def make_tables() -> Tables:
    """All shipped tables, for the invented world."""
    speeds = {"road": 50.0, "rail": 25.0, "sea": 20.0, "ferry": 26.0, "air": 400.0}
    factors = {"road": 100.0, "rail": 20.0, "sea": 5.0, "ferry": 30.0, "air": 600.0}
    rows: dict[str, Rows] = {
        "countries": [
            {"id": "XA", "name": "Westland", "region": "west", "gauge": 1520.0, **PLACED},
            {"id": "XB", "name": "Eastland", "region": "east", "gauge": 1435.0, **PLACED},
            {"id": "XC", "name": "Southland", "region": "south", **PLACED},
        ],
        "transit_regimes": [
            {"id": f"tir-{code}", "regime": "TIR", "country": code, "mode": "any", **PLACED}
            for code in COUNTRIES
        ],
        "places": [
            {
                "id": place,
                "name": place.capitalize(),
                "kind": "port",
                "country": code,
                "lat": 0.0,
                "lon": lon,
                **PLACED,
            }
            for place, code, lon in (("aport", "XA", 1.0), ("bport", "XB", 4.0), ("cport", "XC", 3.0))
        ],
        "posts": [
            {
                "id": f"post-{mode}",
                "name": f"The {mode} post",
                "country_a": "XA",
                "country_b": "XB",
                "mode": mode,
            }
            | {"lat": 0.0, "lon": 1.2, **PLACED}
            for mode in ("road", "rail")
        ],
        "legs": [
            {"id": "coast-road", "name": "Coast road", "from": "aport", "to": "bport", "mode": "road"}
            | {"distance": 200.0, "status": "planned", **PLACED}
        ],
        "services": [
            {
                "id": "ferry-ab",
                "name": "Aport-Bport",
                "kind": "ro_ro",
                "from": "aport",
                "to": "bport",
                "both": False,
            }
            | {"distance": 260.0, "headway": 24.0, "time": 10.0, "time_min": 10.0, "time_p90": 10.0}
            | {"cost": 100.0, "cost_unit": "USD/truck", "price_year": 2025, **PLACED}
        ],
        "passages": [
            {"id": "narrows", "name": "The Narrows", "status": "open", "cost": 2.0, "cost_unit": "USD/t"}
            | {"time_p50": 3.0, "time_p90": 3.0, **PLACED}
        ],
        "operations": make_operations(),
        "rates": make_rates(),
        "speeds": [
            {"id": mode, "mode": mode, "means": "", "scope": "world", "speed": speed, **PLACED}
            for mode, speed in speeds.items()
        ],
        "emission_factors": [
            {
                "id": mode,
                "mode": mode,
                "means": "",
                "cargo_class": "any",
                "scope": "world",
                "factor": factor,
                **PLACED,
            }
            for mode, factor in factors.items()
        ],
        "shipments": [
            {
                "id": "box",
                "name": "A container",
                "products": ("39",),
                "cargo_class": "container",
                "tonnes": 10.0,
            }
            | {"payload_teu": 10.0, "payload_wagon": 30.0, "payload_truck": 20.0, "value": 1000.0, **PLACED},
            {"id": "machine", "name": "A wide machine", "products": ("84",), "cargo_class": "out_of_gauge"}
            | {"tonnes": 20.0, "payload_wagon": 20.0, "payload_truck": 20.0, "value": 1000.0, **PLACED},
            {"id": "bulk", "name": "Bulk", "products": ("31",), "cargo_class": "dry_bulk", "tonnes": 3000.0}
            | {
                "payload_wagon": 60.0,
                "payload_truck": 25.0,
                "smallest_lot": 5000.0,
                "value": 100.0,
                **PLACED,
            },
        ],
        "parameters": _parameters(),
    }
    names = [name for name, spec in load_catalogue().tables.items() if spec.where in ("shipped", "study")]
    return {name: make_table(name, rows.get(name, ())) for name in names}


# 8.76 % a year on 1,000 USD/t is 0.01 USD/t for each hour.
PARAMETERS = {
    "price_year": 2025.0,
    "interest_rate": 8.76,
    "insurance_share": 1.0,
    "truck_standing": 480.0,
    "truck_free_hours": 24.0,
    "service_headway": 96.0,
    "draws": 500.0,
    "deflator_2025": 100.0,
    "deflator_2020": 80.0,
}
HOUR = 0.01


def _parameters() -> list[dict[str, Any]]:
    """The parameters above; every other one that is shipped, but the price indices, is nought."""
    shipped = [name for name in read_shipped_tables()["parameters"]["id"] if not name.startswith("deflator_")]
    values = {**dict.fromkeys(shipped, 0.0), **PARAMETERS}
    return [
        {"id": name, "value": value, "unit": "1", "price_year": 2025, **PLACED}
        for name, value in values.items()
    ]


def change_rows(tables: Tables, name: str, where: str, **values: Any) -> Tables:
    """The tables with fields of the rows of `name` changed whose id starts with `where`."""
    frame = tables[name]
    hit = frame["id"].str.startswith(where)
    assert hit.any(), f"no row of {name} starts with {where}"
    rows = [
        {**row, **values} if one else row
        for row, one in zip(frame.to_dict("records"), hit.tolist(), strict=True)
    ]
    return {**tables, name: make_table(name, rows)}


def add_rows(tables: Tables, name: str, *rows: Mapping[str, Any]) -> Tables:
    """The tables with rows appended to `name`."""
    return {**tables, name: make_table(name, [*tables[name].to_dict("records"), *rows])}


@dataclass(frozen=True)
class Result:
    """What the whole chain of steps says of one flow."""

    workspace: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        return str(self.workspace["verdicts"]["verdict"].iloc[0])

    @property
    def cut(self) -> tuple[str, ...]:
        return tuple(self.workspace["verdicts"]["cut"].iloc[0])

    @property
    def routes(self) -> pd.DataFrame:
        return self.workspace["routes"]

    @property
    def best(self) -> Mapping[str, Any]:
        return dict(self.routes.iloc[0])

    def items(self, rank: int = 1) -> pd.DataFrame:
        route = self.routes["route"].iloc[rank - 1]
        items = self.workspace["route_items"]
        return items[items["route"] == route].reset_index(drop=True)

    def chain(self, rank: int = 1) -> list[str]:
        """Legs by mode and operations by name, in order."""
        items = self.items(rank)
        return [row.mode if row.kind == "leg" else row.operation for row in items.itertuples()]

    @property
    def findings(self) -> list[str]:
        return list(self.workspace["result_findings"]["code"])

    @property
    def network(self) -> VirtualNetwork:
        router: Router = self.workspace["router"]
        return router.network

    @property
    def search(self) -> Search:
        """The search that found the routes."""
        router: Router = self.workspace["router"]
        (search,) = router.searches.values()
        return search


def ask(
    world: World,
    tables: Tables,
    origin: str = "alpha",
    destination: str = "beta",
    *,
    shipment: str = "box",
    product: str = "",
    tonnes: float = float("nan"),
    options: Options | None = None,
    date: datetime.date = DATE,
    bound_by: tuple[str, ...] = (),
) -> Result:
    """One flow through all steps, by cost unless `options` say otherwise."""
    flow = {"id": "f", "origin": origin, "destination": destination, "product": product, "shipment": shipment}
    given = {
        **add_rows({**tables, "flows": tables["flows"].iloc[:0]}, "flows", {**flow, "tonnes": tonnes}),
        "world": world,
        "date": date,
        "law_date": date,
        "bound_by": bound_by,
        "simulation": Simulation(500, 1),
        "options": options or Options(by=("cost",), corridors=False),
        "wishes_of_price": Wishes(),
        "progress": lambda line: None,
    }
    workspace, _ = run_steps(STEPS, given)
    return Result(workspace)


def box(tables: Tables, row: str = "box") -> Shipment:
    """A shipment of the invented tables."""
    return choose_shipment(tables["shipments"], row=row)
