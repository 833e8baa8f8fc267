"""Customs regimes: ways of release, and regimes that suspend the duty for a while, each with what it needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from landbridge.landed_cost.customs_law import CustomsLaw, covers
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.treatments import MFN, Treatment
from landbridge.schema import load_catalogue
from landbridge.schema.rows import Row

DAYS_A_MONTH = 365.0 / 12.0
RELEASE, SUSPENSION = "release", "suspension"
ZONE = "free_zone"
SHOWN_PLACES = 2
NAMES = {
    "transit": "Transit",
    "temporary_admission": "Temporary admission",
    "inward_processing": "Inward processing",
    "customs_warehouse": "Customs warehouse",
    "free_zone": "Free zone",
    "re_export": "Re-export",
}


@dataclass(frozen=True, slots=True)
class Regime:
    """A regime for goods with the rates of `treatment`.

    `share` of the suspended charges is charged (1 for a release), with `share_words` for how that comes about.
    `added` is the value added in a zone before sale inland, as a share of the goods' value; `whole` says that duty is
    then on it too.
    """

    id: str
    name: str
    kind: str
    treatment: Treatment
    row: Row | None = None
    share: float = 1.0
    share_words: str = ""
    added: float = 0.0
    whole: bool = False

    @property
    def papers(self) -> tuple[str, ...]:
        """The documents that it needs."""
        return (*self.treatment.papers, *(self.row["papers"] if self.row else ()))

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions and time limits in words."""
        told = list(self.treatment.conditions)
        if self.row:
            days, text = float(self.row["days"]), str(self.row["conditions"])
            told += [] if math.isnan(days) else [f"at most {days:,.0f} days"]
            told += [text] if text else []
        return tuple(told)


def list_regimes(
    law: CustomsLaw, goods: Goods, treatments: Sequence[Treatment], *, months: float, added: float = 0.0
) -> Iterator[Regime]:
    """Every regime that the law of the destination has for the goods: releases first, then suspensions.

    Duty is suspended by the rates without preference. `months` is how long goods stay under a regime that charges by
    the month, `added` the value added in a free zone as a share of that of the goods.
    """
    rows = [
        row
        for row in law.rows_for("regime_terms", goods.destination)
        if covers(row, goods.product) and goods.start not in law.union(goods.destination)
    ]
    release = next((row for row in rows if row["regime"] == RELEASE), None)
    yield from (Regime(one.regime, one.name, RELEASE, one, release) for one in treatments)
    plain = next((one for one in treatments if one.regime == MFN), None)
    if plain is None:
        return
    for row in rows:
        if row["regime"] == RELEASE:
            continue
        yield _suspend(row, plain, months, law)
        if row["regime"] == ZONE and row["inland"] and added > 0:
            yield _sell_inland(row, plain, added, law)


def _suspend(row: Row, plain: Treatment, months: float, law: CustomsLaw) -> Regime:
    stay = min(months, float(row["days"]) / DAYS_A_MONTH) if not math.isnan(float(row["days"])) else months
    charged, monthly = float(row["charged"]), float(row["monthly"])
    share = min((charged + monthly * math.ceil(stay - 1e-9)) / 100.0, 1.0)
    words = f"{charged:g} %" if charged or not monthly else ""
    if monthly:
        words += f"{' + ' if words else ''}{monthly:g} % x {math.ceil(stay - 1e-9)} months"
    return Regime(str(row["id"]), _name(row, law), SUSPENSION, plain, row, share, words)


def _sell_inland(row: Row, plain: Treatment, added: float, law: CustomsLaw) -> Regime:
    whole = row["inland"] == "whole"
    name = f"{_name(row, law)}, then sale inland with duty on {'the whole' if whole else 'the foreign part'}"
    return Regime(f"{row['id']}-inland", name, RELEASE, plain, row, added=added, whole=whole)


def _name(row: Row, law: CustomsLaw) -> str:
    """The regime with the zones that it is about, else the country or bloc."""
    names = [law.place_names.get(place, place) for place in row["places"]]
    more = f" and {len(names) - SHOWN_PLACES} more" if len(names) > SHOWN_PLACES else ""
    country = load_catalogue().country_codes.get(str(row["territory"]), str(row["territory"]))
    return f"{NAMES[str(row['regime'])]}, {', '.join(names[:SHOWN_PLACES]) + more if names else country}"
