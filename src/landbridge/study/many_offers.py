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
from landbridge.landed_cost.goods import KG_A_TONNE, Goods, list_quantities, name_unit
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.steps import list_in_force, read_parameters
from landbridge.landed_cost.way import HOURS_A_DAY, Way, give_way
from landbridge.schema import Finding, InputError, load_catalogue
from landbridge.schema.tables import empty_table
from landbridge.screening import Consignment, Law, read_law, screen_consignment
from landbridge.screening.tables import read_sites
from landbridge.sources.products import clean_product
from landbridge.study.engine import Ground

Floats = NDArray[np.float64]

KIND = (
    "product",
    "origin",
    "destination",
    "made_in",
    "currency",
    "incoterm",
    "unit",
    "counted",
    "date",
    "regime",
)
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
WORDS = {
    "product": "",
    "origin": "",
    "destination": "",
    "currency": "",
    "made_in": "",
    "incoterm": "EXW",
    "unit": "unit",
    "regime": "",
}
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
    rows = rows[_refuse_words(rows, answers)]
    books = {date: _open_books(ground, date) for date in rows["date"].unique()}
    groups = rows.groupby(list(KIND), sort=False).groups
    for key, mine in groups.items():
        kind, places = dict(zip(KIND, key, strict=True)), mine.to_numpy()  # type: ignore[call-overload]
        part = _Kind(kind, places, {name: values[places] for name, values in numbers.items()})
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
    """The rows by their places with every column, numbers as float64, codes as digits. What is empty holds its
    default; a day that is none holds None.
    """
    none = pd.Series(np.nan, index=frame.index, dtype=object)
    columns: dict[str, Any] = {}
    for name, default in NUMBERS.items():
        given = frame.get(name, none)
        columns[name] = pd.to_numeric(given, errors="coerce").where(given.notna(), default)
    for name, word in WORDS.items():
        given = frame.get(name, none)
        columns[name] = given.where(given.notna() & (given != ""), word).astype(str)
    codes = {code: clean_product(code) for code in columns["product"].unique()}
    columns["product"] = columns["product"].map(codes)
    columns["unit"] = columns["unit"].map({word: name_unit(word) for word in columns["unit"].unique()})
    columns["counted"] = columns["quantity"].notna()
    given = frame.get("date", none)
    columns["date"] = given.map({day: _read_date(day, date) for day in given.unique()})
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def _read_date(given: Any, default: datetime.date) -> datetime.date | None:
    """A day as text, date or timestamp, the default where it is empty, None where it is no day."""
    if pd.isna(given) or given == "":
        return default
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(str(given))
    except ValueError:
        return None


def _refuse_words(rows: pd.DataFrame, answers: _Answers) -> NDArray[np.bool_]:
    """Refuse rows whose words say nothing that can be priced, and tell which are left."""
    faults = {
        f"the {name} is missing": rows[name] == ""
        for name in ("product", "origin", "destination", "currency")
    }
    for rule in set(rows["incoterm"]) - set(load_catalogue().incoterms):
        faults[f"{rule!r} is no rule of Incoterms 2020"] = rows["incoterm"] == rule
    faults["the date is no day such as 2026-06-01"] = rows["date"].isna()
    left = np.ones(len(rows), dtype=bool)
    for why, wrong in faults.items():
        answers.refuse(np.flatnonzero(wrong), "unpriced", why)
        left &= ~wrong.to_numpy(dtype=bool)
    return left


def _open_books(ground: Ground, date: datetime.date) -> _Books:
    tables, setting = ground.tables, ground.setting
    customs, parameters = read_customs_law(tables, date), read_parameters(tables["parameters"])
    agreements = tables.get("agreements", empty_table(load_catalogue().tables["agreements"]))
    rules = Rules(customs, parameters, list_in_force(agreements, customs))
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
    why = "the value, weight, quantity, freight or time is missing or below what it can be"
    answers.refuse(kind.places[~sane], "unpriced", why)
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
    if not all(rows.all() for rows in priced.short):
        # A price below the seller's costs is a fault of its row alone: rows that are alike in it are priced anew.
        patterns = np.stack(priced.short).T
        for pattern in np.unique(patterns, axis=0):
            _price_kind(kind.pick((patterns == pattern).all(axis=1)), books, answers, wishes=wishes)
        return
    if not priced.doors:
        errors = [finding.what for finding in priced.findings if finding.severity == "error"]
        answers.refuse(kind.places, "unpriced", "; ".join(errors))
        return
    _note_cheapest(priced.doors, kind.places, answers)


def _is_sane(numbers: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Rows whose numbers can be priced: finite amounts of at least 0, a mass above 0; others may be unknown."""
    amounts = ("value", "export_freight", "freight", "inland_freight")
    sane = np.logical_and.reduce([np.isfinite(numbers[name]) & (numbers[name] >= 0) for name in amounts])
    sane &= np.isfinite(numbers["weight"]) & (numbers["weight"] > 0)
    least = {"gross_weight": numbers["weight"], "quantity": np.nextafter(0.0, 1.0), "days": 0.0}
    for name, bound in least.items():
        sane &= np.isnan(numbers[name]) | (np.isfinite(numbers[name]) & (numbers[name] >= bound))
    return np.asarray(sane)


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
