"""Adjacency against a plain sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.graph import build_csr, freeze

ARCS = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40)
    )
)


@given(ARCS)
def test_arcs_stand_by_tail_then_id(case: tuple[int, list[tuple[int, int]]]) -> None:
    n, arcs = case
    tail = np.array([a for a, _ in arcs], np.int32)
    head = np.array([b for _, b in arcs], np.int32)
    csr = build_csr(tail, head, node_count=n)
    expected = sorted(range(len(arcs)), key=lambda arc: (tail[arc], arc))
    assert csr.arc.tolist() == expected
    assert csr.head.tolist() == head[csr.arc].tolist()
    assert np.diff(csr.indptr).tolist() == np.bincount(tail, minlength=n).tolist()
    assert (csr.node_count, csr.arc_count) == (n, len(arcs))


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8])
def test_any_integers_do(kind: type) -> None:
    csr = build_csr(np.array([1, 0], kind), np.array([0, 1], kind), node_count=2)
    assert (csr.indptr.dtype, csr.head.dtype, csr.arc.dtype) == (np.int64, np.int32, np.int32)
    assert csr.head.tolist() == [1, 0]


@pytest.mark.parametrize(("tail", "head"), [([0, 3], [1, 1]), ([0], [-1]), ([0, 1], [1])])
def test_ids_outside_the_graph_are_errors(tail: list[int], head: list[int]) -> None:
    with pytest.raises(ValueError, match=r"outside|tails"):
        build_csr(np.array(tail), np.array(head), node_count=3)


def test_frozen_arrays_leave_their_source_writable() -> None:
    values = np.zeros(3)
    frozen = freeze(values, np.float64)
    values[0] = 1.0
    assert frozen[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 2.0
