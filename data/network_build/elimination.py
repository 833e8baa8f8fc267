"""Orders the nodes of the shipped network for its hierarchy of shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.network.build import join_ends
from landbridge.network.ordering import ship_order
from landbridge.network.router import make_ready
from landbridge.sources import open_world, read_shipped_tables


def order_world(say: Callable[[str], None]) -> None:
    """Writes shipped/world/order.npz for the files just built, with the shipped tables' terminals and services."""
    world = open_world(say)
    ready = make_ready(world, read_shipped_tables(), world.date)
    say("order of the nodes")
    join_ends(ready.base, ())
    say(f"order.npz: {ship_order(world) / 1e6:.1f} MB")
