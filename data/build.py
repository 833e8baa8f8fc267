"""Builds the world network that the package ships: `python data/build.py`."""

import time

from network_build.chain import build_world
from network_build.elimination import order_world

if __name__ == "__main__":
    begun = time.perf_counter()
    build_world(print)
    order_world(print)
    print(f"done in {time.perf_counter() - begun:.0f} s")
