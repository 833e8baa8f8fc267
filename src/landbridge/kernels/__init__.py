"""Arrays in, frozen dataclasses out: the mathematics of landbridge, without names, tables or units of trade.

Every kernel takes int32 or int64 ids, arrays by keyword and float64 weights, and says shapes, units and paper
in its docstring. Arrays that a kernel returns are its own; those that it takes are never written to. Compiled
functions keep their machine code beside the package, or in the user's cache folder where the package cannot
be written.

The modules: `graph` (adjacency), `shortest_paths` (trees and paths), `via_facility` (best way through each
facility), `alternatives` (different good paths), `pareto` (fronts over several criteria), `distributions` (fits
and closed forms), `draws` (random streams by key) and `monte_carlo` (ranges of a route's time and cost); `heap`,
`label_search`, `label_sets` and `corridor` serve the searches. For many queries on one network:
`nested_dissection` (an order of its nodes), `hierarchy` (shortcuts by that order), `customization` (their
weights, whole or in part), `hierarchy_queries` (one pair), `hierarchy_sweeps` (all nodes), `hierarchy_skims`
(tables) and `lane_sums` (what tables of further fields rest on); `simple_graph`, `node_flow`, `least_degree`,
`elimination` and `unpacking` serve them. `partial_equilibrium` is the market of one product after a change of
tariffs. What each of several changes is worth: `coalitions` (which of them are run together), `shapley` (values and
interactions from all coalitions), `owen` (values by nested groups), `sampled_orders` (estimates where there are too
many) and `attribution` (all of these within a number of runs).
"""

import os
import tempfile
from pathlib import Path


def choose_cache() -> str:
    """A folder for compiled kernels where neither the package's own nor the user's can be written, else "".

    numba looks at those two by itself, and fails where both are closed.
    """
    places = (Path(__file__).parent, Path(os.path.expanduser("~")))  # noqa: PTH111 - Path.home() raises without a home
    if os.environ.get("NUMBA_CACHE_DIR") or any(os.access(place, os.W_OK) for place in places):
        return ""
    return str(Path(tempfile.gettempdir()) / "landbridge-kernels")


if CACHE := choose_cache():
    os.environ["NUMBA_CACHE_DIR"] = CACHE
