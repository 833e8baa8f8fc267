"""Each fault of a user's network is found, with its place; traps and contractions agree with slow references."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from landbridge.network.contract_links import contract_links
from landbridge.network.traps import CORE, ENTERED, LEFT, PASSED, find_traps
from landbridge.network.user_network import check_user_network
from landbridge.schema import Finding
from landbridge.sources import World, open_world, read_network

# A road of four nodes around Slutsk in Belarus, both ways; degrees of longitude are 67 km here.
NODES = {"a": (53.0, 27.0), "b": (53.0, 27.1), "c": (53.0, 27.2), "d": (53.1, 27.1)}
LINKS = {"1": "a,b,0,7,road,", "2": "b,c,0,7,road,", "3": "b,d,0,12,road,"}


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


def check(
    world: World,
    folder: Path,
    nodes: dict[str, tuple[float, float]],
    links: dict[str, str],
    kinds: dict[str, str] | None = None,
    countries: dict[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Findings of the network above with other nodes and links."""
    kinds, countries = kinds or {}, countries or {}
    rows = [
        f"{name},{lon},{lat},{kinds.get(name, '')},{countries.get(name, '')}"
        for name, (lat, lon) in {**NODES, **nodes}.items()
    ]
    (folder / "node.csv").write_text(
        "\n".join(["node_id,x_coord,y_coord,node_type,country", *rows, ""]), "utf-8"
    )
    head = "link_id,from_node_id,to_node_id,directed,length,facility_type,gauge"
    rows = [f"{name},{text}" for name, text in {**LINKS, **links}.items()]
    (folder / "link.csv").write_text("\n".join([head, *rows, ""]), "utf-8")
    return check_user_network(read_network(folder), world)


def test_a_sound_network_has_no_findings(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, {}, {}) == ()


# Nodes and links that are added or changed; then code, file, line and words of the finding.
FAULTS: list[tuple[dict[str, tuple[float, float]], dict[str, str], tuple[str, str, int, str]]] = [
    (
        {"e": (53.0, 27.5), "f": (53.0, 27.6)},
        {"4": "e,f,0,7,road,"},
        ("island", "node.csv", 6, "km from Slutsk, BY"),
    ),
    ({"e": (53.0, 27.3)}, {"4": "c,e,1,7,road,"}, ("one_way_trap", "node.csv", 6, "entered but not left")),
    ({"e": (53.0, 27.3)}, {"4": "e,c,1,7,road,"}, ("one_way_trap", "node.csv", 6, "left but not entered")),
    ({}, {"4": "c,c,0,7,road,"}, ("self_loop", "link.csv", 5, "53.0000,27.2000")),
    ({}, {"4": "a,d,0,0,road,"}, ("zero_length", "link.csv", 5, "link 4 from a to d")),
    ({}, {"4": "a,d,0,9,road,"}, ("impossible_length", "link.csv", 5, "is 9.000 km long for 12.9")),
    ({}, {"4": "a,d,0,140,road,"}, ("suspicious_length", "link.csv", 5, "140.0 km")),
    ({"d": (27.1, 53.1)}, {}, ("swapped_coordinates", "node.csv", 5, "write 53.1000 as latitude")),
    ({"c": (27.2, 53.0)}, {}, ("swapped_coordinates", "node.csv", 4, "node c at 27.2000,53.0000")),
    ({"d": (153.1, 27.1)}, {}, ("coordinates_out_of_range", "node.csv", 5, "153.1000,27.1000")),
    ({"e": (53.0, 27.20001)}, {"4": "d,e,0,13,road,"}, ("duplicate_node", "node.csv", 6, "node c")),
    ({}, {"4": "a,b,0,7,rail,1530"}, ("unknown_gauge", "link.csv", 5, "1530 mm")),
    (
        {},
        {"4": "a,b,0,7,rail,1520", "5": "b,c,0,7,rail,1435"},
        ("gauge_break", "node.csv", 3, "1435 and 1520"),
    ),
    (
        {"e": (77.0, 100.0), "f": (77.1, 100.0)},
        {"4": "e,f,0,12,road,"},
        ("far_from_network", "link.csv", 5, "km from the nearest road"),
    ),
]


@pytest.mark.parametrize(("nodes", "links", "fault"), FAULTS, ids=[fault[2][0] for fault in FAULTS])
def test_each_fault_is_found_with_its_place(
    world: World,
    tmp_path: Path,
    nodes: dict[str, tuple[float, float]],
    links: dict[str, str],
    fault: tuple[str, str, int, str],
) -> None:
    code, file, row, words = fault
    found = [finding for finding in check(world, tmp_path, nodes, links) if finding.code == code]
    assert [(finding.file, finding.row) for finding in found] == [(file, row)]
    assert words in str(found[0])
    assert "km from" in found[0].what or code == "coordinates_out_of_range"


def test_a_swapped_node_bends_no_length(world: World, tmp_path: Path) -> None:
    assert [finding.code for finding in check(world, tmp_path, {"d": (27.1, 53.1)}, {})] == [
        "swapped_coordinates"
    ]


def test_a_network_that_is_swapped_as_a_whole_is_known_by_its_country(world: World, tmp_path: Path) -> None:
    swapped = {name: (lon, lat) for name, (lat, lon) in NODES.items()}
    found = check(world, tmp_path, swapped, {}, countries=dict.fromkeys(NODES, "BY"))
    assert [finding.row for finding in found if finding.code == "swapped_coordinates"] == [2, 3, 4, 5]


