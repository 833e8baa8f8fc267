"""Pricing a consignment: every lawful regime by every way, ranked, with all findings at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.conformity import Proof, list_proofs
from landbridge.landed_cost.consigned import Origins, tell_bars
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.customs_value import ValueBasis
from landbridge.landed_cost.door import Assumptions, Door, PriceBelowCostsError, price_door
from landbridge.landed_cost.exchange import MOST_DAYS, MissingRateError
from landbridge.landed_cost.goods import Goods, check_goods
from landbridge.landed_cost.incoterms import check_incoterm
from landbridge.landed_cost.rate_text import parse_rate
from landbridge.landed_cost.rates import MissingInputError, Rate, list_needs
from landbridge.landed_cost.regimes import RELEASE, SUSPENSION, Regime, list_regimes
from landbridge.landed_cost.treatments import list_treatments
from landbridge.landed_cost.way import Way, check_way
from landbridge.schema import Finding, InputError, find_nearest, has_errors, order_findings

DEFLATOR = "deflator_"
# The currency of the cost of a proof of origin in trade_agreements.
PROOFS_IN = "USD"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked beside goods and ways: only this `regime` ("" for all), months of stay under a regime that charges
    by the month, value added in a zone as a share, whether the papers itemise carriage after entry, whether the
    arrays are draws, and whether releases alone are priced.
    """

    regime: str = ""
    months: float = 12.0
    added: float = 0.0
    itemised: bool = True
    drawn: bool = True
    release_only: bool = False


NO_ORIGINS = Origins()
ALL_REGIMES = Wishes()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds: the customs law of a day, `parameters` by name, ids of agreements in force."""

    law: CustomsLaw
    parameters: Mapping[str, float]
    in_force: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Priced:
    """The doors of a consignment, ordered by way, then releases before suspensions, then by total; and findings.

    `short` has for each way and regime that is left out the rows, bool[n], whose price is below the seller's costs.
    """

    doors: tuple[Door, ...]
    findings: tuple[Finding, ...]
    short: tuple[NDArray[np.bool_], ...] = ()


@dataclass(slots=True)
class _Work:
    """One pricing under way: what it is asked, its findings so far, and faults of one way beside which others hold."""

    rules: Rules
    goods: Goods
    wishes: Wishes
    findings: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    short: list[NDArray[np.bool_]] = field(default_factory=list)

    def quote(self, currency: str) -> float:
        """Units of the goods' currency for one of another; a missing rate is a finding, and then the answer is NaN."""
        law, into = self.rules.law, self.goods.currency
        try:
            quote = law.quote(currency, into)
        except MissingRateError as error:
            self.findings += error.findings
            return float("nan")
        if (law.date - quote.date).days > MOST_DAYS:
            what = f"the exchange rate of {currency} and {into} is of {quote.date}, no later one is known"
            remedy = f"add a row of {law.date} to exchange_rates.csv"
            self.findings.append(Finding("old_exchange_rate", "warning", what, remedy))
        if quote.at_market:
            what = f"{currency} and {into} are joined by a market rate: {quote.describe()}"
            remedy = "customs take an official rate: add it to exchange_rates.csv"
            self.findings.append(Finding("market_exchange_rate", "warning", what, remedy))
        return quote.value


