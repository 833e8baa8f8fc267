"""Routes over the shipped world, computed once a session: every flow of the tests in one run of the steps."""

import csv
import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from landbridge.network.steps import Options, Simulation
from landbridge.schema.rows import rows_to_frame
from landbridge.sources import read_shipped_tables
from landbridge.study.engine import Ground, Setting, compute

# A day of the sailing season, after most of the published figures and before the newest closures.
DATE = datetime.date(2025, 6, 1)
PUBLISHED = Path(__file__).parent / "published_corridors.csv"
SETTING = Setting(DATE, ("BY",), Simulation(500, 1))


def read_published() -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compute_flows(
    flows: list[Mapping[str, Any]],
    options: Options,
    *,
    date: datetime.date = DATE,
    **changed: pd.DataFrame,
) -> dict[str, Any]:
    """The workspace of flows over the shipped tables, of which some may be changed."""
    filled = [{"product": "", "shipment": "", "tonnes": float("nan"), **flow} for flow in flows]
    tables = {**read_shipped_tables(), **changed, "flows": rows_to_frame("flows", filled)}
    workspace, _ = compute(Ground(tables, replace(SETTING, date=date)), options=options)
    return workspace


@pytest.fixture(scope="session")
def route_flows() -> Callable[..., dict[str, Any]]:
    """Computes flows over the shipped tables."""
    return compute_flows


@pytest.fixture(scope="session")
def published_run() -> dict[str, Any]:
    """Best routes between the ends of all published figures."""
    pairs = {(row["origin"], row["destination"], row["shipment"]) for row in read_published()}
    flows = [
        {
            "id": f"{origin}|{destination}|{shipment}",
            "origin": origin,
            "destination": destination,
            "shipment": shipment,
        }
        for origin, destination, shipment in sorted(pairs)
    ]
    return compute_flows(flows, Options(by=("cost",), corridors=False))


@pytest.fixture(scope="session")
def routes_run() -> dict[str, Any]:
    """Routes by three criteria and by the named corridors, between ends of the two studies."""
    flows = [
        {"id": "potash", "origin": "Soligorsk", "destination": "Bandar Abbas", "product": "3104"},
        {"id": "box", "origin": "Minsk", "destination": "Tehran", "shipment": "container_food"},
        {"id": "harvester", "origin": "Gomel", "destination": "Tehran", "product": "843351"},
        {"id": "coffee", "origin": "Kampala", "destination": "Mombasa", "product": "090111"},
        {"id": "closed", "origin": "Kyiv", "destination": "Minsk", "shipment": "container_food"},
    ]
    return compute_flows(flows, Options(by=("cost", "time", "co2e")))
