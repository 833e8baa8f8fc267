"""The part of a network that a search for a front touches, made as it goes: small, renumbered, without chains.

A node enters when a search first reaches it, with its bounds towards the target, which the hierarchy gives node by
node (Strasser and Zeitz 2021, A fast and tight heuristic for A* in road networks). Its arcs are made when it is first
left: each leads along streets without a choice to where ways part, and those that end blindly are left out. So all
that the search reads lies close together, and what it never reaches costs nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Csr, Rows
from landbridge.kernels.hierarchy_sweeps import turn_lanes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Fields = tuple[Floats, Floats, Floats, Floats]
UNKNOWN, NOWHERE = -1, -2
# What is known of a node, and from WAYS on the best arc by each criterion.
ID, FIRST, LAST, QUEUE, SET, COUNT, ROOM, WAYS = range(8)
HEAD, SLOT = range(2)
NODES, ARCS = range(2)
MOST = 4

Function = TypeVar("Function", bound=Callable[..., Any])


def borrow(function: Function) -> Function:
    """Compiles a function that makes no array, and so needs no memory of its own and no counts of references.

    Counting took half of the time of a search.
    """
    compiled = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
    return cast("Function", compiled(function))


class Network(NamedTuple):
    """Adjacency by slots; the hierarchy by rank; weights of arcs and lanes back from the target by criterion."""

    indptr: Rows
    head: Ints
    arc: Ints
    rank: Ints
    parent: Ints
    begin: Rows
    upper: Ints
    weight: Fields
    rise: Fields
    fall: Fields
    target: int


class Corridor(NamedTuple):
    """What has been touched, by new numbers of nodes and arcs.

    node int32[n, WAYS + k]: the old id, the first arc (UNKNOWN until the node is left) and the one after the last,
    first queued label, place, count and room of its set of labels, and by criterion the best arc on to the target,
    UNKNOWN, or NOWHERE. bound float64[n, k]: the least of each criterion to the target. finish float64[n, k, k]: what
    the best path on by each criterion costs in all of them. arc int32[m, 2]: head and first slot; weight float64[m, k].
    By old ids: number int32[n], counted from 1; by rank: reach float64[n, k], where known bool[n]. trail and walk,
    int32[n], are room for ranks and nodes on the way; used int64[2] counts nodes and arcs.
    """

    node: Ints
    bound: Floats
    finish: Floats
    arc: Ints
    weight: Floats
    number: Ints
    reach: Floats
    known: NDArray[np.bool_]
    trail: Ints
    walk: Ints
    used: NDArray[np.int64]


def list_network(csr: Csr, metrics: Sequence[Metric], target: int) -> Network:
    """A network and its metrics as the search reads them."""
    hierarchy = metrics[0].hierarchy
    shape = hierarchy.rank, hierarchy.parent, hierarchy.begin, hierarchy.head
    lanes = [turn_lanes(metric, backward=True) for metric in metrics]
    weights = _fill_up([metric.weight for metric in metrics])
    rise, fall = _fill_up([pair[0] for pair in lanes]), _fill_up([pair[1] for pair in lanes])
    return Network(csr.indptr, csr.head, csr.arc, *shape, weights, rise, fall, target)


def _fill_up(rows: list[Floats]) -> Fields:
    """The rows as four, whose last are never read, so that one compiled search serves any number of criteria."""
    one, two, three, four = rows + [rows[-1]] * (MOST - len(rows))
    return one, two, three, four


def start_corridor(network: Network, width: int) -> Corridor:
    """A corridor that holds the target as its first node.

    Its arrays have room for the whole network, but what is never written takes no memory.
    """
    nodes, arcs = len(network.rank), len(network.head)
    corridor = Corridor(
        np.empty((nodes, WAYS + width), np.int32),
        np.empty((nodes, width)),
        np.empty((nodes, width, width)),
        np.empty((arcs, 2), np.int32),
        np.empty((arcs, width)),
        np.zeros(nodes, np.int32),
        np.empty((nodes, width)),
        np.zeros(nodes, np.bool_),
        np.empty(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.zeros(2, np.int64),
    )
    _start(network, corridor)
    return corridor


@borrow
def _start(network: Network, corridor: Corridor) -> None:
    """Bounds on the target's way to the root: a climb from the target, and the descent on it."""
    reach, parent, begin, upper = corridor.reach, network.parent, network.begin, network.upper
    base = network.rank[network.target]
    depth = _list_unknown(corridor, parent, base)
    for criterion in range(reach.shape[1]):
        reach[base, criterion] = 0.0
        for place in range(depth):
            rank = corridor.trail[place]
            for slot in range(begin[rank], begin[rank + 1]):
                beyond = reach[rank, criterion] + _pick(network.rise, criterion, slot)
                reach[upper[slot], criterion] = min(reach[upper[slot], criterion], beyond)
    for place in range(depth - 1, -1, -1):
        _settle(network, corridor, corridor.trail[place])
    end = enter_node(network, corridor, network.target)
    for criterion in range(reach.shape[1]):
        corridor.node[end, WAYS + criterion] = NOWHERE
        for other in range(reach.shape[1]):
            corridor.finish[end, criterion, other] = 0.0


