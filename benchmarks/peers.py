"""AequilibraE as a peer: its skims on the arrays that landbridge is given.

It is an extra (`bench`), so this module can be imported without it; `find_aequilibrae` tells whether it is there.
"""

import importlib.metadata
import importlib.util
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FIELDS = ("cost", "time", "co2e", "distance")


def find_aequilibrae() -> str:
    """Version of AequilibraE, "" where it is not installed."""
    found = importlib.util.find_spec("aequilibrae") is not None
    return importlib.metadata.version("aequilibrae") if found else ""


def make_aequilibrae_graph(
    tail: NDArray[np.integer], head: NDArray[np.integer], *, fields: Floats, places: NDArray[np.integer]
) -> Any:
    """Its graph of arcs with `fields`, float64[m, 4], the cost first, prepared for skims between places.

    Ids count from 1 there, and places follow each other by rising id. It compresses the graph here,
    as it does once for each network.
    """
    from aequilibrae.paths import Graph

    columns = {name: np.ascontiguousarray(fields[:, index]) for index, name in enumerate(FIELDS)}
    ends = {"link_id": np.arange(1, len(tail) + 1), "a_node": tail + 1, "b_node": head + 1}
    graph = Graph()
    graph.network = pd.DataFrame({**ends, "direction": np.ones(len(tail), np.int8), **columns})
    graph.mode = "c"
    graph.prepare_graph(np.sort(places) + 1)
    graph.set_graph("cost")
    graph.set_blocked_centroid_flows(False)
    return graph


def skim_by_aequilibrae(graph: Any) -> Floats:
    """Sums of the graph's fields of skimming between its places in their order, float64[s, s, k], on one core."""
    from aequilibrae.paths import NetworkSkimming

    skimming = NetworkSkimming(graph)
    skimming.set_cores(1)
    skimming.signal.deactivate = True  # a bar of progress costs it time
    skimming.execute()
    if skimming.report:
        raise RuntimeError(f"AequilibraE: {skimming.report[0]}")
    return np.asarray(skimming.results.skims.matrix_view)
