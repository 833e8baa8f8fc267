"""What goods cost at the buyer's door: one consignment, over the shipped tables or those of a study."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import pandas as pd

from landbridge.api.quantities import Quantity, make_quantity, read_quantity
from landbridge.api.routing import FLOW, default_ground, describe_listing
from landbridge.landed_cost.goods import read_measure
from landbridge.landed_cost.pricing import Wishes
from landbridge.landed_cost.steps import BestDoor
from landbridge.network.shipments import choose_shipment
from landbridge.network.steps import Options
from landbridge.schema import (
    Finding,
    InputError,
    ProhibitedError,
    UnreachableError,
    find_nearest,
    load_catalogue,
)
from landbridge.schema.rows import Row, read_rows, rows_to_frame
from landbridge.sources.hs_changes import check_product
from landbridge.sources.products import clean_product, read_products
from landbridge.study.engine import Ground, Progress, compute
from landbridge.study.offers import GivenFreight, price_given

OFFER = "offer"

# Where nothing near is known to name instead.
REMEDIES = {
    "currency": "write a code of ISO 4217, such as USD, EUR or CNY",
    "incoterm": "write a rule of Incoterms 2020, such as EXW, FCA, CIF, DAP or DDP",
    "country": "write two letters of ISO 3166-1, such as BY",
    "trade agreement": "write an id of the table trade_agreements, such as eaeu-iran-2025",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Goods offered from one place to another: `value` is the price of the whole under `incoterm`.

    `weight` and `gross_weight` in kg; without a weight that of the shipment which the product goes by. `made_in` is the
    country of origin, by default that of the place of dispatch; `originates` names agreements under which the
    goods originate on their maker's word. `measures` are other quantities that rates are on, such as "1596 cm3".
    Rates and law are those of `date`, by default of the day of the ground.
    """

    product: str
    origin: str
    destination: str
    value: float
    currency: str = "USD"
    incoterm: str = "EXW"
    quantity: float = float("nan")
    unit: str = "unit"
    weight: float = float("nan")
    gross_weight: float = float("nan")
    measures: tuple[str, ...] = ()
    made_in: str = ""
    originates: tuple[str, ...] = ()
    yearly: float = 1.0
    zone_added: float = float("nan")
    registered: bool = True
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LandedCost:
    """The answer to one offer. `frame` has a row for each way and regime (columns of landed_costs), the cheapest way of
    release first; `lines` those of landed_cost_lines, `prices` of landed_prices, `origins` of origin_verdicts,
    `sensitivities` of landed_sensitivities, `break_evens` of landed_break_evens, `margins` of preference_margins.

    `cheapest` is what the best row was priced with: see `find_break_even`.
    """

    verdict: str
    offer: Offer
    date: datetime.date
    frame: pd.DataFrame
    lines: pd.DataFrame
    prices: pd.DataFrame
    origins: pd.DataFrame
    sensitivities: pd.DataFrame
    break_evens: pd.DataFrame
    margins: pd.DataFrame
    cheapest: BestDoor
    listings: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]

    @property
    def best(self) -> Row:
        """The cheapest way and regime of release (of all where none releases the goods), as a row of `frame`."""
        return read_rows(self.frame.iloc[:1])[0]

    def lines_of(self, row: Mapping[str, Any]) -> pd.DataFrame:
        """The lines of a row of `frame`."""
        return _pick(self.lines, row)

    def prices_of(self, row: Mapping[str, Any]) -> dict[str, float]:
        """The price under each rule of Incoterms 2020 that goes with a row of `frame`."""
        mine = _pick(self.prices, row)
        return dict(zip(mine["rule"], mine["price"], strict=True))

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values, in the shape that scripts rely on."""
        best = self.best
        return {
            "verdict": self.verdict,
            "total": self._total(best),
            "regime": best["regime"],
            "way": best["label"],
            "lines": [self._line(row) for row in read_rows(self.lines_of(best))],
            "prices": {rule: self._money(price) for rule, price in self.prices_of(best).items()},
            "regimes": [self._regime(row) for row in read_rows(self.frame)],
            "sensitivities": [self._sensitivity(row) for row in read_rows(self.sensitivities)],
            "break_evens": [self._break_even(row) for row in read_rows(self.break_evens)],
            "preference_margins": [self._margin(row) for row in read_rows(self.margins)],
            "origin": [_plain(row) for row in read_rows(self.origins)],
            "listings": list(self.listings),
            "findings": list(self.findings),
        }

    def _money(self, value: float, **more: Any) -> Quantity:
        currency = self.offer.currency
        return make_quantity(value, currency, currency=currency, price_year=self.date.year, **more)

    def _total(self, row: Row) -> Quantity:
        currency = self.offer.currency
        more = {"currency": currency, "price_year": self.date.year, "quality": row["quality"]}
        return read_quantity(row, "total", currency, **more)

    def _line(self, row: Row) -> dict[str, Any]:
        told = {"source": row["source"], "quality": row["quality"]}
        ranges = {name: row[name] for name in ("p10", "p50", "p90")}
        return {
            "name": row["name"],
            "title": row["title"],
            "stage": row["stage"],
            "base": None if isnan(row["base"]) else self._money(row["base"]),
            "rate": row["rate"],
            "amount": self._money(row["amount"], **ranges, **told),
            "formula": row["formula"],
            "counted": row["counted"],
            "payer": row["payer"],
            "act": row["act"],
            "date": None if row["dated"] is None else str(row["dated"]),
            "inputs": list(row["inputs"]),
        }

    def _regime(self, row: Row) -> dict[str, Any]:
        return {
            "regime": row["regime"],
            "name": row["regime_name"],
            "kind": row["kind"],
            "way": row["label"],
            "corridor": row["corridor"],
            "total": self._total(row),
            "duty": self._money(row["duty"]),
            "taxes": self._money(row["taxes"]),
            "days": None if isnan(row["days"]) else make_quantity(row["days"], "d"),
            "papers": list(row["papers"]),
            "conditions": list(row["conditions"]),
        }

    def _sensitivity(self, row: Row) -> dict[str, Any]:
        told = {name: row[name] for name in ("route", "regime", "factor", "title", "step")}
        names = ("total", "change")
        money = {name: None if isnan(row[name]) else self._money(row[name]) for name in names}
        numbers = {name: row[name] for name in ("change_share", "elasticity", "share")}
        return {**told, **money, **numbers, "words": row["words"]}

    def _break_even(self, row: Row) -> dict[str, Any]:
        total = None if isnan(row["total"]) else self._money(row["total"])
        names = ("kind", "one", "other", "factor", "at", "words", "route", "regime")
        more = {name: row[name] for name in ("other_route", "other_regime")}
        return {**{name: row[name] for name in names}, **more, "total": total}

    def _margin(self, row: Row) -> dict[str, Any]:
        names = ("margin", "proof", "way", "net")
        money = {name: None if isnan(row[name]) else self._money(row[name]) for name in names}
        told = {name: row[name] for name in ("route", "regime", "barred", "words")}
        return {**told, "way_name": row["label"], **money}

    def _repr_html_(self) -> str:
        columns = [
            "label",
            "regime_name",
            "kind",
            "total",
            "transport",
            "customs_value",
            "duty",
            "taxes",
            "days",
        ]
        return self.frame[columns].to_html(index=False, float_format=lambda value: f"{value:,.1f}", border=0)


def _pick(frame: pd.DataFrame, row: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of one way and regime."""
    mine = (frame["route"] == row["route"]) & (frame["regime"] == row["regime"])
    picked: pd.DataFrame = frame.loc[mine.to_numpy(dtype=bool)]
    return picked


