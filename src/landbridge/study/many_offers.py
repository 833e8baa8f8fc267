"""Many consignments priced at once on freights that are given: those of one kind are one array."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.landed_cost.charges import DUTIES, sum_charges
from landbridge.landed_cost.customs_law import read_customs_law
from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import KG_A_TONNE, Goods, list_quantities
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.steps import HOURS_A_DAY, read_parameters
from landbridge.landed_cost.way import Way, give_way
from landbridge.schema import Finding, InputError
from landbridge.screening import Consignment, Law, read_law, screen_consignment
from landbridge.screening.tables import read_sites
from landbridge.sources.products import clean_product
from landbridge.study.engine import Ground

Floats = NDArray[np.float64]

KIND = ("product", "origin", "destination", "made_in", "currency", "incoterm", "unit", "date", "regime")
NEEDED = ("product", "origin", "destination", "value", "currency", "weight")
NUMBERS = {
    "value": np.nan,
    "weight": np.nan,
    "gross_weight": np.nan,
    "quantity": np.nan,
    "export_freight": 0.0,
    "freight": 0.0,
    "inland_freight": 0.0,
    "days": np.nan,
}
WORDS = {"made_in": "", "incoterm": "EXW", "unit": "unit", "regime": ""}
RESULTS = ("total", "paid", "customs_value", "duty", "charges")


@dataclass(frozen=True, slots=True)
class _Books:
    """The law of customs and of measures on one day."""

    rules: Rules
    law: Law


def price_shipments(frame: pd.DataFrame, *, ground: Ground, wishes: Wishes = Wishes()) -> pd.DataFrame:
    """Each row of `frame` priced to the door by its cheapest lawful regime of release, on its own freight.

    Columns: product, origin and destination (country codes), value, currency, weight (kg); and where they apply
    made_in, incoterm (EXW), quantity, unit, gross_weight, export_freight, freight, inland_freight, days, date, regime.

    Gives for each row, by its index: verdict (ok, prohibited, unpriced), regime, total, paid, customs_value, duty and
    charges in the currency of the row, and why there is no price. A preference is on the condition that the goods
    originate. Raises InputError for columns that are missing.
    """
    absent = [name for name in NEEDED if name not in frame]
    if absent:
        what = f"the columns {', '.join(absent)} are missing"
        raise InputError([Finding("missing_column", "error", what, "add them")])
    rows = _fill(frame, ground.setting.date)
    numbers = {name: rows[name].to_numpy(np.float64) for name in NUMBERS}
    answers = _Answers.empty(len(rows))
    books = {date: _open_books(ground, date) for date in rows["date"].unique()}
    groups = rows.groupby(list(KIND), sort=False).indices
    for key, places in groups.items():
        kind = dict(zip(KIND, key, strict=True))  # type: ignore[call-overload]
        part = _Kind(kind, np.asarray(places), {name: values[places] for name, values in numbers.items()})
        _price_kind(part, books[kind["date"]], answers, wishes=wishes)
    return answers.frame(frame.index)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The rows of one kind: what they have in common, their places, and their numbers."""

    words: Mapping[str, Any]
    places: NDArray[np.intp]
    numbers: Mapping[str, Floats]

    def pick(self, sane: NDArray[np.bool_]) -> _Kind:
        """Those of its rows."""
        return _Kind(self.words, self.places[sane], {name: one[sane] for name, one in self.numbers.items()})


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answer of each row, filled kind by kind."""

    words: dict[str, NDArray[np.object_]]
    numbers: dict[str, Floats]

    @classmethod
    def empty(cls, count: int) -> _Answers:
        words = {name: np.full(count, "", dtype=object) for name in ("verdict", "regime", "why")}
        return cls(words, {name: np.full(count, np.nan) for name in RESULTS})

    def refuse(self, places: NDArray[np.intp], verdict: str, why: str) -> None:
        self.words["verdict"][places], self.words["why"][places] = verdict, why

    def frame(self, index: pd.Index[Any]) -> pd.DataFrame:
        order = ("verdict", "regime", *RESULTS, "why")
        return pd.DataFrame({name: {**self.words, **self.numbers}[name] for name in order}, index=index)


def _fill(frame: pd.DataFrame, date: datetime.date) -> pd.DataFrame:
    """The rows with every column, numbers as float64, codes as digits."""
    columns: dict[str, Any] = {
        name: pd.to_numeric(frame[name], errors="coerce") if name in frame else default
        for name, default in NUMBERS.items()
    }
    columns |= {name: frame.get(name, default) for name, default in WORDS.items()}
    columns |= {name: frame[name] for name in ("origin", "destination", "currency")}
    codes = {code: clean_product(str(code)) for code in frame["product"].unique()}
    columns["product"] = frame["product"].map(codes)
    columns["date"] = frame.get("date", date)
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def _open_books(ground: Ground, date: datetime.date) -> _Books:
    tables, setting = ground.tables, ground.setting
    rules = Rules(read_customs_law(tables, date), read_parameters(tables["parameters"]))
    law = read_law(
        tables["listings"],
        tables["territories"],
        date=date,
        bound_by=setting.bound_by,
        sites=read_sites(tables),
    )
    return _Books(rules, law)


def _price_kind(kind: _Kind, books: _Books, answers: _Answers, *, wishes: Wishes) -> None:
    sane = _is_sane(kind.numbers)
    answers.refuse(kind.places[~sane], "unpriced", "the value, weight or freight is missing or below 0")
    kind = kind.pick(sane)
    if not len(kind.places):
        return
    goods = _read_goods(kind)
    if any(screen_consignment(books.law, one).prohibited for one in _list_origins(goods)):
        answers.refuse(kind.places, "prohibited", "see `landbridge route` for the measure")
        return
    way = _give_way(goods, kind.numbers, books.rules.law.date.year)
    wanted = replace(
        wishes, regime=str(kind.words["regime"]), drawn=False, release_only=not kind.words["regime"]
    )
    priced = price_consignment(books.rules, goods, [way], wishes=wanted)
    if not priced.doors:
        errors = [finding.what for finding in priced.findings if finding.severity == "error"]
        answers.refuse(kind.places, "unpriced", "; ".join(errors))
        return
    _note_cheapest(priced.doors, kind.places, answers)


def _is_sane(numbers: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Rows whose numbers can be priced: finite values of at least 0, a mass above 0."""
    amounts = ("value", "export_freight", "freight", "inland_freight")
    sane = np.logical_and.reduce([np.isfinite(numbers[name]) & (numbers[name] >= 0) for name in amounts])
    gross = numbers["gross_weight"]
    heavier = np.isnan(gross) | (gross >= numbers["weight"])
    return np.asarray(sane & (numbers["weight"] > 0) & heavier)


