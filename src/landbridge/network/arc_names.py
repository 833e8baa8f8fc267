"""The same way on another network over the same world: one with other legs, formalities or closures, say.

Arcs of the world keep their numbers. All others are known by their ends, their site and what is begun on them.
"""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray

from landbridge.network.interruptions import INTERRUPTION
from landbridge.network.virtual import VirtualNetwork, count_world_nodes

Path = NDArray[np.int32]
Names = dict[Hashable, list[int]]


def name_arcs(network: VirtualNetwork) -> Names:
    """The arcs that are no edges of the world, by what tells them apart."""
    names: Names = {}
    for arc in np.flatnonzero(network.arcs.edge < 0).tolist():
        names.setdefault(_name_arc(network, arc), []).append(arc)
    return names


def find_again(
    path: Path, network: VirtualNetwork, *, other: VirtualNetwork, names: Names, start: int
) -> Path | None:
    """The arcs of another network that a path of `network` is there, from the node `start` on; None where it has no
    such way. `names` are those of the other network.
    """
    found: list[int] = []
    for arc in path.tolist():
        tail = int(other.arcs.head[found[-1]]) if found else start
        same: Iterable[int] = [arc] if network.arcs.edge[arc] >= 0 else names.get(_name_arc(network, arc), ())
        chosen = next((one for one in same if other.arcs.tail[one] == tail), None)
        if chosen is None:
            return None
        found.append(chosen)
    return np.array(found, np.int32)


def _name_arc(network: VirtualNetwork, arc: int) -> Hashable:
    arcs = network.arcs
    steps = network.operations[arcs.op[arc]] if arcs.op[arc] >= 0 else ()
    begun = next((step for step in steps if step.direction != INTERRUPTION), None)
    site = network.sites[arcs.site[arc]] if arcs.site[arc] >= 0 else None
    return (
        _name_node(network, int(arcs.tail[arc])),
        _name_node(network, int(arcs.head[arc])),
        site and (site.id, site.kind),
        begun and (begun.operation, begun.mode, begun.to_mode, begun.service),
        int(arcs.code_a[arc]),
    )


def _name_node(network: VirtualNetwork, node: int) -> Hashable:
    """Nodes of the world have the same number on all networks; the others stand where they stand."""
    if node < count_world_nodes(network.world):
        return node
    return float(network.node_lat[node]), float(network.node_lon[node])