@borrow
def _pick(rows: Fields, criterion: int, place: int) -> float:
    """One number of the rows of all criteria; each is named, for a tuple that is asked by a variable is copied."""
    if criterion == 0:
        return float(rows[0][place])
    if criterion == 1:
        return float(rows[1][place])
    return float(rows[2][place] if criterion == 2 else rows[3][place])


@borrow
def _list_unknown(corridor: Corridor, parent: Ints, rank: int) -> int:
    """Lists on the trail the ranks from one upwards that are not known yet, and counts them."""
    depth, here = 0, rank
    while here >= 0 and not corridor.known[here]:
        corridor.trail[depth] = here
        for criterion in range(corridor.reach.shape[1]):
            corridor.reach[here, criterion] = np.inf
        here, depth = parent[here], depth + 1
    return depth


@borrow
def _settle(network: Network, corridor: Corridor, rank: int) -> None:
    """Bounds of a rank from those of its upper neighbours, each of which is read once for all criteria."""
    reach, upper, width = corridor.reach, network.upper, corridor.reach.shape[1]
    one, two, three, four = network.fall
    first, second, third, fourth = reach[rank, 0], reach[rank, 1], np.inf, np.inf
    if width > 2:
        third = reach[rank, 2]
    if width > 3:
        fourth = reach[rank, 3]
    for slot in range(network.begin[rank], network.begin[rank + 1]):
        above = upper[slot]
        first = min(first, one[slot] + reach[above, 0])
        second = min(second, two[slot] + reach[above, 1])
        if width > 2:
            third = min(third, three[slot] + reach[above, 2])
        if width > 3:
            fourth = min(fourth, four[slot] + reach[above, 3])
    reach[rank, 0], reach[rank, 1] = first, second
    if width > 2:
        reach[rank, 2] = third
    if width > 3:
        reach[rank, 3] = fourth
    corridor.known[rank] = True


@borrow
def enter_node(network: Network, corridor: Corridor, old: int) -> int:
    """The new number of a node, which enters if it has none."""
    number, node = corridor.number[old], corridor.node
    if number > 0:
        return int(number) - 1
    rank = network.rank[old]
    for place in range(_list_unknown(corridor, network.parent, rank) - 1, -1, -1):
        _settle(network, corridor, corridor.trail[place])
    new = corridor.used[NODES]
    corridor.used[NODES], corridor.number[old] = new + 1, new + 1
    node[new, ID], node[new, FIRST], node[new, QUEUE] = old, UNKNOWN, -1
    node[new, SET], node[new, COUNT], node[new, ROOM] = 0, 0, 0
    for criterion in range(corridor.bound.shape[1]):
        corridor.bound[new, criterion] = corridor.reach[rank, criterion]
        node[new, WAYS + criterion] = UNKNOWN
    return int(new)


@borrow
def leave_node(network: Network, corridor: Corridor, number: int) -> None:
    """Makes the arcs that leave a node."""
    node, weight, used = corridor.node, corridor.weight, corridor.used
    old = node[number, ID]
    node[number, FIRST] = used[ARCS]
    for slot in range(network.indptr[old], network.indptr[old + 1]):
        new = used[ARCS]
        for criterion in range(weight.shape[1]):
            weight[new, criterion] = 0.0
        before, here, way = old, old, slot
        while way >= 0:
            for criterion in range(weight.shape[1]):
                weight[new, criterion] += _pick(network.weight, criterion, network.arc[way])
            before, here = here, network.head[way]
            way = lead_on(network.indptr, network.head, network.target, before, way) if here != old else -1
        if here == old or _is_blind(network, before, here):
            continue
        head, useful = corridor.number[here] - 1, True
        if head < 0:
            head = enter_node(network, corridor, here)
        for criterion in range(weight.shape[1]):
            useful &= weight[new, criterion] + corridor.bound[head, criterion] < np.inf
        if useful:
            corridor.arc[new, HEAD], corridor.arc[new, SLOT] = head, slot
            used[ARCS] = new + 1
    node[number, LAST] = used[ARCS]


@borrow
def _is_blind(network: Network, before: int, here: int) -> bool:
    """Whether a way ends at a node, but for the way back."""
    first, last = network.indptr[here], network.indptr[here + 1]
    return here != network.target and (last == first or (last == first + 1 and network.head[first] == before))


@borrow
def lead_on(indptr: Rows, heads: Ints, target: int, node: int, slot: int) -> int:
    """The slot that follows one from `node` where there is one way on beside the way back; else -1."""
    head = heads[slot]
    first: int = indptr[head]
    if head == target or indptr[head + 1] - first != 2:
        return -1
    back = heads[first] == node
    if back == (heads[first + 1] == node):
        return -1
    return first + 1 if back else first


