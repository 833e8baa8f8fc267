"""Random streams by key: a draw is a function of seed, row key, lane and draw number, and of nothing else.

So draws do not depend on order, threads or what else is simulated, and two routes that share a row share its
draws. Bits come from Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as
1, 2, 3), normals from the inverse of the normal distribution by Wichura 1988 (Algorithm AS 241, PPND16).
"""

from hashlib import blake2b
from math import factorial

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Word = np.uint64
Words = tuple[Word, Word, Word, Word]

LOW = np.uint64(0xFFFFFFFF)
HALF_WORD = np.uint64(32)
MULTIPLIER_0, MULTIPLIER_2 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
ONE, TWO, THREE, FOUR, FIVE = (np.uint64(number) for number in range(1, 6))
DROP_HIGH, DROP_LOW, SHIFT = np.uint64(6), np.uint64(6), np.uint64(26)
ULP = 2.0**-53

# Coefficients of AS 241 for the centre, the shoulders and the tails, from the highest power to the constant.
CENTRE = 0.425
CENTRE_SQUARED = 0.180625
SHOULDER, SHOULDER_SHIFT = 5.0, 1.6
A = (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)  # fmt: skip
B = (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0)  # fmt: skip
C = (7.7454501427834140764e-4, 2.27238449892691845833e-2, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734)  # fmt: skip
D = (1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0)  # fmt: skip
E = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772)  # fmt: skip
F = (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     1.48753612908506148525e-2, 0.13692988092273580531, 0.59983220655588793769, 1.0)  # fmt: skip

# Of exp: 1 / 13! to 1 / 2!, the parts of ln 2, and the layout of a float64.
S = tuple(1.0 / factorial(power) for power in range(13, 1, -1))
LEAST_EXPONENT = -700.0
LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
ROUNDER = 1.5 * 2.0**52
EXPONENT_BIAS, MANTISSA_BITS = np.int64(1023), np.int64(52)


def hash_key(text: str) -> int:
    """A row key of 64 bits for a name: the same on every machine and in every release (BLAKE2b, RFC 7693).

    >>> hash_key("operation|astara|rail")
    15838354573836827009
    """
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def draw_uniforms(seed: int, key: int, *, count: int, lane: int = 0) -> Floats:
    """Draws 0 to `count` - 1 of a row, float64[count], uniform in (0, 1), never 0 or 1.

    They lie on the odd multiples of 2^-53, so 1 - u is exact. `lane` tells apart the draws of one row for
    several uses.

    >>> draw_uniforms(7, hash_key("a row"), count=2).round(6).tolist()
    [0.885467, 0.034378]
    """
    values = np.empty(count + count % 2)
    fill_uniforms(values, np.uint64(seed), np.uint64(key), np.uint64(lane), np.uint64(0))
    return values[:count]


def draw_normals(seed: int, key: int, *, count: int, lane: int = 0) -> Floats:
    """Draws 0 to `count` - 1 of a row, float64[count], standard normal: the inverses of `draw_uniforms`.

    >>> draw_normals(7, hash_key("a row"), count=2).round(6).tolist()
    [1.20277, -1.820022]
    """
    values = np.empty(count + count % 2)
    fill_uniforms(values, np.uint64(seed), np.uint64(key), np.uint64(lane), np.uint64(0))
    invert_normals(values)
    return values[:count]


@njit(cache=True, nogil=True, inline="always")
def philox(block: Word, lane: Word, key: Word, seed: Word) -> Words:
    """Four words of 32 bits for the counter (block, lane, low key, high key), with the seed as the key.

    All are uint64; block and lane are below 2^32.
    """
    # The ten rounds stand one by one, not in a loop: only so do vector units take several blocks at once.
    words = (block & LOW, lane & LOW, key & LOW, key >> HALF_WORD)
    words = _five_rounds(words, seed & LOW, seed >> HALF_WORD)
    return _five_rounds(
        words, ((seed & LOW) + FIVE * WEYL_0) & LOW, ((seed >> HALF_WORD) + FIVE * WEYL_1) & LOW
    )


