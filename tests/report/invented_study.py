"""A study whose every figure is invented, in the shape of the real tables, for tests of the report.

Places stand where they are on the globe, so that the map can be judged; the study's title says that nothing
else is true. `make_content` gives the same tables for the same arguments.
"""

from __future__ import annotations

import datetime
import hashlib
import math
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import pandas as pd

from landbridge.report import ReportContent, ScenarioContent, render_report

TITLE = "Layout trial: every figure on this page is invented"

PLACES = {
    "Minsk": (53.9, 27.56, "BY"),
    "Soligorsk": (52.79, 27.54, "BY"),
    "Gomel": (52.43, 31.0, "BY"),
    "Krasnoye": (54.56, 31.42, "RU"),
    "Moscow": (55.75, 37.62, "RU"),
    "Saratov": (51.53, 46.03, "RU"),
    "Astrakhan": (46.35, 48.04, "RU"),
    "Makhachkala": (42.98, 47.5, "RU"),
    "Samur": (41.83, 48.5, "RU"),
    "Baku": (40.4, 49.88, "AZ"),
    "Astara": (38.43, 48.87, "AZ"),
    "Rasht": (37.28, 49.58, "IR"),
    "Caspian Port": (37.48, 49.46, "IR"),
    "Qazvin": (36.27, 50.0, "IR"),
    "Tehran": (35.69, 51.42, "IR"),
    "Bafq": (31.6, 55.4, "IR"),
    "Bandar Abbas": (27.15, 56.1, "IR"),
    "Ozinki": (51.2, 49.7, "RU"),
    "Bolashak": (41.9, 53.9, "KZ"),
    "Incheh Borun": (37.45, 54.72, "IR"),
    "Garmsar": (35.22, 52.34, "IR"),
    "Saint Petersburg": (59.9, 30.2, "RU"),
    "Novorossiysk": (44.7, 37.8, "RU"),
    "Suez": (29.95, 32.56, "EG"),
    "Jebel Ali": (25.0, 55.05, "AE"),
    "Mundra": (22.75, 69.7, "IN"),
    "Mombasa": (-4.05, 39.65, "KE"),
    "Durban": (-29.87, 31.03, "ZA"),
}
SEA_VIA = {
    ("Saint Petersburg", "Suez"): [
        (59.9, 24),
        (55.2, 15),
        (57.8, 10.8),
        (57.5, 7),
        (51, 1.5),
        (48.7, -5.8),
        (43.6, -9.8),
        (36, -6),
        (37.2, 10.5),
        (33.5, 24),
        (31.5, 32.3),
    ],
    ("Novorossiysk", "Suez"): [(41.3, 29.2), (40.2, 26), (36.5, 26.5), (31.5, 32.3)],
    ("Suez", "Jebel Ali"): [(20, 38.5), (12.5, 43.3), (14, 52), (22.3, 60.3), (26.4, 56.5)],
    ("Suez", "Bandar Abbas"): [(20, 38.5), (12.5, 43.3), (14, 52), (22.3, 60.3), (26.3, 56.7)],
    ("Suez", "Mundra"): [(20, 38.5), (12.5, 43.3), (14, 52)],
    ("Suez", "Mombasa"): [(20, 38.5), (12.5, 43.3), (12.6, 51.6), (2, 48)],
    ("Suez", "Durban"): [(20, 38.5), (12.5, 43.3), (12.6, 51.6), (0, 47), (-20, 40)],
    ("Bandar Abbas", "Jebel Ali"): [(26.4, 56.4)],
    ("Bandar Abbas", "Mundra"): [(26.3, 56.7), (24.8, 58.6)],
    ("Bandar Abbas", "Mombasa"): [(26.3, 56.7), (22.4, 60.3), (10, 54)],
    ("Bandar Abbas", "Durban"): [(26.3, 56.7), (22.4, 60.3), (10, 54), (-10, 45)],
    ("Makhachkala", "Caspian Port"): [(41, 49.7), (38.5, 50)],
}
# label, corridor, chain of (mode, place) after the origin
ROUTES = (
    (
        "Astara and the road to Rasht",
        "western",
        [
            ("rail", "Krasnoye"),
            ("rail", "Moscow"),
            ("rail", "Astrakhan"),
            ("rail", "Samur"),
            ("rail", "Baku"),
            ("rail", "Astara"),
            ("road", "Rasht"),
            ("road", "Qazvin"),
            ("rail", "Tehran"),
            ("rail", "Bafq"),
            ("rail", "Bandar Abbas"),
        ],
    ),
    (
        "Makhachkala – Caspian Port",
        "caspian",
        [
            ("rail", "Krasnoye"),
            ("rail", "Moscow"),
            ("rail", "Astrakhan"),
            ("rail", "Makhachkala"),
            ("ferry", "Caspian Port"),
            ("road", "Rasht"),
            ("road", "Qazvin"),
            ("rail", "Tehran"),
            ("rail", "Bafq"),
            ("rail", "Bandar Abbas"),
        ],
    ),
    (
        "Bolashak – Incheh Borun",
        "eastern",
        [
            ("rail", "Krasnoye"),
            ("rail", "Moscow"),
            ("rail", "Saratov"),
            ("rail", "Ozinki"),
            ("rail", "Bolashak"),
            ("rail", "Incheh Borun"),
            ("rail", "Garmsar"),
            ("rail", "Tehran"),
            ("rail", "Bafq"),
            ("rail", "Bandar Abbas"),
        ],
    ),
    (
        "Novorossiysk and Suez",
        "black-sea",
        [("rail", "Krasnoye"), ("rail", "Novorossiysk"), ("sea", "Suez"), ("sea", "END")],
    ),
    (
        "Saint Petersburg and Suez",
        "baltic",
        [("rail", "Krasnoye"), ("rail", "Saint Petersburg"), ("sea", "Suez"), ("sea", "END")],
    ),
    (
        "By lorry through Astara",
        "",
        [
            ("road", "Krasnoye"),
            ("road", "Moscow"),
            ("road", "Astrakhan"),
            ("road", "Samur"),
            ("road", "Baku"),
            ("road", "Astara"),
            ("road", "Rasht"),
            ("road", "Qazvin"),
            ("road", "Tehran"),
            ("road", "Bandar Abbas"),
        ],
    ),
)
SPEED = {"rail": 22.0, "road": 42.0, "sea": 24.0, "ferry": 18.0}
RATE = {"rail": 0.019, "road": 0.062, "sea": 0.0028, "ferry": 0.055}
GRAMS = {"rail": 18.0, "road": 62.0, "sea": 7.0, "ferry": 40.0}
GOODS = (
    ("potash", "310420", "Potash in bulk"),
    ("harvester", "843351", "Harvester"),
    ("food", "210690", "Food products in a container"),
)
DESTINATIONS = ("Tehran", "Bandar Abbas", "Jebel Ali", "Mundra", "Mombasa", "Durban")
ORIGINS = ("Minsk", "Soligorsk", "Gomel")
EARTH_KM = 6371.0


