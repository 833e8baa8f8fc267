"""A 4-ary heap of (key, item) pairs in two arrays, least first; equal keys give the smaller item.

Compiled functions that the searches share. The order of equal keys is a rule and no accident of the layout, so a
search settles its nodes in one order on every machine (d-ary heaps: Johnson 1975; Tarjan 1983).
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
        if key > keys[parent] or (key == keys[parent] and item >= items[parent]):
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
    hole = 0
    child = 1
    while child < last:
        least = child
        for other in range(child + 1, min(child + 4, last)):
            if keys[other] < keys[least] or (keys[other] == keys[least] and items[other] < items[least]):
                least = other
        if keys[least] > key or (keys[least] == key and items[least] > item):
            break
        keys[hole] = keys[least]
        items[hole] = items[least]
        hole = least
        child = 4 * hole + 1
    keys[hole] = key
    items[hole] = item
    return last
