"""Lets the tests of screening close ways in the invented world of tests/network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
