"""The hierarchy of a virtual network: the order of its nodes, and the shortcuts that follow.

The world's nodes have one order, found once for each network by nested dissection: the shipped network has it in a
file, that of another network is kept in the cache. What tables and requests add (services, places of a study, the ends
of flows) hangs on a few neighbours each and is eliminated first, so no order is made anew for a study.
"""

import io
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.graph import freeze
from landbridge.kernels.hierarchy import Hierarchy, build_hierarchy, extend_order
from landbridge.kernels.nested_dissection import dissect
from landbridge.network.virtual import Arcs, count_world_nodes
from landbridge.sources.cache_folder import find_cache_folder, write_whole
from landbridge.sources.world import WORLD_FOLDER, World

Ints = NDArray[np.int32]
Coordinates = tuple[NDArray[np.float32], NDArray[np.float32]]
SHIPPED = WORLD_FOLDER / "order.npz"
# So few nodes need no good order.
SMALL = 2_000

_ORDERS: dict[tuple[str, int], Ints] = {}
# Requests between the same places and scenarios that close or price alike have the same arcs.
_HIERARCHIES: dict[bytes, Hierarchy] = {}
MOST_KEPT = 2


def build_network_hierarchy(world: World, arcs: Arcs, coordinates: Coordinates) -> Hierarchy:
    """The hierarchy of the arcs of a virtual network over `world`; `coordinates` are lat, lon of nodes in degrees."""
    key = _name_arcs(world, arcs, len(coordinates[0]))
    kept = _HIERARCHIES.get(key)
    if kept is None:
        kept = _build(world, arcs, coordinates)
        while len(_HIERARCHIES) >= MOST_KEPT:
            _HIERARCHIES.pop(next(iter(_HIERARCHIES)), None)
        _HIERARCHIES[key] = kept
    return kept


def _name_arcs(world: World, arcs: Arcs, node_count: int) -> bytes:
    """What tells apart the arcs of networks."""
    digest = blake2b(f"{world.hash} {node_count}".encode())
    for ends in (arcs.tail, arcs.head):
        digest.update(np.ascontiguousarray(ends).data)
    return digest.digest()


def _build(world: World, arcs: Arcs, coordinates: Coordinates) -> Hierarchy:
    first = count_world_nodes(world)
    known = find_order(world, lambda: _dissect(arcs, coordinates, first))
    order = extend_order(known, node_count=len(coordinates[0]), on_top=False)
    return build_hierarchy(arcs.tail, arcs.head, order=order)


def find_order(world: World, make: Callable[[], Ints]) -> Ints:
    """The world's nodes in order of elimination: as shipped, else as cached, else as `make` gives it."""
    key = (world.hash, count_world_nodes(world))
    if key not in _ORDERS:
        found = _read_order(SHIPPED, key)
        _ORDERS[key] = freeze(found if found is not None else _find_cached(key, make), np.int32)
    return _ORDERS[key]


def _find_cached(key: tuple[str, int], make: Callable[[], Ints]) -> Ints:
    if key[1] <= SMALL:
        return np.arange(key[1], dtype=np.int32)
    path = find_cache_folder("order") / f"{key[0][:16]}.npz"
    found = _read_order(path, key)
    if found is None:
        found = make()
        write_order(path, found, key[0])
    return found


def _read_order(path: Path, key: tuple[str, int]) -> Ints | None:
    """The order in a file, if it is that of the network."""
    if not path.is_file():
        return None
    with np.load(path) as kept:
        order: Ints = kept["order"]
        return order if str(kept["network"]) == key[0] and len(order) == key[1] else None


def ship_order(world: World) -> int:
    """Writes the order in which hierarchies of `world` are built beside the shipped network; returns its size in bytes.

    For the build of that network, after a first hierarchy. Raises KeyError before one.
    """
    write_order(SHIPPED, _ORDERS[world.hash, count_world_nodes(world)], world.hash)
    return SHIPPED.stat().st_size


def write_order(path: Path, order: Ints, network: str) -> None:
    """Writes an order with the hash of its network."""
    text = io.BytesIO()
    np.savez_compressed(text, order=order, network=np.array(network))
    write_whole(path, text.getvalue())


def _dissect(arcs: Arcs, coordinates: Coordinates, first: int) -> Ints:
    lat, lon = (values.astype(np.float64) for values in coordinates)
    order = dissect(arcs.tail, arcs.head, lat=lat, lon=lon)
    return order[order < first]