@borrow
def find_ways(network: Network, corridor: Corridor, number: int) -> None:
    """Follows the bounds of each criterion from a node to where the way on is known."""
    node, arc, weight, finish = corridor.node, corridor.arc, corridor.weight, corridor.finish
    for criterion in range(weight.shape[1]):
        count, here, way = 0, number, WAYS + criterion
        while node[here, way] == UNKNOWN:
            if node[here, FIRST] == UNKNOWN:
                leave_node(network, corridor, here)
            # Until the way is found whole it leads nowhere, nor does a circle of arcs without weight.
            for other in range(weight.shape[1]):
                finish[here, criterion, other] = np.inf
            best = _choose_way((node, arc), weight, corridor.bound, here, criterion)
            node[here, way] = best
            corridor.walk[count], count = here, count + 1
            if best >= 0:
                here = arc[best, HEAD]
        for place in range(count - 1, -1, -1):
            _sum_up((node, arc), weight, finish, corridor.walk[place], criterion)


@borrow
def _choose_way(rows: tuple[Ints, Ints], weight: Floats, bound: Floats, here: int, criterion: int) -> int:
    """The arc from a node that its bound by a criterion comes from, or NOWHERE."""
    node, arc = rows
    least, best = np.inf, NOWHERE
    for one in range(node[here, FIRST], node[here, LAST]):
        reach = weight[one, criterion] + bound[arc[one, HEAD], criterion]
        if reach < least:
            least, best = reach, one
    return best


@borrow
def _sum_up(rows: tuple[Ints, Ints], weight: Floats, finish: Floats, here: int, criterion: int) -> None:
    """Notes what the best way on from a node costs, where that of the next node is known."""
    node, arc = rows
    way = node[here, WAYS + criterion]
    if way >= 0:
        head = arc[way, HEAD]
        for other in range(finish.shape[2]):
            finish[here, criterion, other] = weight[way, other] + finish[head, criterion, other]


@borrow
def note_way(network: Network, corridor: Corridor, path: Ints, source: int, criterion: int) -> None:
    """Notes a path from the source, arcs by their old ids, as the best one by a criterion, from all of its nodes on."""
    node, arc = corridor.node, corridor.arc
    here, place, count = enter_node(network, corridor, source), 0, 0
    while place < len(path):
        if node[here, FIRST] == UNKNOWN:
            leave_node(network, corridor, here)
        one = node[here, FIRST]
        while one < node[here, LAST] and network.arc[arc[one, SLOT]] != path[place]:
            one += 1
        if one == node[here, LAST]:
            break
        corridor.walk[count], count = here, count + 1
        node[here, WAYS + criterion] = one
        place += walk_arc(network, corridor, here, one, path[:0])
        here = arc[one, HEAD]
    for back in range(count - 1, -1, -1):
        _sum_up((node, arc), corridor.weight, corridor.finish, corridor.walk[back], criterion)


@borrow
def walk_arc(network: Network, corridor: Corridor, number: int, one: int, arcs: Ints) -> int:
    """The number of old arcs that a new one from a node stands for; notes them too unless `arcs` is empty."""
    start = here = corridor.node[number, ID]
    way, count = corridor.arc[one, SLOT], 0
    while way >= 0:
        if len(arcs):
            arcs[count] = network.arc[way]
        count += 1
        before, here = here, network.head[way]
        way = lead_on(network.indptr, network.head, network.target, before, way) if here != start else -1
    return count


@njit(cache=True, nogil=True)
def unwind(network: Network, corridor: Corridor, chain: Ints) -> Ints:
    """Old arcs int32[a] that new ones, one after the other, stand for; pairs of a node and an arc int32[c, 2]."""
    count, none = 0, np.empty(0, np.int32)
    for place in range(len(chain)):
        count += walk_arc(network, corridor, chain[place, 0], chain[place, 1], none)
    arcs, done = np.empty(count, np.int32), 0
    for place in range(len(chain)):
        done += walk_arc(network, corridor, chain[place, 0], chain[place, 1], arcs[done:])
    return arcs


@njit(cache=True, nogil=True)
def follow_ways(corridor: Corridor, criterion: int, number: int) -> Ints:
    """The nodes and arcs, int32[c, 2], of the best path by a criterion from a node to the target."""
    way, here, count = WAYS + criterion, number, 0
    while corridor.node[here, way] >= 0:
        here, count = corridor.arc[corridor.node[here, way], HEAD], count + 1
    chain, here = np.empty((count, 2), np.int32), number
    for place in range(count):
        one = corridor.node[here, way]
        chain[place, 0], chain[place, 1], here = here, one, corridor.arc[one, HEAD]
    return chain
