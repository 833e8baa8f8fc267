"""The part of a network that lies on ways of a place to the sea of at most a stated cost, small enough to ask often.

One tree from the place and one back from all seaports tell of each arc what the best way over it costs; the arcs of
which that is little enough are the graph. Every way of at most that cost lies in it, so what is closed in it is
answered exactly, by A* under the costs to the sea without closures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, build_csr
from landbridge.kernels.independent_ways import count_independent
from landbridge.kernels.shortest_paths import Tree, find_path_guided, grow_tree, trace_path
from landbridge.network.seaports import Shore
from landbridge.network.search import Path

Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
# What a sum of costs may lose by the order in which it is added.
ROUNDING = 1.0 + 1e-9
# How far, in USD/t, a tree reaches at first, and beyond what cost it is grown whole; the steps between.
FIRST, FAR, WIDER = 64.0, 4_096.0, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class SeaGraph:
    """Arcs between n nodes, the last of which stands for the sea; the goods start at `source`.

    By arc of m: arc int32, its id in the network; tail, head int32; weight float64, USD/t; post int32, the number of
    the border post that it crosses; port int32, the number of its seaport; boards bool, whether it leads on board;
    vessel bool, whether goods are handled there to or from a vessel. By node: country int16; to_sea float64, USD/t, the
    least cost to the sea. Numbers are -1 where there is none. `own` is the number of the country of the place, and
    `within`, USD/t, what the ways cost at most.
    """

    shore: Shore
    csr: Csr
    arc: Ints
    tail: Ints
    head: Ints
    weight: Floats
    post: Ints
    port: Ints
    vessel: Mask
    country: NDArray[np.int16]
    to_sea: Floats
    source: int
    own: int
    within: float

    @property
    def sea(self) -> int:
        """The node that stands for the sea."""
        return len(self.country) - 1

    @property
    def boards(self) -> Mask:
        """Arcs that lead on board."""
        found: Mask = self.head == self.sea
        return found

    def find(self, closed: Mask) -> Path | None:
        """The cheapest way to the sea without the arcs `closed`, bool[m], as arcs of the network; None where the graph
        has none.
        """
        weight = np.where(closed, np.inf, self.weight)
        found = find_path_guided(self.csr, weight, source=self.source, target=self.sea, potential=self.to_sea)
        return self.arc[found.arcs] if np.isfinite(found.cost) else None

    def close_country(self, number: int) -> Mask:
        """Arcs that touch a country."""
        found: Mask = (self.country[self.tail] == number) | (self.country[self.head] == number)
        return found

    def close_others(self, number: int) -> Mask:
        """Arcs by which goods would leave their country for another one than `number`, by land or over water."""
        one, other = self.country[self.tail], self.country[self.head]
        leaving = ((one == self.own) | (one < 0)) & (other >= 0) & (other != self.own)
        closed: Mask = leaving & (other != number)
        return closed

    @property
    def neighbours(self) -> list[int]:
        """Numbers of the countries for which goods may leave their own one, rising."""
        one, other = self.country[self.tail], self.country[self.head]
        floats = ((one == self.own) & (other < 0) & ~self.boards).any()
        leaving = (one == self.own) | ((one < 0) & floats)
        found: list[int] = np.unique(other[leaving & (other >= 0) & (other != self.own)]).tolist()
        return found

    def reach_ports(self, count: int) -> list[Path]:
        """The cheapest ways to the `count` ports that cost least; one that has reached a seaport sails to no other."""
        closed = self.vessel & (self.port >= 0) & ~self.boards
        tree = grow_tree(
            self.csr, np.where(closed, np.inf, self.weight), sources=np.array([self.source], np.int32)
        )
        last = np.flatnonzero(self.boards)
        reach = tree.distance[self.tail[last]] + self.weight[last]
        last, reach = last[np.isfinite(reach)], reach[np.isfinite(reach)]
        ordered = last[np.lexsort((self.arc[last], reach))]
        first = np.sort(np.unique(self.port[ordered], return_index=True)[1])[:count]
        return [
            self.arc[[*trace_path(tree, int(self.tail[position])), position]] for position in ordered[first]
        ]

    def count_by_posts(self) -> int:
        """How many ways share no border post and no seaport."""
        posts, nodes = int(self.post.max(initial=-1)) + 1, len(self.country)
        ports = np.where(self.vessel & (self.port >= 0), nodes + posts + self.port, -1)
        through = np.where(self.post >= 0, nodes + self.post, ports)
        tail, head, gate = self.tail.astype(np.int64), self.head.astype(np.int64), through >= 0
        tails = np.concatenate([tail[~gate], tail[gate], through[gate]])
        heads = np.concatenate([head[~gate], through[gate], head[gate]])
        return _count(tails, heads, np.arange(nodes + posts + len(self.shore.ports)) >= nodes, self)

    def count_by_countries(self) -> int:
        """How many ways share no country but their own one, on the graph of the countries between which ways pass."""
        nodes, places = len(self.country), len(self.shore.network.world.countries)
        at = np.where(self.country >= 0, nodes + self.country.astype(np.int64), np.arange(nodes))
        tails, heads = at[self.tail], at[self.head]
        between, single = tails != heads, np.arange(nodes + places) >= nodes
        single[nodes + self.own] = False
        return _count(tails[between], heads[between], single, self, source=int(at[self.source]))


def _count(
    tails: NDArray[np.integer], heads: NDArray[np.integer], single: Mask, graph: SeaGraph, source: int = -1
) -> int:
    """The number of independent ways, on the vertices that some arc touches."""
    start = graph.source if source < 0 else source
    known, places = np.unique(np.concatenate([tails, heads, [start, graph.sea]]), return_inverse=True)
    half = len(tails)
    return count_independent(
        places[:half],
        places[half : 2 * half],
        single=single[known],
        source=int(places[-2]),
        sink=int(places[-1]),
    )


def draw_sea_graph(shore: Shore, weight: Floats, *, outlet: int, factor: float) -> SeaGraph | None:
    """What lies on ways from the node `outlet` to the sea of at most `factor` times the cheapest; None without any.

    weight float64[arcs] in USD/t is infinite where the law, the date or the goods close an arc: it is on no way then.
    """
    arcs, boards = shore.network.arcs, shore.boards
    onward, least = walk_ashore(shore, weight, outlet=outlet, factor=factor, first=FIRST)
    if not np.isfinite(least):
        return None
    within = factor * least * ROUNDING
    last = boards[onward.distance[arcs.tail[boards]] + weight[boards] <= within]
    near = onward.order[onward.distance[onward.order] <= within]
    inner = np.setdiff1d(_list_leaving(shore.network.forward, near), shore.afloat, assume_unique=True)
    inner = inner[onward.distance[arcs.tail[inner]] + weight[inner] <= within]
    wide = _relabel(shore, (inner, last), outlet, costs=(weight, within))
    cost = onward.distance[arcs.tail[inner]] + weight[inner] + wide.to_sea[wide.head[: len(inner)]]
    return _relabel(shore, (inner[cost <= within], last), outlet, costs=(weight, within))


def walk_ashore(
    shore: Shore, weight: Floats, *, outlet: int, factor: float, first: float
) -> tuple[Tree, float]:
    """The tree of least `weight`, float64[arcs], from a node to at least all that lie within `factor` times the least
    cost to the sea without sailing before, and that cost, infinite where there is no way.

    The tree first reaches as far as `first`, and further as it needs to.
    """
    arcs, ashore = shore.network.arcs, weight.copy()
    ashore[shore.afloat] = np.inf
    start, bound = np.array([outlet], np.int32), first
    while True:
        tree = grow_tree(shore.network.forward, ashore, sources=start, bound=bound)
        least = float((tree.distance[arcs.tail[shore.boards]] + weight[shore.boards]).min(initial=np.inf))
        if factor * least <= bound or bound == np.inf:
            return tree, least
        further = WIDER * bound if bound < FAR else np.inf
        bound = factor * least * ROUNDING if np.isfinite(least) else further


def _list_leaving(csr: Csr, nodes: Ints) -> Ints:
    """The arcs that leave some nodes, by rising id."""
    first, count = csr.indptr[nodes], np.diff(csr.indptr)[nodes]
    slots = np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)
    arcs: Ints = np.sort(csr.arc[slots])
    return arcs


def _relabel(
    shore: Shore, chosen: tuple[Ints, Ints], outlet: int, *, costs: tuple[Floats, float]
) -> SeaGraph:
    """The graph of the arcs `chosen`, those on land and those that lead on board; `costs` are those of all arcs, and
    what a way costs at most.
    """
    network, arcs, (inner, last) = shore.network, shore.network.arcs, chosen
    weight, within = costs
    nodes = np.unique(np.concatenate([arcs.tail[inner], arcs.head[inner], arcs.tail[last], [outlet]]))
    place = np.empty(network.node_count, np.int32)
    place[nodes] = np.arange(len(nodes), dtype=np.int32)
    arc, sea = np.concatenate([inner, last]), len(nodes)
    tail = place[arcs.tail[arc]]
    head = np.concatenate([place[arcs.head[inner]], np.full(len(last), sea, np.int32)])
    back = grow_tree(
        build_csr(head, tail, node_count=sea + 1), weight[arc], sources=np.array([sea]), bound=within
    )
    return SeaGraph(
        shore=shore,
        csr=build_csr(tail, head, node_count=sea + 1),
        arc=arc,
        tail=tail,
        head=head,
        weight=weight[arc],
        post=_number_posts(shore, arc),
        port=shore.port_at(arc),
        vessel=shore.vessels[arc],
        country=np.append(shore.country[nodes], np.int16(-1)),
        to_sea=back.distance,
        source=int(place[outlet]),
        own=int(shore.country[outlet]),
        within=within,
    )


def _number_posts(shore: Shore, chosen: Ints) -> Ints:
    """The number of each arc's border post, the same for all crossings of one post."""
    network = shore.network
    crossing = np.flatnonzero(network.arcs.crossing[chosen] >= 0)
    sites = network.arcs.site[chosen[crossing]]
    numbers: dict[str, int] = {}
    by_site = {site: numbers.setdefault(network.sites[site].id, len(numbers)) for site in np.unique(sites)}
    posts = np.full(len(chosen), -1, np.int32)
    posts[crossing] = [by_site[site] for site in sites]
    return posts