def price_landed_cost(
    offer: Offer,
    *,
    freight: GivenFreight | None = None,
    options: Options = Options(alternatives=0),
    wishes: Wishes = Wishes(),
    ground: Ground | None = None,
    progress: Progress = lambda line: None,
) -> LandedCost:
    """What the goods of an offer cost at the buyer's door, by each way and under each lawful regime.

    With a `freight` no network is asked, and places may be country codes. `options` choose the ways as those of
    `find_routes` do. Without a `ground` the shipped tables hold at the date of the shipped network.

    Raises InputError with everything that is wrong or missing (a rate, a quantity, an exchange rate, a place),
    ProhibitedError where the law forbids the goods, UnreachableError where there is no way.
    """
    ground = ground or default_ground()
    if offer.date is not None:
        ground = replace(ground, setting=replace(ground.setting, date=offer.date))
    faults, notes = [*check_offer(offer), *_check_agreements(offer, ground.tables)], list[Finding]()
    if faults:
        raise InputError(faults)
    row = _make_row(offer, ground.tables, notes)
    workspace: Mapping[str, Any]
    if freight is not None:
        ends = (offer.origin, offer.destination)
        workspace = price_given(ground, row, ends=ends, freight=freight, wishes=wishes)
    else:
        workspace = _price_by_routes(offer, row, ground, options=options, wishes=wishes, progress=progress)
    return _read_answer(offer, workspace, ground, notes)


