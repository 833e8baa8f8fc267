"""Proofs of conformity: what a territory asks of goods, what it costs for each consignment, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.customs_law import CustomsLaw, covers
from landbridge.landed_cost.goods import Goods
from landbridge.schema.rows import Row

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof asked of the goods; `recognised` names the agreement under which a foreign one is accepted instead."""

    row: Row
    recognised: str = ""


def list_proofs(law: CustomsLaw, goods: Goods, *, in_force: frozenset[str]) -> Iterator[Proof]:
    """The proofs that the country of destination asks of the goods; `in_force` are ids of agreements in force."""
    if goods.made_in in law.union(goods.destination):
        return
    for row in law.rows_for("conformity", goods.destination):
        asked = covers(row, goods.product) and (
            not row["origins"] or law.is_of(goods.made_in, row["origins"])
        )
        if asked and not law.is_of(goods.made_in, row["except_origins"]):
            yield Proof(row, next((name for name in row["recognised"] if name in in_force), ""))


def cost_proof(row: Row, *, value: Floats, yearly: float, exchange: Floats | float) -> tuple[Floats, str]:
    """The cost of a proof for one consignment, float64[n], and its formula.

    `value` is that of the goods in the currency wanted, `exchange` its units for one of the row's currency, `yearly`
    the consignments a year over which what is paid once is spread. NaN where the row gives no cost.
    """
    fixed, share = float(row["cost"]), float(row["value_share"])
    if np.isnan(fixed) and np.isnan(share):
        return np.full_like(value, np.nan), "the cost is not published"
    spread = {"shipment": 1.0, "year": yearly, "model": yearly * (_number(row["valid"], 1.0))}[row["per"]]
    amount = np.full_like(value, _number(row["cost"], 0.0) * exchange)
    words = [f"{fixed:,.6g} {row['currency']}"] if not np.isnan(fixed) else []
    if not np.isnan(share):
        part = np.clip(
            value * share / 100.0,
            _number(row["least"], 0.0) * exchange,
            _number(row["most"], np.inf) * exchange,
        )
        amount = amount + part
        words.append(f"{share:.4g} % of the value{_tell_bounds(row)}")
    over = "" if spread == 1.0 else f" over {spread:,.4g} consignments"
    return amount / spread, " + ".join(words) + over


def _tell_bounds(row: Row) -> str:
    least, most = float(row["least"]), float(row["most"])
    told = "" if np.isnan(least) else f", at least {least:,.6g}"
    told += "" if np.isnan(most) else f", at most {most:,.6g}"
    return f"{told} {row['currency']}" if told else ""


def _number(value: object, default: float) -> float:
    number = float(value)  # type: ignore[arg-type]
    return default if np.isnan(number) else number