def draw(*key: object) -> float:
    """A number from 0 to 1 that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:6], "big") / 2**48


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points."""
    (p, q), (r, s) = ([math.radians(v) for v in point] for point in (a, b))
    h = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def wiggle(a: str, b: str, mode: str) -> list[tuple[float, float]]:
    """A line between two places that looks like a railway, a road or a sea lane."""
    first, last = PLACES[a][:2], PLACES[b][:2]
    if mode in ("sea", "ferry"):
        return [first, *SEA_VIA.get((a, b), []), last]
    points, steps = [first], 24
    for i in range(1, steps):
        t = i / steps
        bend = 0.5 * math.sin(math.pi * t) * (draw(a, b) - 0.5)
        lat = first[0] + t * (last[0] - first[0]) + bend + 0.12 * (draw(a, b, i) - 0.5)
        lon = first[1] + t * (last[1] - first[1]) - bend + 0.12 * (draw(b, a, i) - 0.5)
        points.append((lat, lon))
    return [*points, last]


@dataclass
class Maker:
    """Gathers rows of the result tables of one scenario."""

    scenario: str
    names: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, object]]] = field(
        default_factory=lambda: {
            name: []
            for name in (
                "verdicts",
                "routes",
                "route_items",
                "route_terms",
                "route_shapes",
                "applied_listings",
                "result_findings",
            )
        }
    )

    def show(self, place: str) -> str:
        """The name that the tables carry."""
        return self.names.get(place, place)

    def add_route(self, flow: dict[str, str], *, index: int, chain: list[tuple[str, str]]) -> None:
        """A route with items, terms and shapes."""
        label, corridor, _ = ROUTES[index]
        route = f"{flow['id']}-{index}"
        stops = self.stops(flow, chain)
        km = cost = hours = co2e = 0.0
        for seq, stop in enumerate(stops, 1):
            if self.scenario == "signed" and stop["operation"] in ("customs", "border_crossing"):
                stop["time"] *= 0.55
            km, cost, hours, co2e = (
                km + stop["distance"],
                cost + stop["cost"],
                hours + stop["time"],
                co2e + stop["co2e"],
            )
            self.add_item(route, seq=seq, stop=stop, sums=(km, cost, hours))
        first, last = PLACES[flow["origin"]], PLACES[flow["destination"]]
        due = 24.0 * 40
        self.rows["routes"].append(
            {
                "route": route,
                "flow": flow["id"],
                "corridor": corridor,
                "label": label,
                "rank": 0,
                "criterion": "corridor" if corridor else "front",
                "cost": cost,
                **spread("cost", cost, 0.80, 1.28),
                "cost_teu": cost * 20 if flow["shipment"] == "food" else float("nan"),
                "cost_shipment": cost * 20,
                "time": hours,
                **spread("time", hours, 0.68, 1.46),
                "distance": km,
                "co2e": co2e,
                "due_probability": 1 / (1 + math.exp((hours - due) / 120)),
                "great_circle": great_circle(first[:2], last[:2]),
                "default_share_cost": 0.2 + 0.3 * draw(route, "c"),
                "default_share_time": 0.3 + 0.3 * draw(route, "t"),
                "gap": 0.01 * draw(route),
                "reason": f"cheapest of the ways through {label}",
            }
        )

    def stops(self, flow: dict[str, str], chain: list[tuple[str, str]]) -> list[dict[str, object]]:
        """Legs and operations of a chain, in order."""
        factor = {"potash": 1.0, "harvester": 4.2, "food": 1.7}[flow["shipment"]]
        found = [operation("load", flow["origin"], chain[0][0], 14, 3.1 * factor)]
        here, mode_here = flow["origin"], chain[0][0]
        for mode, target in chain:
            there = flow["destination"] if target == "END" else target
            if there == here:
                continue
            if mode != mode_here:
                found += [operation("tranship", here, mode, 30 + 40 * draw(here), 4.4 * factor)]
                if mode in ("sea", "ferry"):
                    found += [operation("wait", here, mode, 36 + 60 * draw(here, "w"), 0.4)]
            found.append(leg(mode, here, there, factor))
            if PLACES[there][2] != PLACES[here][2] and mode not in ("sea", "ferry"):
                found += [
                    operation("border_crossing", there, mode, 9 + 14 * draw(there), 1.2 * factor),
                    operation("customs", there, mode, 6 + 12 * draw(there, "c"), 0.9 * factor),
                ]
            if there in ("Astara", "Incheh Borun"):
                found.append(operation("gauge_change", there, mode, 26, 3.6 * factor))
            here, mode_here = there, mode
            if there == flow["destination"]:
                break
        return [*found, operation("unload", here, mode_here, 12, 2.8 * factor)]

    def add_item(
        self, route: str, *, seq: int, stop: dict[str, object], sums: tuple[float, float, float]
    ) -> None:
        """An item, its terms and its line."""
        km, cost, hours = sums
        place = str(stop["place"])
        shown = {key: self.show(str(stop[key])) if stop[key] else "" for key in ("from", "to", "place")}
        lat, lon, _ = PLACES[place]
        self.rows["route_items"].append(
            {
                "route": route,
                "seq": seq,
                **stop,
                **shown,
                "lat": lat,
                "lon": lon,
                "service": "",
                "gauge": 1520.0 if stop["mode"] == "rail" else float("nan"),
                "cum_distance": km,
                "cum_cost": cost,
                **spread("cum_cost", cost, 0.80, 1.28),
                "cum_time": hours,
                **spread("cum_time", hours, 0.68, 1.46),
                "quality": ("published", "estimated", "default", "measured")[
                    int(4 * draw(stop["operation"], place))
                ],
            }
        )
        terms = (
            [("carriage", 0.8), ("hourly", 0.15), ("insurance", 0.05)]
            if stop["kind"] == "leg"
            else [("charge", 1.0)]
        )
        for term, share in terms:
            value, km = float(str(stop["cost"])) * share, float(str(stop["distance"]))
            self.rows["route_terms"].append(
                {
                    "route": route,
                    "seq": seq,
                    "term": term,
                    "value": value,
                    "unit": "USD/t",
                    "formula": f"{value / max(km, 1):.4f} USD/tkm x {km:,.0f} km",
                    "inputs": (f"rates#{stop['mode']}-invented",),
                    "source": "invented#table 1",
                    "quality": "estimated",
                }
            )
        self.rows["route_terms"].append(
            {
                "route": route,
                "seq": seq,
                "term": "time",
                "value": stop["time"],
                "unit": "h",
                "formula": "minimum plus excess",
                "inputs": (f"operations#{stop['operation'] or stop['mode']}",),
                "source": "invented#table 2",
                "quality": "published" if seq % 2 else "default",
            }
        )
        if stop["kind"] == "leg":
            line = wiggle(str(stop["from"]), str(stop["to"]), str(stop["mode"]))
            self.rows["route_shapes"].append(
                {
                    "route": route,
                    "seq": seq,
                    "mode": stop["mode"],
                    "line": ";".join(f"{x:.4f},{y:.4f}" for y, x in line),
                }
            )


