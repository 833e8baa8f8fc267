"""The drawn line of a way: the shapes of the world's edges, joined."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from landbridge.network.virtual import VirtualNetwork

Points = tuple[tuple[float, float], ...]


def draw_line(network: VirtualNetwork, arcs: Sequence[int]) -> Points:
    """Points (lon, lat) in degrees of `arcs` in order: an edge's own shape where the world has one, else its ends.

    Where an arc begins at the very point where the one before ended, the point stands once.
    """
    path = np.asarray(arcs, np.int32)
    if not len(path):
        return ()
    ends = network.arcs.tail[path], network.arcs.head[path]
    inner, count = _find_inner(network, path)
    begin = np.concatenate([[0], np.cumsum(count + 2)])
    within = np.ones(begin[-1], np.bool_)
    within[begin[:-1]] = within[begin[1:] - 1] = False
    line = np.empty((begin[-1], 2))
    for column, (nodes, shapes) in enumerate(
        ((network.node_lon, network.world.shape_lon), (network.node_lat, network.world.shape_lat))
    ):
        line[begin[:-1], column], line[begin[1:] - 1, column] = nodes[ends[0]], nodes[ends[1]]
        line[within, column] = shapes[inner]
    kept = np.ones(len(line), np.bool_)
    joints = begin[1:-1]
    kept[joints] = (line[joints] != line[joints - 1]).any(axis=1)
    return tuple(map(tuple, line[kept].tolist()))


def _find_inner(
    network: VirtualNetwork, path: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the world's shapes along a path, one after the other, and how many belong to each arc."""
    edge, starts = network.arcs.edge[path], network.world.shape_start
    first = starts[np.maximum(edge, 0)].astype(np.intp)
    count = np.where(edge >= 0, starts[np.maximum(edge, 0) + 1] - first, 0).astype(np.intp)
    arc = np.repeat(np.arange(len(path)), count)
    step = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
    onward = network.arcs.forward[path][arc]
    return np.where(onward, first[arc] + step, first[arc] + count[arc] - 1 - step), count