def _read_goods(kind: _Kind) -> Goods:
    words, numbers = kind.words, kind.numbers
    weight, gross = numbers["weight"], numbers["gross_weight"]
    unit, count = str(words["unit"]), numbers["quantity"]
    return Goods(
        id="",
        product=str(words["product"]),
        start=str(words["origin"]),
        made_in=str(words["made_in"]) or str(words["origin"]),
        destination=str(words["destination"]),
        value=numbers["value"],
        currency=str(words["currency"]),
        incoterm=str(words["incoterm"]),
        weight=weight,
        gross_weight=np.where(np.isnan(gross), weight, gross),
        count=count,
        unit=unit,
        quantities=list_quantities(weight, count, unit),
    )


def _list_origins(goods: Goods) -> Iterator[Consignment]:
    for origin in dict.fromkeys((goods.start, goods.made_in)):
        yield Consignment(goods.product, origin, goods.destination)


def _give_way(goods: Goods, numbers: Mapping[str, Floats], year: int) -> Way:
    tonnes = goods.gross_weight / KG_A_TONNE
    sides = {"export": "export_freight", "main": "freight", "inland": "inland_freight"}
    costs = {side: numbers[name] / tonnes for side, name in sides.items()}
    return give_way(costs, currency=goods.currency, year=year, hours=numbers["days"] * HOURS_A_DAY)


def _note_cheapest(doors: Sequence[Door], places: NDArray[np.intp], answers: _Answers) -> None:
    """The cheapest door of each row."""
    totals = np.array([door.total for door in doors])
    best = totals.argmin(axis=0)
    rows = np.arange(len(places))
    zero = np.zeros(len(places))
    answers.words["verdict"][places] = "ok"
    answers.words["regime"][places] = np.array([door.regime.id for door in doors], dtype=object)[best]
    for name, values in (
        ("total", totals),
        ("paid", np.array([door.paid for door in doors])),
        ("customs_value", np.array([zero + door.customs.value for door in doors])),
        ("duty", np.array([zero + sum_charges(door.charges, DUTIES) for door in doors])),
        ("charges", np.array([zero + sum_charges(door.charges) for door in doors])),
    ):
        answers.numbers[name][places] = values[best, rows]