def price_consignment(
    rules: Rules,
    goods: Goods,
    ways: Sequence[Way],
    *,
    origins: Origins = NO_ORIGINS,
    wishes: Wishes = ALL_REGIMES,
) -> Priced:
    """Every regime that the law allows `goods`, priced: releases by each way, suspensions by the cheapest way.

    `origins` are the verdicts by agreement. An error among the findings means that nothing is priced: what is
    missing is never taken for zero.
    """
    work = _Work(rules, goods, wishes, list(check_goods(goods)))
    law = rules.law
    treatments = list_treatments(law, goods, origins=origins.by_agreement)
    work.findings += treatments.findings
    faults = list(_check_wishes(wishes))
    work.findings += faults
    months, added = (0.0, 0.0) if faults else (wishes.months, wishes.added)
    regimes = list(list_regimes(law, goods, treatments.listed, months=months, added=added))
    regimes = [one for one in _choose(regimes, work) if one.kind == RELEASE or not wishes.release_only]
    proofs = tuple(list_proofs(law, goods, in_force=rules.in_force))
    exchange = {name: work.quote(name) for name in sorted(list_currencies(regimes, proofs, goods))}
    bases = {way.entry: _find_basis(work, way.entry) for way in ways}
    assumed = [_assume(work, way, exchange, proofs) for way in ways]
    for way in ways:
        modes = ["sea"] if way.water or not way.route else []
        work.findings += [*check_incoterm(goods.incoterm, modes), *check_way(way)]
    if has_errors(work.findings) or not regimes:
        return Priced((), order_findings(work.findings))
    work.findings += [*_tell_proofs(proofs), *tell_bars(origins, ways)]
    priced = [
        _Way(way, basis, terms)
        for way, terms in zip(ways, assumed, strict=True)
        if (basis := bases[way.entry]) is not None
    ]
    doors = _price_ways(work, priced, regimes, origins)
    work.findings += [replace(one, severity="warning" if doors else "error") for one in work.refused]
    order = {way.route: place for place, way in enumerate(ways)}
    doors.sort(key=lambda door: (order[door.way.route], door.regime.kind, door.mean_total))
    left = () if has_errors(work.findings) else tuple(doors)
    return Priced(left, order_findings(work.findings), tuple(work.short))


def _check_wishes(wishes: Wishes) -> Iterator[Finding]:
    for name, amount in (
        ("months under a regime", wishes.months),
        ("value added in a zone", wishes.added),
    ):
        if not 0.0 <= amount < float("inf"):
            what = f"{amount} is no number of at least 0 for the {name}"
            yield Finding("bad_wish", "error", what, "give a finite number of at least 0")


@dataclass(frozen=True, slots=True)
class _Way:
    """A way with the rule of value at its entry and what is taken for granted on it."""

    way: Way
    basis: ValueBasis
    assumptions: Assumptions


def _price_ways(work: _Work, ways: Sequence[_Way], regimes: Sequence[Regime], origins: Origins) -> list[Door]:
    """Releases by every way, suspensions by the cheapest one."""
    doors = [door for one in ways for door in _price_way(work, one, _open_on(one, regimes, origins, RELEASE))]
    held = _choose_held(ways, doors, every=bool(work.wishes.regime))
    for one in held:
        doors += _price_way(work, one, _open_on(one, regimes, origins, SUSPENSION))
    return doors


def _open_on(one: _Way, regimes: Sequence[Regime], origins: Origins, kind: str) -> list[Regime]:
    """Regimes of a kind that direct consignment does not shut out of a way."""
    return [
        regime
        for regime in regimes
        if regime.kind == kind and not origins.bars(regime.treatment.agreement, one.way.route)
    ]


def _choose_held(priced: Sequence[_Way], doors: Sequence[Door], *, every: bool) -> Sequence[_Way]:
    """The ways on which suspensions are priced: the cheapest one, for they leave the order of ways as it is."""
    if every or not doors:
        return priced
    best = min(doors, key=lambda door: door.mean_total)
    return [one for one in priced if one.way is best.way]


def _choose(regimes: list[Regime], work: _Work) -> list[Regime]:
    wanted = work.wishes.regime
    chosen = [
        one for one in regimes if not wanted or wanted in (one.id, one.row["regime"] if one.row else "")
    ]
    if wanted and not chosen and not has_errors(work.findings):
        known = tuple(one.id for one in regimes)
        nearest = find_nearest(wanted, known) or known
        what = f"no regime {wanted!r} is lawful for these goods on {work.rules.law.date}"
        work.findings.append(
            Finding("unknown_regime", "error", what, f"use one of {', '.join(known)}", nearest=nearest)
        )
    return chosen


