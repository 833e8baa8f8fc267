"""Random streams against known answers, another way of computing them, and the laws that they must follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import kstest

from landbridge.kernels.draws import (
    draw_normals,
    draw_uniforms,
    exponentiate,
    hash_key,
    invert_normal,
    invert_normals,
    philox,
)

KEYS = st.integers(0, 2**64 - 1)

# Known answers of Philox4x32-10 as the authors publish them with Random123 (tests/kat_vectors): counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def cipher(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 on Python's own integers."""
    for _ in range(10):
        first, third = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [
            third >> 32 ^ counter[1] ^ key[0],
            third & 0xFFFFFFFF,
            first >> 32 ^ counter[3] ^ key[1],
            first & 0xFFFFFFFF,
        ]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return counter


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(counter: tuple[int, ...], key: tuple[int, ...], words: tuple[int, ...]) -> None:
    row, seed = counter[2] | counter[3] << 32, key[0] | key[1] << 32
    found = philox(np.uint64(counter[0]), np.uint64(counter[1]), np.uint64(row), np.uint64(seed))
    assert tuple(int(word) for word in found) == words
    assert tuple(cipher(list(counter), list(key))) == words


@given(KEYS, KEYS, st.integers(0, 3), st.integers(1, 9))
def test_draws_are_a_function_of_seed_key_lane_and_number(seed: int, key: int, lane: int, count: int) -> None:
    expected = []
    for block in range((count + 1) // 2):
        words = cipher([block, lane, key % 2**32, key >> 32], [seed % 2**32, seed >> 32])
        for high, low in (words[:2], words[2:]):
            expected.append(((high >> 6 << 26 | low >> 6) * 2 + 1) / 2**53)
    assert draw_uniforms(seed, key, count=count, lane=lane).tolist() == expected[:count]


def test_longer_runs_start_alike() -> None:
    assert draw_normals(3, 4, count=1001)[:100].tolist() == draw_normals(3, 4, count=100).tolist()


@given(st.floats(2.0**-53, 1.0 - 2.0**-53) | st.floats(1e-300, 1e-10))
def test_normals_are_the_inverse_of_the_distribution(p: float) -> None:
    """To 1e-14, relative: the paper promises 16 digits, and both sides round."""
    assert invert_normal(p) == pytest.approx(ndtri(p), rel=1e-14, abs=1e-300)


@given(st.lists(st.floats(2.0**-53, 1.0 - 2.0**-53) | st.floats(1e-300, 1e-10), min_size=1, max_size=30))
def test_many_normals_are_those_of_each(shares: list[float]) -> None:
    """Centre, shoulders and tails side by side, to the last place."""
    values = np.array(shares)
    invert_normals(values)
    assert values == pytest.approx([invert_normal(share) for share in shares], rel=3e-16, abs=0.0)


@given(st.lists(st.floats(-700.0, 700.0), min_size=1, max_size=30))
def test_exponentials_are_right_to_two_units_in_the_last_place(exponents: list[float]) -> None:
    values = np.array(exponents)
    exponentiate(values)
    known = np.exp(np.array(exponents))
    assert (np.abs(values - known) <= 2.0 * np.spacing(known)).all()


def test_exponentials_of_very_low_values_stay_positive() -> None:
    values = np.array([-1e6, -701.0, -700.0])
    exponentiate(values)
    assert values == pytest.approx([np.exp(-700.0)] * 3, rel=1e-15)


def test_uniforms_reach_both_ends_but_never_them() -> None:
    values = np.concatenate([draw_uniforms(1, key, count=100_000) for key in range(10)])
    assert 0.0 < values.min() < 1e-5
    assert 1.0 - 1e-5 < values.max() < 1.0
    assert (1.0 - (1.0 - values) == values).all()


@pytest.mark.parametrize("lane", [0, 1])
def test_draws_follow_their_laws(lane: int) -> None:
    """A fixed seed, so the test never fails by chance; p-values below 0.001 would mean a fault."""
    values = draw_uniforms(2024, hash_key("law"), count=100_000, lane=lane)
    assert kstest(values, "uniform").pvalue > 0.001
    assert kstest(draw_normals(2024, hash_key("law"), count=100_000, lane=lane), "norm").pvalue > 0.001
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4.0 / np.sqrt(len(values))


def test_keys_lanes_and_seeds_are_independent() -> None:
    """Correlations of 20,000 draws within 4 standard errors of 0."""
    streams = [draw_normals(s, k, count=20_000, lane=lane) for s in (1, 2) for k in (1, 2) for lane in (0, 1)]
    correlations = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlations).max() < 4.0 / np.sqrt(20_000)


def test_row_keys_are_steady() -> None:
    assert hash_key("") == int.from_bytes(bytes.fromhex("e4a6a0577479b2b4"), "little")
    assert hash_key("Астара") != hash_key("Astara")
    assert 0 <= hash_key("any") < 2**64
