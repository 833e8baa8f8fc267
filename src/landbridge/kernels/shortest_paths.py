"""Least-weight paths: trees from one or many nodes, single guided paths, sums along trees.

Weights are float64 by arc id, at least 0; infinity forbids an arc. Of paths of equal weight one rule chooses:
a node keeps the arc of least id among the arcs of equal distance that were known before it was settled. Equal
inputs therefore give equal paths, on every machine.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, freeze
from landbridge.kernels.heap import pop, push

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Marks = NDArray[np.uint8]
Graph = tuple[NDArray[np.int64], Ints, Ints]
Labels = tuple[Floats, Ints, Ints, Marks]


@dataclass(frozen=True, slots=True)
class Tree:
    """Least-weight tree over n nodes.

    distance float64[n] in the unit of the weights, infinite where not reached; parent_arc int32[n], the arc
    that leads to a node, and parent int32[n], the node before it, -1 at sources and where not reached; order
    int32[k], the reached nodes as they were settled, so a node stands after its parent. On a reverse graph
    the tree leads from every node to its sources, and `parent` is the next node on the way there. Method:
    Dijkstra 1959.
    """

    distance: Floats
    parent_arc: Ints
    parent: Ints
    order: Ints


@dataclass(frozen=True, slots=True)
class Path:
    """A path: its cost in the unit of the weights, inf where none exists, and its arcs int32[k] in order."""

    cost: float
    arcs: Ints


def grow_tree(
    csr: Csr,
    weight: Floats,
    *,
    sources: NDArray[np.integer],
    source_costs: Floats | None = None,
    targets: NDArray[np.integer] | None = None,
    bound: float = np.inf,
) -> Tree:
    """Least-weight tree from `sources`, which start at `source_costs` (0 where none are given).

    weight float64[m] by arc id. With `targets` the search ends when all of them that can be reached are
    settled; nodes further than `bound` are not reached. The tree within such an end is the same as without
    it. Raises ValueError for a negative or missing weight or cost, and for a node id outside the graph.

    >>> from landbridge.kernels.graph import build_csr
    >>> csr = build_csr(np.array([0, 1, 0]), np.array([1, 2, 2]), node_count=4)
    >>> tree = grow_tree(csr, np.array([1.0, 2.0, 5.0]), sources=np.array([0]))
    >>> tree.distance.tolist(), tree.parent_arc.tolist()
    ([0.0, 1.0, 3.0, inf], [-1, 0, 1, -1])
    """
    check_weights(weight, csr.arc_count)
    starts = check_nodes(sources, csr.node_count)
    costs = freeze(np.zeros(len(starts)) if source_costs is None else source_costs, np.float64)
    check_weights(costs, len(starts))
    wanted = np.zeros(csr.node_count if targets is not None else 0, np.uint8)
    if targets is not None:
        wanted[check_nodes(targets, csr.node_count)] = 1
    stop = (freeze(wanted, np.uint8), int(wanted.sum()) if targets is not None else -1, float(bound))
    return Tree(*_settle((csr.indptr, csr.head, csr.arc), freeze(weight, np.float64), starts, costs, stop))


def trace_path(tree: Tree, node: int) -> Ints:
    """Arcs int32[k] of the tree's path from its source to `node`; empty at a source and where not reached."""
    return _climb(tree.parent, tree.parent_arc, int(node))[::-1].copy()


def find_path_guided(csr: Csr, weight: Floats, *, source: int, target: int, potential: Floats) -> Path:
    """Least-weight path from `source` to `target` by A* (Hart, Nilsson and Raphael 1968).

    potential float64[n] is a lower bound of the cost from each node to the target, infinite where it is known
    that there is no way. It need not be consistent: a node is settled again when a better way to it turns up.

    >>> from landbridge.kernels.graph import build_csr
    >>> csr = build_csr(np.array([0, 1, 0]), np.array([1, 2, 2]), node_count=3)
    >>> bound = np.array([3.0, 2.0, 0.0])
    >>> find_path_guided(csr, np.array([1.0, 2.0, 5.0]), source=0, target=2, potential=bound).cost
    3.0
    """
    check_weights(weight, csr.arc_count)
    check_weights(potential, csr.node_count)
    check_nodes(np.array([source, target]), csr.node_count)
    bounds = freeze(potential, np.float64)
    graph = (csr.indptr, csr.head, csr.arc)
    reached, arcs = _guide(graph, freeze(weight, np.float64), bounds, int(source), int(target))
    return measure_path(weight, arcs[::-1]) if reached else Path(np.inf, np.empty(0, np.int32))


def check_weights(weight: Floats, count: int) -> None:
    """Raises ValueError unless there are `count` weights, none of them negative or missing (NaN)."""
    if len(weight) != count:
        raise ValueError(f"{len(weight)} weights where {count} are needed")
    if count and not weight.min() >= 0.0:
        raise ValueError("a weight is negative or missing")


