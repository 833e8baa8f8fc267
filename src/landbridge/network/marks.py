"""Which arcs bear a mark: a site, an operation, a leg, a passage or a crossing. Few arcs of the world do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Arcs grouped by one of their marks.

    arcs int32[k], those that bear one, by rising mark and arc; marks int32[k], the mark of each; count is the number of
    all arcs.
    """

    arcs: NDArray[np.int32]
    marks: NDArray[np.int32]
    count: int

    @classmethod
    def group(cls, column: NDArray[np.integer]) -> "Marks":
        """The arcs of a column of marks, -1 where an arc has none.

        >>> Marks.group(np.array([1, -1, 0, 1])).arcs.tolist()
        [2, 0, 3]
        """
        arcs = np.flatnonzero(column >= 0).astype(np.int32)
        order = np.argsort(column[arcs], kind="stable")
        return cls(arcs[order], column[arcs[order]].astype(np.int32), len(column))

    def pick(self, flags: Sequence[bool]) -> Mask:
        """Arcs whose mark has a flag, bool[arcs]; `flags` by mark.

        >>> Marks.group(np.array([1, -1, 0, 1])).pick([False, True]).tolist()
        [True, False, False, True]
        """
        chosen = np.zeros(self.count, np.bool_)
        chosen[self._find(flags)] = True
        return chosen

    def list_arcs(self, flags: Sequence[bool]) -> NDArray[np.int32]:
        """The same arcs by their ids, int32[a], rising."""
        return np.sort(self._find(flags))

    def _find(self, flags: Sequence[bool]) -> NDArray[np.int32]:
        found: NDArray[np.int32] = self.arcs[np.asarray(flags, np.bool_)[self.marks]]
        return found

    def select(self, mark: int) -> NDArray[np.int32]:
        """Arcs that bear a mark, int32[a], rising.

        >>> Marks.group(np.array([1, -1, 0, 1])).select(1).tolist()
        [0, 3]
        """
        first, last = np.searchsorted(self.marks, [mark, mark + 1])
        return self.arcs[first:last]
