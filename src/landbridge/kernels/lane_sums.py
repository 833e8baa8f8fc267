"""Sums of fields of the network's arcs along lanes of a hierarchy, each lane opened once and kept."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.unpacking import Lanes, Shape, open_lane

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
UNOPENED = -2


class Store(NamedTuple):
    """Sums by lane: those of lane i stand in row `row[i]` - 1 of sums float64[r, k], where `row[i]` is not 0.

    row int32[2 h]; used int64[1], the number of rows in use.
    """

    row: Ints
    sums: Floats
    used: NDArray[np.int64]


def open_store(lane_count: int, width: int) -> Store:
    """A store of nothing yet, for `width` fields.

    >>> open_store(4, 2).used.tolist()
    [0]
    """
    return Store(np.zeros(lane_count, np.int32), np.empty((1024, width)), np.zeros(1, np.int64))


@njit(cache=True, nogil=True)
def add_along(
    shape: Shape, prices: tuple[Floats, Lanes, Floats], store: Store, lane: int, low: int
) -> tuple[int, Store]:
    """The row of the sums along a lane of lower rank `low`, and the store that holds it.

    prices: the weights of the arcs, float64[m], and of the lanes, and the fields, float64[m, k].
    """
    weight, lanes, fields = prices
    stack, size = np.empty((64, 4), np.int64), 1
    stack[0, 0], stack[0, 1], stack[0, 2] = lane, low, UNOPENED
    while size > 0:
        top = stack[size - 1]
        if store.row[top[0]] > 0:
            size -= 1
        elif top[2] == UNOPENED:
            first, second, middle = open_lane(shape, weight, lanes, top[0], top[1])
            top[2], top[3] = first, second
            if first >= 0:
                if size + 2 > len(stack):
                    stack = np.concatenate((stack, np.empty_like(stack)))
                stack[size, 0], stack[size + 1, 0] = second, first
                stack[size : size + 2, 1], stack[size : size + 2, 2] = middle, UNOPENED
                size += 2
        else:
            store = _keep_sums(store, fields, top)
            size -= 1
    return store.row[lane] - 1, store


@njit(cache=True, nogil=True)
def _keep_sums(store: Store, fields: Floats, opened: NDArray[np.int64]) -> Store:
    lane, _, first, second = opened
    number = store.used[0]
    if number == len(store.sums):
        store = Store(store.row, np.concatenate((store.sums, np.empty_like(store.sums))), store.used)
    for column in range(fields.shape[1]):
        if first < 0:
            store.sums[number, column] = fields[second, column]
        else:
            halves = store.sums[store.row[first] - 1, column], store.sums[store.row[second] - 1, column]
            store.sums[number, column] = halves[0] + halves[1]
    store.row[lane], store.used[0] = number + 1, number + 1
    return store
