"""Tariff files of others, read into rows of the table `tariffs` with all their findings.

A row that cannot be used is left out with a finding that says why, and never guessed at: a number without a sign, a
code that HS 2022 does not have, a code that stands twice with rates that differ. Where one row of a repeated code has
a unit and the others are bare numbers, the row with the unit holds.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.landed_cost.rate_text import try_rate
from landbridge.landed_cost.rates import Rate, RateError
from landbridge.landed_cost.tariff_layouts import Layout, Reading, find_layout
from landbridge.landed_cost.tariff_lines import check_territory
from landbridge.schema import (
    Finding,
    find_nearest,
    has_errors,
    load_catalogue,
    make_frame,
    order_findings,
)
from landbridge.schema.cells import CellFault, quote, read_cell
from landbridge.schema.findings import FindingList
from landbridge.sources.hs_changes import check_product
from landbridge.sources.products import clean_product, is_product
from landbridge.sources.sheets import Sheet, read_sheet
from landbridge.sources.tables import read_shipped_tables

_BARE = re.compile(r"\d+([.,]\d*)?|\.\d+")
_CODE = re.compile(r"[0-9]{1,12}")
_MOST_FINDINGS = 400
_LEFT_OUT = "the row is left out"
_REMEDY_COLUMNS = (
    "name a column of codes (code, hs, product) and one of rates (rate, duty, mfn), or give a file of WITS, TRAINS "
    "or WTO Stats as it was downloaded"
)


@dataclass(frozen=True, slots=True)
class TariffChoice:
    """What a file does not say of itself: whose tariff it is, from when, by what act, from what source.

    `date` is the first day in force; files that give a year are in force from its first day without it. `agreement` is
    the row of trade_agreements that preferential rows belong to. `reporter` and `partner` choose rows of a file that
    holds several, by the file's own codes.
    """

    territory: str
    act: str
    source: str
    date: datetime.date | None = None
    quality: str = "published"
    agreement: str = ""
    reporter: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class TariffFile:
    """A tariff file as read: its layout, the typed rows of `tariffs`, the line of each, and all findings."""

    file: str
    layout: str
    frame: pd.DataFrame
    lines: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with a code and a day; `rate` is None where it cannot be read, so that no other of its code stands in."""

    line: int
    code: str
    rate: Rate | None
    reading: Reading
    first: datetime.date
    own: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        return bool(_BARE.fullmatch(self.reading.rate))


def read_tariff(path: Path | str, choice: TariffChoice) -> TariffFile:
    """Read a tariff file: CSV or XLSX with named columns, the EAEU's code and rate, WITS, TRAINS, WTO Stats.

    Rows that cannot be used are warnings with file and line; faults of the whole file or of the choice are errors,
    and then there are no rows. Never raises on what the file holds.
    """
    sheet = read_sheet(path)
    findings = FindingList(file=sheet.file, limit=_MOST_FINDINGS)
    empty = make_frame({}, load_catalogue().tables["tariffs"])
    found = find_layout(sheet.rows)
    faults = [*sheet.findings, *_check_choice(choice, sheet.file)]
    if found is None and not has_errors(sheet.findings):
        shown = quote(", ".join(filter(None, sheet.rows[0]))) if sheet.rows else "nothing"
        what = f"no column of codes or of rates is known among {shown}"
        faults.append(Finding("unknown_layout", "error", what, _REMEDY_COLUMNS, sheet.file, 1))
    if found is None or has_errors(faults):
        return TariffFile(sheet.file, "", empty, (), order_findings(faults))
    head, names, layout = found
    faults += [*_check_own_table(names, sheet.file), *_check_shares(sheet, names, layout)]
    readings = list(_read_rows(sheet, head, names, layout))
    faults += _check_several(readings, choice, sheet.file)
    rows = _settle(_make_rows(readings, choice, layout, findings), layout, findings)
    faults += findings.close()
    if not rows and not has_errors(faults):
        what = "no row of the file can be used"
        faults.append(Finding("no_rows", "error", what, "mend what the other findings say", sheet.file))
    frame = empty if has_errors(faults) else _make_table(rows, choice)
    lines = () if has_errors(faults) else tuple(row.line for row in rows)
    return TariffFile(sheet.file, layout.name, frame, lines, order_findings(faults))


def _check_choice(choice: TariffChoice, file: str) -> Iterator[Finding]:
    """Faults of what the user said beside the file."""
    yield from check_territory(choice.territory, read_shipped_tables()["territories"], file=file)
    for name in ("act", "source"):
        if not getattr(choice, name).strip():
            what = f"the file does not say its {name}"
            remedy = load_catalogue().tables["tariffs"].by_name[name].doc
            yield Finding(f"missing_{name}", "error", what, f"give it: {remedy}", file)
    qualities = tuple(load_catalogue().qualities)
    if choice.quality not in qualities:
        what = f"'{choice.quality}' is no quality"
        yield Finding("unknown_quality", "error", what, f"write one of {', '.join(qualities)}", file)


