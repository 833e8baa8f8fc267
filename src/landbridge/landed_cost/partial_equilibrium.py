"""Partial-equilibrium effect of a change of rates on the imports of one product: the model SMART, with ranges.

Method: kernels/partial_equilibrium.py (Laird and Yeats 1986; Jammes and Olarreaga 2005). The elasticities are rows
of the table elasticities with source and range; an export supply of 99 is SMART's word for infinite. Every result
stands with its low and high end: the least and the most over all corners of the ranges of the three elasticities.

Limits: one product, one importer, no effect on income or on other goods; elasticities by product are uncertain by
a factor, so the ranges are part of the answer. Imports that are nil before stay nil, whatever the rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product as combine
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.kernels.partial_equilibrium import TradeEffect, simulate_tariff_change
from landbridge.schema import (
    Field,
    Finding,
    InputError,
    TableSpec,
    find_nearest,
    raise_errors,
    read_table,
)

IMPORTS = TableSpec(
    name="imports",
    key=("partner",),
    where="study",
    doc="Imports of one product by partner, with the rate of duty before and after",
    fields=(
        Field("partner", "str", "", True, "", (), "Country or bloc that the goods come from"),
        Field("imports", "number", "", True, "", (), "Value a year, all in one currency"),
        Field("rate", "number", "%", True, "", (), "Rate of duty before"),
        Field("new_rate", "number", "%", True, "", (), "Rate of duty after"),
    ),
)
COLUMNS = IMPORTS.columns
KINDS = ("import_demand", "export_supply", "substitution")
EFFECTS = ("creation", "diversion", "price_effect", "total", "revenue_change", "welfare")
# From this elasticity on world prices are taken as given (SMART's default).
INFINITE_SUPPLY = 99.0
_SIGNS = {
    "import_demand": "must not be above 0",
    "export_supply": "must be above 0",
    "substitution": "must not be below 0",
}


@dataclass(frozen=True, slots=True)
class Elasticity:
    """An elasticity with its range: `value`, `low` and `high`, the row that it comes from, source and quality."""

    kind: str
    value: float
    low: float
    high: float
    id: str
    source: str
    quality: str


@dataclass(frozen=True, slots=True)
class RateChange:
    """The effect of a change of rates on a market.

    `partners` has a row for each partner, `totals` one for each effect; each effect stands with _low and _high (in
    `totals` as columns), all in the money of the imports.
    """

    product: str
    importer: str
    partners: pd.DataFrame
    totals: pd.DataFrame
    elasticities: Mapping[str, Elasticity]


def read_imports(path: Path | str) -> pd.DataFrame:
    r"""The imports of one product from a CSV file with the columns partner, imports, rate and new_rate.

    Raises InputError with every fault of the file and its line.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "imports.csv"
    >>> _ = path.write_text("partner,imports,rate,new_rate\nBY,100,5,0\n")
    >>> read_imports(path)["new_rate"].tolist()
    [0.0]
    """
    frame, findings = read_table(path, IMPORTS)
    raise_errors(findings)
    return frame


def find_elasticity(elasticities: pd.DataFrame, kind: str, *, product: str, importer: str = "") -> Elasticity:
    """The row of the table that fits best: the importer's own first, then the longest code of the product.

    Raises InputError where there is none, and for a value of the wrong sign.

    >>> row = {"id": "a", "kind": "substitution", "products": (), "importer": "", "value": 1.5}
    >>> frame = pd.DataFrame([{**row, "low": None, "high": None, "source": "s", "quality": "published"}])
    >>> find_elasticity(frame, "substitution", product="843351").high
    1.5
    """
    found = []
    for row in elasticities.to_dict("records"):
        codes = [code for code in row["products"] or () if product.startswith(code)]
        fits = row["kind"] == kind and (row["importer"] or importer) == importer
        if fits and (codes or not row["products"]):
            found.append((bool(row["importer"]), max(map(len, codes), default=0), row))
    if not found:
        what = f"no elasticity of the kind {kind} is known for {product}" + (
            f" in {importer}" * bool(importer)
        )
        remedy = "add a row to the table elasticities with its source"
        raise InputError([Finding("missing_elasticity", "error", what, remedy)])
    return _read_elasticity(max(found, key=lambda one: one[:2])[2])


def assess_rate_change(
    imports: pd.DataFrame, elasticities: pd.DataFrame, *, product: str, importer: str = ""
) -> RateChange:
    """What new rates in place of the old do to the imports of a product.

    `imports` has the columns partner, imports (value in one currency), rate and new_rate (percent), a row for each
    partner. Raises InputError with every fault of the rows, and where an elasticity is missing.

    >>> rows = {"partner": ["BY", "CN"], "imports": [100.0, 300.0], "rate": [10.0, 10.0], "new_rate": [0.0, 10.0]}
    >>> table = pd.DataFrame({"id": ["d", "e", "s"], "kind": ["import_demand", "export_supply", "substitution"],
    ...     "products": [(), (), ()], "importer": ["", "", ""], "value": [-1.0, 99.0, 1.5], "low": [-2.0, None, None],
    ...     "high": [-0.5, None, None], "source": ["s"] * 3, "quality": ["published"] * 3})
    >>> found = assess_rate_change(pd.DataFrame(rows), table, product="843351")
    >>> found.totals.set_index("effect").round(2).loc["creation"].tolist()
    [9.09, 4.55, 18.18]
    """
    raise_errors(_check_imports(imports))
    chosen = {kind: find_elasticity(elasticities, kind, product=product, importer=importer) for kind in KINDS}
    corners = np.array([[one.value for one in chosen.values()], *combine(*map(_ends, chosen.values()))])
    effect = _simulate(imports, corners)
    return RateChange(product, importer, _list_partners(imports, effect), _sum_effects(effect), chosen)


def _ends(one: Elasticity) -> tuple[float, ...]:
    return tuple(dict.fromkeys((one.low, one.high)))


def _simulate(imports: pd.DataFrame, corners: NDArray[np.float64]) -> TradeEffect:
    """Effects of the shape (1 + corners, partners), those of the central values first."""
    supply = np.where(corners[:, 1] >= INFINITE_SUPPLY, np.inf, corners[:, 1])
    values = {name: imports[name].to_numpy(dtype=np.float64) for name in COLUMNS[1:]}
    return simulate_tariff_change(
        imports=values["imports"],
        t0=values["rate"] / 100.0,
        t1=values["new_rate"] / 100.0,
        Em=corners[:, 0],
        Ex=supply,
        Es=corners[:, 2],
    )


def _named(effect: TradeEffect) -> dict[str, NDArray[np.float64]]:
    return {
        "creation": effect.creation,
        "diversion": effect.diversion,
        "price_effect": effect.price_effect,
        "total": effect.total,
        "revenue_change": effect.revenue_after - effect.revenue_before,
        "welfare": effect.welfare,
    }


def _list_partners(imports: pd.DataFrame, effect: TradeEffect) -> pd.DataFrame:
    frame = imports[list(COLUMNS)].reset_index(drop=True)
    for name, values in _named(effect).items():
        # A negative zero would be printed as a loss.
        frame[name] = values[0] + 0.0
        frame[f"{name}_low"], frame[f"{name}_high"] = values.min(axis=0) + 0.0, values.max(axis=0) + 0.0
    frame["imports_after"] = frame["imports"] + frame["total"]
    return frame


def _sum_effects(effect: TradeEffect) -> pd.DataFrame:
    sums = {name: values.sum(axis=-1) for name, values in _named(effect).items()}
    # Zero by its definition; a sum of floats leaves a rest.
    sums["diversion"] = np.zeros_like(sums["diversion"])
    rows = [(name, sums[name][0] + 0.0, sums[name].min() + 0.0, sums[name].max() + 0.0) for name in EFFECTS]
    return pd.DataFrame(rows, columns=["effect", "value", "low", "high"])


def _read_elasticity(row: Mapping[Any, Any]) -> Elasticity:
    value = float(row["value"])
    ends = [value if end is None or pd.isna(end) else float(end) for end in (row["low"], row["high"])]
    kind = str(row["kind"])
    wrong = {
        "import_demand": max(value, *ends) > 0.0,
        "export_supply": min(value, *ends) <= 0.0,
        "substitution": min(value, *ends) < 0.0,
    }
    if wrong[kind] or not min(ends) <= value <= max(ends):
        what = f"the elasticity {row['id']} {_SIGNS[kind]}, and its value lies within its range"
        raise InputError([Finding("bad_elasticity", "error", what, "mend its value, low or high")])
    return Elasticity(
        kind, value, min(ends), max(ends), str(row["id"]), str(row["source"]), str(row["quality"])
    )


def _check_imports(imports: pd.DataFrame) -> list[Finding]:
    """Every fault of the rows, with the line of a file that begins with its header."""
    missing = [name for name in COLUMNS if name not in imports.columns]
    if missing:
        return [_missing_column(name, imports.columns) for name in missing]
    if imports.empty:
        return [Finding("no_imports", "error", "there is no row", "give a row for each partner")]
    faults = []
    seen: set[str] = set()
    for line, row in enumerate(imports.to_dict("records"), start=2):
        partner = str(row["partner"]).strip()
        if not partner or partner in seen or partner.lower() == "nan":
            what = f"the partner {partner!r} is empty or stands twice"
            remedy = "give each partner one row"
            faults.append(Finding("repeated_partner", "error", what, remedy, row=line, column="partner"))
        seen.add(partner)
        for name, least in (("imports", 0.0), ("rate", 0.0), ("new_rate", 0.0)):
            if not _is_number(row[name], least):
                what = f"{row[name]!r} is no number of at least {least:g}"
                faults.append(Finding("bad_number", "error", what, "mend it", row=line, column=name))
    return faults


def _is_number(value: Any, least: float) -> bool:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return bool(np.isfinite(number)) and number >= least


def _missing_column(name: str, columns: Iterable[Any]) -> Finding:
    nearest = find_nearest(name, map(str, columns))
    what = f"there is no column {name}"
    return Finding(
        "missing_column", "error", what, f"give {', '.join(COLUMNS)}", column=name, nearest=nearest
    )
