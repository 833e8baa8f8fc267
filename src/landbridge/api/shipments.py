"""Many consignments priced to the door at once, each on its own freight."""

from __future__ import annotations

import pandas as pd

from landbridge.api.routing import default_ground
from landbridge.landed_cost.pricing import Wishes
from landbridge.study.engine import Ground
from landbridge.study.many_offers import price_shipments as price_rows


def price_shipments(
    shipments: pd.DataFrame, *, wishes: Wishes = Wishes(), ground: Ground | None = None
) -> pd.DataFrame:
    """Each row of `shipments` priced to the door by its cheapest lawful regime of release, on its own freight.

    Columns: product, origin and destination (country codes), value, currency, weight (kg); and where they apply
    made_in, incoterm (EXW), quantity, unit, gross_weight (kg), export_freight, freight, inland_freight (of the whole,
    in the currency of the row), days, date, regime.

    Gives for each row, by its index: verdict (ok, prohibited, unpriced), regime, total, paid, customs_value, duty and
    charges in the currency of the row, and why there is no price. A preference is on the condition that the goods
    originate. Without a `ground` the shipped tables hold at the date of the shipped network. Raises InputError for
    columns that are missing.

    >>> row = {"product": "0402211800", "origin": "NZ", "destination": "BY", "value": 4000.0, "currency": "USD"}
    >>> row |= {"weight": 1000.0, "incoterm": "CIP"}
    >>> rows = pd.DataFrame([{**row, "freight": freight} for freight in (100.0, 200.0)])
    >>> price_shipments(rows)[["verdict", "duty"]].values.tolist()
    [['ok', 600.0], ['ok', 600.0]]
    """
    return price_rows(shipments, ground=ground or default_ground(), wishes=wishes)