def _check_own_table(names: tuple[str, ...], file: str) -> Iterator[Finding]:
    """Rows of the table `tariffs` itself say more than a tariff file: of whom, for whom, under which agreement."""
    if {"products", "territory", "rate"} <= {*names}:
        what = "the file is a table of tariffs already"
        yield Finding("own_table", "error", what, "put it into the study as tariffs.csv", file, 1)


def _check_shares(sheet: Sheet, names: tuple[str, ...], layout: Layout) -> Iterator[Finding]:
    """A workbook keeps a cell shown as 15 % as 0.15: a column of per cent that never passes 1 is one of shares."""
    if not (sheet.workbook and layout.percents):
        return
    place = names.index(layout.column)
    cells = [row[place] for row in sheet.rows if place < len(row) and _BARE.fullmatch(row[place])]
    values = [float(cell.replace(",", ".")) for cell in cells]
    if any(values) and max(values) <= 1:
        what = "the numbers of per cent are all between 0 and 1, as of cells shown in per cent"
        remedy = "write 15 for 15 per cent, or the rate with its sign as text"
        yield Finding("shares_for_percents", "error", what, remedy, sheet.file, column=layout.column)


def _read_rows(
    sheet: Sheet, head: int, names: tuple[str, ...], layout: Layout
) -> Iterator[tuple[int, Reading]]:
    width = len(names)
    for line, row in zip(sheet.lines[head + 1 :], sheet.rows[head + 1 :], strict=True):
        cells = dict(zip(names, (*row[:width], *[""] * (width - len(row))), strict=True))
        yield line, layout.read(cells)


def _check_several(
    readings: Sequence[tuple[int, Reading]], choice: TariffChoice, file: str
) -> Iterator[Finding]:
    """Rows of several reporters, or of preferences that the choice does not tell apart."""
    reporters = sorted({reading.reporter for _, reading in readings})
    if len(reporters) > 1 and not choice.reporter:
        what = f"the file holds the tariffs of {', '.join(reporters[:10])}"
        yield Finding("several_reporters", "error", what, "choose one by its code in the file", file)
    elif choice.reporter and choice.reporter not in reporters:
        what = f"the file has no rows of reporter '{choice.reporter}'"
        nearest = find_nearest(choice.reporter, reporters)
        yield Finding("unknown_reporter", "error", what, "write a code of the file", file, nearest=nearest)
    preferences = [reading for _, reading in readings if reading.treatment == "preference"]
    partners = sorted({reading.partner for reading in preferences})
    if preferences and not choice.agreement:
        what = f"{len(preferences)} preferential rows are left out: the file does not name their agreement"
        yield Finding("no_agreement", "warning", what, "say which row of trade_agreements gives them", file)
    elif len(partners) > 1 and not choice.partner:
        what = f"the preferences are those of {', '.join(partners[:10])}"
        yield Finding("several_partners", "error", what, "choose one by its code in the file", file)


def _is_chosen(reading: Reading, choice: TariffChoice) -> bool:
    if choice.reporter and reading.reporter != choice.reporter:
        return False
    if reading.treatment != "preference":
        return True
    return bool(choice.agreement) and choice.partner in ("", reading.partner)


def _make_rows(
    readings: Iterable[tuple[int, Reading]], choice: TariffChoice, layout: Layout, findings: FindingList
) -> Iterator[_Row]:
    rates: dict[str, Rate | RateError] = {}
    for line, reading in readings:
        if not _is_chosen(reading, choice):
            continue
        if reading.fault:
            _put(findings, reading.fault, line, layout.column)
            continue
        code = _read_code(reading.product, line, findings)
        if reading.rate not in rates:
            rates[reading.rate] = try_rate(reading.rate)
        rate = rates[reading.rate]
        if isinstance(rate, RateError):
            what = f"{rate.what}: {_LEFT_OUT}"
            _put(findings, Finding("bad_rate", "warning", what, rate.remedy), line, layout.column)
        own = _read_own(reading, line, findings)
        first = (own or {}).get("from") or choice.date or _first_day(reading.year)
        if first is None:
            what = f"nothing says since when the rate is in force: {_LEFT_OUT}"
            _put(findings, Finding("missing_date", "warning", what, "give the first day in force"), line, "")
        elif code and own is not None:
            yield _Row(line, code, None if isinstance(rate, RateError) else rate, reading, first, own)


def _put(findings: FindingList, finding: Finding, line: int, column: str) -> None:
    findings.add(lambda: replace(finding, row=line, column=column))


def _first_day(year: str) -> datetime.date | None:
    return datetime.date(int(year), 1, 1) if re.fullmatch(r"[12][0-9]{3}", year) else None


