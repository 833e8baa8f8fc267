"""Exact quantiles of rows of draws, without sorting them whole."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
BUCKETS = 2048


def find_quantiles(drawn: Floats, found: Floats) -> None:
    """Fills `found` float64[n, 3] with the p10, p50 and p90 of each row of `drawn` float64[n, draws].

    They are interpolated between draws (Hyndman and Fan 1996, Sample quantiles in statistical packages, type 7).

    >>> found = np.empty((1, 3))
    >>> find_quantiles(np.array([[3.0, 1.0, 2.0, 5.0, 4.0]]), found)
    >>> found.tolist()
    [[1.4, 3.0, 4.6]]
    """
    places = np.array(QUANTILES) * (drawn.shape[1] - 1)
    below = np.floor(places).astype(np.int64)
    for row in range(len(drawn)):
        _interpolate(drawn[row], below, places - below, found[row])


@njit(cache=True, nogil=True)
def _interpolate(values: Floats, below: NDArray[np.int64], share: Floats, found: Floats) -> None:
    """Values at the ranks `below` and above, weighed by `share`.

    Values are counted into buckets of equal width, and only those of the buckets that hold the ranks are sorted.
    """
    low, high = _find_bounds(values)
    scale = (BUCKETS - 1) / max(high - low, 1e-300 + 1e-12 * abs(low))
    bucket = np.empty(len(values), np.int32)
    for index in range(len(values)):
        bucket[index] = np.int32((values[index] - low) * scale)
    counts = np.zeros(BUCKETS, np.int64)
    for one in bucket:
        counts[one] += 1
    wanted = np.zeros(BUCKETS, np.bool_)
    for rank in below:
        wanted[_find_bucket(counts, rank)] = True
        wanted[_find_bucket(counts, min(rank + 1, len(values) - 1))] = True
    near = _gather(values, bucket, counts, wanted)
    for index in range(len(below)):
        lower = near[below[index] - _count_left_out(counts, wanted, below[index])]
        rank = min(below[index] + 1, len(values) - 1)
        upper = near[rank - _count_left_out(counts, wanted, rank)]
        found[index] = lower + (upper - lower) * share[index]


@njit(cache=True, nogil=True)
def _find_bounds(values: Floats) -> tuple[float, float]:
    """Least and largest value, by four at a time: a single one would wait for the last comparison."""
    least, most = np.full(4, values[0]), np.full(4, values[0])
    whole = len(values) - len(values) % 4
    for start in range(0, whole, 4):
        for lane in range(4):
            least[lane] = min(least[lane], values[start + lane])
            most[lane] = max(most[lane], values[start + lane])
    for index in range(whole, len(values)):
        least[0], most[0] = min(least[0], values[index]), max(most[0], values[index])
    return least.min(), most.max()


@njit(cache=True, nogil=True)
def _find_bucket(counts: NDArray[np.int64], rank: int) -> int:
    """The bucket that holds the value of a rank."""
    bucket, passed = 0, counts[0]
    while passed <= rank:
        bucket += 1
        passed += counts[bucket]
    return bucket


@njit(cache=True, nogil=True)
def _count_left_out(counts: NDArray[np.int64], wanted: NDArray[np.bool_], rank: int) -> int:
    """Values of lower buckets than that of `rank` that are not wanted."""
    left = 0
    for bucket in range(_find_bucket(counts, rank)):
        left += 0 if wanted[bucket] else counts[bucket]
    return left


@njit(cache=True, nogil=True)
def _gather(
    values: Floats, bucket: NDArray[np.int32], counts: NDArray[np.int64], wanted: NDArray[np.bool_]
) -> Floats:
    """The values of the buckets wanted, in order."""
    total = 0
    for one in range(len(counts)):
        total += counts[one] if wanted[one] else 0
    near, found = np.empty(total), 0
    for index in range(len(values)):
        if wanted[bucket[index]]:
            near[found] = values[index]
            found += 1
    near.sort()
    return near
