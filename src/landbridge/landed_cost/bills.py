"""Bills of materials: what goes into one unit of goods, with value, origin, weight and the work done on it.

A bill is rows of the table components, or a CSV file of its columns, of which `id` and `bill` may be left out. The
ex-works price is the sum of all values. A value that is missing is a finding, and nothing is judged from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pandas as pd

from landbridge.schema import (
    CheckInput,
    Finding,
    InputError,
    TableSpec,
    load_catalogue,
    raise_errors,
    run_checks,
    shape_table,
)
from landbridge.schema.rows import Row, read_rows
from landbridge.schema.tables import TableFile, fill_defaults, read_table_file
from landbridge.sources import clean_product, is_product

# What is valued and weighed as a part of the goods; the other kinds are work and costs.
GOODS = ("material", "packing")
TABLE = "components"
Exchanged = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill: `value` in the bill's currency and `weight` in kg in one unit of the goods, NaN if unknown.

    `product` are digits of an HS code, `made_in` and `place` country codes, each "" if unknown; `originates` is None
    where the bill does not say; `made_by` names the bill by which a material is made.
    """

    part: str
    kind: str = "material"
    product: str = ""
    made_in: str = ""
    originates: bool | None = None
    value: float = math.nan
    weight: float = math.nan
    place: str = ""
    made_by: str = ""

    @property
    def name(self) -> str:
        """The part as sentences name it, with its code."""
        return f"{self.part} ({self.product})" if self.product else self.part


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill in one currency; `others` are the bills that its materials may be made by, `findings` its warnings."""

    name: str
    lines: tuple[BillLine, ...]
    currency: str = "USD"
    others: Mapping[str, Bill] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def select(self, *kinds: str) -> tuple[BillLine, ...]:
        """The lines of these kinds."""
        return tuple(line for line in self.lines if line.kind in kinds)

    @property
    def price(self) -> float:
        """The ex-works price of one unit: the sum of all values; NaN where one is missing."""
        return math.fsum(
            line.value for line in self.lines if line.kind != "process" or not math.isnan(line.value)
        )

    @property
    def weight(self) -> float:
        """Mass of the materials in one unit, kg, packing left out; NaN where one is missing."""
        return math.fsum(line.weight for line in self.select("material"))


def read_bill(
    source: Path | str | pd.DataFrame,
    *,
    name: str = "",
    currency: str = "",
    exchange: Exchanged | Callable[[str], Exchanged] | None = None,
) -> Bill:
    """A bill from a CSV file or from rows of components.

    `name` says which where there are several: by default that which no other is made by. Values are turned into
    `currency`, by default that of the first line, by `exchange`: units of it for one of each other, or what gives
    these for a currency.

    Raises InputError with all faults of the rows: cells, codes, currencies without an exchange rate, no rows at all.

    >>> rows = pd.DataFrame({"part": ["kit"], "product": ["8708.29"], "made_in": ["DE"], "value": [60.0]})
    >>> read_bill(rows).lines[0].name
    'kit (870829)'
    """
    read = _read_frame(source) if isinstance(source, pd.DataFrame) else _read_file(Path(source))
    rows = read_rows(read.frame)
    found = [*read.findings, *_check_rows(read)]
    currency = currency or next((str(row["currency"]) for row in rows), "")
    mixed = any(row["currency"] != currency for row in rows)
    rates = dict((exchange(currency) if callable(exchange) else exchange) or {}) if mixed else {}
    found += _check_currencies(rows, read, currency, rates)
    found += [] if rows or found else [_no_rows(read)]
    raise_errors(found)
    rates[currency] = 1.0
    bills = {
        key: Bill(key, tuple(_read_line(row, rates) for row in rows if row["bill"] == key), currency)
        for key in dict.fromkeys(str(row["bill"]) for row in rows)
    }
    main = name or _find_main(bills, read)
    if main not in bills:
        what, remedy = f"there is no bill {main!r}", f"write one of {', '.join(bills)}"
        raise InputError([Finding("unknown_bill", "error", what, remedy, file=read.file)])
    return replace(bills[main], others=bills, findings=tuple(found))


@cache
def _loose_spec() -> TableSpec:
    """The table components without what a file of one bill may leave out."""
    spec = load_catalogue().tables[TABLE]
    fields = tuple(replace(f, required=f.required and f.name not in ("id", "bill")) for f in spec.fields)
    return replace(spec, key=(), fields=fields)


def _read_file(path: Path) -> TableFile:
    return read_table_file(path, _loose_spec())


def _read_frame(frame: pd.DataFrame) -> TableFile:
    """Rows of a frame as if they were read; columns that are not declared, or of another type, are findings."""
    spec = _loose_spec()
    known = [str(name) for name in frame.columns if name in spec.by_name]
    found = [
        Finding("unknown_column", "error", f"components has no column {name!r}", "rename it or leave it out")
        for name in map(str, frame.columns)
        if name not in known
    ]
    absent = [f.name for f in spec.fields if f.required and f.name not in known]
    if absent:
        what = f"the rows are no bill of materials: there is no column {' and no column '.join(absent)}"
        raise InputError([*found, Finding("bad_bill", "error", what, "give the columns of components")])
    try:
        shaped = shape_table(frame[known], spec)
    except (KeyError, TypeError, ValueError) as error:
        what = f"the rows are no bill of materials: {error}"
        raise InputError(
            [*found, Finding("bad_bill", "error", what, "give the columns of components")]
        ) from error
    return TableFile(spec, "", fill_defaults(shaped, spec), tuple(range(2, len(shaped) + 2)), tuple(found))


def _no_rows(read: TableFile) -> Finding:
    return Finding(
        "empty_bill", "error", "the bill of materials has no rows", "add a row a material", file=read.file
    )


def _check_rows(read: TableFile) -> Iterator[Finding]:
    """Declared checks over the rows, apart from their sources, which a file by itself need not list."""
    places = tuple((read.file, row) for row in read.rows)
    given = CheckInput({TABLE: read.frame}, {TABLE: places}, is_product=is_product)
    yield from (finding for finding in run_checks(given) if finding.column != "source")
    for row, line in zip(read_rows(read.frame), read.rows, strict=True):
        if row["kind"] != "process" and math.isnan(row["value"]):
            what, remedy = f"{row['part']!r} has no value", "write what was paid for it; 0 where it was free"
            yield Finding("missing_value", "warning", what, remedy, read.file, line, "value")
        if math.isinf(row["value"]) or row["value"] < 0 or row["weight"] < 0:
            what, remedy = (
                f"{row['part']!r} has a value or weight out of range",
                "write a finite number, 0 or more",
            )
            yield Finding("out_of_range", "error", what, remedy, read.file, line, "value")


def _check_currencies(
    rows: Sequence[Row], read: TableFile, currency: str, exchange: Mapping[str, float]
) -> Iterator[Finding]:
    for row, line in zip(rows, read.rows, strict=True):
        rate = 1.0 if row["currency"] == currency else exchange.get(str(row["currency"]), math.nan)
        if not (math.isfinite(rate) and rate > 0) and row["currency"] in load_catalogue().currencies:
            what = f"there is no exchange rate from {row['currency']} into {currency}"
            remedy = f"give how many {currency} one {row['currency']} was worth on the date"
            yield Finding("missing_rate", "error", what, remedy, read.file, line, "currency")


def _read_line(row: Row, rates: Mapping[str, float]) -> BillLine:
    return BillLine(
        part=str(row["part"]).strip(),
        kind=str(row["kind"]),
        product=clean_product(str(row["product"])),
        made_in=str(row["made_in"]),
        originates=None if row["originates"] is None else bool(row["originates"]),
        value=float(row["value"]) * rates[str(row["currency"])],
        weight=float(row["weight"]),
        place=str(row["place"]),
        made_by=str(row["made_by"]),
    )


def _find_main(bills: Mapping[str, Bill], read: TableFile) -> str:
    """The bill that no material of another is made by; a finding where that is not one."""
    used = {line.made_by for key, bill in bills.items() for line in bill.lines if line.made_by != key}
    free = [key for key in bills if key not in used]
    if len(free) == 1:
        return free[0]
    what = f"there are {len(bills)} bills, and it is not plain which is that of the goods"
    remedy = f"name one of {', '.join(map(repr, bills))}"
    raise InputError([Finding("several_bills", "error", what, remedy, file=read.file)])
