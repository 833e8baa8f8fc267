"""Which row of a parameter table holds: the most exact scope first, then the most exact class."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import pandas as pd

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowIndex:
    """Rows of one parameter table, found by scope and by columns that may say "any".

    `columns` are matched in order, each first exactly, then by its wildcard ("any" or empty). The scope is the
    outer loop: a row for a place beats one for its country, region or the world, whatever its other columns.

    >>> frame = pd.DataFrame({"id": ["w", "by"], "scope": ["world", "BY"], "mode": ["any", "rail"]})
    >>> index = RowIndex.build(frame, columns=("mode",))
    >>> index.find(("BY", "world"), mode="rail"), index.find(("BY", "world"), mode="road")
    (1, 0)
    """

    columns: Key
    rows: Mapping[tuple[str, Key], int]
    memo: dict[tuple[Key, Key], int | None] = field(default_factory=dict)

    @classmethod
    def build(cls, frame: pd.DataFrame, *, columns: Sequence[str]) -> "RowIndex":
        """Index `frame` by its column `scope` and by `columns`; of equal rows the last one holds."""
        keys = zip(frame["scope"], *(frame[column] for column in columns), strict=True)
        rows = {
            (scope, tuple("" if value in ("any", "") else value for value in values)): position
            for position, (scope, *values) in enumerate(keys)
        }
        return cls(tuple(columns), rows)

    def find(self, scopes: Iterable[str], **wanted: str) -> int | None:
        """Position of the most exact row for `scopes` (most exact first), None where there is none."""
        chain, values = tuple(scopes), tuple(wanted[column] for column in self.columns)
        key = (chain, values)
        if key not in self.memo:
            self.memo[key] = self._search(chain, values)
        return self.memo[key]

    def _search(self, scopes: Key, values: Key) -> int | None:
        choices = [(value, "") if value else ("",) for value in values]
        for scope in scopes:
            for candidate in product(*choices):
                position = self.rows.get((scope, candidate))
                if position is not None:
                    return position
        return None
