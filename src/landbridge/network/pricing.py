"""Prices of one shipment over one set of tables: what each price code and each operation costs, takes and emits.

Every price is a list of terms with formula, inputs, source and quality, so that a total can be opened. Costs are
USD/t in one price year, times h, emissions kg/t CO2e. Method of the time model: a minimum plus a lognormal excess
(Arvis, Raballand and Marteau 2010, The Cost of Being Landlocked, ch. 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isnan, log, nan
from typing import Any, NamedTuple

import pandas as pd

from landbridge.kernels.distributions import Z90, Excess, excess_over, fit_excess
from landbridge.network.lookup import RowIndex
from landbridge.network.shipments import Shipment
from landbridge.schema.rows import Row, read_rows

WORST = ("measured", "published", "estimated", "default")
HOURS_A_YEAR = 8_760.0
STANDING = {"border_crossing", "customs", "inspection", "wait", "gauge_change"}


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a cost (USD/t), time (h) or emission (kg/t).

    `sigma` is the spread of a cost's lognormal, or the doubt about the row of a time: that of a lognormal factor.

    `inputs` are rows as table#id; where there are several, the last gives the spread. `hourly` is the cost of each
    drawn hour beyond `free` hours (USD/t/h): such a term moves with the drawn time.
    """

    term: str
    value: float
    unit: str
    formula: str
    inputs: tuple[str, ...]
    source: str
    quality: str
    sigma: float = 0.0
    hourly: float = 0.0
    free: float = 0.0

    @property
    def spread_input(self) -> str:
        """The input that gives the spread."""
        return self.inputs[-1] if self.inputs else ""


@dataclass(frozen=True, slots=True)
class Price:
    """Cost, time and emission of one operation, or of one km of a code: totals, terms and the time's excess."""

    cost: float
    time: float
    co2e: float
    terms: tuple[Term, ...]
    excess: Excess


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The parameter tables of a scenario, indexed, with the spread of each quality and the deflator."""

    frames: Mapping[str, pd.DataFrame]
    indexes: Mapping[str, RowIndex]
    parameters: Mapping[str, Row]
    spreads: Mapping[str, float]
    records: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    by_area: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)

    @classmethod
    def build(cls, tables: Mapping[str, pd.DataFrame], *, spreads: Mapping[str, float]) -> "PriceBook":
        """Index the parameter tables. `spreads` is the lognormal sigma of a cost without published quantiles."""
        columns = {
            "rates": ("mode", "means", "cargo_class"),
            "speeds": ("mode", "means"),
            "operations": ("operation", "mode", "to_mode", "cargo_class", "direction"),
            "emission_factors": ("mode", "means", "cargo_class", "traction"),
        }
        return cls(
            frames={name: tables[name] for name in columns},
            indexes={name: RowIndex.build(tables[name], columns=keys) for name, keys in columns.items()},
            parameters={str(row["id"]): row for row in read_rows(tables["parameters"])},
            spreads=spreads,
            records={name: read_rows(tables[name]) for name in columns},
            by_area={
                name: {str(row["id"]): row for row in read_rows(tables[name])}
                for name in ("grids", "electrified_shares")
            },
        )

    def row(self, table: str, scopes: tuple[str, ...], **wanted: str) -> Row | None:
        """The most exact row of a parameter table."""
        position = self.find(table, scopes, **wanted)
        return None if position is None else self.records[table][position]

    def find(self, table: str, scopes: tuple[str, ...], **wanted: str) -> int | None:
        """The position of the most exact row."""
        return self.indexes[table].find(scopes, **wanted)

    def area_row(self, table: str, scopes: tuple[str, ...]) -> Row | None:
        """The row of `grids` or `electrified_shares` of the first of `scopes` that has one."""
        rows = self.by_area[table]
        return next((rows[scope] for scope in scopes if scope in rows), None)

    def parameter(self, name: str) -> Row:
        """A row of the table parameters; raises KeyError where the shipped table lacks it."""
        return self.parameters[name]

    def number(self, name: str) -> float:
        """Value of a parameter."""
        return float(self.parameter(name)["value"])

    def deflate(self, year: Any) -> float:
        """Factor that brings a price of `year` to the price year of the results (1 for a year without an index)."""
        base = self.parameters.get(f"deflator_{int(self.number('price_year'))}")
        row = self.parameters.get(f"deflator_{int(year)}") if year is not None and not pd.isna(year) else None
        return float(base["value"]) / float(row["value"]) if base and row else 1.0

    def sigma(self, row: Row, low: str, high: str) -> float:
        """Lognormal sigma of a cost: from its published quantiles, else the stated spread of its quality."""
        least, most = _number(row, low), _number(row, high)
        if least > 0 and most > 0:
            return log(most / least) / (2.0 * Z90)
        return self.spreads[str(row["quality"])]

    def doubt(self, row: Row) -> float:
        """Lognormal sigma of the doubt about a time's row: the spread of its quality, fitted to published times."""
        return self.number("doubt_time") * self.spreads[str(row["quality"])]