def test_posts_that_stand_twice_are_found(world: World, tmp_path: Path) -> None:
    nodes = {"e": (53.1, 27.105)}
    found = check(world, tmp_path, nodes, {"4": "d,e,0,0.4,road,"}, kinds={"d": "post", "e": "border_post"})
    (twice,) = [finding for finding in found if finding.code == "duplicate_post"]
    assert (twice.file, twice.row) == ("node.csv", 6)
    assert "within a kilometre of the post d on line 5" in twice.what


def test_a_border_needs_a_post_unless_it_has_no_formalities(world: World, tmp_path: Path) -> None:
    """No shipped post stands within 25 km of Slutsk, so the stated countries decide."""

    def codes(other: str, kinds: dict[str, str]) -> list[str]:
        found = check(
            world, tmp_path, {}, {}, kinds=kinds, countries={**dict.fromkeys("abd", "BY"), "c": other}
        )
        return [finding.code for finding in found if finding.code == "border_without_post"]

    assert codes("UA", {}) == ["border_without_post"]
    assert codes("UA", {"b": "post"}) == []
    assert codes("RU", {}) == []


def test_findings_alike_are_told_a_hundred_times_and_then_counted(world: World, tmp_path: Path) -> None:
    links = {f"l{number}": "c,c,0,1,road," for number in range(130)}
    found = [finding for finding in check(world, tmp_path, {}, links) if finding.code == "self_loop"]
    assert len(found) == 101
    assert any("and 30 more" in finding.what for finding in found)


def reach(start: int, arcs: set[tuple[int, int]]) -> set[int]:
    """Nodes that a walk from `start` can come to, by trying arc after arc."""
    found = {start}
    while more := {head for tail, head in arcs if tail in found} - found:
        found |= more
    return found


def judge(nodes: int, arcs: set[tuple[int, int]]) -> list[int]:
    """The kind of each node by the definition alone."""
    after = [reach(node, arcs) for node in range(nodes)]
    both = arcs | {(head, tail) for tail, head in arcs}
    kinds = []
    for node in range(nodes):
        part = reach(node, both)
        strong = [
            frozenset(other for other in part if other in after[one] and one in after[other]) for one in part
        ]
        core = min(strong, key=lambda each: (-len(each), min(each)))
        entered, leaves = node in after[min(core)], min(core) in after[node]
        kinds.append({(1, 1): CORE, (1, 0): ENTERED, (0, 1): LEFT, (0, 0): PASSED}[entered, leaves])
    return kinds


@given(
    st.integers(1, 7).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.tuples(*[st.integers(0, n - 1)] * 2)))
    )
)
def test_traps_are_those_of_the_definition(case: tuple[int, set[tuple[int, int]]]) -> None:
    nodes, arcs = case
    rows = np.array(sorted(arcs), np.int64).reshape(-1, 2)
    assert find_traps(rows[:, 0], rows[:, 1], nodes=nodes).kind.tolist() == judge(nodes, arcs)


def distances(nodes: int, rows: Iterable[tuple[int, int, float]]) -> np.ndarray:
    """Shortest distances between all nodes, of parallel links the shortest."""
    best: dict[tuple[int, int], float] = {}
    for tail, head, km in rows:
        best[tail, head] = min(km, best.get((tail, head), np.inf))
    ends = np.array([*best], np.int64).reshape(-1, 2)
    graph = coo_array((list(best.values()), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes)).tocsr()
    return dijkstra(graph, directed=False)


LINK = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 20))


@given(st.lists(LINK, min_size=1, max_size=16), st.sets(st.integers(0, 8)))
def test_contraction_keeps_every_distance(rows: list[tuple[int, int, int]], named: set[int]) -> None:
    """Between the nodes that stay; those that must stay do."""
    frame = pd.DataFrame(rows, columns=["tail", "head", "length"]).astype({"length": float})
    frame = frame.assign(gauge=float("nan"), name="", directed=False)
    keep = [node in named for node in range(9)]
    pieces = contract_links(frame, keep, ["BY"] * 9).pieces
    both = [(min(a, b), max(a, b), float(km)) for a, b, km in rows if a != b]
    before = distances(9, both)
    after = distances(9, [(*piece.ends, piece.km) for piece in pieces])
    stays = sorted({end for piece in pieces for end in piece.ends})
    for one, other in product(stays, stays):
        assert after[one, other] == pytest.approx(before[one, other])
    # A named node stays if it has another to go to; a ring that touches nothing leads nowhere.
    assert {
        one for one, other in product(named, named) if one != other and np.isfinite(before[one, other])
    } <= set(stays)


def test_contraction_stops_at_borders_and_at_a_change_of_gauge() -> None:
    frame = pd.DataFrame(
        {"tail": range(5), "head": range(1, 6), "length": 1.0, "name": "", "directed": False}
    )
    gauge = [1520.0, 1520.0, 1520.0, 1435.0, 1435.0]
    pieces = contract_links(
        frame.assign(gauge=gauge), [False] * 6, ["BY", "BY", "PL", "PL", "PL", "PL"]
    ).pieces
    assert [piece.ends for piece in pieces] == [(0, 1), (1, 2), (2, 3), (3, 5)]


def test_one_way_links_without_a_way_back_are_counted() -> None:
    frame = pd.DataFrame(
        {"tail": [0, 1, 1], "head": [1, 0, 2], "length": 1.0, "gauge": float("nan"), "name": ""}
    )
    assert contract_links(frame.assign(directed=True), [False] * 3, ["BY"] * 3).one_way == 1