def spread(name: str, value: float, low: float, high: float) -> dict[str, float]:
    """Three quantiles around a mean."""
    return {f"{name}_p10": value * low, f"{name}_p50": value * 0.96, f"{name}_p90": value * high}


def operation(name: str, place: str, mode: str, hours: float, cost: float) -> dict[str, object]:
    """A row of an operation."""
    return {
        "kind": "operation",
        "mode": mode,
        "operation": name,
        "from": "",
        "to": "",
        "place": place,
        "means": "",
        "countries": (PLACES[place][2],),
        "distance": 0.0,
        "cost": cost,
        "time": hours,
        "co2e": 0.2,
    }


def leg(mode: str, start: str, end: str, factor: float) -> dict[str, object]:
    """A row of a leg."""
    line = wiggle(start, end, mode)
    km = sum(great_circle(a, b) for a, b in pairwise(line)) * (1.15 if mode in ("rail", "road") else 1.0)
    means = {"rail": "wagon", "road": "truck", "sea": "deep_sea_bulk", "ferry": "rail_ferry"}[mode]
    at_sea = mode in ("sea", "ferry")
    lands = () if at_sea else (PLACES[start][2],)
    return {
        "kind": "leg",
        "mode": mode,
        "operation": "",
        "from": start,
        "to": end,
        "place": end,
        "means": means,
        "countries": lands,
        "distance": km,
        "cost": km * RATE[mode] * factor,
        "time": km / SPEED[mode],
        "co2e": km * GRAMS[mode] / 1000,
    }


