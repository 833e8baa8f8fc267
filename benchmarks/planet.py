"""The kernels on the whole virtual network: closures, tables, fronts, and draws of a long route.

What the hierarchy's own benchmark measures is taken from there under the keys of the JSON line.
"""

import time
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.hierarchy import (
    MILLISECOND,
    Planet,
    measure,
    measure_pairs_of_nodes,
    measure_tables,
    measure_topology,
    measure_weights,
)
from benchmarks.kernel_figures import Row, key_figures, leave_out
from benchmarks.layers import Layer
from benchmarks.routing import Figure, time_rounds
from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.graph import Csr, build_csr
from landbridge.kernels.hierarchy import Hierarchy, build_hierarchy
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_skims import measure_pairs
from landbridge.kernels.monte_carlo import CostRows, TimeRows, simulate_route
from landbridge.kernels.nested_dissection import dissect
from landbridge.kernels.pareto import Front, FrontRule, find_front, make_guide
from landbridge.network.criticality import Known, find_arcs, find_facilities
from landbridge.network.places import find_place
from landbridge.network.sphere import great_circle

Floats = NDArray[np.float64]
TABLE = (992, 1_000)
CAPITALS = 50
LEGS, DRAWS = 20, 1_024_000
# The exact front of three criteria over the planet goes on growing: it is cut, and its row says so.
MOST_LABELS = 500_000
RAIL_ENDS, PLANET_ENDS = ("Minsk", "Beijing"), ("Minsk", "Mundra")
CRITERIA = {2: "cost and time", 3: "cost, time and emissions"}
# Fronts as a route asks for them: within these shares of the best by each criterion.
WITHIN = (0.01, 0.01, 0.02)
COVERED = (("Kampala", "Mombasa"), ("Minsk", "Tehran"), ("Almaty", "Rotterdam"), ("Minsk", "Mundra"))
TOPOLOGY = ("order_s", "elimination_s", "elimination_with_places_s", "shortcuts", "triangles_million")
TOPOLOGY_SIZES = ("tree_height", "most_upper_neighbours", "hierarchy_mb")
WEIGHTS = ("recost_1_thread_ms", "recost_ms", "recost_3_arcs_ms", "metric_mb")
SUMS = ("sum_fields_1_thread_ms", "sum_fields_ms", "sums_mb")
TABLES = ("one_to_all_ms", "one_to_all_batched_ms", "sweep_path_ms", "tree_dijkstra_ms", "tree_scipy_ms")
CAPITAL_TABLES = ("capitals_table_ms", "capitals_skim_fields_ms")


def name_keys(names: tuple[str, ...]) -> list[str]:
    """Keys of figures of the planet."""
    return [f"planet_{name}" for name in names]


def measure_planet(planet: Planet, rounds: int) -> tuple[Metric, list[Row]]:
    """Order, elimination, customization, queries and tables on the planet."""
    hierarchy, topology = measure_topology(planet, rounds)
    metric, weights = measure_weights(planet, hierarchy, rounds)
    pairs = measure_pairs_of_nodes(planet, metric, rounds)
    tables = measure_tables(planet, metric, rounds)
    rng = np.random.default_rng(5)
    drawn = [rng.choice(planet.network.node_count, count, replace=False) for count in TABLE]
    ends = {"sources": drawn[0], "targets": drawn[1]}
    name = f"{TABLE[0]} x {TABLE[1]} table, cost"
    wide = [
        measure(f"{name}, 1 thread", lambda: measure_pairs(metric, **ends, threads=1), rounds),
        measure(f"{name}, 2 threads", lambda: measure_pairs(metric, **ends), rounds),
    ]
    return metric, [
        *key_figures(name_keys(TOPOLOGY + TOPOLOGY_SIZES), topology),
        *key_figures(name_keys(WEIGHTS + SUMS), weights),
        *key_figures(name_keys(("p2p_us", "p2p_path_us")), pairs),
        *key_figures(name_keys(TABLES + CAPITAL_TABLES), tables),
        *key_figures(name_keys(("table_1_thread_ms", "table_ms")), wide),
    ]


def measure_posts(planet: Planet, metric: Metric) -> list[Row]:
    """Partial customization with a border post closed, for every named post that stands on a crossing."""
    network = planet.network
    posts = sorted(set(network.world.crossings["post"]) & {site.id for site in network.sites if site.id})
    closed = [find_arcs(network, "post", post) for post in posts if post]
    times = [time_closure(metric, arcs) for arcs in closed if len(arcs)]
    if not times:
        raise RuntimeError("no post stands on a crossing")
    name = f"partial customization, one border post closed, over {len(times):,} posts"
    return key_figures(name_keys(("recost_post_ms",)), [Figure(name, "ms", tuple(times), 5.0)])


