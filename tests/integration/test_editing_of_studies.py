"""A study adds, closes, renames and overrides any place, leg, post, service and parameter by its own CSV alone.

Each case writes a few rows into a copy of one small study, asks for one route over the shipped world, and holds the
effect; every change can be traced, with the layer that it lies over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import landbridge as lb
from landbridge.network.amended import amend_world
from landbridge.sources import open_world, read_shipped_tables
from landbridge.study.new import write_new_study

HEADS = {
    "places": "id,name,kind,country,lat,lon,source,quality",
    "legs": "id,name,from,to,mode,distance,source,quality",
    "posts": "id,name,country_a,country_b,mode,lat,lon,source,quality",
    "services": "id,name,kind,from,to,distance,headway,time,cost,cost_unit,price_year,source,quality",
    "rates": "id,mode,means,cargo_class,scope,rate,unit,price_year,source,quality",
    "sources": "id,title,publisher,kind",
}
BOX = lb.Goods(cargo="container")


@dataclass(frozen=True)
class Case:
    """Rows of the study's own tables as text, rows of the scenario's overrides, the changed cell, and its effect."""

    rows: Mapping[str, str]
    overrides: str
    traced: tuple[str, str, str]
    holds: Callable[[lb.Study], None]


def make_study(root: Path, rows: Mapping[str, str] = {}, overrides: str = "") -> lb.Study:
    """A study with these rows; a text that begins with a head of its own keeps it."""
    write_new_study(root, parties=["KE", "UG"], bound_by=["UG"], name="edited")
    for table, text in {"sources": "test,A test,The tests,E", **rows}.items():
        known = text.startswith("id,")
        (root / f"{table}.csv").write_text(
            text + "\n" if known else f"{HEADS[table]}\n{text}\n", encoding="utf-8"
        )
    head = (root / "overrides" / "signed.csv").read_text(encoding="utf-8")
    (root / "overrides" / "signed.csv").write_text(head + overrides, encoding="utf-8")
    return lb.read_study(root)


def ask(
    study: lb.Study | None,
    origin: str = "Kampala",
    destination: str = "Mombasa port",
    *,
    mode: str = "",
    via: tuple[str, ...] = (),
    goods: lb.Goods = BOX,
) -> lb.Routes:
    """Routes over the study's scenario "signed", or over the shipped tables."""
    options = lb.Options(by=("cost",), mode=mode, via=via, corridors=False)
    ground = study.prepare("signed").ground if study else None
    return lb.find_routes(origin, destination, goods=goods, options=options, ground=ground)


def items(found: lb.Routes) -> pd.DataFrame:
    frame = found.tables["route_items"]
    return frame[frame["route"] == found.frame["route"].iloc[0]]


def passes(found: lb.Routes, place: str) -> bool:
    return place in set(items(found)["place_id"])


def own_place(study: lb.Study) -> None:
    found = ask(study, "My Depot")
    assert found.ends[0]["name"] == "My Depot"
    assert items(found)["place_id"].iloc[0] == "my-depot"


def shut_place(study: lb.Study) -> None:
    assert passes(ask(None, mode="rail"), "naivasha-icd")
    assert not passes(ask(study, mode="rail"), "naivasha-icd")


def named_place(study: lb.Study) -> None:
    for text in ("Kilindini", "Mombasa port"):
        found = ask(study, destination=text)
        assert found.ends[1]["name"] == "Kilindini"
        assert items(found)["place"].iloc[-1] == "Kilindini"


def moved_place(study: lb.Study) -> None:
    """Half a degree to the north of Kampala: the road is longer by what lies between, and less than 150 km."""
    assert 20.0 < length(ask(study, mode="road")) - length(ask(None, mode="road")) < 150.0


def length(found: lb.Routes) -> float:
    return float(found.frame["distance"].iloc[0])


def own_leg(study: lb.Study) -> None:
    assert length(ask(study, mode="road")) < 320.0


def shut_leg(study: lb.Study) -> None:
    """The metre-gauge link of the Naivasha depot, without which its trains do not go on to Malaba."""
    way = {"mode": "rail", "via": ("naivasha-icd",)}
    assert length(ask(None, **way)) < length(ask(study, **way)) - 50.0 or "unreachable" in verdict(
        study, **way
    )