def list_flows(count: int) -> list[dict[str, str]]:
    """Rows of flows: every goods from every origin to every destination, in a mixed order."""
    every = [
        {
            "id": f"{goods}-{o}-{d}".lower().replace(" ", "-"),
            "origin": o,
            "destination": d,
            "product": hs,
            "shipment": goods,
        }
        for goods, hs, _ in GOODS
        for o in ORIGINS
        for d in DESTINATIONS
    ]
    first = [flow for flow in every if flow["id"] == "food-minsk-mundra"]
    rest = sorted((flow for flow in every if flow not in first), key=lambda flow: draw(flow["id"]))
    return [*first, *rest][:count] if count < len(every) else [*first, *(f for f in every if f not in first)]


def make_scenario(name: str, flows: list[dict[str, str]], names: dict[str, str]) -> ScenarioContent:
    """Results of one scenario: the second flow is prohibited, the third unreachable where there are four or more."""
    maker = Maker(name, names)
    for number, flow in enumerate(flows):
        verdict = {1: "prohibited", 2: "unreachable"}.get(number, "ok") if len(flows) > 3 else "ok"
        maker.rows["verdicts"].append(
            {
                "flow": flow["id"],
                "verdict": verdict,
                "origin": maker.show(flow["origin"]),
                "destination": maker.show(flow["destination"]),
                "origin_place": flow["origin"].lower(),
                "destination_place": flow["destination"].lower(),
                "origin_snap": 1.4,
                "destination_snap": 3.2,
                "product": flow["product"],
                "shipment": flow["shipment"],
                "cut": ("Astara – Rasht", "Caspian Port") if verdict == "unreachable" else (),
            }
        )
        add_law(maker, flow["id"], verdict)
        if verdict == "ok":
            add_routes(maker, flow)
    maker.rows["result_findings"] += [
        {
            "flow": "",
            "route": "",
            "code": "default_parameter",
            "level": "note",
            "message": "Interest is a default of 8 % a year.",
            "remedy": "Set parameters#interest in the study.",
        },
        {
            "flow": flows[0]["id"],
            "route": "",
            "code": "snap_distance",
            "level": "warning",
            "message": "The destination lies 3.2 km from the network.",
            "remedy": "Give the terminal's coordinates.",
        },
    ]
    tables = {table: pd.DataFrame(rows) for table, rows in maker.rows.items() if rows}
    date = datetime.date(2025, 8, 20)
    return ScenarioContent(
        name, date, tables, title={"as-is": "As is", "signed": "As signed"}.get(name, name)
    )


