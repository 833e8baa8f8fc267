"""Makes a graph small for routing: dead ends pruned, parallel tracks thinned, chains contracted to shaped edges."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numba as nb
import numpy as np

from network_build.graph import MARKS, Graph, drop_parallels, keep_edges, keep_nodes


def find_fixed(graph: Graph, keep: np.ndarray) -> np.ndarray:
    """Nodes that no chain may swallow: kept ones, and those whose edges differ in a mark or cross a border."""
    fixed = keep.copy()
    for name in MARKS:
        mark = getattr(graph, name)
        low, high = np.full(graph.n, np.iinfo(np.int32).max), np.full(graph.n, np.iinfo(np.int32).min)
        for end in (graph.tail, graph.head):
            np.minimum.at(low, end, mark)
            np.maximum.at(high, end, mark)
        fixed |= low < high
    cross = (graph.country[graph.tail] != graph.country[graph.head]) & (graph.country[graph.tail] >= 0)
    fixed[graph.tail[cross]] = True
    fixed[graph.head[cross]] = True
    fixed[graph.tail[graph.leg >= 0]] = True
    fixed[graph.head[graph.leg >= 0]] = True
    return fixed


def find_long_ends(graph: Graph, *, least: float) -> np.ndarray:
    """Loose ends of branches of at least `least` km up to the first junction: bool[n]."""
    return _long_ends(*_adjacency(graph), graph.km, least)


def prune_dead_ends(graph: Graph, keep: np.ndarray) -> tuple[Graph, np.ndarray]:
    """Without trees that lead to no kept node; returns the graph and the new node numbers."""
    start, _, other = _adjacency(graph)
    alive = _prune(start, other, graph.n, keep)
    mask = alive & ((np.bincount(np.concatenate((graph.tail, graph.head)), minlength=graph.n) > 0) | keep)
    return keep_nodes(graph, mask)


def thin(graph: Graph, *, stretch: float, slack: float) -> Graph:
    """Without unmarked edges beside which another way of at most stretch x km + slack km remains (a greedy spanner:
    Althofer et al. 1993, edges from the longest to the shortest tried for removal)."""
    free = (graph.leg < 0) & (graph.crossing < 0) & (graph.country[graph.tail] == graph.country[graph.head])
    order = np.argsort(-graph.km, kind="stable")
    start, edge, other = _adjacency(graph)
    keep = _thin(
        start, edge, other, graph.tail, graph.head, graph.km, graph.gauge, order[free[order]], stretch, slack
    )
    return keep_edges(graph, keep)


def contract(graph: Graph, keep: np.ndarray, *, longest: float):
    """Chains of degree-2 nodes become edges of their length, none longer than `longest` km by joining.

    Returns the graph (all nodes, edges between fixed ones), and for each edge the swallowed nodes in order:
    start int64[m + 1] and node int32[...].
    """
    fixed = find_fixed(graph, keep)
    start, edge, other = _adjacency(graph)
    fixed |= np.diff(start) != 2
    first, last, km, model, begin, inner = _walk_chains(start, edge, other, graph.km, fixed, longest)
    done = replace(keep_edges(graph, model), tail=first, head=last, km=km)
    return done, begin, inner


def shrink(graph: Graph, keep: np.ndarray, *, longest: float, stretch: float = 1.0, slack: float = 0.0):
    """Prunes, thins and contracts; returns the graph, the old number of each node, shape starts and points.

    The points are lat, lon float64 arrays of all shapes, edge after edge.
    """
    number = np.arange(graph.n)
    lat, lon = graph.lat, graph.lon
    for round_ in range(2):
        fixed = keep | _crossing_ends(graph)
        graph, new = prune_dead_ends(graph, fixed)
        kept = new >= 0
        number, keep = number[kept], keep[kept]
        if round_ == 0 and stretch > 1:
            graph = thin(graph, stretch=stretch, slack=slack)
    chained, begin, inner = contract(graph, keep, longest=longest)
    chained, begin, inner = _drop_parallel_chains(chained, begin, inner)
    used = keep.copy()
    used[chained.tail] = True
    used[chained.head] = True
    shape = number[inner]
    small, new = keep_nodes(chained, used)
    return small, number[used], begin, lat[shape], lon[shape]


def _crossing_ends(graph: Graph) -> np.ndarray:
    ends = np.zeros(graph.n, bool)
    cross = (graph.country[graph.tail] != graph.country[graph.head]) | (graph.leg >= 0)
    ends[graph.tail[cross]] = True
    ends[graph.head[cross]] = True
    return ends


def _drop_parallel_chains(graph: Graph, begin: np.ndarray, inner: np.ndarray):
    index = replace(graph, crossing=np.arange(graph.m, dtype=np.int32))
    rest = drop_parallels(index).crossing
    size = np.diff(begin)
    owner = np.repeat(np.arange(graph.m), size)
    inner = inner[np.isin(owner, rest)]
    return keep_edges(graph, rest), np.concatenate(([0], np.cumsum(size[rest]))), inner


def _adjacency(graph: Graph):
    """start int64[n + 1], edge int32[2m], other int32[2m] of each node's edges."""
    ends = np.concatenate((graph.tail, graph.head))
    order = np.argsort(ends, kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=graph.n))))
    edge = (order % max(graph.m, 1)).astype(np.int32)
    other = np.concatenate((graph.head, graph.tail))[order]
    return start, edge, other


