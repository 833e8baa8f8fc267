"""What a change of duty rates does to the imports of a product, with the elasticities that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.api.quantities import make_quantity
from landbridge.landed_cost.partial_equilibrium import EFFECTS, RateChange, read_imports
from landbridge.landed_cost.partial_equilibrium import assess_rate_change as assess
from landbridge.schema import raise_errors
from landbridge.sources import clean_product, read_shipped_tables
from landbridge.sources.hs_changes import check_product


@dataclass(frozen=True, slots=True)
class RateEffect:
    """The effect of new rates on a market, in the money of the imports that were given.

    `partners` has a row for each partner, `totals` a row for each effect, both with the low and the high end over
    the ranges of the elasticities, which `elasticities` lists with their sources.
    """

    change: RateChange
    currency: str = ""

    @property
    def partners(self) -> pd.DataFrame:
        """One row a partner: imports and rates as given, each effect with _low and _high, imports_after."""
        return self.change.partners

    @property
    def totals(self) -> pd.DataFrame:
        """One row an effect: effect, value, low, high."""
        return self.change.totals

    @property
    def elasticities(self) -> pd.DataFrame:
        """One row a kind: kind, value, low, high, id, source, quality."""
        rows = [
            (one.kind, one.value, one.low, one.high, one.id, one.source, one.quality)
            for one in self.change.elasticities.values()
        ]
        return pd.DataFrame(rows, columns=["kind", "value", "low", "high", "id", "source", "quality"])

    def to_json(self) -> dict[str, Any]:
        """The effect as plain values: each total with its range, partners, elasticities."""
        money = {"currency": self.currency} if self.currency else {}
        totals = {
            row["effect"]: {
                **make_quantity(row["value"], self.currency, **money),
                "low": row["low"],
                "high": row["high"],
            }
            for row in self.totals.to_dict("records")
        }
        return {
            "product": self.change.product,
            "importer": self.change.importer,
            "totals": {name: totals[name] for name in EFFECTS},
            "partners": self.partners.to_dict("records"),
            "elasticities": self.elasticities.to_dict("records"),
            "findings": [],
        }


def assess_rate_change(
    imports: pd.DataFrame | Path | str,
    *,
    product: str,
    importer: str = "",
    currency: str = "",
    elasticities: pd.DataFrame | None = None,
) -> RateEffect:
    """What new duty rates do to the imports of a product (model SMART).

    `imports` is a frame or a CSV file with a row for each partner: partner, imports (value a year), rate and
    new_rate (percent). `elasticities` are rows of the table of that name, by default the shipped ones. Raises
    InputError with every fault at once. Method: Laird and Yeats 1986; Jammes and Olarreaga 2005.

    >>> rows = {"partner": ["BY", "CN"], "imports": [2e6, 6e6], "rate": [15.0, 15.0], "new_rate": [5.0, 15.0]}
    >>> effect = assess_rate_change(pd.DataFrame(rows), product="7308", currency="USD")
    >>> effect.totals.set_index("effect").loc[["creation", "diversion"], "value"].round().tolist()
    [173913.0, 0.0]
    """
    raise_errors(filter(None, [check_product(product)]))
    frame = imports if isinstance(imports, pd.DataFrame) else read_imports(imports)
    rows = read_shipped_tables()["elasticities"] if elasticities is None else elasticities
    return RateEffect(assess(frame, rows, product=clean_product(product), importer=importer), currency)