@njit(cache=True, nogil=True, inline="always")
def _five_rounds(words: Words, k0: Word, k1: Word) -> Words:
    words = _round(words, k0, k1)
    words = _round(words, (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW)
    words = _round(words, (k0 + TWO * WEYL_0) & LOW, (k1 + TWO * WEYL_1) & LOW)
    words = _round(words, (k0 + THREE * WEYL_0) & LOW, (k1 + THREE * WEYL_1) & LOW)
    return _round(words, (k0 + FOUR * WEYL_0) & LOW, (k1 + FOUR * WEYL_1) & LOW)


@njit(cache=True, nogil=True, inline="always")
def _round(words: Words, k0: Word, k1: Word) -> Words:
    w0, w1, w2, w3 = words
    p0, p2 = w0 * MULTIPLIER_0, w2 * MULTIPLIER_2
    return (p2 >> HALF_WORD) ^ w1 ^ k0, p2 & LOW, (p0 >> HALF_WORD) ^ w3 ^ k1, p0 & LOW


@njit(cache=True, nogil=True)
def fill_uniforms(values: Floats, seed: Word, key: Word, lane: Word, first_block: Word) -> None:
    """Fills `values`, of even length, with the uniforms of a row; each block holds two draws."""
    for index in range(len(values) // 2):
        w0, w1, w2, w3 = philox(first_block + np.uint64(index), lane, key, seed)
        values[2 * index] = _to_unit(w0, w1)
        values[2 * index + 1] = _to_unit(w2, w3)


@njit(cache=True, nogil=True, inline="always")
def _to_unit(high: Word, low: Word) -> float:
    """The odd multiple of 2^-53 that 52 bits of two words choose."""
    bits = ((high >> DROP_HIGH) << SHIFT) | (low >> DROP_LOW)
    return np.float64(np.int64((bits << ONE) | ONE)) * ULP


@njit(cache=True, nogil=True, error_model="numpy")
def invert_normals(values: Floats) -> None:
    """Replaces uniforms in (0, 1) by the standard normal values below which such shares lie."""
    shares = values.copy()
    beyond, count = np.empty(len(values), np.int64), 0
    # The centre's formula for all, which vector units do at once; then the few beyond it, gathered without a branch.
    for index in range(len(values)):
        values[index] = _invert_centre(shares[index] - 0.5)
    for index in range(len(values)):
        beyond[count] = index
        count += abs(shares[index] - 0.5) > CENTRE
    _invert_beyond(values, shares, beyond[:count])


@njit(cache=True, nogil=True, error_model="numpy")
def _invert_beyond(values: Floats, shares: Floats, beyond: NDArray[np.int64]) -> None:
    """The normal values at the places `beyond` the centre."""
    depth, deepest = np.empty(len(beyond)), 0.0
    for index in range(len(beyond)):
        share = shares[beyond[index]]
        depth[index] = np.sqrt(-np.log(min(share, 1.0 - share)))
        deepest = max(deepest, depth[index])
    for index in range(len(beyond)):
        x, place = _invert_shoulder(depth[index]), beyond[index]
        values[place] = -x if shares[place] < 0.5 else x
    if deepest > SHOULDER:
        for index in range(len(beyond)):
            if depth[index] > SHOULDER:
                values[beyond[index]] = _invert_tail(shares[beyond[index]])


@njit(cache=True, nogil=True)
def invert_normal(p: float) -> float:
    """The standard normal value below which the share `p` lies, 0 < p < 1, to 16 digits.

    >>> round(float(invert_normal(0.9)), 10)
    1.2815515655
    """
    return _invert_centre(p - 0.5) if abs(p - 0.5) <= CENTRE else _invert_tail(p)


@njit(cache=True, nogil=True)
def _invert_tail(p: float) -> float:
    depth = np.sqrt(-np.log(min(p, 1.0 - p)))
    x = _invert_shoulder(depth) if depth <= SHOULDER else _ratio(E, F, depth - SHOULDER)
    return -x if p < 0.5 else x


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _invert_centre(q: float) -> float:
    return q * _ratio(A, B, CENTRE_SQUARED - q * q)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _invert_shoulder(depth: float) -> float:
    return _ratio(C, D, depth - SHOULDER_SHIFT)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _ratio(above: tuple[float, ...], below: tuple[float, ...], x: float) -> float:
    """The ratio of two polynomials of the seventh degree, written out so that it can be vectorised."""
    top = (((above[0] * x + above[1]) * x + above[2]) * x + above[3]) * x + above[4]
    low = (((below[0] * x + below[1]) * x + below[2]) * x + below[3]) * x + below[4]
    top = ((top * x + above[5]) * x + above[6]) * x + above[7]
    low = ((low * x + below[5]) * x + below[6]) * x + below[7]
    return top / low


@njit(cache=True, nogil=True)
def exponentiate(values: Floats) -> None:
    """Replaces values by their exponentials, to one unit in the last place; below -700 they count as -700.

    x = k ln 2 + r with |r| <= ln 2 / 2 (Cody and Waite 1980, Software Manual for the Elementary Functions, ch. 6), and
    exp r by the first fourteen terms of its series, whose rest is below 1e-17. Plain arithmetic, for vector units.

    >>> values = np.array([0.0, 1.0, -700.0])
    >>> exponentiate(values)
    >>> bool(np.abs(values / np.exp([0.0, 1.0, -700.0]) - 1.0).max() < 3e-16)
    True
    """
    whole = np.empty(len(values))
    bits = whole.view(np.int64)
    for index in range(len(values)):
        x = max(values[index], LEAST_EXPONENT)
        # Adding 1.5 x 2^52 rounds to a whole number, which then stands in the lowest bits.
        whole[index] = x * LOG2_E + ROUNDER
        k = whole[index] - ROUNDER
        r = (x - k * LN2_HIGH) - k * LN2_LOW
        y = ((((S[0] * r + S[1]) * r + S[2]) * r + S[3]) * r + S[4]) * r + S[5]
        y = ((((y * r + S[6]) * r + S[7]) * r + S[8]) * r + S[9]) * r + S[10]
        values[index] = ((y * r + S[11]) * r + 1.0) * r + 1.0
    for index in range(len(values)):
        bits[index] = (bits[index] + EXPONENT_BIAS) << MANTISSA_BITS
    for index in range(len(values)):
        values[index] *= whole[index]
