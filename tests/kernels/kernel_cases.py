"""Small graphs that the tests of the kernels share: random ones, and every simple path of a graph."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, build_csr


class Case(NamedTuple):
    """A graph of n nodes with k whole-number weights an arc."""

    n: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    weights: NDArray[np.float64]

    @property
    def forward(self) -> Csr:
        return build_csr(self.tail, self.head, node_count=self.n)

    @property
    def backward(self) -> Csr:
        return build_csr(self.head, self.tail, node_count=self.n)


@st.composite
def cases(draw: st.DrawFn, *, k: int = 1, nodes: int = 7, arcs: int = 16, most: int = 6) -> Case:
    """Graphs with loops, parallel arcs, arcs of no weight, forbidden arcs and parts that do not hang together."""
    n = draw(st.integers(1, nodes))
    end = st.integers(0, n - 1)
    weight = st.one_of(st.integers(0, most).map(float), st.just(np.inf))
    rows = draw(st.lists(st.tuples(end, end, st.lists(weight, min_size=k, max_size=k)), max_size=arcs))
    return Case(
        n,
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.float64).reshape(len(rows), k),
    )


def make_grid(side: int, *, k: int = 1, seed: int = 0, whole: bool = True) -> Case:
    """A square grid with both ways of every street and random weights."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side, dtype=np.int32).reshape(side, side)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    two = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    weights = rng.uniform(1.0, 10.0, (len(tail), k))
    return Case(side * side, tail, head, np.ceil(weights) if whole else weights)


def list_simple_paths(case: Case, source: int, target: int) -> Iterator[list[int]]:
    """Every path without a repeated node whose arcs are all allowed."""
    leaving: dict[int, list[int]] = {}
    for arc, tail in enumerate(case.tail.tolist()):
        if np.isfinite(case.weights[arc]).all():
            leaving.setdefault(tail, []).append(arc)

    def walk(node: int, seen: set[int], arcs: list[int]) -> Iterator[list[int]]:
        if node == target:
            yield arcs
            return
        for arc in leaving.get(node, []):
            head = int(case.head[arc])
            if head not in seen:
                yield from walk(head, seen | {head}, [*arcs, arc])

    yield from walk(source, {source}, [])


def assert_connected(case: Case, arcs: NDArray[np.int32], source: int, target: int) -> None:
    """The arcs lead from the source to the target without a gap."""
    here = source
    for arc in arcs.tolist():
        assert case.tail[arc] == here
        here = int(case.head[arc])
    assert here == target