def add_routes(maker: Maker, flow: dict[str, str]) -> None:
    """All routes of a flow, ranked by cost."""
    before = len(maker.rows["routes"])
    for index, (_, _, chain) in enumerate(ROUTES):
        at_sea = flow["destination"] not in ("Tehran", "Bandar Abbas")
        if chain[-1][1] == "END":
            if flow["destination"] != "Tehran":
                maker.add_route(flow, index=index, chain=chain)
        else:
            maker.add_route(flow, index=index, chain=[*chain, ("sea", "END")] if at_sea else chain)
    ranked = sorted(maker.rows["routes"][before:], key=lambda row: row["cost"])
    for rank, row in enumerate(ranked, 1):
        row["rank"] = rank
    maker.rows["routes"][before:] = ranked


def add_law(maker: Maker, flow: str, verdict: str) -> None:
    """Listings that touch a flow."""

    def row(listing: str, applies: bool, effect: str, meaning: str) -> dict[str, object]:
        return {
            "flow": flow,
            "route": "",
            "listing": listing,
            "applies": applies,
            "effect": effect,
            "meaning": meaning,
        }

    maker.rows["applied_listings"].append(
        row("lt-transit", True, "closed", "The port of Klaipeda is out of every route.")
    )
    maker.rows["applied_listings"].append(
        row("xx-export", False, "shown", "A firm of Exampleland may not insure the shipment.")
    )
    if verdict == "prohibited":
        maker.rows["applied_listings"].append(
            row("un-ban", True, "prohibited", "The shipment is forbidden; nothing is offered.")
        )


def listing(key: str, jurisdiction: str, title: str, **more: object) -> dict[str, object]:
    """A row of listings."""
    base = {
        "id": key,
        "jurisdiction": jurisdiction,
        "bound_by": (jurisdiction,),
        "act": f"Act {key.upper()} of 1 March 2022",
        "article": "Article 3(1)",
        "title": title,
        "effect": "flag",
        "territorial": False,
        "from": datetime.date(2022, 3, 1),
        "until": None,
        "exemptions": "",
        "source": "invented#art. 3",
        "quality": "published",
        "note": "",
    }
    return base | more


