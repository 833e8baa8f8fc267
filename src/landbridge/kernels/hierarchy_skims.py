"""Tables between many places by a hierarchy: least weights, and what else adds up along the paths of least weight.

RPHAST of Delling, Goldberg and Werneck (2011, Faster batched shortest paths in road networks): the ranks above any
target are picked out once, and sources go down them side by side. Further fields follow the same paths: each lane that
a path takes is opened once, and the sums of its arcs are kept for all paths over it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.hierarchy_queries import Ways, climb, climb_traced, list_chain, list_ways
from landbridge.kernels.lane_sums import Store, add_along, open_store
from landbridge.kernels.shortest_paths import check_nodes
from landbridge.kernels.unpacking import Lanes, Shape, list_shape

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Prices = tuple[Floats, Lanes, Floats]
Trip = tuple[Ways, "Selection", Floats, int, Ints]
# Sources that go down side by side: two cache lines of distances.
BATCH = 16


@dataclass(frozen=True, slots=True)
class Skim:
    """cost float64[s, t], least weights from each source to each target, infinite where no way leads there; fields
    float64[s, t, k], the sums of the further fields along the path of that cost, infinite likewise.
    """

    cost: Floats
    fields: Floats


class Selection(NamedTuple):
    """The ranks on the ways from some targets to their roots, and their shortcuts, with a metric's weights down.

    ranks int32[c], rising; place int32[n], the number of a rank among them, -1 for others; begin int64[c + 1], head
    int32[e] and fall float64[e], the shortcuts of each; slot int32[e], their slots.
    """

    ranks: Ints
    place: Ints
    begin: Rows
    head: Ints
    fall: Floats
    slot: Ints


def measure_pairs(
    metric: Metric, *, sources: NDArray[np.integer], targets: NDArray[np.integer], threads: int = 2
) -> Floats:
    """Least weights from each of `sources` to each of `targets`, float64[s, t], infinite where no way leads there.

    The same numbers on any number of threads. Raises ValueError for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> measure_pairs(metric, sources=np.array([0, 1]), targets=np.array([1, 2])).tolist()
    [[1.0, 3.0], [0.0, 2.0]]
    """
    chosen, starts, ends = _select(metric, sources, targets)
    cost = np.empty((len(starts), len(ends)))
    ways = list_ways(metric)

    def measure(first: int) -> None:
        reach = _go_down(ways, metric.up, chosen, starts[first : first + BATCH])
        _read_off(reach, chosen.place, ends, cost[first : first + BATCH])

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(measure, range(0, len(starts), BATCH)))
    return cost


def skim(
    metric: Metric,
    *,
    sources: NDArray[np.integer],
    targets: NDArray[np.integer],
    fields: Floats,
    threads: int = 2,
) -> Skim:
    """Least weights between places, and the sums of `fields`, float64[m, k] by arc, along the paths of those weights.

    The paths are those of `hierarchy_queries.find_shortest`. Sums are taken by halves of shortcuts, so they differ by
    rounding from those along the path from its start, about 1e-15 of themselves, and are the same on any number of
    threads. Raises ValueError for a node id outside the network and for fields of another shape.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> km = np.array([[30.0], [12.0]])
    >>> skim(metric, sources=np.array([0]), targets=np.array([1, 2]), fields=km).fields.tolist()
    [[[30.0], [42.0]]]
    """
    if fields.ndim != 2 or len(fields) != metric.hierarchy.arc_count:
        raise ValueError(f"fields of shape {fields.shape} for {metric.hierarchy.arc_count} arcs")
    chosen, starts, ends = _select(metric, sources, targets)
    places, columns = chosen.place[ends], freeze(fields, np.float64)
    cost = np.empty((len(starts), len(ends)))
    sums = np.empty((len(starts), len(ends), fields.shape[1]))
    ways, shape = list_ways(metric), list_shape(metric.hierarchy)
    prices = (metric.weight, (metric.up, metric.down), columns)

    def measure(part: NDArray[np.intp]) -> None:
        store = open_store(2 * len(metric.up), columns.shape[1])
        for first in range(0, len(part), BATCH):
            rows = part[first : first + BATCH]
            reach = _go_down(ways, metric.up, chosen, starts[rows])
            _read_off(reach, chosen.place, ends, cost[rows[0] : rows[0] + len(rows)])
            for column, row in enumerate(rows):
                trip = (ways, chosen, np.ascontiguousarray(reach[:, column]), int(starts[row]), places)
                sums[row], store = _sum_fields(trip, shape, prices, store)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(measure, np.array_split(np.arange(len(starts)), threads)))
    return Skim(cost, sums)


def _select(
    metric: Metric, sources: NDArray[np.integer], targets: NDArray[np.integer]
) -> tuple[Selection, Ints, Ints]:
    hierarchy = metric.hierarchy
    starts = hierarchy.rank[check_nodes(sources, hierarchy.node_count)]
    ends = hierarchy.rank[check_nodes(targets, hierarchy.node_count)]
    shape = (hierarchy.begin, hierarchy.head, hierarchy.parent)
    return _pick_above(shape, metric.down, ends), starts, ends


@njit(cache=True, nogil=True)
def _pick_above(shape: tuple[Rows, Ints, Ints], fall: Floats, targets: Ints) -> Selection:
    begin, head, parent = shape
    place = np.full(len(parent), -1, np.int32)
    for target in targets:
        here = target
        while here >= 0 and place[here] < 0:
            place[here] = 0
            here = parent[here]
    ranks = np.flatnonzero(place >= 0).astype(np.int32)
    place[ranks] = np.arange(len(ranks))
    rows = np.zeros(len(ranks) + 1, np.int64)
    for number in range(len(ranks)):
        rows[number + 1] = rows[number] + begin[ranks[number] + 1] - begin[ranks[number]]
    heads, slots = np.empty(rows[-1], np.int32), np.empty(rows[-1], np.int32)
    for number in range(len(ranks)):
        first = begin[ranks[number]]
        for step in range(rows[number + 1] - rows[number]):
            slots[rows[number] + step] = first + step
            heads[rows[number] + step] = place[head[first + step]]
    return Selection(ranks, place, rows, heads, fall[slots], slots)


@njit(cache=True, nogil=True)
def _go_down(ways: Ways, rise: Floats, chosen: Selection, sources: Ints) -> Floats:
    """Least weights from the sources to the selected ranks, float64[c, s]."""
    reach = np.full((len(chosen.ranks), len(sources)), np.inf)
    for column in range(len(sources)):
        chain = list_chain(ways, sources[column])
        climbed = climb(ways, rise, chain)
        for level in range(len(chain)):
            if chosen.place[chain[level]] >= 0:
                reach[chosen.place[chain[level]], column] = climbed[level]
    for number in range(len(chosen.ranks) - 1, -1, -1):
        here = reach[number]
        for edge in range(chosen.begin[number], chosen.begin[number + 1]):
            above, fall = reach[chosen.head[edge]], chosen.fall[edge]
            for column in range(len(here)):
                beyond = above[column] + fall
                if beyond < here[column]:  # noqa: PLR1730 - compiles to faster vector code than min
                    here[column] = beyond
    return reach


@njit(cache=True, nogil=True)
def _read_off(reach: Floats, place: Ints, targets: Ints, cost: Floats) -> None:
    """Turns what was reached, float64[c, s], into rows by source, float64[s, t]."""
    for index in range(len(targets)):
        here = reach[place[targets[index]]]
        for column in range(len(here)):
            cost[column, index] = here[column]


class Totals(NamedTuple):
    """Sums of the fields from a source to places on the way: float64[p, k], whether they are known, bool[p], and the
    places and lanes of a way that is being followed back, int64[p, 2].
    """

    sums: Floats
    known: NDArray[np.bool_]
    trail: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _open_totals(count: int, width: int) -> Totals:
    return Totals(np.zeros((count, width)), np.zeros(count, np.bool_), np.empty((count, 2), np.int64))


@njit(cache=True, nogil=True)
def _sum_fields(trip: Trip, shape: Shape, prices: Prices, store: Store) -> tuple[Floats, Store]:
    """Sums of the fields from one source to the places of the targets, float64[t, k], and the store as it grew."""
    ways, chosen, reach, source, places = trip
    width, chain = prices[2].shape[1], list_chain(ways, source)
    climbed, slots, origins = climb_traced(ways, prices[1][0], chain)
    rising, falling = _open_totals(len(chain), width), _open_totals(len(reach), width)
    rising.known[-1] = True
    level = np.full(len(reach), -1, np.int32)
    for here in range(len(chain)):
        place = chosen.place[chain[here]]
        if place >= 0 and climbed[here] == reach[place]:
            level[place] = here
    found = np.full((len(places), width), np.inf)
    for index in range(len(places)):
        here, size = places[index], 0
        if reach[here] == np.inf:
            continue
        while not falling.known[here] and level[here] < 0:
            edge = chosen.begin[here]
            while reach[chosen.head[edge]] + chosen.fall[edge] != reach[here]:
                edge += 1
            falling.trail[size, 0], falling.trail[size, 1] = here, 2 * chosen.slot[edge] + 1
            here, size = chosen.head[edge], size + 1
        if not falling.known[here]:
            store = _sum_climb((chain, slots, origins), shape, prices, (rising, level[here]), store)
            falling.sums[here], falling.known[here] = rising.sums[level[here]], True
        store = _unwind(shape, prices, (falling, here, size), chosen.ranks, store)
        found[index] = falling.sums[places[index]]
    return found, store


@njit(cache=True, nogil=True)
def _sum_climb(
    climbed: tuple[Ints, Ints, Ints], shape: Shape, prices: Prices, apex: tuple[Totals, int], store: Store
) -> Store:
    """Fills in the sums of a climb up to the level of its apex."""
    chain, slots, origins = climbed
    rising, here = apex
    size = 0
    while not rising.known[here]:
        rising.trail[size, 0], rising.trail[size, 1] = here, 2 * slots[here]
        here, size = origins[here], size + 1
    return _unwind(shape, prices, (rising, here, size), chain, store)


@njit(cache=True, nogil=True)
def _unwind(
    shape: Shape, prices: Prices, followed: tuple[Totals, int, int], ranks: Ints, store: Store
) -> Store:
    """Adds up along a trail from the place where the sums are known; `ranks` are those of the places."""
    totals, last, size = followed
    for step in range(size - 1, -1, -1):
        here, lane = totals.trail[step]
        low = ranks[last] if lane & 1 == 0 else ranks[here]
        row = store.row[lane] - 1
        if row < 0:
            row, store = add_along(shape, prices, store, lane, low)
        for column in range(totals.sums.shape[1]):
            totals.sums[here, column] = totals.sums[last, column] + store.sums[row, column]
        totals.known[here] = True
        last = here
    return store