def check_offer(offer: Offer) -> list[Finding]:
    """Everything that is wrong with an offer, seen without any table.

    >>> offer = Offer(product="9877", origin="BY", destination="IR", value=-1.0, currency="XXQ", incoterm="DAF")
    >>> [finding.code for finding in check_offer(offer)]
    ['unknown_product', 'bad_value', 'unknown_currency', 'unknown_incoterm']
    """
    catalogue = load_catalogue()
    faults = []
    found = check_product(offer.product)
    if found is not None:
        faults.append(found)
    if not (0 <= offer.value < float("inf")):
        what = f"{offer.value} is no value of goods"
        faults.append(Finding("bad_value", "error", what, "give a finite number of at least 0"))
    for code, given, known in (
        ("currency", offer.currency, catalogue.currencies),
        ("incoterm", offer.incoterm, catalogue.incoterms),
        ("country", offer.made_in or "BY", catalogue.country_codes),
    ):
        if given not in known:
            faults.append(_fault(f"unknown_{code}", given, code, find_nearest(given, known)))
    for measure in offer.measures:
        try:
            read_measure(measure)
        except ValueError as error:
            faults.append(Finding("bad_measure", "error", str(error), "write it as 1596 cm3"))
    for name in ("quantity", "weight", "gross_weight", "yearly"):
        number = getattr(offer, name)
        if not isnan(number) and not 0 < number < float("inf"):
            what = f"{number} is no {name.replace('_', ' ')}"
            faults.append(Finding(f"bad_{name}", "error", what, "give a finite number above 0"))
    return faults