def verdict(study: lb.Study, **way: object) -> str:
    try:
        return ask(study, **way).verdict  # type: ignore[arg-type]
    except lb.UnreachableError:
        return "unreachable"


def named_leg(study: lb.Study) -> None:
    legs = study.prepare("signed").ground.tables["legs"].set_index("id")
    assert legs.loc["naivasha-icd-longonot", "name"] == "The link"


def longer_leg(study: lb.Study) -> None:
    """57 km become 77: the way through the depot by rail grows by these 20."""
    before, after = (ask(one, mode="rail") for one in (None, study))
    assert passes(before, "naivasha-icd")
    assert length(after) - length(before) == pytest.approx(20.0, abs=0.5)


def own_post(study: lb.Study) -> None:
    world = amend_world(open_world(), study.prepare("signed").ground.tables)
    assert "my-post" in set(world.crossings["post"])
    assert "my-post" not in set(open_world().crossings["post"])
    assert not [finding for finding in study.check() if finding.code == "post_off_network"]


def shut_post(study: lb.Study) -> None:
    post = next(place for place in ("busia-road", "malaba-road") if passes(ask(None, mode="road"), place))
    assert post == "busia-road"
    assert not passes(ask(study, mode="road"), "busia-road")


def named_post(study: lb.Study) -> None:
    assert "Busia one-stop" in set(items(ask(study, mode="road", via=("busia-road",)))["place"])


def own_service(study: lb.Study) -> None:
    assert "my-train" in set(items(ask(study))["service"])


def shut_service(study: lb.Study) -> None:
    way = {"via": ("naivasha-icd",), "mode": "rail"}
    assert "sgr-mombasa-naivasha" in set(items(ask(None, **way))["service"])
    assert "sgr-mombasa-naivasha" not in set(items(ask(study, **way))["service"])


def named_service(study: lb.Study) -> None:
    services = study.prepare("signed").ground.tables["services"].set_index("id")
    assert services.loc["sgr-mombasa-naivasha", "name"] == "The block train"


def rarer_service(study: lb.Study) -> None:
    """A train every two days instead of each day: half a day more to wait in the mean."""
    before, after = (ask(one, via=("naivasha-icd",), mode="rail") for one in (None, study))
    gap = float(after.frame["time"].iloc[0] - before.frame["time"].iloc[0])
    assert gap == pytest.approx(12.0, abs=0.1)


def named_terms(study: lb.Study | None, **way: object) -> set[str]:
    found = ask(study, **way)  # type: ignore[arg-type]
    return {name for cells in found.tables["route_terms"]["inputs"] for name in cells}


def own_parameter(study: lb.Study) -> None:
    assert "rates#my-rate" in named_terms(study, mode="road")
    assert "rates#my-rate" not in named_terms(None, mode="road")


def cleared_parameter(study: lb.Study) -> None:
    """The fee of the crossing is cleared, so nothing is charged there any more."""
    for one, charged in ((None, True), (study, False)):
        found = ask(one, mode="road", via=("busia-road",))
        fees = found.tables["route_terms"].query("term == 'charge'")
        fees = fees[["operations#busia-road-crossing" in cells for cells in fees["inputs"]]]
        assert (len(fees) > 0) == charged


def remarked_parameter(study: lb.Study) -> None:
    rows = study.prepare("signed").ground.tables["parameters"].set_index("id")
    assert rows.loc["interest_rate", "note"] == "Asked of a bank"


def dearer_parameter(study: lb.Study) -> None:
    """Interest five times as high: five times as much for it on the same way."""
    before, after = (ask(one, mode="road", via=("busia-road",)) for one in (None, study))
    sums = [
        found.tables["route_terms"].query("term.str.startswith('inventory')")["value"].sum()
        for found in (before, after)
    ]
    ratio = 50.0 / float(read_shipped_tables()["parameters"].set_index("id").loc["interest_rate", "value"])
    assert sums[1] / sums[0] == pytest.approx(ratio, rel=0.02)


def over(table: str, row: str, field: str, value: str) -> str:
    return f"{table},{row},{field},{value},,,test,estimated\n"