@nb.njit
def _long_ends(start, edge, other, km, least):
    ends = np.zeros(len(start) - 1, np.bool_)
    for u in range(len(ends)):
        node, came, total = u, -1, 0.0
        if start[u + 1] - start[u] != 1:
            continue
        while total < least:
            k = start[node]
            if edge[k] == came:
                k += 1
            came, node = edge[k], other[k]
            total += km[came]
            if start[node + 1] - start[node] != 2:
                break
        ends[u] = total >= least
    return ends


@nb.njit
def _prune(start, other, n, keep):
    alive = np.ones(n, np.bool_)
    degree = np.diff(start)
    stack = [u for u in range(n) if degree[u] <= 1 and not keep[u]]
    while stack:
        u = stack.pop()
        if not alive[u]:
            continue
        alive[u] = False
        for k in range(start[u], start[u + 1]):
            v = other[k]
            if alive[v]:
                degree[v] -= 1
                if degree[v] <= 1 and not keep[v]:
                    stack.append(np.int64(v))
    return alive


@nb.njit
def _thin(start, edge, other, tail, head, km, gauge, order, stretch, slack):
    alive = np.ones(len(tail), np.bool_)
    dist = np.full(len(start) - 1, np.inf)
    for e in order:
        limit = km[e] * stretch + min(slack, km[e])
        source, target = np.int64(tail[e]), np.int64(head[e])
        touched = [source]
        heap = [(0.0, source)]
        dist[source] = 0.0
        alive[e] = False
        found = False
        while heap:
            d, u = heapq.heappop(heap)
            if d > dist[u]:
                continue
            if u == target:
                found = True
                break
            for k in range(start[u], start[u + 1]):
                if not alive[edge[k]] or gauge[edge[k]] != gauge[e]:
                    continue
                v, far = np.int64(other[k]), d + km[edge[k]]
                if far <= limit and far < dist[v]:
                    if dist[v] == np.inf:
                        touched.append(v)
                    dist[v] = far
                    heapq.heappush(heap, (far, v))
        for v in touched:
            dist[v] = np.inf
        if not found:
            alive[e] = True
    return alive


@nb.njit
def _walk_chains(start, edge, other, km, fixed, longest):
    """Ends, length, a model edge and inner nodes of each chain; cycles without a fixed node begin anywhere."""
    used = np.zeros(len(km), np.bool_)
    ends, length = [(np.int32(0), np.int32(0))], [0.0]
    model, begin, inner = [np.int32(0)], [np.int64(0)], [np.int32(0)]
    for phase in range(2):
        for u in range(len(start) - 1):
            if phase == 1 or fixed[u]:
                for k in range(start[u], start[u + 1]):
                    if not used[edge[k]]:
                        _walk(
                            start,
                            edge,
                            other,
                            km,
                            fixed,
                            longest,
                            u,
                            k,
                            used,
                            ends,
                            length,
                            model,
                            begin,
                            inner,
                        )
    begin.append(np.int64(len(inner)))
    first = np.array([pair[0] for pair in ends[1:]])
    last = np.array([pair[1] for pair in ends[1:]])
    begins, nodes = np.array(begin[1:]) - 1, np.array(inner[1:])
    return first, last, np.array(length[1:]), np.array(model[1:]), begins, nodes


@nb.njit
def _walk(start, edge, other, km, fixed, longest, root, k, used, ends, length, model, begin, inner):
    """Follows a chain from its first arc to a fixed node, and cuts it into edges of at most `longest` km."""
    tail, total, shape = np.int32(root), 0.0, len(inner)
    e, v = edge[k], other[k]
    while True:
        used[e] = True
        total += km[e]
        last = fixed[v] or v == root
        ahead = start[v]
        if not last:
            ahead += edge[ahead] == e
            last = used[edge[ahead]]
        if last or total + km[edge[ahead]] > longest:
            ends.append((tail, v))
            length.append(total)
            model.append(e)
            begin.append(np.int64(shape))
            tail, total, shape = v, 0.0, len(inner)
        else:
            inner.append(v)
        if last:
            break
        e, v = edge[ahead], other[ahead]