def _check_agreements(offer: Offer, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Agreements under which goods are said to originate, and which no row of trade_agreements is."""
    known = tables["trade_agreements"]["id"].tolist()
    for name in offer.originates:
        if name not in known:
            yield _fault("unknown_trade_agreement", name, "trade agreement", find_nearest(name, known))


def _fault(code: str, given: str, kind: str, nearest: Sequence[str]) -> Finding:
    remedy = f"use {', '.join(nearest)}" if nearest else REMEDIES[kind]
    return Finding(code, "error", f"{given!r} is no {kind}", remedy, nearest=tuple(nearest))


def _make_row(offer: Offer, tables: Mapping[str, pd.DataFrame], notes: list[Finding]) -> dict[str, Any]:
    """The row of consignments of an offer."""
    weight = offer.weight
    if isnan(weight):
        weight = _assume_weight(offer, tables, notes)
    return {
        "id": OFFER,
        "flow": FLOW,
        "name": read_products().get(clean_product(offer.product)[:6], offer.product),
        "product": clean_product(offer.product),
        "value": offer.value,
        "currency": offer.currency,
        "incoterm": offer.incoterm,
        "quantity": offer.quantity,
        "unit": "" if isnan(offer.quantity) else offer.unit,
        "weight": weight,
        "gross_weight": offer.gross_weight,
        "measures": offer.measures,
        "made_in": offer.made_in,
        "originates": offer.originates,
        "shipments_a_year": offer.yearly,
        "zone_added": offer.zone_added,
        "buyer_registered": offer.registered,
        "source": "request",
        "quality": "published",
    }


def _assume_weight(offer: Offer, tables: Mapping[str, pd.DataFrame], notes: list[Finding]) -> float:
    shipment = choose_shipment(tables["shipments"], product=clean_product(offer.product))
    counted = not isnan(offer.quantity) and shipment.unit_mass > 0 and offer.unit == "unit"
    tonnes = offer.quantity * shipment.unit_mass if counted else shipment.tonnes
    what = f"no weight is given: {tonnes * 1000:,.0f} kg are assumed, as of the shipment {shipment.id}"
    notes.append(
        Finding("assumed_weight", "warning", what, "give the net mass: carriage and some duties go by it")
    )
    return tonnes * 1000.0


def _price_by_routes(
    offer: Offer, row: dict[str, Any], ground: Ground, *, options: Options, wishes: Wishes, progress: Progress
) -> Mapping[str, Any]:
    flow = {
        "id": FLOW,
        "origin": offer.origin,
        "destination": offer.destination,
        "product": clean_product(offer.product),
        "shipment": "",
        "tonnes": float("nan"),
    }
    tables = {
        **ground.tables,
        "flows": rows_to_frame("flows", [flow]),
        "consignments": rows_to_frame("consignments", [row]),
    }
    workspace, _ = compute(replace(ground, tables=tables), options=options, wishes=wishes, progress=progress)
    return workspace


def _read_answer(
    offer: Offer, workspace: Mapping[str, Any], ground: Ground, notes: Sequence[Finding]
) -> LandedCost:
    date = ground.setting.date
    listings = tuple(_list_measures(workspace, ground.tables["listings"], date))
    if workspace["consignment_rulings"][OFFER, date].prohibited:
        raise ProhibitedError([one for one in listings if one["effect"] == "prohibited"])
    findings = [*notes, *_read_findings(workspace["landed_findings"])]
    if any(finding.code == "no_route" for finding in findings):
        cut = [finding.what for finding in findings if finding.code == "closed_ways"]
        cut = cut or list(workspace["verdicts"].iloc[0]["cut"])
        why = f": {'; '.join(cut)}" if cut else ""
        raise UnreachableError(
            [Finding("unreachable", "error", f"there is no way{why}", "see `landbridge route`")]
        )
    frame = workspace["landed_costs"]
    if frame.empty:
        raise InputError(findings)
    return LandedCost(
        verdict="ok",
        offer=offer,
        date=date,
        frame=frame.sort_values(["kind", "total"], kind="stable").reset_index(drop=True),
        lines=workspace["landed_cost_lines"],
        prices=workspace["landed_prices"],
        origins=workspace["origin_verdicts"],
        sensitivities=workspace["landed_sensitivities"],
        break_evens=workspace["landed_break_evens"],
        margins=workspace["preference_margins"],
        cheapest=workspace["best_doors"][OFFER, date],
        listings=listings,
        findings=tuple(finding.as_dict() for finding in findings),
    )


def _read_findings(frame: pd.DataFrame) -> Iterator[Finding]:
    for row in read_rows(frame):
        yield Finding(row["code"], row["level"], row["message"], row["remedy"], nearest=tuple(row["nearest"]))


def _list_measures(
    workspace: Mapping[str, Any], listings: pd.DataFrame, date: datetime.date
) -> Iterator[dict[str, Any]]:
    """The measures that touch the goods by their origin or the way, each once."""
    told: set[str] = set()
    applied = workspace.get("applied_listings")
    rows = [] if applied is None else read_rows(applied)
    own = [
        {"listing": one.listing, "applies": one.applies, "effect": one.effect, "meaning": one.meaning}
        for one in workspace["consignment_listings"][OFFER, date]
    ]
    for row in (*own, *rows):
        if row["listing"] not in told:
            told.add(row["listing"])
            yield describe_listing(row, listings)


def _plain(row: Row) -> dict[str, Any]:
    named = ("agreement", "verdict", "rule", "arithmetic", "change", "transport", "act", "source")
    return {name: row[name] for name in named}
