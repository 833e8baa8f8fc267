"""The one shape of a quantity in every face."""

from collections.abc import Mapping
from math import isnan
from typing import Any

Quantity = dict[str, Any]


def make_quantity(value: float, unit: str, **more: Any) -> Quantity:
    """A quantity; keys whose value is unknown are left out.

    >>> make_quantity(3.0, "h", p10=2.0, p50=float("nan"))
    {'value': 3.0, 'p10': 2.0, 'unit': 'h'}
    """
    keys = ("p10", "p50", "p90", "currency", "price_year", "source", "quality")
    known = {key: more[key] for key in keys if not is_unknown(more.get(key))}
    quantiles = {key: known.pop(key) for key in keys[:3] if key in known}
    return {"value": value, **quantiles, "unit": unit, **known}


def is_unknown(value: Any) -> bool:
    """Whether a cell says nothing: None, empty, or not a number."""
    return value is None or value == "" or (isinstance(value, float) and isnan(value))


def read_quantity(row: Mapping[str, Any], name: str, unit: str, **more: Any) -> Quantity:
    """The quantity of a result row with its quantiles, where the row has them."""
    quantiles = {key: row.get(f"{name}_{key}") for key in ("p10", "p50", "p90")}
    return make_quantity(row[name], unit, **{**quantiles, **more})