def worst_quality(qualities: "list[str] | tuple[str, ...]") -> str:
    """The weakest of several qualities."""
    return max(qualities, key=WORST.index, default="measured")


class Emission(NamedTuple):
    """Well-to-wheel g CO2e of a tonne-kilometre, how it is made, the rows that it rests on, the weakest quality."""

    grams: float
    formula: str
    inputs: tuple[str, ...]
    source: str
    quality: str


@dataclass(frozen=True, slots=True)
class MovePrice:
    """Price of a km under one code; inf cost where no rate is known. `fixed` and `minimum` are a haul's, USD/t."""

    cost: float
    time: float
    co2e: float
    excess: Excess
    rate: Row | None
    speed: Row | None
    emission: Emission | None
    per_km: float = 0.0
    hourly: float = 0.0
    empty: float = 0.0
    fixed: float = 0.0
    minimum: float = 0.0
    taper: float = 0.0
    taper_distance: float = inf
    sigma: float = 0.0
    doubt: float = 0.0


UNKNOWN_MOVE = MovePrice(inf, inf, inf, Excess(0.0, 0.0, 0.0, 0.0), None, None, None)
LONG_HAUL_KM = 12_000.0


def price_move(
    book: PriceBook, shipment: Shipment, *, mode: str, means: str, scopes: tuple[str, ...], traction: str = ""
) -> MovePrice:
    """Price of a km by `mode` in the first of `scopes` that has rows; the cost is the search's additive bound.

    A degressive rate enters the bound at its value for a haul of 12,000 km, so the bound never exceeds the full
    price of a shorter haul. `traction` is that of a railway, "" where it is unknown.
    """
    wanted = {"mode": mode, "means": means}
    rate = book.row("rates", scopes, **wanted, cargo_class=shipment.cargo_class)
    speed = book.row("speeds", scopes, **wanted)
    emission = find_emission(
        book, {**wanted, "cargo_class": shipment.cargo_class}, scopes=scopes, traction=traction
    )
    if rate is None or speed is None or emission is None:
        return UNKNOWN_MOVE
    excess = _pace(speed)
    unit = str(rate["unit"]).removeprefix("USD/").removesuffix("km").removesuffix("-")
    load = shipment.tonnes_per(unit)
    if isnan(load):
        return UNKNOWN_MOVE
    scale = book.deflate(rate["price_year"]) / load
    per_km = _number(rate, "rate") * scale
    taper, reach = _number(rate, "taper"), _number(rate, "taper_distance", inf) or inf
    hourly = (
        _number(rate, "hourly")
        * book.deflate(rate["price_year"])
        / (load if unit != "t" else shipment.tonnes)
    )
    tapered = max(LONG_HAUL_KM / reach, 1.0) ** -taper if taper else 1.0
    empty = per_km * _number(rate, "empty_return")
    holding = shipment_hour(book, shipment)
    return MovePrice(
        cost=(per_km + empty) * tapered + (hourly + holding) * excess.mean,
        time=excess.mean,
        co2e=emission.grams / 1_000.0,
        excess=excess,
        rate=rate,
        speed=speed,
        emission=emission,
        per_km=per_km,
        hourly=hourly,
        empty=empty,
        fixed=_number(rate, "fixed") * scale,
        minimum=_number(rate, "minimum") * scale,
        taper=taper,
        taper_distance=reach,
        sigma=book.sigma(rate, "p10", "p90"),
        doubt=book.doubt(speed),
    )


