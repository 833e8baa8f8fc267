"""What opens and closes on one network under any set of levers: rows of legs, services, posts, places, passages and
borders. Law and cargo close what they close under all of them.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.closures import Reason, close_borders, close_by_status, close_further
from landbridge.network.variant_prices import list_subsets
from landbridge.network.variant_tables import DATED, VariantTables
from landbridge.network.virtual import VirtualNetwork

Ints = NDArray[np.int32]
Reasons = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Arcs that open and close together with the levers `bits`: those closed by status and by border under each set."""

    bits: int
    shut: Mapping[int, tuple[Ints, Ints]]

    @property
    def arcs(self) -> Ints:
        """Arcs that it closes under one set or another, int32[a], rising."""
        return np.unique(np.concatenate([part for parts in self.shut.values() for part in parts]))

    def always(self) -> Ints:
        """Arcs that it closes under every set, int32[a], rising."""
        arcs = self.arcs
        for parts in self.shut.values():
            arcs = arcs[np.isin(arcs, np.concatenate(parts))]
        return arcs

    def at(self, mask: int) -> tuple[Ints, Ints]:
        """Arcs that it closes under a mask: by status, and by border."""
        return self.shut[mask & self.bits]

    def shuts(self, path: NDArray[np.integer], mask: int) -> bool:
        """Whether it closes an arc of a path under a mask."""
        return any(bool(np.isin(path, arcs).any()) for arcs in self.at(mask))


def close_always(
    network: VirtualNetwork, tables: VariantTables, ground: int, *, date: datetime.date
) -> Reasons:
    """Reason of each arc that rows which no lever opens or closes close, int8[arcs]; `ground` are the levers that the
    network was made with.
    """
    known = tables.all(ground)
    ungated = {name: known[name][~known[name]["id"].isin(list(tables.gated.get(name, ())))] for name in DATED}
    closed = close_by_status(network, {**known, **ungated}, date)
    reasons = close_further(np.zeros(len(closed), np.int8), Reason.STATUS, closed)
    borders = close_borders(network, {**known, "borders": ungated["borders"]}, date)
    return close_further(reasons, Reason.BORDER, borders)


def make_gates(
    network: VirtualNetwork, tables: VariantTables, ground: int, *, date: datetime.date
) -> tuple[Gate, ...]:
    """The gates of a network: one for each set of levers that some rows share."""
    shared: dict[int, dict[str, list[str]]] = {}
    for table, rows in tables.gated.items():
        for key, bits in rows.items():
            shared.setdefault(bits, {}).setdefault(table, []).append(key)
    gates = []
    for bits, ids in sorted(shared.items()):
        shut = {
            mask: _shut(network, tables, ids, mask=ground | mask, date=date) for mask in list_subsets(bits)
        }
        gates.append(Gate(bits, shut))
    return tuple(gates)


def _shut(
    network: VirtualNetwork,
    tables: VariantTables,
    ids: Mapping[str, Sequence[str]],
    *,
    mask: int,
    date: datetime.date,
) -> tuple[Ints, Ints]:
    """Arcs that some rows close under a mask: by status, and by border."""
    known = tables.all(mask)
    alone = dict(_choose_rows(known, ids))
    by_status = close_by_status(network, {**known, **alone}, date)
    borders = close_borders(network, {**known, "borders": alone["borders"]}, date)
    return np.flatnonzero(by_status).astype(np.int32), np.flatnonzero(borders).astype(np.int32)


def _choose_rows(
    tables: Mapping[str, pd.DataFrame], ids: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in DATED:
        yield name, tables[name][tables[name]["id"].isin(list(ids.get(name, ())))]