def check_nodes(nodes: NDArray[np.integer], node_count: int) -> Ints:
    """The ids as int32; raises ValueError where one lies outside the graph."""
    if len(nodes) and not (nodes.min() >= 0 and nodes.max() < node_count):
        raise ValueError(f"a node id lies outside 0 to {node_count - 1}")
    return freeze(nodes, np.int32)


def measure_path(weight: Floats, arcs: Ints) -> Path:
    """The path of these arcs with the sum of their weights, added from start to end as a tree adds them."""
    cost = 0.0
    for arc in arcs:
        cost += float(weight[arc])
    return Path(cost, arcs)


@njit(cache=True, nogil=True)
def _settle(
    graph: Graph, weight: Floats, sources: Ints, costs: Floats, stop: tuple[Marks, int, float]
) -> tuple[Floats, Ints, Ints, Ints]:
    count = len(graph[0]) - 1
    wanted, waiting, bound = stop
    distance, settled = np.full(count, np.inf), np.zeros(count, np.uint8)
    parent_arc, parent = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    order, done = np.empty(count, np.int32), 0
    room = len(graph[1]) + len(sources)
    keys, items, size = np.empty(room), np.empty(room, np.int32), 0
    for index in range(len(sources)):
        node = sources[index]
        if costs[index] < distance[node]:
            distance[node] = costs[index]
            size = push(keys, items, size, costs[index], node)
    labels = (distance, parent_arc, parent, settled)
    while size > 0 and waiting != 0 and keys[0] <= bound:
        node = items[0]
        size = pop(keys, items, size)
        if settled[node]:
            continue
        settled[node] = 1
        order[done] = node
        done += 1
        if waiting > 0 and wanted[node]:
            waiting -= 1
        size = _relax(graph, weight, node, labels, (keys, items, size))
    for index in range(size):
        node = items[index]
        if not settled[node]:
            distance[node], parent_arc[node], parent[node] = np.inf, -1, -1
    return distance, parent_arc, parent, order[:done].copy()


@njit(cache=True, nogil=True)
def _relax(graph: Graph, weight: Floats, node: int, labels: Labels, heap: tuple[Floats, Ints, int]) -> int:
    indptr, heads, arcs = graph
    distance, parent_arc, parent, settled = labels
    keys, items, size = heap
    here = distance[node]
    for slot in range(indptr[node], indptr[node + 1]):
        head, arc = heads[slot], arcs[slot]
        reach = here + weight[arc]
        known = distance[head]
        if reach < known:
            distance[head], parent_arc[head], parent[head] = reach, arc, node
            size = push(keys, items, size, reach, head)
        elif reach == known and arc < parent_arc[head] and not settled[head]:
            parent_arc[head], parent[head] = arc, node
    return size


@njit(cache=True, nogil=True)
def _climb(parent: Ints, parent_arc: Ints, node: int) -> Ints:
    length, here = 0, node
    while parent[here] >= 0:
        here = parent[here]
        length += 1
    arcs = np.empty(length, np.int32)
    here = node
    for index in range(length):
        arcs[index] = parent_arc[here]
        here = parent[here]
    return arcs


@njit(cache=True, nogil=True)
def _start(count: int, room: int, source: int) -> tuple[Labels, Floats, Ints]:
    distance, settled = np.full(count, np.inf), np.zeros(count, np.uint8)
    parent_arc, parent = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    keys, items = np.empty(room), np.empty(room, np.int32)
    distance[source] = 0.0
    keys[0], items[0] = 0.0, source
    return (distance, parent_arc, parent, settled), keys, items


@njit(cache=True, nogil=True)
def _guide(graph: Graph, weight: Floats, potential: Floats, source: int, target: int) -> tuple[bool, Ints]:
    indptr, heads, arcs = graph
    # A node may come up again for a better way, so the heap grows where the arcs are not room enough.
    labels, keys, items = _start(len(indptr) - 1, len(heads) + 1, source)
    distance, parent_arc, parent, _ = labels
    keys[0], size = potential[source], 1
    while size > 0 and keys[0] < np.inf:
        key, node = keys[0], items[0]
        size = pop(keys, items, size)
        if node == target:
            return True, _climb(parent, parent_arc, target)
        if key > distance[node] + potential[node]:
            continue
        if size + indptr[node + 1] - indptr[node] > len(keys):
            keys = np.append(keys, np.empty(len(keys)))
            items = np.append(items, np.empty(len(items), np.int32))
        for slot in range(indptr[node], indptr[node + 1]):
            head, reach = heads[slot], distance[node] + weight[arcs[slot]]
            if reach < distance[head] and potential[head] < np.inf:
                distance[head], parent_arc[head], parent[head] = reach, arcs[slot], node
                size = push(keys, items, size, reach + potential[head], head)
    return False, np.empty(0, np.int32)
