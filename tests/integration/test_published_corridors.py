"""Times and costs of corridors against published figures, row by row of published_corridors.csv.

Tolerance: a factor of 2.5 above and 0.4 below the published range. The figures are single shipments, tariffs or mean
values of their year, many from press reports, some with and some without the terminals at both ends; the model's own
inputs stand within a factor of 2 (quality "estimated"). Money is brought to the price year by the consumer price
index of the United States, as the model does. The tests catch a wrong unit, a lost border or a missing ship, not a
wrong tariff.
"""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from landbridge.network.build import survey
from landbridge.network.closures import Restrictions
from landbridge.network.locating import Locator
from landbridge.network.router import Case
from landbridge.network.routes import Request, Route

LEAST, MOST = 0.4, 2.5
with (Path(__file__).parent / "published_corridors.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


SEA = ("sea", "inland_water")


class Corridors:
    """The best routes through the places of each row."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.run = run
        self.locate = Locator.over(run, survey(run["world"], run, run["date"]))
        self.find = cache(self._find)

    def _find(self, flow: str, via: str, by: str = "cost", mode: str = "") -> Route:
        router, shipment = self.run["router"], self.run["flow_shipments"][flow]
        ends = self.run["ends"][flow]
        passings = tuple(router.passing(self.locate(place)[0]) for place in via.split(";") if place)
        request = Request(flow, *ends, by=(by,), via=passings)
        search = router.search(Case(shipment, (), ends), Restrictions(mode=mode))
        answer = router.answer(request, shipment, search)
        assert answer.routes, f"{flow} by {via}: {answer.findings}"
        found: Route = answer.routes[0]
        return found

    def measure(self, row: dict[str, str], route: Route) -> float:
        """What the row publishes, of the route found, in money of the row's year."""
        if row["quantity"] == "days":
            return route.time / 24.0
        payload = self.run["flow_shipments"][flow_of(row)].payload_teu
        at_sea = sum(item.cost for item in route.items if item.kind == "leg" and item.mode in SEA)
        money = {"USD/t": route.cost, "USD/TEU": route.cost * payload, "USD/t at sea": at_sea}[
            row["quantity"]
        ]
        values = self.run["parameters"].set_index("id")["value"]
        return float(
            money * values[f"deflator_{row['year']}"] / values[f"deflator_{int(values['price_year'])}"]
        )


def flow_of(row: dict[str, str]) -> str:
    return f"{row['origin']}|{row['destination']}|{row['shipment']}"


@pytest.fixture(scope="module")
def corridors(published_run: dict[str, Any]) -> Corridors:
    return Corridors(published_run)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_corridor_takes_and_costs_about_what_is_published(
    row: dict[str, str], corridors: Corridors
) -> None:
    route = corridors.find(flow_of(row), row["via"], row["by"], row["mode"])
    value = corridors.measure(row, route)
    told = f"{value:,.1f} {row['quantity']} by {route.label}; {row['publication']}"
    assert LEAST * float(row["low"]) <= value <= MOST * float(row["high"]), told


def test_every_row_names_its_publication() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert all(len(row["publication"]) > 20 and float(row["low"]) <= float(row["high"]) for row in ROWS)


def test_cheaper_is_longer_by_suez_than_by_land(corridors: Corridors) -> None:
    """The bank's finding: the corridor by land takes about half the time of the way by Suez."""
    flow = "Nhava Sheva|Saint Petersburg|container_general"
    by_suez, by_land = (corridors.find(flow, via) for via in ("rubnk", "irbnd;astara-road"))
    assert by_land.time < by_suez.time
    assert by_land.distance < by_suez.distance
