"""Data sources with provenance: the shipped tables of authored rows, products, and the world network.

Names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.sources.network_files import read_network as read_network
    from landbridge.sources.products import clean_product as clean_product
    from landbridge.sources.products import is_product as is_product
    from landbridge.sources.products import read_products as read_products
    from landbridge.sources.tables import check_shipped_tables as check_shipped_tables
    from landbridge.sources.tables import hash_shipped_tables as hash_shipped_tables
    from landbridge.sources.tables import read_shipped_tables as read_shipped_tables
    from landbridge.sources.user_network import UserNetwork as UserNetwork
    from landbridge.sources.world import World as World
    from landbridge.sources.world import network_date as network_date
    from landbridge.sources.world import open_world as open_world
    from landbridge.sources.world import open_world_folder as open_world_folder
    from landbridge.sources.world import read_meta as read_meta

_HOMES = {
    "network_files": ("read_network",),
    "products": ("clean_product", "is_product", "read_products"),
    "tables": ("check_shipped_tables", "hash_shipped_tables", "read_shipped_tables"),
    "user_network": ("UserNetwork",),
    "world": ("World", "network_date", "open_world", "open_world_folder", "read_meta"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "UserNetwork",
    "World",
    "check_shipped_tables",
    "clean_product",
    "hash_shipped_tables",
    "is_product",
    "network_date",
    "open_world",
    "open_world_folder",
    "read_meta",
    "read_network",
    "read_products",
    "read_shipped_tables",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
