"""The invented world and its tables, made once."""

import pytest
from invented_world import Tables, make_tables, make_world

from landbridge.sources.world import World


@pytest.fixture(scope="session")
def small_world() -> World:
    return make_world()


@pytest.fixture(scope="session")
def small_tables() -> Tables:
    return make_tables()
