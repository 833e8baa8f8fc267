"""Dijkstra's search within a distance, for steps that ask it thousands of times."""

from __future__ import annotations

import heapq

import numba as nb


@nb.njit
def search_near(indptr, indices, km, root, limit, dist):
    """Distances from `root` up to `limit` km into `dist` (all infinite before); returns the nodes reached.

    The caller sets `dist` of those nodes back to infinity.
    """
    reached = [root]
    heap = [(0.0, root)]
    dist[root] = 0.0
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist[u]:
            continue
        for e in range(indptr[u], indptr[u + 1]):
            v, far = nb.int64(indices[e]), d + km[e]
            if far < dist[v] and far <= limit:
                if dist[v] == float("inf"):
                    reached.append(v)
                dist[v] = far
                heapq.heappush(heap, (far, v))
    return reached