def _read_code(text: str, line: int, findings: FindingList) -> str:
    """The digits of a code of HS 2022 or of a national line below one; "" with a finding where it is none."""
    digits = clean_product(text)
    if not _CODE.fullmatch(digits):
        what = f"{quote(text)} is no code of goods: {_LEFT_OUT}"
        _put(findings, Finding("bad_code", "warning", what, "write 2 to 12 digits"), line, "code")
        return ""
    if len(digits) % 2 and is_product("0" + digits):
        what = f"'{digits}' lacks its leading zero and is read as 0{digits}"
        _put(findings, Finding("lost_zero", "note", what, "keep codes as text"), line, "code")
        return "0" + digits
    if is_product(digits):
        return digits
    findings.add(lambda: _explain_code(digits, line))
    return ""


def _explain_code(digits: str, line: int) -> Finding:
    found = check_product(digits)
    assert found is not None, "only asked of codes that are none"
    return replace(found, severity="warning", what=f"{found.what}: {_LEFT_OUT}", row=line, column="code")


def _read_own(reading: Reading, line: int, findings: FindingList) -> dict[str, Any] | None:
    """The row's own days, months and remark as typed values; None with a finding where one is faulty."""
    fields = load_catalogue().tables["tariffs"].by_name
    values: dict[str, Any] = {}
    for name, text in reading.own:
        try:
            values[name] = read_cell(text, fields[name])
        except CellFault as fault:
            finding = Finding(fault.code, "warning", f"{fault.what}: {_LEFT_OUT}", fault.remedy)
            _put(findings, finding, line, name)
            return None
    return values


def _settle(rows: Iterable[_Row], layout: Layout, findings: FindingList) -> list[_Row]:
    """One row for each code, day, season and treatment; of repeated ones the row with a unit."""
    groups: dict[tuple[Any, ...], list[_Row]] = {}
    for row in rows:
        key = (row.code, row.first, row.reading.treatment, row.own.get("until"), row.own.get("months"))
        groups.setdefault(key, []).append(row)
    kept = []
    for alike in groups.values():
        best = _choose(alike)
        kept += [best] if best else []
        for row in alike:
            if row is not best and row.rate is not None:
                _put(findings, _explain_repeat(row, best), row.line, layout.column)
    return kept


def _choose(alike: Sequence[_Row]) -> _Row | None:
    """The first of the rows with a unit, or of all where none has one; None where they differ or one is unread."""
    united = [row for row in alike if not row.bare] or alike
    rates = {row.rate for row in united}
    return united[0] if len(rates) == 1 and None not in rates else None


def _explain_repeat(row: _Row, best: _Row | None) -> Finding:
    text = quote(row.reading.rate)
    if best is None:
        what = f"{row.code} stands on several lines with rates that differ or are unread, here {text}: {_LEFT_OUT}"
        return Finding("repeated_code", "warning", what, "leave the one row that is in force")
    holds = f"line {best.line} with {quote(best.reading.rate)}, which holds"
    what = f"{row.code} stands also on {holds}; {text} is left out"
    return Finding(
        "repeated_code", "warning" if row.rate != best.rate else "note", what, "leave one row a code"
    )


def _make_table(rows: Sequence[_Row], choice: TariffChoice) -> pd.DataFrame:
    """The rows as a typed frame. An id holds territory, code and first day, so that a later file can stand beside."""
    preferred = [row.reading.treatment == "preference" for row in rows]
    count = len(rows)
    ids = [_name_row(row, choice) for row in rows]
    own = {name: [row.own.get(name) for row in rows] for name in ("until", "months", "note")}
    remarks = [
        "; ".join(filter(None, (row.reading.note, note))) for row, note in zip(rows, own["note"], strict=True)
    ]
    columns: dict[str, Sequence[Any]] = {
        "id": ids,
        "territory": [choice.territory] * count,
        "products": [(row.code,) for row in rows],
        "treatment": [row.reading.treatment for row in rows],
        "agreement": [choice.agreement if each else "" for each in preferred],
        "rate": [row.reading.rate for row in rows],
        "average": [row.reading.average for row in rows],
        "months": [months or "" for months in own["months"]],
        "from": [row.first for row in rows],
        "until": own["until"],
        "act": [choice.act] * count,
        "source": [choice.source] * count,
        "quality": ["estimated" if row.reading.estimated else choice.quality for row in rows],
        "note": remarks,
    }
    return make_frame(columns, load_catalogue().tables["tariffs"])


def _name_row(row: _Row, choice: TariffChoice) -> str:
    parts = [choice.territory, row.code, f"{row.first:%Y%m%d}"]
    parts += [choice.agreement] if row.reading.treatment == "preference" else []
    until, months = row.own.get("until"), row.own.get("months")
    parts += [f"to{until:%Y%m%d}"] if until else []
    parts += [f"m{months}"] if months else []
    return re.sub(r"[^a-z0-9-]+", "-", "-".join(parts).lower())
