"""The kernels beside their best peers, on a made-up world of a million nodes in three layers.

The world is drawn at random and the same each time: roads, rails and sea lanes as relative neighbourhood graphs of
random points on a square of 5,000 km, countries as squares with their own rates and speeds, and a few thousand
terminals. Cost follows km and hours, time km and mode, emissions km and mode, so the three are correlated but no two
agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from benchmarks.entries import Entry, time_call
from landbridge.kernels.draws import draw_normals
from landbridge.kernels.graph import Csr, build_csr
from landbridge.kernels.monte_carlo import CostRows, TimeRows, simulate_route, simulate_rows
from landbridge.kernels.shortest_paths import grow_tree
from landbridge.kernels.spread import share_spread

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
SIZE = 5_000.0
COUNTRIES = 5
# Nodes, then cost (USD/tkm), time (h/km) and emissions (kg/tkm) of roads, rails and sea lanes.
LAYERS = [(600_000, 0.08, 1 / 45, 0.09), (300_000, 0.03, 1 / 25, 0.022), (100_000, 0.008, 1 / 28, 0.012)]
# Layers joined, number of terminals, and what a transfer costs (USD/t, h, kg/t).
TERMINALS = [(0, 1, 3_000, (6.0, 30.0, 1.0)), (0, 2, 600, (10.0, 72.0, 2.0)), (1, 2, 300, (9.0, 72.0, 2.0))]
MILLISECOND = 1e3


@dataclass(frozen=True, eq=False)
class World:
    """The graph, its weights float64[arcs, 3], and where a tree starts."""

    tail: Ids
    head: Ids
    weights: Floats
    forward: Csr
    source: int


def join_neighbours(points: Floats) -> tuple[Ids, Ids]:
    """Edges of the triangulation without those whose triangle has a corner nearer to both ends than they are."""
    triangles = Delaunay(points).simplices
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    corner = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    length = np.hypot(*(points[ends[:, 0]] - points[ends[:, 1]]).T)
    near = [np.hypot(*(points[ends[:, side]] - points[corner]).T) < length for side in (0, 1)]
    code = np.sort(ends, axis=1) @ np.array([len(points), 1])
    kept = np.setdiff1d(code, code[near[0] & near[1]])
    return kept // len(points), kept % len(points)


def draw_layer(
    rng: np.random.Generator, layer: tuple[int, float, float, float]
) -> tuple[Floats, Ids, Ids, Floats]:
    """Points in the order of their strips, edges, and the three weights of each edge."""
    count, *rates = layer
    points = rng.random((count, 2))
    strips = int(np.sqrt(count) / 8)
    points = points[np.lexsort((points[:, 1], (points[:, 0] * strips).astype(int)))]
    one, two = join_neighbours(points)
    km = np.hypot(*(points[one] - points[two]).T) * SIZE * rng.uniform(1.0, 1.3, len(one))
    country = (points[one] * COUNTRIES).astype(int) @ np.array([COUNTRIES, 1])
    factors = np.ones((COUNTRIES**2, 3))
    factors[:, :2] = rng.uniform(0.85, 1.2, (COUNTRIES**2, 2))
    return points, one, two, km[:, None] * np.array(rates) * factors[country]


@cache
def draw_world() -> World:
    """The made-up world."""
    rng = np.random.default_rng(1)
    layers = [draw_layer(rng, layer) for layer in LAYERS]
    starts = np.cumsum([0, *(len(points) for points, *_ in layers)])
    edges = [
        (one + start, two + start, weight)
        for (_, one, two, weight), start in zip(layers, starts, strict=False)
    ]
    for first, second, count, cost in TERMINALS:
        chosen = rng.choice(len(layers[first][0]), count, replace=False)
        _, nearest = cKDTree(layers[second][0]).query(layers[first][0][chosen])
        edges.append((chosen + starts[first], nearest + starts[second], np.tile(cost, (count, 1))))
    one, two, weights = (np.concatenate(parts) for parts in zip(*edges, strict=True))
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    start = int(cKDTree(layers[0][0]).query([0.4, 0.4])[1])
    count = int(starts[-1])
    graph = build_csr(tail, head, node_count=count)
    return World(tail, head, np.concatenate([weights, weights]), graph, start)


def milliseconds(work: Callable[[World], object]) -> Callable[[], float]:
    """A measure of work on the world, in milliseconds."""
    return lambda: MILLISECOND * time_call(lambda: work(draw_world()))


def grow(world: World) -> object:
    return grow_tree(world.forward, world.weights[:, 0], sources=np.array([world.source]))


def grow_by_scipy(world: World) -> object:
    matrix = match_matrix(world)
    return dijkstra(matrix, indices=world.source, return_predecessors=True)


@cache
def match_matrix(world: World) -> csr_matrix:
    count = world.forward.node_count
    return csr_matrix((world.weights[:, 0], (world.tail, world.head)), shape=(count, count))


def sort_by_scipy(world: World) -> object:
    shape = (world.forward.node_count,) * 2
    return coo_matrix(
        (np.arange(len(world.tail), dtype=np.int32), (world.tail, world.head)), shape=shape
    ).tocsr()


def draw_route() -> tuple[TimeRows, CostRows]:
    """Forty items, each with a lognormal time and a lognormal cost that runs with it."""
    rng, items = np.random.default_rng(0), np.arange(40, dtype=np.int32)
    keys, nothing = items.astype(np.uint64) + 1, np.zeros(40)
    times = TimeRows(items, keys, rng.random(40) * 10, rng.normal(1.0, 0.3, 40), np.full(40, 0.8), nothing)
    return times, CostRows(items, keys, rng.random(40) * 10, np.full(40, 0.1), nothing, np.full(40, 0.3))


def simulate() -> object:
    times, costs = draw_route()
    return simulate_route(times, costs, item_count=40, seed=1, draws=4_000)


def simulate_by_numpy() -> object:
    times, costs = draw_route()
    rng = np.random.Generator(np.random.Philox(1))
    hours = times.minimum[:, None] + np.exp(times.mu[:, None] + 0.8 * rng.standard_normal((40, 4_000)))
    luck = np.exp(0.3 * rng.standard_normal((40, 4_000)) - 0.045)
    paid = luck * (costs.fixed[:, None] + 0.1 * hours)
    return [np.quantile(part.cumsum(axis=0), [0.1, 0.5, 0.9], axis=1) for part in (hours, paid)]


def simulate_and_share() -> object:
    times, costs = draw_route()
    _, drawn = simulate_rows(times, costs, item_count=40, seed=1, draws=4_000)
    inputs = np.arange(40, dtype=np.int32)
    return share_spread(times, costs, drawn, inputs=(inputs, inputs), input_count=40)


def list_entries() -> list[Entry]:
    """Entries of the kernels; tree and sums are on a million nodes and 2.6 million arcs."""
    ms, numpy_draws = "ms", np.random.Generator(np.random.Philox(1))
    build = milliseconds(lambda world: build_csr(world.tail, world.head, node_count=world.forward.node_count))
    return [
        Entry("kernel: adjacency", ms, 100, build, "scipy", milliseconds(sort_by_scipy)),
        Entry("kernel: one-to-all tree", ms, 200, milliseconds(grow), "scipy", milliseconds(grow_by_scipy)),
        Entry(
            "kernel: a route of 40 items, 4,000 draws",
            ms,
            10,
            lambda: MILLISECOND * time_call(simulate, rounds=20),
            "numpy",
            lambda: MILLISECOND * time_call(simulate_by_numpy, rounds=20),
        ),
        Entry(
            "kernel: that route, and how its spread rests on 40 inputs",
            ms,
            30,
            lambda: MILLISECOND * time_call(simulate_and_share, rounds=20),
        ),
        Entry(
            "kernel: a million normals by key",
            ms,
            30,
            lambda: MILLISECOND * time_call(lambda: draw_normals(1, 2, count=1_000_000)),
            "numpy Philox",
            lambda: MILLISECOND * time_call(lambda: numpy_draws.standard_normal(1_000_000)),
        ),
    ]