def find_emission(
    book: PriceBook, wanted: Mapping[str, str], *, scopes: tuple[str, ...], traction: str
) -> Emission | None:
    """Emission of a tonne-kilometre of `wanted` mode, means and cargo class; None where a needed row is missing.

    A railway of unknown `traction` emits the mean of electric and diesel traction, weighed by the share of electric
    freight in its country: that of the tonne-kilometres where it is known, else that of the route-kilometres.
    Method: ISO 14083:2023, well to wheel.
    """
    if wanted["mode"] != "rail" or traction:
        return _read_emission(book, wanted, scopes, traction)
    ways = [_read_emission(book, wanted, scopes, way) for way in ("electric", "diesel")]
    electric, diesel = ways
    if electric is None or diesel is None or electric == diesel:
        return diesel
    row = book.area_row("electrified_shares", scopes)
    if row is None:
        return None
    share = _number(row, "freight_share", _number(row, "share"))
    known = f"electrified_shares#{row['id']}"
    if share in (0.0, 1.0):
        only = electric if share else diesel
        return only._replace(inputs=(*only.inputs, known))
    return Emission(
        grams=share * electric.grams + (1.0 - share) * diesel.grams,
        formula=f"({share:.4g} x {electric.formula} + {1.0 - share:.4g} x {diesel.formula})",
        inputs=(*electric.inputs, *diesel.inputs, known),
        source=electric.source,
        quality=worst_quality([electric.quality, diesel.quality, str(row["quality"])]),
    )


def _read_emission(
    book: PriceBook, wanted: Mapping[str, str], scopes: tuple[str, ...], traction: str
) -> Emission | None:
    """Emission by one row: its factor, or its electricity times what a kWh of the country's grid emits."""
    row = book.row("emission_factors", scopes, **wanted, traction=traction)
    if row is None:
        return None
    inputs, source, quality = (f"emission_factors#{row['id']}",), str(row["source"]), str(row["quality"])
    grams, electricity = _number(row, "factor"), _number(row, "electricity")
    fuel = f"{grams:.4g} g/tkm"
    if not electricity:
        return Emission(grams, fuel, inputs, source, quality)
    grid = book.area_row("grids", scopes)
    if grid is None:
        return None
    carbon = _number(grid, "intensity")
    power = f"{electricity:.4g} kWh/tkm x {carbon:.4g} g/kWh"
    return Emission(
        grams=grams + electricity * carbon,
        formula=f"({fuel} + {power})" if grams else power,
        inputs=(*inputs, f"grids#{grid['id']}"),
        source=source,
        quality=worst_quality([quality, str(grid["quality"])]),
    )


def _pace(speed: Row) -> Excess:
    """Hours of a km: the least at the best speed, the median, and the 90th percentile at the slow speed."""
    median = 1.0 / _number(speed, "speed")
    best, slow = _number(speed, "speed_max", nan), _number(speed, "speed_p10", nan)
    least = 1.0 / best if best > 0 else median
    return fit_excess(min(least, median), median, p90=max(1.0 / slow, median) if slow > 0 else median)


def shipment_hour(book: PriceBook, shipment: Shipment) -> float:
    """Inventory cost of an hour, USD/t: value times yearly interest."""
    return shipment.value * book.number("interest_rate") / 100.0 / HOURS_A_YEAR


def _number(row: Row, name: str, missing: float = 0.0) -> float:
    value = float(row.get(name, nan))
    return missing if isnan(value) else value


