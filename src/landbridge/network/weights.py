"""Arc weights of one shipment: cost, time, emissions and distance of every arc of the virtual network."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.kernels.distributions import Excess, fit_excess, spread_wait, wait_for, wait_out
from landbridge.network.interruptions import INTERRUPTION, LineWaits
from landbridge.network.pricing import (
    UNKNOWN_MOVE,
    Emission,
    MovePrice,
    Price,
    PriceBook,
    Term,
    find_emission,
    insurance_term,
    inventory_term,
    price_move,
    price_operation,
    time_costs,
)
from landbridge.network.shipments import Shipment
from landbridge.network.terminals import Surroundings
from landbridge.network.virtual import (
    AIR,
    LAND_LAYERS,
    LAYERS,
    RIVER,
    WATERS,
    Step,
    VirtualNetwork,
)
from landbridge.schema.rows import Row, read_rows
from landbridge.schema.timetables import mean_headway, read_departures
from landbridge.sources.world import World

Floats = NDArray[np.float64]
IMPOSSIBLE = 1e12
OPTIONAL = {"store", "wait", "customs", "inspection", "oversize_permit"}
SERVICE_MEANS = {
    "rail_ferry": "rail_ferry",
    "ro_ro": "ro_ro",
    "ro_pax": "ro_ro",
    "general_cargo": "river_sea",
    "container_feeder": "deep_sea_container",
    "block_train": "block_train",
}
FREE = Price(0.0, 0.0, 0.0, (), Excess(0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Weights:
    """float64[arcs] of cost USD/t, time h, co2e kg/t and distance km; the prices that they come from.

    `lean` float64[arcs], km, is what the rate of an arc counts above its own kilometres (`lean_arcs`). An arc that
    the shipment cannot use is infinite in cost, time and emissions.
    """

    cost: Floats
    time: Floats
    co2e: Floats
    distance: Floats
    lean: Floats
    moves: tuple[MovePrice, ...]
    prices: Mapping[Step, Price]
    waits: LineWaits

    def of(self, criterion: str) -> Floats:
        """The weights of one criterion."""
        return {"cost": self.cost, "time": self.time, "co2e": self.co2e, "distance": self.distance}[criterion]


@dataclass(frozen=True, slots=True)
class Pricer:
    """What prices a step: the book, the shipment, the rows of services, passages and countries, the surroundings.

    What it has priced it keeps (`priced`, `by_row`, `started`, `moved`), for the next network over the same tables.
    """

    book: PriceBook
    shipment: Shipment
    services: Mapping[str, Row]
    passages: Mapping[str, Row]
    countries: Mapping[str, Row]
    around: Surroundings
    priced: dict[Step, Price | None] = field(default_factory=dict)
    by_row: dict[tuple[int, str, str], Price | None] = field(default_factory=dict)
    started: dict[tuple[str, str, tuple[str, ...]], float] = field(default_factory=dict)
    moved: dict[int, MovePrice] = field(default_factory=dict)

    def move(self, network: VirtualNetwork, code: int) -> MovePrice:
        """Price of a km under a price code."""
        layer, scope = network.codes.decode(code)
        if layer < LAND_LAYERS:
            mode = LAYERS[layer]
            return price_move(
                self.book,
                self.shipment,
                mode=mode,
                means=self.shipment.means(mode),
                scopes=self.around.scopes("", scope),
                traction=network.codes.traction(code),
            )
        if layer == AIR:
            return price_move(self.book, self.shipment, mode="air", means="freighter", scopes=("world",))
        mode = "inland_water" if layer == RIVER and scope == "volga_don" else "sea"
        means = "river_sea" if layer == RIVER else self.shipment.means("sea")
        return price_move(self.book, self.shipment, mode=mode, means=means, scopes=(scope, "world"))

    def haul_start(self, mode: str, means: str, scopes: tuple[str, ...]) -> float:
        """Fixed charge of a haul that starts here, USD/t, at sea the least of all waters; 0 where none is priced."""
        ways = [(water, "world") for water in WATERS] if mode == "sea" else [scopes]
        key = (mode, means, () if mode == "sea" else scopes)
        if key not in self.started:
            found = [
                price_move(self.book, self.shipment, mode=mode, means=means, scopes=rows) for rows in ways
            ]
            fixed = (move.fixed for move in found if move is not UNKNOWN_MOVE)
            self.started[key] = min(fixed, default=0.0)
        return self.started[key]

    def step(self, step: Step) -> Price | None:
        """Price of an operation or of a service's run; None where a needed row is missing."""
        if step.operation == "service":
            return self.run(self.services[step.service], step.scopes)
        if step.direction == "headway":
            return self.departure(self.services[step.service], step.scopes[0])
        if step.direction == "lot":
            return self.lot()
        if step.direction == INTERRUPTION:
            return self.interruption(step)
        if step.operation == "oversize_permit":
            return self.permit(step)
        if step.operation == "passage":
            return self.passage(step.scopes[0])
        position = self.book.find(
            "operations",
            step.scopes,
            operation=step.operation,
            mode=step.mode,
            to_mode=step.to_mode,
            cargo_class=self.shipment.cargo_class,
            direction=step.direction,
        )
        if position is None:
            return FREE if step.operation in OPTIONAL or not step.scopes or len(step.scopes) == 1 else None
        key = (position, step.mode, step.operation)
        if key not in self.by_row:
            self.by_row[key] = self._price_row(self.book.records["operations"][position], step)
        return self.by_row[key]

    def _price_row(self, row: Row, step: Step) -> Price | None:
        price = price_operation(self.book, self.shipment, row, mode=step.mode, operation=step.operation)
        return self.with_insurance(price) if price is not None and step.operation == "load" else price

    def with_insurance(self, price: Price) -> Price:
        """A loading at the origin also carries the insurance of the whole way."""
        term = insurance_term(self.book, self.shipment)
        return Price(price.cost + term.value, price.time, price.co2e, (*price.terms, term), price.excess)

    def permit(self, step: Step) -> Price | None:
        """Permit of an oversize road load in the country entered: its own fee and days, else a row of operations."""
        if self.shipment.cargo_class != "out_of_gauge":
            return FREE
        own = next((self.countries[scope] for scope in step.scopes if scope in self.countries), None)
        if own is not None and own["oversize_cost"] >= 0:
            hours = 24.0 * own["oversize_days"]
            row = {**own, "cost": own["oversize_cost"], "cost_unit": "USD/shipment", "time_p50": hours}
            return price_operation(
                self.book, self.shipment, row, mode="road", operation="oversize_permit", table="countries"
            )
        found = self.book.row(
            "operations",
            step.scopes,
            operation="oversize_permit",
            mode="road",
            to_mode="",
            cargo_class="out_of_gauge",
            direction="",
        )
        if found is None:
            return FREE
        return price_operation(self.book, self.shipment, found, mode="road", operation="oversize_permit")

    def passage(self, name: str) -> Price | None:
        """Dues and time of a strait or canal by its row of the table passages."""
        row = self.passages.get(name)
        if row is None:
            return FREE
        return price_operation(
            self.book, self.shipment, row, mode="sea", operation="passage", table="passages"
        )

    def departure(self, service: Row, place: str, *, hours: float = nan) -> Price:
        """Wait at `place` for a service to leave: by its timetable, else uniform within its headway.

        `hours` is the mean wait, where it is known to be another than that of goods that come at any hour.
        """
        excess, formula = _await_service(service, place, self.book.number("service_headway"))
        if not isnan(hours):
            excess, formula = (
                replace(excess, mean=hours),
                f"{formula}, mean of the draws behind another timetable",
            )
        # What is known of a departure is its hour: there is no factor by which the wait may be wrong.
        doubt = 0.0 if excess.departures else self.book.doubt(service)
        source, quality = str(service["source"]), str(service["quality"])
        time = Term("time", excess.mean, "h", formula, (f"services#{service['id']}",), source, quality, doubt)
        terms = (*time_costs(self.book, self.shipment, excess, mode="ferry", standing=True), time)
        return _total(terms, excess)

    def lot(self) -> Price:
        """Wait until a vessel's lot is together: half the time that the yearly flow takes to fill it."""
        lot, yearly = self.shipment.smallest_lot, self.shipment.yearly_tonnes
        if not lot > self.shipment.tonnes or not yearly > 0:
            return FREE
        span = min((lot - self.shipment.tonnes) / yearly, 1.0) * 8_760.0
        excess = spread_wait(span)
        formula = f"half of ({lot:,.0f} - {self.shipment.tonnes:,.0f}) t / {yearly:,.0f} t/a"
        inputs = ("flows", f"shipments#{self.shipment.id}")
        doubt = self.book.doubt({"quality": "estimated"})
        time = Term("time", excess.mean, "h", formula, inputs, self.shipment.source, "estimated", doubt)
        return _total((inventory_term(self.book, self.shipment, excess.mean), time), excess)

    def interruption(self, step: Step) -> Price:
        """Wait until what is shut opens: nothing for most goods, the rest of the closure for those that meet one."""
        row = self.around.interruptions.rows[step.scopes[0]]
        share, duration = float(row["share"]), float(row["duration"])
        excess, inputs = wait_out(share, duration), (f"interruptions#{row['id']}",)
        formula = f"shut for {share:.3g} of the time, {duration:,.4g} h at a time: the rest of a closure, in the mean"
        source, quality = str(row["source"]), str(row["quality"])
        time = Term("time", excess.mean, "h", formula, inputs, source, quality, self.book.doubt(row))
        return _total(
            (*time_costs(self.book, self.shipment, excess, mode=step.mode, standing=True), time), excess
        )

    def run(self, service: Row, start: tuple[str, ...]) -> Price:
        """Run of a service: its own rate and time where published, else the rate and speed of its means.

        A block train emits as railways of its traction do where it sets out: `start` are the scopes there.
        """
        mode = "rail" if service["kind"] == "block_train" else "ferry"
        means, scopes = (
            SERVICE_MEANS[str(service["kind"])],
            (str(service["id"]), str(service["water"]), "world"),
        )
        move = price_move(self.book, self.shipment, mode=mode, means=means, scopes=scopes)
        km = float(service["distance"])
        excess, pace = self._run_time(service, move, km)
        charge = self._run_charge(service, move, km)
        emission = self._run_emission(service, start) if mode == "rail" else move.emission
        if excess is None or charge is None or emission is None:
            return Price(IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE, (), FREE.excess)
        co2e = emission.grams / 1_000.0 * km
        formula = f"{emission.formula} x {km:,.0f} km"
        emitted = Term("co2e", co2e, "kg/t", formula, emission.inputs, emission.source, emission.quality)
        terms = (charge, inventory_term(self.book, self.shipment, excess.mean), pace, emitted)
        total = _total(terms, excess)
        return Price(total.cost, total.time, co2e, terms, excess)

    def _run_emission(self, service: Row, start: tuple[str, ...]) -> Emission | None:
        wanted = {"mode": "rail", "means": "block_train", "cargo_class": self.shipment.cargo_class}
        scopes = (str(service["id"]), *start)
        return find_emission(self.book, wanted, scopes=scopes, traction=str(service["traction"]))

    def _run_time(self, service: Row, move: MovePrice, km: float) -> tuple[Excess | None, Term]:
        median = float(service["time"])
        key = f"services#{service['id']}"
        source, quality = str(service["source"]), str(service["quality"])
        if np.isnan(median):
            if move.speed is None:
                return None, Term("time", 0.0, "h", "", (), "", "default")
            excess = move.excess.scale(km)
            formula = f"{km:,.0f} km / {float(move.speed['speed']):.4g} km/h, mean"
            inputs = (key, f"speeds#{move.speed['id']}")
            return excess, Term(
                "time",
                excess.mean,
                "h",
                formula,
                inputs,
                str(move.speed["source"]),
                str(move.speed["quality"]),
                move.doubt,
            )
        least, slow = float(service["time_min"]), float(service["time_p90"])
        least = least if least > 0 else 0.85 * median
        slow = slow if slow > 0 else 1.5 * median
        excess = fit_excess(min(least, median), median, p90=max(slow, median))
        formula = f"min {least:.3g} h, p50 {median:.3g} h, p90 {slow:.3g} h"
        doubt = self.book.doubt(service)
        return excess, Term("time", excess.mean, "h", formula, (key,), source, quality, doubt)

    def _run_charge(self, service: Row, move: MovePrice, km: float) -> Term | None:
        cost = float(service["cost"])
        if not np.isnan(cost):
            unit = str(service["cost_unit"]).removeprefix("USD/")
            load = self.shipment.tonnes_per(unit)
            if np.isnan(load):
                return None
            value = cost * self.book.deflate(service["price_year"]) / load
            sigma = self.book.sigma(service, "cost_p10", "cost_p90")
            formula = f"{cost:,.6g} USD/{unit} / {load:.4g} t/{unit}"
            return Term(
                "carriage",
                value,
                "USD/t",
                formula,
                (f"services#{service['id']}",),
                str(service["source"]),
                str(service["quality"]),
                sigma,
            )
        if move.rate is None:
            return None
        value = max(move.per_km * km + move.fixed, move.minimum)
        formula = f"{move.per_km:.4g} USD/tkm x {km:,.0f} km + {move.fixed:.4g} USD/t"
        inputs = (f"services#{service['id']}", f"rates#{move.rate['id']}")
        return Term(
            "carriage",
            value,
            "USD/t",
            formula,
            inputs,
            str(move.rate["source"]),
            str(move.rate["quality"]),
            move.sigma,
        )