def time_closure(metric: Metric, arcs: NDArray[np.int32]) -> float:
    """Milliseconds of one partial customization that closes arcs; they are open again after it."""
    shut = np.full(len(arcs), np.inf)
    begun = time.perf_counter()
    before = recustomize(metric, arcs, weight=shut)
    taken = MILLISECOND * (time.perf_counter() - begun)
    restore(metric, before)
    return taken


def draw_capitals(planet: Planet, metric: Metric) -> list[tuple[int, int, tuple[str, str]]]:
    """Pairs of capitals that have a way, drawn at random with a fixed seed: states and ids of their ends."""
    names = list(planet.network.outlets)[: len(planet.sources)]
    drawn = np.random.default_rng(6).integers(0, len(names), (4 * CAPITALS, 2)).tolist()
    found = (
        (int(planet.sources[one]), int(planet.targets[two]), (names[one], names[two]))
        for one, two in drawn
        if one != two
    )
    return list(
        islice(
            (
                pair
                for pair in found
                if np.isfinite(find_shortest(metric, source=pair[0], target=pair[1]).cost)
            ),
            CAPITALS,
        )
    )


def measure_closures(planet: Planet, metric: Metric, rounds: int) -> list[Row]:
    """N-1: every facility on the best ways of some pairs closed in turn, and the pairs through it asked anew.

    Each round starts from the pairs; only what facilities are and which arcs they close is kept, as in
    `criticality.assess_closures`.
    """
    pairs = draw_capitals(planet, metric)
    known: Known = {}
    counts: dict[str, int] = {}

    def close_all() -> None:
        through: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for source, target, ends in pairs:
            path = find_shortest(metric, source=source, target=target).arcs
            for facility in find_facilities(planet.network, path, ends=ends, known=known):
                through.setdefault((facility.kind, facility.id), []).append((source, target))
        for name, asked in through.items():
            arcs = known[name].arcs
            before = recustomize(metric, arcs, weight=np.full(len(arcs), np.inf))
            for source, target in asked:
                find_shortest(metric, source=source, target=target)
            restore(metric, before)
        counts.update(closures=len(through), searches=sum(map(len, through.values())))

    taken = time_rounds(close_all, rounds)
    name = f"N-1 over {len(pairs)} pairs of capitals, {counts['closures']:,} closures, {counts['searches']:,} searches"
    each = tuple(MILLISECOND * value / counts["closures"] for value in taken)
    figures = [
        Figure(name, "s", taken),
        Figure("N-1: each closure, with its searches", "ms", each),
        Figure("N-1: number of closures", "", (counts["closures"],)),
    ]
    return key_figures(["n1_s", "n1_closure_ms", "n1_closures"], figures)


def find_near(planet: Planet, text: str, candidates: NDArray[np.integer]) -> int:
    """The nearest of some nodes of the network to a place, on the great circle."""
    network = planet.network
    place = find_place(network.world, text)
    lat, lon = network.node_lat[candidates], network.node_lon[candidates]
    return int(candidates[int(great_circle(lat, lon, place.lat, place.lon).argmin())])


def measure_fronts(planet: Planet, rail: Layer, rounds: int) -> list[Row]:
    """Exact fronts of two and three criteria, guide included, on rail and on the planet."""
    open_arcs = np.isfinite(planet.weight)[:, None]
    stations = rail.nodes[rail.largest]
    ends = [find_near(planet, text, stations) for text in RAIL_ENDS]
    placed = [int(np.searchsorted(rail.nodes, end)) for end in ends]
    order = dissect(rail.tail, rail.head, lat=rail.lat, lon=rail.lon)
    graph = build_csr(rail.tail, rail.head, node_count=len(rail.nodes))
    hierarchy = build_hierarchy(rail.tail, rail.head, order=order)
    rows = measure_graph_fronts("rail", (graph, hierarchy), (rail.fields, placed, RAIL_ENDS), rounds)
    fields = np.where(open_arcs, planet.fields, np.inf)
    far = [find_near(planet, text, stations) for text in PLANET_ENDS]
    whole = (planet.network.forward, planet.network.hierarchy)
    rows += measure_graph_fronts("planet", whole, (fields, far, PLANET_ENDS), rounds)
    metrics = [customize(whole[1], np.ascontiguousarray(column)) for column in fields.T[: len(WITHIN)]]
    for places in COVERED:
        ends = [find_near(planet, text, stations) for text in places]
        rows.append(measure_cover(whole[0], metrics, ends, places, rounds))
    return rows