def price_operation(
    book: PriceBook,
    shipment: Shipment,
    row: Row,
    *,
    mode: str,
    operation: str,
    table: str = "operations",
) -> Price | None:
    """Price of one operation by its row of `table`: charge, inventory, and what stands or is stored meanwhile.

    None where it is charged by a unit in which the goods do not travel.
    """
    least, median, slow = _times(row)
    excess = fit_excess(least, median, p90=slow)
    unit = str(row["cost_unit"] or "USD/t").removeprefix("USD/")
    load = shipment.tonnes_per(unit)
    if isnan(load):
        return None
    charge = _number(row, "cost") * book.deflate(row.get("price_year")) / load
    inputs, source, quality = (f"{table}#{row['id']}",), str(row["source"]), str(row["quality"])
    terms = []
    if charge:
        formula = f"{_number(row, 'cost'):,.6g} USD/{unit} / {load:,.6g} t/{unit}"
        sigma = book.sigma(row, "cost_p10", "cost_p90")
        terms.append(Term("charge", charge, "USD/t", formula, inputs, source, quality, sigma))
    terms += time_costs(
        book, shipment, excess, mode=mode, standing=operation in STANDING, storing=operation == "store"
    )
    if excess.mean:
        formula = f"min {least:.3g} h, p50 {median:.3g} h, p90 {slow:.3g} h"
        terms.append(Term("time", excess.mean, "h", formula, inputs, source, quality, book.doubt(row)))
    cost = sum(term.value for term in terms if term.unit == "USD/t")
    return Price(cost, excess.mean, 0.0, tuple(terms), excess)


def _times(row: Row) -> tuple[float, float, float]:
    median = _number(row, "time_p50", _number(row, "time_min"))
    least = min(_number(row, "time_min", median), median)
    return least, median, max(_number(row, "time_p90", median), median)


def time_costs(
    book: PriceBook, shipment: Shipment, excess: Excess, *, mode: str, standing: bool, storing: bool = False
) -> list[Term]:
    """Costs that run with an operation's time: inventory for all; the lorry beyond its free hours, the wagon's hire
    where they stand; storage of a container in a port beyond its free days.
    """
    terms = [inventory_term(book, shipment, excess.mean)]
    if mode == "rail" and standing and shipment.payload_wagon > 0:
        terms.append(_standing_term(book, excess, ("wagon_hire", shipment.payload_wagon), free=0.0))
    if mode == "road" and standing and shipment.payload_truck > 0:
        free = book.number("truck_free_hours")
        terms.append(_standing_term(book, excess, ("truck_standing", shipment.payload_truck), free=free))
    if storing and shipment.has_teu:
        free = 24.0 * book.number("port_free_days")
        terms.append(_standing_term(book, excess, ("port_storage", shipment.payload_teu), free=free))
    return [term for term in terms if term.value]


def _standing_term(book: PriceBook, excess: Excess, hire: tuple[str, float], *, free: float) -> Term:
    """What a vehicle or a box costs for each hour beyond the free ones: `hire` is its parameter and its load in t."""
    name, load = hire
    row = book.parameter(name)
    daily = float(row["value"]) * book.deflate(row["price_year"])
    hourly, paid = daily / 24.0 / load, excess_over(excess, free)
    return Term(
        "detention",
        hourly * paid,
        "USD/t",
        f"{daily:,.4g} USD/d / 24 h / {load:.4g} t x {paid:.3g} h beyond {free:.3g} h free",
        (f"parameters#{name}",),
        str(row["source"]),
        str(row["quality"]),
        hourly=hourly,
        free=free,
    )


def inventory_term(book: PriceBook, shipment: Shipment, hours: float) -> Term:
    """Interest on the value of the goods while they wait or move."""
    rate = book.parameter("interest_rate")
    hourly = shipment_hour(book, shipment)
    return Term(
        "inventory",
        hourly * hours,
        "USD/t",
        f"{shipment.value:,.6g} USD/t x {float(rate['value']):.3g} % / 8,760 h x {hours:,.4g} h",
        (f"shipments#{shipment.id}", "parameters#interest_rate"),
        str(rate["source"]),
        worst_quality([str(rate["quality"]), shipment.quality]),
        hourly=hourly,
    )


def insurance_term(book: PriceBook, shipment: Shipment) -> Term:
    """Cargo insurance of the whole route, a share of the value."""
    rate = book.parameter("insurance_share")
    share = float(rate["value"])
    return Term(
        "insurance",
        shipment.value * share / 100.0,
        "USD/t",
        f"{shipment.value:,.6g} USD/t x {share:.3g} %",
        (f"shipments#{shipment.id}", "parameters#insurance_share"),
        str(rate["source"]),
        worst_quality([str(rate["quality"]), shipment.quality]),
        sigma=book.spreads[str(rate["quality"])],
    )
