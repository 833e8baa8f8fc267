"""Builds the world network that the package ships: `python data/build.py`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from network_build.chain import build_world  # noqa: E402

if __name__ == "__main__":
    begun = time.perf_counter()
    build_world(print)
    print(f"done in {time.perf_counter() - begun:.0f} s")
