"""Every kernel gives the same numbers when nothing is compiled: plain Python is the reference of the machine code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from landbridge.kernels.alternatives import find_alternatives
from landbridge.kernels.customization import customize, recustomize
from landbridge.kernels.draws import draw_normals
from landbridge.kernels.graph import build_csr
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_skims import skim
from landbridge.kernels.hierarchy_sweeps import sweep, trace_sweep
from landbridge.kernels.lane_sums import sum_lanes
from landbridge.kernels.monte_carlo import CostRows, Departures, TimeRows, simulate_rows
from landbridge.kernels.nested_dissection import dissect
from landbridge.kernels.owen import nest_players
from landbridge.kernels.pareto import find_front, make_guide
from landbridge.kernels.sampled_orders import draw_orders
from landbridge.kernels.shortest_paths import (
    find_path_guided,
    grow_tree,
)
from landbridge.kernels.spread import share_spread
from landbridge.kernels.via_facility import ViaArcs, find_vias, trace_via

SIDE = 5
WIDE = 10


def compute_hierarchy() -> list[object]:
    """Order, weights and answers of a hierarchy on a grid that is large enough to be cut."""
    node = np.arange(WIDE * WIDE).reshape(WIDE, WIDE)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    two = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    fields = np.random.default_rng(1).uniform(1.0, 9.0, (len(tail), 2))
    order = dissect(tail, head, lat=node.ravel() // WIDE / 10.0, lon=node.ravel() % WIDE / 10.0)
    metric = customize(build_hierarchy(tail, head, order=order), fields[:, 0])
    whole = metric.up.tolist()
    revision = recustomize(metric, np.array([0, 7]), weight=np.array([np.inf, 0.5]))
    back = sweep(metric, sources=np.array([99, 50]), source_costs=np.array([0.0, 3.0]), backward=True)
    table = skim(sum_lanes(metric, fields), sources=node[0], targets=node[-1])
    return [
        order.tolist(),
        [whole, metric.up.tolist(), revision.slots.tolist(), revision.up.tolist()],
        [
            find_distance(metric, source=0, target=99),
            find_shortest(metric, source=0, target=99).arcs.tolist(),
        ],
        [back.distance.tolist(), trace_sweep(back, 0).tolist()],
        [table.cost.tolist(), table.fields.tolist()],
    ]


def compute() -> dict[str, object]:
    """Results of every kernel on a small grid and a short route."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    two = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    weights = np.random.default_rng(0).uniform(1.0, 9.0, (len(tail), 3))
    forward = build_csr(tail, head, node_count=SIDE**2)
    weight, last = weights[:, 0], SIDE**2 - 1
    tree = grow_tree(forward, weight, sources=np.array([0]))
    hierarchy = build_hierarchy(tail, head, order=node.T.ravel())
    metrics = [customize(hierarchy, column) for column in weights.T]
    front = find_front(forward, make_guide(metrics, target=last), source=0)
    out = sweep(metrics[0], sources=np.array([0]))
    home = sweep(metrics[0], sources=np.array([last]), backward=True)
    via = ViaArcs(forward.arc, tail[forward.arc], head[forward.arc], forward.arc // 3)
    alternatives = find_alternatives(forward, out, home, source=0, target=last)
    rows = np.array([0, 1], np.int32), np.array([3, 4], np.uint64)
    half = np.array([0.5, 0.0])
    groups = np.array([9, 0], np.uint64)
    times = TimeRows(*rows, half, half, half, 1.0 - 2.0 * half, groups, half, half, groups, half)
    costs, inputs = CostRows(*rows, half, half, half, half), np.array([0, 1], np.int32)
    route, drawn = simulate_rows(times, costs, item_count=2, seed=1, draws=20)
    waits = TimeRows(
        np.array([0, 1, 2], np.int32),
        np.array([3, 4, 5], np.uint64),
        *np.zeros((4, 3)),
        group=np.array([9, 9, 0], np.uint64),
        rho=np.full(3, 0.5),
        shut=np.array([0.5, 0.0, 0.5]),
        rest=np.full(3, 20.0),
        timetable=np.array([-1, 0, -1], np.int32),
        departures=Departures(np.array([0, 2]), np.array([6.0, 90.0])),
    )
    waited = simulate_rows(waits, costs, item_count=3, seed=1, draws=20)[1]
    shares = share_spread(times, costs, drawn, inputs=(inputs, inputs), input_count=2)
    guided = find_path_guided(forward, weight, source=0, target=last, potential=np.zeros(SIDE**2))
    return {
        "arcs": forward.arc.tolist(),
        "tree": [tree.distance.tolist(), tree.parent_arc.tolist()],
        "paths": [
            guided.arcs.tolist(),
            trace_via(out, home, via, 12).tolist(),
        ],
        "vias": find_vias(out, home, via).cost.tolist(),
        "front": [front.cost.tolist(), [path.tolist() for path in front.paths]],
        "alternatives": [path.tolist() for path in alternatives.paths],
        "hierarchy": compute_hierarchy(),
        "draws": draw_normals(5, 6, count=9).tolist(),
        "orders": draw_orders(
            nest_players(7, partitions=[[0, 0, 1, 1, 1, 2, 3]]), np.arange(7), seed=5, first=2, count=6
        ).tolist(),
        "route": [route.time.tolist(), route.cost.tolist(), route.time_variance],
        "waits": [waited.hours.tolist()],
        "shares": [
            shares.cost_share.tolist(),
            shares.cost_narrowing.tolist(),
            shares.time_narrowing.tolist(),
        ],
    }


def test_the_same_numbers_without_compiling() -> None:
    """Paths and sums to the bit; numbers that pass through exp and log to 1e-13, differences of them to 1e-12, for
    libraries round differently.
    """
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__))],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    plain, compiled = json.loads(run.stdout), json.loads(json.dumps(compute()))
    for name, tolerance in (("draws", 0.0), ("route", 0.0), ("waits", 1e-12), ("shares", 1e-12)):
        flat = [np.concatenate([np.ravel(part) for part in case.pop(name)]) for case in (plain, compiled)]
        np.testing.assert_allclose(flat[0], flat[1], rtol=1e-13, atol=tolerance)
    assert plain == compiled


if __name__ == "__main__":
    sys.stdout.write(json.dumps(compute()))