OWN = "test,estimated"
CASES = {
    "place added": Case(
        {"places": f"my-depot,My Depot,terminal,UG,0.35,32.62,{OWN}"},
        "",
        ("places", "my-depot", ""),
        own_place,
    ),
    "place closed": Case(
        {"places": "id,status,source,quality\nnaivasha-icd,closed,test,estimated"},
        "",
        ("places", "naivasha-icd", "status"),
        shut_place,
    ),
    "place renamed": Case(
        {"places": "id,name,source,quality\nkemba-port,Kilindini,test,estimated"},
        "",
        ("places", "kemba-port", "name"),
        named_place,
    ),
    "place overridden": Case(
        {}, over("places", "ugkla", "lat", "0.85"), ("places", "ugkla", "lat"), moved_place
    ),
    "leg added": Case(
        {"legs": f"my-road,My road,Kampala,Mombasa port,road,300,{OWN}"}, "", ("legs", "my-road", ""), own_leg
    ),
    "leg closed": Case(
        {"legs": "id,status,source,quality\nnaivasha-icd-longonot,closed,test,estimated"},
        "",
        ("legs", "naivasha-icd-longonot", "status"),
        shut_leg,
    ),
    "leg renamed": Case(
        {"legs": "id,name,source,quality\nnaivasha-icd-longonot,The link,test,estimated"},
        "",
        ("legs", "naivasha-icd-longonot", "name"),
        named_leg,
    ),
    "leg overridden": Case(
        {},
        over("legs", "naivasha-icd-longonot", "distance", "77"),
        ("legs", "naivasha-icd-longonot", "distance"),
        longer_leg,
    ),
    "post added": Case({"posts": "@"}, "", ("posts", "my-post", ""), own_post),
    "post closed": Case(
        {"posts": "id,status,source,quality\nbusia-road,closed,test,estimated"},
        "",
        ("posts", "busia-road", "status"),
        shut_post,
    ),
    "post renamed": Case(
        {"posts": "id,name,source,quality\nbusia-road,Busia one-stop,test,estimated"},
        "",
        ("posts", "busia-road", "name"),
        named_post,
    ),
    "post overridden": Case(
        {}, over("posts", "busia-road", "status", "closed"), ("posts", "busia-road", "status"), shut_post
    ),
    "service added": Case(
        {
            "services": "my-train,My train,block_train,kampala-goodshed,kemba-port,1200,24,30,20,USD/TEU,2025,"
            + OWN
        },
        "",
        ("services", "my-train", ""),
        own_service,
    ),
    "service closed": Case(
        {"services": "id,status,source,quality\nsgr-mombasa-naivasha,closed,test,estimated"},
        "",
        ("services", "sgr-mombasa-naivasha", "status"),
        shut_service,
    ),
    "service renamed": Case(
        {"services": "id,name,source,quality\nsgr-mombasa-naivasha,The block train,test,estimated"},
        "",
        ("services", "sgr-mombasa-naivasha", "name"),
        named_service,
    ),
    "service overridden": Case(
        {},
        over("services", "sgr-mombasa-naivasha", "headway", "48"),
        ("services", "sgr-mombasa-naivasha", "headway"),
        rarer_service,
    ),
    "parameter added": Case(
        {"rates": f"my-rate,road,truck,any,UG,0.5,USD/truck-km,2025,{OWN}"},
        "",
        ("rates", "my-rate", ""),
        own_parameter,
    ),
    "parameter closed": Case(
        {},
        "".join(
            over("operations", "busia-road-crossing", name, "") for name in ("cost", "cost_p10", "cost_p90")
        ),
        ("operations", "busia-road-crossing", "cost"),
        cleared_parameter,
    ),
    "parameter renamed": Case(
        {},
        over("parameters", "interest_rate", "note", "Asked of a bank"),
        ("parameters", "interest_rate", "note"),
        remarked_parameter,
    ),
    "parameter overridden": Case(
        {},
        over("parameters", "interest_rate", "value", "50") + over("parameters", "interest_rate", "p90", "60"),
        ("parameters", "interest_rate", "value"),
        dearer_parameter,
    ),
}