def measure_cover(
    csr: Csr, metrics: list[Metric], ends: list[int], places: tuple[str, str], rounds: int
) -> Row:
    """A front of three criteria between two nodes within the shares that a route asks for, guide included."""
    best = [find_distance(metric, source=ends[0], target=ends[1]) for metric in metrics]
    rule = FrontRule(epsilon=np.array(best) * WITHIN)

    def search() -> Front:
        return find_front(csr, make_guide(metrics, target=ends[1]), source=ends[0], rule=rule)

    front = search()
    name = (
        f"front of three within {', '.join(f'{share:.0%}' for share in WITHIN)}, {' to '.join(places)}, planet,"
        f" {front.labels:,} labels, {len(front.paths)} ways"
    )
    key = f"planet_front_3_within_{'_'.join(places).lower()}_ms"
    taken = tuple(1e3 * seconds for seconds in time_rounds(search, rounds))
    return Row(key, name, Figure(name, "ms", taken, 50))


def measure_graph_fronts(
    key: str, graph: tuple[Csr, Hierarchy], asked: tuple[Floats, list[int], tuple[str, str]], rounds: int
) -> list[Row]:
    """Fronts on one graph between two of its nodes; one that is cut has a time under a key of its own."""
    fields, (source, target), places = asked
    metrics = [
        customize(graph[1], np.ascontiguousarray(fields[:, column])) for column in range(max(CRITERIA))
    ]
    rows: list[Row] = []
    for width, words in CRITERIA.items():

        def search(width: int = width) -> Front:
            guide = make_guide(metrics[:width], target=target)
            return find_front(graph[0], guide, source=source, rule=FrontRule(max_labels=MOST_LABELS))

        begun = time.perf_counter()
        front = search()
        once = time.perf_counter() - begun
        name = f"front of {words}, {' to '.join(places)}, {key}"
        keys = [f"{key}_front_{width}_s", f"{key}_front_{width}_ways"]
        if front.truncated:
            cut = Figure(
                f"that front, cut at {front.labels:,} labels and {len(front.paths):,} ways", "s", (once,)
            )
            rows += [leave_out(keys[0], name), Row(f"{key}_front_{width}_cut_s", cut.name, cut)]
            continue
        found = Figure(f"{name}, {front.labels:,} labels", "s", time_rounds(search, min(rounds, 3)))
        rows += key_figures(keys, [found, Figure("ways of that front", "", (len(front.paths),))])
    return rows


def make_route() -> tuple[TimeRows, CostRows]:
    """A made-up route of 20 legs: each has a lognormal run, a uniform wait and a lognormal cost that goes with both."""
    rng, legs = np.random.default_rng(0), np.arange(LEGS, dtype=np.int32)
    nothing, keys = np.zeros(LEGS), np.arange(1, 2 * LEGS + 1, dtype=np.uint64)
    minimum, mu = rng.random(LEGS) * 10, rng.normal(1.0, 0.3, LEGS)
    times = TimeRows(
        np.concatenate([legs, legs]),
        keys,
        np.concatenate([minimum, nothing]),
        np.concatenate([mu, nothing]),
        np.concatenate([np.full(LEGS, 0.8), nothing]),
        np.concatenate([nothing, rng.random(LEGS) * 48]),
    )
    costs = CostRows(
        legs, keys[:LEGS], rng.random(LEGS) * 10, np.full(LEGS, 0.1), nothing, np.full(LEGS, 0.3)
    )
    return times, costs


def simulate_by_numpy(times: TimeRows, costs: CostRows) -> list[Floats]:
    """The same route by NumPy, on one thread: quantiles of time and cost after each leg."""
    rng = np.random.Generator(np.random.Philox(1))
    passed, found = [np.zeros(DRAWS), np.zeros(DRAWS)], []
    for leg in range(LEGS):
        hours = times.minimum[leg] + np.exp(times.mu[leg] + times.sigma[leg] * rng.standard_normal(DRAWS))
        hours += times.span[LEGS + leg] * rng.random(DRAWS)
        luck = np.exp(costs.sigma[leg] * rng.standard_normal(DRAWS) - 0.5 * costs.sigma[leg] ** 2)
        passed[0] += hours
        passed[1] += luck * (costs.fixed[leg] + costs.hourly[leg] * hours)
        found.append(np.quantile(passed, [0.1, 0.5, 0.9], axis=1))
    return found


def measure_draws(rounds: int) -> list[Row]:
    """The made-up route drawn by landbridge and by NumPy; the medians of the whole agree within 1 %."""
    times, costs = make_route()
    name = f"Monte Carlo, {LEGS} legs with waits, {DRAWS:,} draws"
    route = simulate_route(times, costs, item_count=LEGS, seed=1, draws=DRAWS)
    known = simulate_by_numpy(times, costs)[-1]
    np.testing.assert_allclose([route.time[-1], route.cost[-1]], known.T, rtol=0.01)
    ours = measure(
        f"{name}, all cores",
        lambda: simulate_route(times, costs, item_count=LEGS, seed=1, draws=DRAWS),
        min(rounds, 3),
    )
    theirs = measure(f"{name}, by NumPy, 1 core", lambda: simulate_by_numpy(times, costs), min(rounds, 3))
    return key_figures(["monte_carlo_ms", "monte_carlo_numpy_ms"], [ours, theirs])
