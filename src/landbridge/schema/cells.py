"""Cells: from the text of a CSV cell to a typed value, and back."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from landbridge.schema.catalogue import Field, load_catalogue
from landbridge.schema.findings import find_nearest

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})")
# What people write who mean a country whose code is another one.
_COUNTRY_WORDS = {"UK": "GB", "EL": "GR", "IRN": "IR", "BLR": "BY", "RUS": "RU", "USA": "US", "UAE": "AE"}

MISSING: dict[str, Any] = {
    "str": "",
    "choice": "",
    "country": "",
    "number": math.nan,
    "int": None,
    "bool": None,
    "date": None,
    "list": (),
}


class CellFault(Exception):
    """Why the text of a cell is no value of its field; a caller adds file, line and column."""

    def __init__(self, code: str, what: str, remedy: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.code, self.what, self.remedy, self.nearest = code, what, remedy, nearest


def quote(text: str, limit: int = 40) -> str:
    """The text in quotes, cut at `limit` characters and without control characters.

    >>> quote("a" * 50, 5)
    "'aaaaa...'"
    """
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[: limit + 1])
    return f"'{clean[:limit]}...'" if len(text) > limit else f"'{clean}'"


def _number(text: str, field: Field) -> float:
    if not _NUMBER.fullmatch(text):
        remedy = "write digits with a decimal point, without spaces, separators of thousands or a unit"
        if text.strip("+-").lower() in ("nan", "inf", "infinity", "na", "n/a", "null", "none", "-", "?"):
            remedy = "write a finite number, or leave the cell empty where it is unknown"
        raise CellFault("bad_number", f"{quote(text)} is not a number", remedy)
    value = float(text)
    if not math.isfinite(value):
        raise CellFault("bad_number", f"{quote(text)} is too large for a number", "write a finite number")
    return _bounded(value, field, text)


def _bounded(value: float, field: Field, text: str) -> float:
    if value not in field.span:
        unit = f" {field.unit}" if field.unit else ""
        what = f"{quote(text)} is out of range for {field.name}"
        raise CellFault("out_of_range", what, f"write a number {field.span}{unit}")
    return value


def _whole(text: str, field: Field) -> int:
    if not _WHOLE.fullmatch(text):
        raise CellFault("bad_number", f"{quote(text)} is not a whole number", "write digits only")
    _bounded(float(text), field, text)
    return int(text)


def _truth(text: str, _: Field) -> bool:
    if text.lower() not in ("true", "false"):
        raise CellFault("bad_truth", f"{quote(text)} is neither true nor false", "write true or false")
    return text.lower() == "true"


def _date(text: str, _: Field) -> datetime.date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    remedy, day_first = "write it as YYYY-MM-DD", _DAY_FIRST.fullmatch(text)
    if day_first:
        day, month, year = (int(part) for part in day_first.groups())
        if month <= 12 and day <= 31:
            remedy = f"write it as YYYY-MM-DD, perhaps {year}-{month:02}-{day:02}"
    raise CellFault("bad_date", f"{quote(text)} is not a date of the calendar", remedy)


def _country(text: str, _: Field) -> str:
    codes = load_catalogue().country_codes
    if text in codes:
        return text
    by_name = {name.lower(): code for code, name in codes.items()}
    upper = text.upper()
    sure = _COUNTRY_WORDS.get(upper) or (upper if upper in codes else by_name.get(text.lower()))
    names = () if sure else find_nearest(text, codes.values())
    nearest = (sure,) if sure else tuple(f"{by_name[name.lower()]} ({name})" for name in names)
    what = f"{quote(text)} is not a country code"
    raise CellFault("unknown_country", what, "write two capital letters of ISO 3166-1 alpha-2", nearest)


def _choice(text: str, field: Field) -> str:
    if text in field.choices:
        return text
    words = [word for word in field.choices if word]
    nearest = find_nearest(text, words) or tuple(word for word in words if word == text.lower())
    what = f"{quote(text)} is not a choice of {field.name}"
    raise CellFault("bad_choice", what, f"write one of {', '.join(words)}", nearest)


def _list(text: str, _: Field) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in text.split(";")) if part)


def _text(text: str, _: Field) -> str:
    return text


_PARSERS: dict[str, Callable[[str, Field], Any]] = {
    "str": _text,
    "choice": _choice,
    "country": _country,
    "number": _number,
    "int": _whole,
    "bool": _truth,
    "date": _date,
    "list": _list,
}


def read_cell(text: str, field: Field) -> Any:
    """The typed value of a cell; empty text is the missing value of the type, not the default.

    Raises CellFault where the text is no value of the field.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> read_cell("12.5", load_catalogue().tables["flows"].by_name["tonnes"])
    12.5
    """
    stripped = text.strip()
    if not stripped:
        return MISSING[field.type]
    return _PARSERS[field.type](stripped, field)


def is_missing(value: Any, field: Field) -> bool:
    """True where a typed value stands for an empty cell."""
    if field.type in ("str", "choice", "country", "list"):
        return len(value) == 0
    return value is None or (isinstance(value, float) and math.isnan(value))


def write_cell(value: Any, field: Field) -> str:
    """The text of a typed value, which `read_cell` reads back to the same value.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> write_cell(12.0, load_catalogue().tables["flows"].by_name["tonnes"])
    '12'
    """
    if is_missing(value, field):
        return ""
    if field.type == "list":
        return ";".join(value)
    if field.type == "bool":
        return "true" if value else "false"
    if field.type == "number":
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return value.isoformat() if field.type == "date" else str(value)


def default_value(field: Field) -> Any:
    """What an empty cell of the field stands for: its default, or the missing value of its type."""
    return read_cell(field.default, field)


def missing_values(fields: Sequence[Field]) -> dict[str, Any]:
    """The missing value of each field by name."""
    return {field.name: MISSING[field.type] for field in fields}
