"""A 4-ary heap of (key, item) pairs in two arrays, least key first, for the searches.

Four children lie side by side in the memory, which is why four ways beat two (d-ary heaps: Johnson 1975;
Tarjan 1983). What comes first among equal keys follows from the order of the pushes alone.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.float64]
Items = NDArray[np.int32]


@njit(cache=True, nogil=True)
def push(keys: Keys, items: Items, size: int, key: float, item: int) -> int:
    """Adds a pair to the first `size` places of `keys` and `items`; returns the new size."""
    hole = size
    while hole > 0:
        parent = (hole - 1) >> 2
        if key >= keys[parent]:
            break
        keys[hole] = keys[parent]
        items[hole] = items[parent]
        hole = parent
    keys[hole] = key
    items[hole] = item
    return size + 1


@njit(cache=True, nogil=True)
def pop(keys: Keys, items: Items, size: int) -> int:
    """Takes the least pair, which stands at place 0, out of a heap of `size` pairs; returns the new size."""
    last = size - 1
    key, item = keys[last], items[last]
    hole, child = 0, 1
    while child < last:
        least = child
        if child + 3 < last:
            left = child + 1 if keys[child + 1] < keys[child] else child
            right = child + 3 if keys[child + 3] < keys[child + 2] else child + 2
            least = right if keys[right] < keys[left] else left
        else:
            for other in range(child + 1, last):
                if keys[other] < keys[least]:
                    least = other
        if keys[least] >= key:
            break
        keys[hole] = keys[least]
        items[hole] = items[least]
        hole = least
        child = 4 * hole + 1
    keys[hole] = key
    items[hole] = item
    return last