def _await_service(service: Row, place: str, default: float) -> tuple[Excess, str]:
    """Wait for a service at one of its ends, and how it is made; `default` is the headway of lines without one."""
    out, back = (read_departures(service[name]) for name in ("departures", "departures_back"))
    departures = out if place == service["from"] else back
    if departures:
        written = "; ".join(service["departures" if place == service["from"] else "departures_back"])
        return wait_for(departures), f"until the next departure ({written} UTC)"
    headway = mean_headway(service)
    headway = default if isnan(headway) else headway
    return spread_wait(headway), f"uniform within a headway of {headway:.4g} h"


def _total(terms: tuple[Term, ...], excess: Excess) -> Price:
    return Price(sum(term.value for term in terms if term.unit == "USD/t"), excess.mean, 0.0, terms, excess)


def passage_step(passage: str) -> Step:
    """The operation of passing a strait or canal."""
    return Step("passage", "sea", "", "", (passage,))


def measure_passages(world: World) -> list[float]:
    """Kilometres of each passage's lanes, over which its dues and time are spread in the search."""
    return [
        max(float(world.edge_km[world.edge_passage == index].sum()), 1.0)
        for index in range(len(world.passages))
    ]


def rows_by_id(frame: pd.DataFrame) -> dict[str, Row]:
    """Rows of a table by id."""
    return {str(row["id"]): row for row in read_rows(frame)}
