"""Conditions on the rows of a table: comparisons joined by `and`, typed by the catalogue.

    scope = "IR" and operation = "customs"
    id in ("astara-road", "samur-road")
    products contains "8433" and from >= 2025-05-15

Operators are =, !=, <, <=, >, >=, in, and contains for lists. Text stands in quotation marks, or bare where it is one
word. An empty cell meets no comparison but = "" and !=.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.schema.catalogue import Field, TableSpec
from landbridge.schema.cells import CellFault, quote, read_cell
from landbridge.schema.findings import find_nearest
from landbridge.schema.tables import missing

_TOKEN = re.compile(r"""\s*(?:"(?P<quoted>[^"]*)"|(?P<sign><=|>=|!=|[=<>(),])|(?P<bare>[^\s"=<>!(),]+))""")
_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS = ("=", "!=", *_ORDERS, "in", "contains")
_FORM = 'write comparisons joined by and, such as scope = "IR" and operation = "customs"'


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a field with typed values; `in` has several, all others one."""

    field: Field
    operator: str
    values: tuple[Any, ...]

    def match(self, column: pd.Series[Any]) -> NDArray[np.bool_]:
        """Which cells of the column meet it, bool[rows]."""
        return np.array([self._meets(cell) for cell in column.tolist()], dtype=np.bool_)

    def _meets(self, cell: Any) -> bool:
        if self.operator == "contains":
            return self.values[0] in cell
        wanted = self.values[0]
        empty = missing(cell, self.field)
        if self.operator in ("=", "!="):
            same = missing(wanted, self.field) if empty else bool(cell == wanted)
            return same == (self.operator == "=")
        if empty:
            return False
        if self.operator == "in":
            return cell in self.values
        return bool(_ORDERS[self.operator](cell, wanted))


@dataclass(frozen=True, slots=True)
class Condition:
    """Comparisons that must all hold, and the text that they were read from."""

    comparisons: tuple[Comparison, ...]
    text: str

    def match(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows of a typed frame meet the condition, bool[rows].

        >>> from landbridge.schema import load_catalogue, make_frame
        >>> spec = load_catalogue().tables["operations"]
        >>> frame = make_frame({"id": ["a", "b"], "scope": ["IR", "BY"], "time_p50": [8.0, 12.0]}, spec)
        >>> read_condition('scope = "IR" and time_p50 > 4', spec).match(frame).tolist()
        [True, False]
        """
        met = np.ones(len(frame), dtype=np.bool_)
        for one in self.comparisons:
            met &= one.match(frame[one.field.name])
        return met


def read_condition(text: str, spec: TableSpec) -> Condition:
    """The condition that a text says of the rows of a table. Raises CellFault with what is wrong and how to mend it.

    >>> from landbridge.schema import load_catalogue
    >>> len(read_condition("id in (a, b) and mode = rail", load_catalogue().tables["operations"]).comparisons)
    2
    """
    tokens = _split(text)
    if not tokens:
        raise CellFault("bad_condition", "the condition is empty", _FORM)
    comparisons = [_take_comparison(tokens, spec)]
    while tokens:
        if not _is_sign(_take(tokens), "and"):
            raise CellFault("bad_condition", f"{quote(text)} has comparisons without and between them", _FORM)
        comparisons.append(_take_comparison(tokens, spec))
    return Condition(tuple(comparisons), text.strip())


class _Quoted(str):
    """A text that stood in quotation marks, so that it is no operator and no bracket."""

    __slots__ = ()


def _is_sign(token: str, *signs: str) -> bool:
    return token in signs and not isinstance(token, _Quoted)


def _split(text: str) -> list[str]:
    tokens: list[str] = []
    place = 0
    stripped = text.rstrip()
    while place < len(stripped):
        found = _TOKEN.match(stripped, place)
        if found is None:
            raise CellFault("bad_condition", f"{quote(stripped[place:])} cannot be read", _FORM)
        quoted = found["quoted"]
        tokens.append(_Quoted(quoted) if quoted is not None else found["sign"] or found["bare"])
        place = found.end()
    return tokens


def _take(tokens: list[str]) -> str:
    if not tokens:
        raise CellFault("bad_condition", "the condition ends too early", _FORM)
    return tokens.pop(0)


def _take_comparison(tokens: list[str], spec: TableSpec) -> Comparison:
    name, sign = _take(tokens), _take(tokens)
    if name not in spec.by_name:
        nearest = find_nearest(name, spec.columns)
        what = f"{spec.name} has no field {quote(name)}"
        raise CellFault("unknown_field", what, f"write a field of {spec.name}", nearest)
    if not _is_sign(sign, *_OPERATORS):
        what = f"{quote(sign)} is no comparison"
        raise CellFault("bad_condition", what, f"write one of {', '.join(_OPERATORS)}")
    field = spec.by_name[name]
    if (sign == "contains") != (field.type == "list"):
        remedy = "write contains for a field that is a list, and for no other"
        raise CellFault("bad_condition", f"{name} cannot be compared by {sign}", remedy)
    if sign in _ORDERS and field.type not in ("number", "int", "date"):
        remedy = "write =, != or in; only numbers and dates have an order"
        raise CellFault("bad_condition", f"{name} cannot be compared by {sign}", remedy)
    words = _take_list(tokens) if sign == "in" else (_take_value(tokens),)
    values = tuple(_type_word(word, field) for word in words)
    if sign not in ("=", "!=") and any(missing(value, field) for value in values):
        what = f"{name} cannot be compared with nothing by {sign}"
        raise CellFault("bad_condition", what, 'write = "" or != "" to ask for empty cells')
    return Comparison(field, sign, values)


def _take_value(tokens: list[str]) -> str:
    word = _take(tokens)
    if _is_sign(word, *_OPERATORS, "(", ")", ",", "and"):
        raise CellFault("bad_condition", f"a value is missing before {quote(word)}", _FORM)
    return word


def _take_list(tokens: list[str]) -> tuple[str, ...]:
    if not _is_sign(_take(tokens), "("):
        raise CellFault("bad_condition", "in wants a list in brackets", 'write id in ("a", "b")')
    words = [_take_value(tokens)]
    while not _is_sign(sign := _take(tokens), ")"):
        if not _is_sign(sign, ","):
            raise CellFault("bad_condition", f"{quote(sign)} stands in a list", 'write id in ("a", "b")')
        words.append(_take_value(tokens))
    return tuple(words)


def _type_word(word: str, field: Field) -> Any:
    """The typed value; an item of a list is text."""
    return word.strip() if field.type == "list" else read_cell(word, field)