def make_study_tables(flows: list[dict[str, str]]) -> dict[str, pd.DataFrame]:
    """Study tables."""
    listings = [
        listing(
            "lt-transit",
            "LT",
            "Transit of potash through the port is closed",
            effect="close_place",
            territorial=True,
        ),
        listing("xx-export", "XX", "Insurance of shipments is forbidden to its nationals"),
        listing("un-ban", "UN", "Supply of the goods is forbidden", effect="prohibit", bound_by=("all",)),
        listing(
            "yy-later",
            "YY",
            "A licence allows dealings in the goods",
            **{"from": datetime.date(2025, 12, 15)},
        ),
    ]
    agreements = [
        {
            "id": f"doc-{i}",
            "title": "Joint statement" if i == 1 else "",
            "kind": "statement" if i == 1 else "",
            "signed": "2025-08-20",
            "in_force": "",
            "ends": "",
            "parties": ("BY", "IR"),
            "signatories": "",
            "body": "",
            "field": "industry" if i < 5 else "",
            "source": "invented#1",
            "quality": "published",
            "note": "",
        }
        for i in range(1, 13)
    ]
    commitments = [
        {
            "id": f"c-{i}",
            "agreement": "doc-1" if i == 1 else "",
            "title": title,
            "by_party": ("BY", "IR"),
            "due": "2025-12" if i == 1 else "",
            "revised_due": "2026-06" if i == 1 else "",
            "field": "transport",
            "source": "invented#2",
            "quality": "published",
            "note": "",
        }
        for i, title in enumerate(
            ("Assembly of machines", "Standards for trade exchanges", "Access to open waters"), 1
        )
    ]
    sources = [
        {
            "id": "invented",
            "title": "Invented handbook of rates",
            "publisher": "Nobody",
            "year": "2025",
            "url": "https://example.org/handbook?a=1&b=2",
            "licence": "",
            "kind": "E",
            "note": "",
        },
        {
            "id": "never-cited",
            "title": "A book that nobody cites",
            "publisher": "Nobody",
            "year": "",
            "url": "",
            "licence": "",
            "kind": "S2",
            "note": "",
        },
    ]
    corridors = [
        {"id": "western", "name": "INSTC western branch", "via": ("Astara",)},
        {"id": "caspian", "name": "Trans-Caspian", "via": ("Makhachkala",)},
        {"id": "eastern", "name": "INSTC eastern branch", "via": ("Bolashak",)},
        {"id": "black-sea", "name": "Black Sea", "via": ("Novorossiysk",)},
        {"id": "baltic", "name": "Baltic", "via": ("Saint Petersburg",)},
    ]
    shipments = [{"id": key, "name": name, "tonnes": 20.0} for key, _, name in GOODS]
    tables = {
        "flows": flows,
        "listings": listings,
        "agreements": agreements,
        "commitments": commitments,
        "sources": sources,
        "corridors": corridors,
        "shipments": shipments,
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def make_content(
    flows: int = 4,
    *,
    scenarios: tuple[str, ...] = ("as-is", "signed"),
    title: str = TITLE,
    names: dict[str, str] | None = None,
) -> ReportContent:
    """A report's content. `names` replaces names of places, for tests with hostile ones."""
    rows = list_flows(flows)
    study = make_study_tables(rows)
    changes = study["listings"][study["listings"]["id"] == "yy-later"].reset_index(drop=True)
    return ReportContent(
        title=title,
        study="invented",
        parties=("BY", "IR"),
        bound_by=("BY", "IR"),
        date=datetime.date(2025, 8, 20),
        law_date=datetime.date(2025, 8, 20),
        scenarios=tuple(make_scenario(name, rows, names or {}) for name in scenarios),
        study_tables=study,
        law_changes=changes,
        manifest={
            "package": "0.1.0",
            "network": {"date": "2026-09-30", "hash": "0" * 16},
            "seed": 7,
            "inputs": {"study.toml": "a" * 16, "flows.csv": "b" * 16},
        },
    )


HOSTILE = {
    "Moscow": '</script><svg onload="document.title=1">',
    "Astara": '"><img src=x onerror=alert(1)>',
    "Tehran": "=cmd|' /C calc'!A0",
    "Minsk": "Minsk & <b>co</b>",
}


@cache
def read_content() -> ReportContent:
    """Four flows in two scenarios: two open, one prohibited, one unreachable."""
    return make_content(4)


@cache
def read_html() -> str:
    """Their report."""
    return render_report(read_content())


@cache
def read_hostile_html() -> str:
    """The same study, with names of places that try to break out of the page."""
    return render_report(make_content(4, title="<script>alert('title')</script>", names=HOSTILE))