def find_nameless_crossing() -> str:
    """A row of posts at a road crossing of the shipped world that has none."""
    crossings = open_world().crossings
    row = crossings[(crossings["mode"] == "road") & (crossings["post"] == "")].iloc[0]
    return f"my-post,My post,{row.country_a},{row.country_b},road,{row.lat:.4f},{row.lon:.4f},{OWN}"


@pytest.mark.parametrize("name", CASES)
def test_an_edit_of_a_study_takes_effect_and_is_traced(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    rows = {table: find_nameless_crossing() if text == "@" else text for table, text in case.rows.items()}
    study = make_study(tmp_path / "study", rows, case.overrides)
    assert not [finding for finding in study.check() if finding.severity == "error"]
    case.holds(study)
    table, row, field = case.traced
    layers = study.prepare("signed").scenario.layers
    mine = layers[(layers["table"] == table) & (layers["id"] == row)]
    if field:
        mine = mine[mine["field"] == field]
        assert mine["layer"].tolist() == ["shipped", "signed" if case.overrides else "study"]
        assert mine["in_force"].tolist() == [False, True]
    else:
        assert set(mine["layer"]) == {"study"}
        assert set(mine["in_force"]) == {True}


def test_the_cases_are_all_twenty() -> None:
    kinds = ("place", "leg", "post", "service", "parameter")
    assert set(CASES) == {
        f"{kind} {edit}" for kind in kinds for edit in ("added", "closed", "renamed", "overridden")
    }


def test_a_scenario_stands_over_the_study_and_the_study_over_what_is_shipped(tmp_path: Path) -> None:
    rows = {"services": "id,headway,source,quality\nsgr-mombasa-naivasha,36,test,estimated"}
    study = make_study(tmp_path / "study", rows, over("services", "sgr-mombasa-naivasha", "headway", "48"))
    layers = study.prepare("signed").scenario.layers.query(
        "id == 'sgr-mombasa-naivasha' and field == 'headway'"
    )
    assert layers["layer"].tolist() == ["shipped", "study", "signed"]
    assert layers["value"].tolist() == ["24", "36", "48"]
    assert layers["in_force"].tolist() == [False, False, True]


def test_check_tells_what_joins_nothing(tmp_path: Path) -> None:
    """A leg over the sea from an inland city, a post where nobody crosses, a change of gauge without railways."""
    rows = {
        "legs": f"my-lane,My lane,Kampala,Mombasa port,sea,900,{OWN}",
        "posts": f"my-post,My post,KE,UG,road,3.0,38.0,{OWN}",
        "places": (
            "id,name,kind,country,lat,lon,gauge,gauge_change,gauge_to,source,quality\n"
            f"my-yard,My yard,station,UG,0.35,32.62,1000,transhipment,1600,{OWN}"
        ),
    }
    with pytest.raises(lb.InputError) as caught:
        make_study(tmp_path / "study", rows).check()
    found = {finding.code: finding for finding in caught.value.findings}
    assert {"leg_to_nowhere", "post_off_network", "gauge_change_nowhere"} <= set(found)
    assert (found["leg_to_nowhere"].file, found["leg_to_nowhere"].row) == ("legs.csv", 2)


def test_check_tells_of_a_change_that_the_network_cannot_follow(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", {}, over("legs", "naivasha-icd-longonot", "gauge", "1435"))
    (told,) = [finding for finding in study.check() if finding.code == "built_in"]
    assert (told.severity, told.file, told.column) == ("warning", "overrides/signed.csv", "gauge")


def test_a_place_of_the_study_can_change_the_gauge(tmp_path: Path) -> None:
    """Between two railways of the shipped network that come within 8 km of each other and are not joined there."""
    shipped = open_world()
    node, other = find_two_gauges()
    lat, lon = (float(values[node]) for values in (shipped.node_lat, shipped.node_lon))
    country = shipped.countries[int(shipped.node_country[node])]
    gauges = [int(shipped.node_gauge[end]) for end in (node, other)]
    rows = {
        "places": (
            "id,name,kind,country,lat,lon,gauge,gauge_change,gauge_to,source,quality\n"
            f"my-yard,My yard,station,{country},{lat:.4f},{lon:.4f},{gauges[0]},transhipment,{gauges[1]},{OWN}"
        )
    }
    study = make_study(tmp_path / "study", rows)
    assert not [finding for finding in study.check() if finding.code == "gauge_change_nowhere"]
    changes = amend_world(shipped, study.prepare("signed").ground.tables).gauge_changes
    mine = changes[changes["place"] == "my-yard"].iloc[0]
    assert [mine["gauge_a"], mine["gauge_b"]] == gauges
    assert len(changes) == len(shipped.gauge_changes) + 1


def find_two_gauges() -> tuple[int, int]:
    """Two rail nodes of one country and two gauges within 5 km."""
    world = open_world()
    known = {frozenset(pair) for pair in world.gauge_changes[["node_a", "node_b"]].itertuples(index=False)}
    rails = (world.node_layer == 1).nonzero()[0]
    order = rails[world.node_lat[rails].argsort(kind="stable")]
    for step in range(1, 40):
        one, two = order[:-step], order[step:]
        near = (abs(world.node_lat[one] - world.node_lat[two]) < 0.03) & (
            abs(world.node_lon[one] - world.node_lon[two]) < 0.03
        )
        differ = (world.node_gauge[one] != world.node_gauge[two]) & (
            world.node_country[one] == world.node_country[two]
        )
        for first, second in zip(one[near & differ].tolist(), two[near & differ].tolist(), strict=True):
            if frozenset((first, second)) not in known:
                return first, second
    raise AssertionError("no two railways of different gauge come near each other")


def test_a_study_says_what_is_shut_and_a_scenario_lifts_it(tmp_path: Path) -> None:
    """The block train on strike for a tenth of the time, 50 h at a time: 5 h more in the mean, until it is settled."""
    rows = {
        "interruptions": "id,name,on,share,duration,cause,source,quality\n"
        f"my-strike,Strike on the block train,sgr-mombasa-naivasha,0.1,50,strike,{OWN}"
    }
    way = {"mode": "rail", "via": ("naivasha-icd",)}
    before = ask(None, **way)  # type: ignore[arg-type]
    study = make_study(tmp_path / "study", rows)
    assert not [finding for finding in study.check() if finding.severity == "error"]
    shut = ask(study, **way)  # type: ignore[arg-type]
    assert items(shut)["cause"].tolist().count("strike") == 1
    assert float(shut.frame["time"].iloc[0] - before.frame["time"].iloc[0]) == pytest.approx(5.0, abs=1e-6)
    told = shut.to_json()["routes"][0]["items"]
    assert [item["operation"] for item in told if item.get("cause") == "strike"] == ["wait"]
    assert "interruptions#my-strike" in set(shut.evidence()["input"])
    settled = make_study(tmp_path / "settled", rows, over("interruptions", "my-strike", "share", "0"))
    assert ask(settled, **way).frame["time"].iloc[0] == pytest.approx(before.frame["time"].iloc[0])  # type: ignore[arg-type]


def test_a_study_gives_a_service_a_timetable(tmp_path: Path) -> None:
    """From Naivasha on Mondays and Tuesdays instead of each day: (24^2 + 144^2) / 336 h instead of 12 h."""
    way = {"mode": "rail", "via": ("naivasha-icd",)}
    plan = over("services", "sgr-mombasa-naivasha", "departures_back", "Mon-Tue 06:00")
    study = make_study(tmp_path / "study", {}, plan)
    before, after = (float(ask(one, **way).frame["time"].iloc[0]) for one in (None, study))  # type: ignore[arg-type]
    assert after - before == pytest.approx((24.0**2 + 144.0**2) / 336.0 - 12.0, abs=1e-6)
    faulty = make_study(
        tmp_path / "faulty",
        {"services": "id,departures,source,quality\nsgr-mombasa-naivasha,Lundi 6,test,estimated"},
    )
    with pytest.raises(lb.InputError) as caught:
        faulty.check()
    (found,) = [finding for finding in caught.value.findings if finding.code == "bad_departures"]
    assert (found.file, found.row, found.column) == ("services.csv", 2, "departures")
