"""Access to the sea over the shipped world: the ports that the literature names, the law, and how fast it is."""

import datetime
import time
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.network.items import Simulation
from landbridge.network.router import Case, Ready, Router, make_ready
from landbridge.network.sea_access import find_seaports, measure_access
from landbridge.network.shipments import choose_shipment
from landbridge.network.structure import find_capitals
from landbridge.schema import load_catalogue
from landbridge.schema.tables import empty_table
from landbridge.sources import open_world, read_shipped_tables
from landbridge.study.engine import Ground, Setting
from landbridge.study.sea_access import measure_access as measure_study

DATE = datetime.date(2025, 8, 21)
# Ports of the countries of the case studies of Snow, Faye, McArthur and Sachs (2003, Country case studies on the
# challenges facing landlocked developing countries, background paper of the Human Development Report) and their like,
# one of which must be among the first four.
KNOWN = {
    "AM": ("Poti", "Batumi"),
    "BF": ("Abidjan", "Tema", "Lome"),
    "BI": ("Dar es Salaam port",),
    "CH": ("Genova", "Rotterdam", "Antwerpen"),
    "ET": ("Djibouti",),
    "LA": ("Bangkok", "Laem Chabang"),
    "LS": ("Durban port",),
    "ML": ("Dakar", "Abidjan"),
    "MN": ("Tianjin",),
    "MW": ("Nacala port", "Beira port"),
    "NP": ("Haldia", "Kolkata"),
    "PY": ("Buenos Aires", "Nueva Palmira"),
    "SZ": ("Maputo",),
    "UG": ("Mombasa port",),
    "UZ": ("Bandar Abbas (Shahid Rajaee port)",),
    "ZW": ("Beira port",),
}
Tables = Mapping[str, pd.DataFrame]


def measure(*parties: str, bound_by: tuple[str, ...] = (), product: str = "") -> Tables:
    """The tables of parties over the shipped tables."""
    specs = load_catalogue().tables.items()
    studies = {name: empty_table(spec) for name, spec in specs if spec.where == "study"}
    ground = Ground({**studies, **read_shipped_tables()}, Setting(DATE, bound_by, Simulation(100, 1)))
    return measure_study(ground, parties, product)


def list_ports(tables: Tables, party: str, status: str = "open") -> list[str]:
    ways = tables["sea_ways"]
    mine = ways[(ways["party"] == party) & (ways["kind"] == "port") & (ways["status"] == status)]
    return list(mine.sort_values("cost")["name"])


@pytest.fixture(scope="module")
def known() -> Tables:
    return measure(*KNOWN)


@pytest.mark.parametrize("party", list(KNOWN))
def test_the_ports_of_the_literature_are_among_the_first(known: Tables, party: str) -> None:
    assert set(KNOWN[party]) & set(list_ports(known, party)[:4])


def test_an_enclave_hangs_on_the_country_around_it(known: Tables) -> None:
    row = known["sea_access"].set_index("party").loc["LS"]
    assert (row["worst_id"], row["worst_cut"], row["ways_by_countries"], row["herfindahl"]) == (
        "ZA",
        True,
        1,
        1.0,
    )


def test_the_caspian_is_no_open_sea() -> None:
    """Kazakhstan, Turkmenistan and Azerbaijan have ports on it: none of them ends a way, nor does a river port."""
    tables = measure("KZ", "TM", "AZ")
    ways = tables["sea_ways"]
    assert set(tables["sea_access"]["status"]) == {"open"}
    assert not set(ways["port_country"]) & {"KZ", "TM", "AZ"}
    assert not ways["name"].str.contains("river port|Makhachkala|Astrakhan|Olya|Moscow").any()


def test_what_binds_the_user_is_no_way_and_has_no_value() -> None:
    """Ust-Luga and Novorossiysk are closed to users under the law of the European Union, and open to others."""
    free, bound = measure("BY", bound_by=("BY",)), measure("BY", bound_by=("EU",))
    assert "Ust-Luga" in list_ports(free, "BY")
    assert "Ust-Luga" not in list_ports(bound, "BY")
    ways = bound["sea_ways"].set_index("id")
    assert (ways.loc["ruulu", "status"], ways.loc["ruulu", "closed_by"]) == ("closed", "eu-ru-ports")
    assert np.isnan(ways.loc["ruulu", "cost"])
    assert "ruulu" not in set(bound["sea_losses"]["id"])


def test_potash_of_belarus_does_not_reach_klaipeda_under_the_law_of_the_union() -> None:
    """Transit through the Union is closed to it whoever asks; a user bound by its law may not send it at all."""
    general = measure("BY", bound_by=("BY",))
    potash = measure("BY", bound_by=("BY",), product="310420")
    assert "Klaipeda" in list_ports(general, "BY")
    assert not {"LT", "LV", "PL", "EE"} & set(potash["sea_ways"]["port_country"])
    beside = potash["sea_ways"][potash["sea_ways"]["kind"] == "neighbour"].set_index("id")
    assert beside.loc["LT", "status"] == "closed"
    assert beside.loc["LT", "closed_by"].startswith("eu-by-potash")
    banned = measure("BY", bound_by=("EU",), product="310420")
    (row,) = banned["sea_access"].to_dict("records")
    assert row["status"] == "prohibited"
    assert row["forbidden_by"]
    assert banned["sea_ways"].empty


@pytest.fixture(scope="module")
def ready() -> Ready:
    return make_ready(open_world(), read_shipped_tables(), DATE)


@pytest.fixture(scope="module")
def minsk(ready: Ready) -> tuple[Router, Case]:
    capital = find_capitals(ready)["BY"]
    case = Case(choose_shipment(ready.tables["shipments"]), (), (capital, capital))
    return ready.router([capital], simulation=Simulation(1, 1)), case


def test_the_ways_to_the_ports_are_those_of_scipy(minsk: tuple[Router, Case]) -> None:
    router, case = minsk
    search, shore = router.search(case), find_seaports(router, case)
    found = measure_access(router, case, shore=shore)
    weight, arcs = search.weight("cost").copy(), router.network.arcs
    last = weight[shore.boards].copy()
    weight[shore.afloat] = np.inf
    kept = np.flatnonzero(np.isfinite(weight))
    kept = kept[np.lexsort((weight[kept], arcs.head[kept], arcs.tail[kept]))]
    first = np.concatenate([[True], (np.diff(arcs.tail[kept]) != 0) | (np.diff(arcs.head[kept]) != 0)])
    kept, count = kept[first], router.network.node_count
    lengths = np.maximum(weight[kept], 1e-12)
    graph = csr_array((lengths, (arcs.tail[kept], arcs.head[kept])), shape=(count, count))
    away = dijkstra(graph, indices=router.network.outlets[case.ends[0].id])
    port = shore.port_at(shore.boards)
    for way in found.ports:
        mine = port == way.seaport
        expected = (away[arcs.tail[shore.boards[mine]]] + last[mine]).min()
        assert search.weight("cost")[way.path].sum() == pytest.approx(expected, abs=1e-6)


def test_it_can_be_asked_often(minsk: tuple[Router, Case]) -> None:
    """About 0.1 s on a warm network; the bound leaves room for a busy machine."""
    router, case = minsk
    shore = find_seaports(router, case)
    measure_access(router, case, shore=shore)
    start = time.perf_counter()
    measure_access(router, case, shore=shore)
    assert time.perf_counter() - start < 1.0