def list_currencies(regimes: Sequence[Regime], proofs: Iterable[Proof], goods: Goods) -> set[str]:
    """Currencies, beside that of the goods, that rates and proofs are in."""
    rates: list[Rate] = []
    for regime in regimes:
        rates += [charge.rate for charge in regime.treatment.charges]
        rates += regime.treatment.references.values()
        rates += [parse_rate(str(regime.row["fee"]))] if regime.row and regime.row["fee"] else []
    named = {currency for rate in rates for currency in list_needs(rate).currencies}
    named |= {str(proof.row["currency"]) for proof in proofs if not proof.recognised}
    named |= {PROOFS_IN for regime in regimes if not isnan(regime.treatment.proof_cost)}
    return named - {goods.currency}


def _find_basis(work: _Work, mode: str) -> ValueBasis | None:
    law, destination = work.rules.law, work.goods.destination
    basis = law.find_basis(destination, mode)
    if basis is None:
        what = f"how {destination} takes the customs value on {law.date} is not in the tables"
        remedy = "add a row to customs_values.csv of a study"
        work.findings.append(Finding("no_valuation_rule", "error", what, remedy))
    return basis


def _tell_proofs(proofs: Sequence[Proof]) -> Iterator[Finding]:
    for proof in proofs:
        row = proof.row
        unknown = isnan(row["cost"]) and isnan(row["value_share"])
        if unknown and not proof.recognised:
            what = f"{row['name']} is asked in {row['territory']}, and what it costs is not in the tables"
            yield Finding(
                "conformity_cost_unknown", "warning", what, "add its cost to the row in conformity.csv"
            )


def _assume(work: _Work, way: Way, exchange: Mapping[str, float], proofs: tuple[Proof, ...]) -> Assumptions:
    parameters, law, goods = work.rules.parameters, work.rules.law, work.goods
    quote = work.quote(way.currency)
    factor, words = _deflate(parameters, way.year, law.date.year)
    told = words + (
        "" if way.currency == goods.currency else f" x {quote:,.6g} {goods.currency}/{way.currency}"
    )
    return Assumptions(
        interest=parameters["interest_rate"] / 100.0,
        premium=parameters["insurance_share"] / 100.0,
        money=quote * factor,
        money_words=told,
        exchange=dict(exchange),
        itemised=work.wishes.itemised,
        drawn=work.wishes.drawn,
        proofs=proofs,
        proof_exchange={goods.currency: 1.0, **exchange},
    )


def _deflate(parameters: Mapping[str, float], year: int, wanted: int) -> tuple[float, str]:
    """What brings prices of `year` to those of another, of the last year known where it lies beyond, and in words."""
    known = [int(name.removeprefix(DEFLATOR)) for name in parameters if name.startswith(DEFLATOR)]
    if not known or year not in known:
        return 1.0, ""
    target = min(max(wanted, min(known)), max(known))
    factor = parameters[f"{DEFLATOR}{target}"] / parameters[f"{DEFLATOR}{year}"]
    return factor, "" if target == year else f" x {factor:.4f} from prices of {year} to {target}"


def _price_way(work: _Work, one: _Way, regimes: Sequence[Regime]) -> list[Door]:
    doors = []
    for regime in regimes:
        try:
            doors.append(
                price_door(work.goods, one.way, regime, basis=one.basis, assumptions=one.assumptions)
            )
        except PriceBelowCostsError as error:
            work.short.append(error.rows)
            work.refused += [
                replace(found, what=f"{found.what}, by {one.way.label}") for found in error.findings
            ]
        except InputError as error:
            work.findings += error.findings
        except MissingInputError as error:
            remedy = (
                "give the quantity, as in a measure of '54000 l', or the rate: what is missing is never zero"
            )
            work.findings.append(Finding("missing_quantity", "error", f"{regime.name}: {error}", remedy))
    return doors
