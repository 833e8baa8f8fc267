"""How tariff files of others are laid out: which columns tell one, and what a row of it says.

Files of WITS, UNCTAD TRAINS and the WTO give percentages in columns that say so, as averages over the lines of a
subheading; in any other file a number is a rate only with its sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from landbridge.schema import Finding

Cells: TypeAlias = Mapping[str, str]
_HEADER_ROWS = 30
_WORLD = ("000", "0", "WLD")
_PRODUCTS = (
    "code", "hscode", "hs", "hs6", "hs8", "hs10", "product", "products", "productcode", "tariffline", "tariffcode",
    "tariffitem", "commoditycode", "commodity", "heading", "subheading", "nationalcode", "htsnumber", "htsno", "hts8",
    "код", "кодтнвэд", "тнвэд", "кодтнвэдеаэс",
)  # fmt: skip
_RATES = (
    "rate", "dutyrate", "rateofduty", "duty", "importduty", "customsduty", "mfn", "mfnrate", "tariff", "tariffrate",
    "generalrateofduty", "mfntextrate", "dutyexpression", "cet", "ставка", "ставкапошлины", "ставкаввознойпошлины",
    "пошлина",
)  # fmt: skip
_PERCENTS = (
    "percent", "ratepercent", "ratepct", "dutypercent", "advalorempercent", "mfnpercent", "ratein", "rateinpercent",
    "simpleaverage", "averagepercent",
)  # fmt: skip
_OWN = ("from", "until", "months", "note")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row says: code, rate in words, and what stands beside them; `fault` where it gives no rate to apply."""

    product: str
    rate: str = ""
    treatment: str = "mfn"
    reporter: str = ""
    partner: str = ""
    year: str = ""
    average: bool = False
    estimated: bool = False
    note: str = ""
    own: tuple[tuple[str, str], ...] = ()
    fault: Finding | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: its name, the columns that tell it, how a row is read, and the column of the rate.

    `percents` says that the numbers of that column are per cent.
    """

    name: str
    needs: frozenset[str]
    read: Callable[[Cells], Reading]
    column: str
    percents: bool = True


def clean_heading(text: str) -> str:
    """The letters and digits of a column's name, small.

    >>> clean_heading("Product/Sector Code"), clean_heading("Reporter_ISO_N")
    ('productsectorcode', 'reporterison')
    """
    return re.sub(r"[\W_]", "", text.casefold())


def find_layout(rows: Sequence[tuple[str, ...]]) -> tuple[int, tuple[str, ...], Layout] | None:
    """The row of column names among the first of a sheet, the names cleaned, and the layout that they tell.

    >>> find_layout([("Source: a ministry",), ("Code", "Rate")])[2].name
    'named columns'
    """
    for place, row in enumerate(rows[:_HEADER_ROWS]):
        names = tuple(clean_heading(cell) for cell in row)
        for layout in LAYOUTS:
            if layout.needs <= {*names}:
                return place, names, layout
        named = _name_columns(names)
        if named:
            return place, names, named
    return None


def _name_columns(names: tuple[str, ...]) -> Layout | None:
    product = next((name for name in _PRODUCTS if name in names), None)
    rate = next((name for name in (*_RATES, *_PERCENTS) if name in names), None)
    if product is None or rate is None:
        return None
    percents = rate in _PERCENTS

    def read(cells: Cells) -> Reading:
        own = tuple((name, cells[name]) for name in _OWN if cells.get(name))
        text = cells[rate]
        return Reading(cells[product], _add_percent(text) if percents else text, own=own)

    return Layout("named columns", frozenset({product, rate}), read, rate, percents)


def _add_percent(text: str) -> str:
    """The text of a column of percentages as a rate; what is not a plain number stays as it is."""
    return f"{text} %" if re.fullmatch(r"\d+([.,]\d+)?|\.\d+", text) else text


def _count(cells: Cells, name: str) -> int:
    """The whole number of a cell, 0 where there is none."""
    text = cells.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0


def _is_average(cells: Cells) -> bool:
    """Whether the simple average stands for lines that differ, or that may."""
    low, high = cells.get("minrate", ""), cells.get("maxrate", "")
    return not low or low != high


def _leave_out(code: str, what: str, remedy: str) -> Finding:
    return Finding(code, "warning", what, remedy)


def _name_partner(cells: Cells) -> str:
    """The code of the partner, "" where the row is for the whole world."""
    partner = cells.get("partner", "")
    return "" if partner in _WORLD else partner


def _check_lines(cells: Cells) -> Finding | None:
    """A subheading whose lines all have rates that are no percentages: the file shows 0 or nothing for it."""
    without, total = _count(cells, "nbrnalines"), _count(cells, "totalnooflines")
    if without and without >= total:
        what = f"{without} lines of {cells['productcode']} have specific rates, which this file does not give"
        return _leave_out("no_ad_valorem", what, "take their rates from the tariff itself")
    return None


def _note_lines(cells: Cells, year: str) -> str:
    total, without, made = (_count(cells, name) for name in ("totalnooflines", "nbrnalines", "nbravelines"))
    parts = [f"reported for {year} in edition {cells.get('nomencode', '')}"]
    parts += [f"simple mean of {total} lines"] if total > 1 else []
    parts += [f"{without} lines with specific rates left out"] if without else []
    parts += [f"{made} lines as ad valorem equivalents"] if made else []
    return "; ".join(parts)


def _read_bulk(cells: Cells) -> Reading:
    """Bulk download of WITS, AVEMFN or AVEPref: one row a subheading (and beneficiary)."""
    partner = cells.get("partner", "")
    return Reading(
        cells["productcode"],
        _add_percent(cells["simpleaverage"]),
        "preference" if "partner" in cells else "mfn",
        cells["reporterison"],
        partner,
        cells["year"],
        average=_is_average(cells) or _count(cells, "nbrnalines") > 0,
        estimated=_count(cells, "nbravelines") > 0,
        note=_note_lines(cells, cells["year"]),
        fault=_check_lines(cells),
    )


def _read_trains(cells: Cells) -> Reading:
    """UNCTAD TRAINS by the SDMX service of WITS, as CSV."""
    kind = cells["tarifftype"].upper()
    fault = _check_lines(cells) or _check_kind(kind, {"MFN": "mfn", "PREF": "preference"})
    estimated = cells.get("datatype", "").casefold().startswith("ave")
    return Reading(
        cells["productcode"],
        _add_percent(cells["obsvalue"]),
        "preference" if kind.startswith("PR") else "mfn",
        cells["reporter"],
        _name_partner(cells),
        cells["timeperiod"],
        average=_is_average(cells) or _count(cells, "nbrnalines") > 0,
        estimated=estimated,
        note=_note_lines(cells, cells["timeperiod"]),
        fault=fault,
    )


def _read_query(cells: Cells) -> Reading:
    """A result of the queries of WITS: one row a product, partner and type of duty."""
    kind = cells["dutytype"].upper()
    return Reading(
        cells["product"],
        _add_percent(cells["simpleaverage"]),
        "preference" if kind.startswith("PR") else "mfn",
        cells["reporter"],
        _name_partner(cells),
        cells["tariffyear"],
        average=True,
        note=f"{cells.get('nativenomen', '')} simple average of {cells['tariffyear']}".strip(),
        fault=_check_kind(kind, {"MFN": "mfn", "PRF": "preference"}),
    )


def _check_kind(kind: str, known: Mapping[str, str]) -> Finding | None:
    if kind in known:
        return None
    what = f"duty type {kind or 'without a name'} is no rate that a law puts on goods"
    return _leave_out("not_applied", what, f"download {' or '.join(known)}")


def _read_wto(cells: Cells) -> Reading:
    """WTO Stats: HS_A_0010 is the simple average of applied MFN duties, HS_P_0070 the lowest preferential duty."""
    indicator = cells["indicatorcode"].upper()
    return Reading(
        cells["productsectorcode"],
        _add_percent(cells["value"]),
        "preference" if indicator == "HS_P_0070" else "mfn",
        cells["reportingeconomycode"],
        cells.get("partnereconomycode", ""),
        cells["year"],
        average=True,
        note=f"{cells.get('indicator', '')} of {cells['year']}".strip(),
        fault=_check_kind(indicator, {"HS_A_0010": "mfn", "HS_P_0070": "preference"}),
    )


LAYOUTS = (
    Layout(
        "WITS bulk download",
        frozenset({"nomencode", "reporterison", "year", "productcode", "simpleaverage"}),
        _read_bulk,
        "simpleaverage",
    ),
    Layout(
        "UNCTAD TRAINS",
        frozenset({"reporter", "productcode", "timeperiod", "obsvalue", "tarifftype"}),
        _read_trains,
        "obsvalue",
    ),
    Layout(
        "WITS query",
        frozenset({"reporter", "product", "tariffyear", "dutytype", "simpleaverage"}),
        _read_query,
        "simpleaverage",
    ),
    Layout(
        "WTO Stats",
        frozenset({"indicatorcode", "reportingeconomycode", "productsectorcode", "year", "value"}),
        _read_wto,
        "value",
    ),
)
