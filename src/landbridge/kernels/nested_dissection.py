"""An order of the nodes of a road network for elimination: nested dissection by inertial flow.

Nodes of degree 1 and 2 come first, every other one of a chain at a time, which keeps the elimination tree low. The
rest is cut in two again and again by small separators, found along several directions of the map, and a separator
ranks above both of its sides (George 1973; Dibbelt, Strasser and Wagner 2016, Customizable contraction
hierarchies). Small cells are ordered by least degree. Weights play no part, so an order serves every metric.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.least_degree import order_cell, strip_chains
from landbridge.kernels.node_flow import ABOVE, BELOW, BETWEEN, Line, separate
from landbridge.kernels.simple_graph import SimpleGraph, group_parts, join_ends

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
LEAST_CELL = 64
SHARED_CELL = 4_000
THREADS = 2
# Coordinates are rounded to this share of the earth's radius (6 m), so that machines whose sines differ in the
# last digit agree.
GRAIN = 1e-6
# Directions in the plane of a cell, east and north.
DIRECTIONS = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))


class Cells(NamedTuple):
    """What the cells of a dissection share; every cell reads and writes at its own nodes alone.

    graph, the simple graph; position float64[n, 3], unit vectors; place int32[n], a node's number within its cell
    while that is cut, -1 else; order int32[n], the nodes, each cell in a slice of its own.
    """

    graph: SimpleGraph
    position: Floats
    place: Ints
    order: Ints


def dissect(tail: NDArray[np.integer], head: NDArray[np.integer], *, lat: Floats, lon: Floats) -> Ints:
    """Nodes in order of elimination, int32[n]: the first is the least important one.

    tail, head [m], ends of the arcs, whose directions, loops and parallels do not matter; lat, lon [n] in degrees.
    Raises ValueError for ends outside the graph and for coordinates that are no numbers.

    >>> line = np.arange(7)
    >>> dissect(line[:-1], line[1:], lat=np.zeros(7), lon=line / 10.0).tolist()
    [0, 2, 4, 6, 1, 5, 3]
    """
    if not (np.isfinite(lat).all() and np.isfinite(lon).all()):
        raise ValueError("a coordinate is not a number")
    graph = join_ends(tail, head, node_count=len(lat))
    first, rest = strip_chains(graph)
    order = np.empty(len(lat), np.int32)
    order[: len(first)] = first
    nodes = np.setdiff1d(np.arange(len(lat), dtype=np.int32), first, assume_unique=True)
    order[len(first) :] = nodes
    cells = Cells(rest, _place_on_sphere(lat, lon), np.full(len(lat), -1, np.int32), order)
    _share_out(cells, len(first))
    return freeze(order, np.int32)


def _place_on_sphere(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(np.asarray(lat, np.float64)), np.radians(np.asarray(lon, np.float64))
    vectors = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    return freeze(np.round(vectors / GRAIN) * GRAIN, np.float64)


def _share_out(cells: Cells, begin: int) -> None:
    """Cuts large cells one level after the other, two at a time, and dissects small ones to the end."""
    level = [(begin, len(cells.order))]
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        while level:
            large = [cell for cell in level if cell[1] - cell[0] >= SHARED_CELL]
            small = pool.map(
                lambda cell: _dissect_cell(cells, *cell), [cell for cell in level if cell not in large]
            )
            bounds = list(pool.map(lambda cell: _cut_cell(cells, *cell).tolist(), large))
            level = [cell for cuts in bounds for cell in pairwise(cuts)]
            list(small)


@njit(cache=True, nogil=True)
def _dissect_cell(cells: Cells, low: int, high: int) -> None:
    """Cuts a cell and the cells that come of it until all are ordered."""
    stack = [(low, high)]
    while stack:
        begin, end = stack.pop()
        bounds = _cut_cell(cells, begin, end)
        stack.extend([(bounds[index], bounds[index + 1]) for index in range(len(bounds) - 1)])


@njit(cache=True, nogil=True)
def _cut_cell(cells: Cells, low: int, high: int) -> Rows:
    """Puts the slice of a cell in order: its cells, which lie between the bounds that are returned, then what ranks
    above them. A cell that hangs together is cut in two, one that does not falls into its parts.
    """
    nodes = cells.order[low:high]
    bounds = np.array([low])
    cells.place[nodes] = np.arange(len(nodes))
    if len(nodes) <= LEAST_CELL:
        order_cell(cells.graph, nodes, cells.place)
    else:
        begins = group_parts(cells.graph, nodes, cells.place)
        bounds = low + (begins if len(begins) > 2 else _bisect(cells, nodes))
    cells.place[nodes] = -1
    return bounds


@njit(cache=True, nogil=True)
def _bisect(cells: Cells, nodes: Ints) -> Rows:
    """Puts the nodes in order: below, above, between; returns the bounds of the two sides, or 0 alone for no cut."""
    axes = _span_plane(cells.position, nodes)
    best, sides = np.inf, np.empty(0, np.int8)
    for east, north in DIRECTIONS:
        along = np.empty(len(nodes))
        for number in range(len(nodes)):
            spot = cells.position[nodes[number]]
            along[number] = 0.0
            for axis in range(3):
                along[number] += spot[axis] * (east * axes[0, axis] + north * axes[1, axis])
        line, order = _line_up(cells, nodes, along)
        ratio, found = separate(line, best)
        if len(found):
            best, sides = ratio, np.empty(len(nodes), np.int8)
            sides[order] = found
    if not len(sides):
        return np.zeros(1, np.int64)
    old, below = nodes.copy(), (sides == BELOW).sum()
    above = below + (sides == ABOVE).sum()
    nodes[:below], nodes[below:above] = old[sides == BELOW], old[sides == ABOVE]
    nodes[above:] = old[sides == BETWEEN]
    return np.array([0, below, above])


@njit(cache=True, nogil=True)
def _span_plane(position: Floats, nodes: Ints) -> Floats:
    """East and north at the middle of the nodes, float64[2, 3]; of no length where the middle is the earth's."""
    middle = np.zeros(3)
    for node in nodes:
        middle += position[node]
    x, y, z = middle / len(nodes)
    east, north = np.array([-y, x, 0.0]), np.array([-x * z, -y * z, x * x + y * y])
    if x * x + y * y < GRAIN:
        east, north = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    axes = np.empty((2, 3))
    axes[0] = east / np.sqrt((east * east).sum())
    axes[1] = north / np.sqrt((north * north).sum())
    return axes


@njit(cache=True, nogil=True)
def _line_up(cells: Cells, nodes: Ints, along: Floats) -> tuple[Line, Rows]:
    """The adjacency of a cell with its nodes numbered by `along`, and the number that each had before."""
    order = np.argsort(along, kind="mergesort")
    number = np.empty(len(nodes), np.int32)
    number[order] = np.arange(len(nodes))
    indptr, head, place = cells.graph.indptr, cells.graph.head, cells.place
    degree = np.zeros(len(nodes) + 1, np.int32)
    for node in range(len(nodes)):
        for slot in range(indptr[nodes[node]], indptr[nodes[node] + 1]):
            degree[number[node] + 1] += place[head[slot]] >= 0
    rows = np.cumsum(degree).astype(np.int32)
    free, heads = rows[:-1].copy(), np.empty(rows[-1], np.int32)
    # From the last node to the first, so that each row falls.
    for node in order[::-1]:
        for slot in range(indptr[nodes[node]], indptr[nodes[node] + 1]):
            other = place[head[slot]]
            if other >= 0:
                heads[free[number[other]]] = number[node]
                free[number[other]] += 1
    return Line(rows, heads), order
