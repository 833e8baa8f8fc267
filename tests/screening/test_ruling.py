"""What each field of a listing does, by invented listings whose answer follows from the field's definition."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from landbridge.schema import load_catalogue
from landbridge.schema.tables import make_frame
from landbridge.screening import (
    Consignment,
    Law,
    Passed,
    Screening,
    read_law,
    screen_consignment,
    screen_route,
)
from landbridge.screening.checks import check_ends, check_unread
from landbridge.screening.steps import list_changes

DAY = datetime.date(2025, 6, 1)
TERRITORIES = [
    {"territory": "BLOC", "country": "XA", "from": datetime.date(2000, 1, 1), "until": None},
    {"territory": "BLOC", "country": "XB", "from": datetime.date(2000, 1, 1), "until": None},
    {
        "territory": "BLOC",
        "country": "XC",
        "from": datetime.date(2000, 1, 1),
        "until": datetime.date(2020, 12, 31),
    },
]
LISTS: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        "products",
        "except_products",
        "origins",
        "destinations",
        "through",
        "parties",
        "carrier",
        "places",
        "modes",
    ),
    (),
)
ROW = {
    "id": "law", "jurisdiction": "XX", "act": "An act", "title": "A title.", "effect": "prohibit", **LISTS,
    "direction": "any", "territorial": False, "covers_indirect": False, "from": datetime.date(2025, 1, 1),
    "until": None,
}  # fmt: skip
SITES = {"port": frozenset({"XA"}), "post": frozenset({"XA", "XD"})}


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return make_frame({name: [row[name] for row in rows] for name in rows[0]}, load_catalogue().tables[table])


def law(*rows: dict[str, Any], bound_by: tuple[str, ...] = ("XX",), date: datetime.date = DAY) -> Law:
    listings = frame("listings", [{**ROW, "bound_by": ("XX",), **row} for row in rows])
    territories = frame("territories", TERRITORIES)
    return read_law(listings, territories, date=date, bound_by=bound_by, sites=SITES)


def rule(row: dict[str, Any], *way: str, product: str = "310420", **more: Any) -> Screening:
    return screen_consignment(law(row, **more), Consignment(product, *way))


def effect(screening: Screening) -> str:
    return screening.listings[0].effect if screening.listings else ""


@pytest.mark.parametrize("field", ["origins", "destinations", "through"])
def test_a_bloc_means_its_members_of_the_day(field: str) -> None:
    way = {"origins": ("XB", "XE"), "destinations": ("XE", "XB"), "through": ("XE", "XB")}[field]
    left = tuple("XC" if code == "XB" else code for code in way)
    row = {field: ("BLOC",), "direction": "any"}
    assert rule(row, *way).prohibited
    assert not rule(row, *left).prohibited
    early = {**row, "from": datetime.date(2019, 1, 1)}
    assert rule(early, *left, date=datetime.date(2020, 12, 31)).prohibited
    assert not rule(early, *left, date=datetime.date(2021, 1, 1)).prohibited


@pytest.mark.parametrize(
    ("direction", "export", "import_", "inside", "transit"),
    [
        ("any", "prohibited", "prohibited", "prohibited", "closed"),
        ("export", "prohibited", "", "", ""),
        ("import", "", "prohibited", "", ""),
        ("transit", "", "", "", "closed"),
    ],
)
def test_direction_is_seen_from_the_territory(
    direction: str, export: str, import_: str, inside: str, transit: str
) -> None:
    row = {"through": ("BLOC",), "direction": direction}
    ways = (("XA", "XE"), ("XE", "XA"), ("XA", "XB"), ("XD", "XE"))
    assert [effect(rule(row, *way)) for way in ways] == [export, import_, inside, transit]


@pytest.mark.parametrize(
    ("direction", "closed"),
    [("any", ["a", "i", "t"]), ("export", ["a"]), ("import", ["i"]), ("transit", ["t"])],
)
def test_a_place_is_closed_to_its_direction_and_modes_only(direction: str, closed: list[str]) -> None:
    """The direction is seen from the country of the place where the listing names no territory."""
    row = {"effect": "close_place", "places": ("port",), "modes": ("rail",), "direction": direction}
    ways = {"a": ("XA", "XE"), "i": ("XE", "XA"), "t": ("XD", "XE")}
    found = {name: rule(row, *way).closings for name, way in ways.items()}
    assert [name for name, closings in found.items() if closings] == closed
    for closings in found.values():
        assert all(one.modes == {"rail"} and one.places == {"port"} for one in closings)


def test_a_prohibition_of_a_mode_closes_the_mode_and_not_the_shipment() -> None:
    by_road = rule({"modes": ("road",), "through": ("XA",)}, "XA", "XE")
    assert not by_road.prohibited
    (closing,) = by_road.closings
    assert (closing.countries, closing.modes) == ({"XA"}, {"road"})
    (anywhere,) = rule({"modes": ("air",)}, "XA", "XE").closings
    assert (anywhere.countries, anywhere.places, anywhere.modes) == (frozenset(), frozenset(), {"air"})


def test_a_prohibition_of_a_place_closes_it_on_the_way_and_forbids_it_as_an_end() -> None:
    bans = law({"places": ("port",)})
    on_the_way = screen_consignment(bans, Consignment("310420", "XD", "XE"))
    assert not on_the_way.prohibited
    assert on_the_way.closings[0].places == {"port"}
    assert screen_consignment(bans, Consignment("310420", "XD", "XA", ("", "port"))).prohibited


def test_part_of_a_heading_is_shown_at_an_end_and_closes_the_way() -> None:
    row = {"products": ("310420",), "through": ("XA",)}
    at_end = rule(row, "XE", "XA", product="3104")
    assert (at_end.prohibited, at_end.closings) == (False, ())
    assert at_end.listings[0].meaning.endswith("give the full code.")
    assert rule(row, "XE", "XD", product="3104").closings
    assert rule(row, "XE", "XA", product="310420").prohibited
    assert not rule(row, "XE", "XA", product="310430").listings


def test_goods_without_a_code_leave_measures_unread_and_say_so() -> None:
    named, general = {"id": "named", "products": ("3104",)}, {"id": "general", "effect": "flag"}
    unsure = screen_consignment(law(named, general), Consignment("", "XA", "XE"))
    assert [one.listing for one in unsure.listings] == ["general"]
    (finding,) = check_unread(unsure)
    assert "1 measure (XX 1)" in finding.what
    assert not list(check_unread(screen_consignment(law(named, general), Consignment("27", "XA", "XE"))))


@pytest.mark.parametrize(
    ("row", "bound_by", "applies"),
    [
        ({"bound_by": ("XX",)}, (), False),
        ({"bound_by": ("XX",)}, ("XX",), True),
        ({"bound_by": ("BLOC",)}, ("XA",), True),
        ({"bound_by": ("BLOC",)}, ("XC",), False),
        ({"bound_by": ("XA",)}, ("BLOC",), False),
        ({"bound_by": ("all",)}, (), True),
        ({"bound_by": ("territory",)}, (), True),
        ({"jurisdiction": "UN"}, (), True),
        ({"territorial": True}, (), True),
    ],
)
def test_who_is_bound_is_the_same_for_flows_and_routes(
    row: dict[str, Any], bound_by: tuple[str, ...], applies: bool
) -> None:
    flow = rule({"effect": "flag", **row}, "XA", "XE", bound_by=bound_by)
    assert flow.listings[0].applies is applies
    passing = law({"effect": "flag", "through": ("XD",), **row}, bound_by=bound_by)
    way = [Passed(1, frozenset({"rail"}), frozenset({"XD"}))]
    (met,) = screen_route(passing, Consignment("310420", "XA", "XE"), passed=way)
    assert met.applies is applies
    assert met.meaning.startswith("For those whom it binds") is not applies


def test_a_measure_on_names_alone_forbids_nothing() -> None:
    row = {"parties": ("A Company",)}
    assert effect(rule(row, "XA", "XE")) == "shown"
    assert rule({**row, "origins": ("XA",)}, "XA", "XE").prohibited


def test_a_measure_on_carriers_forbids_nothing_and_needs_their_mode() -> None:
    row = {"carrier": ("XD",), "through": ("XA",), "modes": ("road",)}
    assert rule(row, "XA", "XE") == Screening(False, (), ())
    goods = Consignment("310420", "XA", "XE")
    for mode, count in (("road", 1), ("rail", 0)):
        way = [
            Passed(1, frozenset({mode}), frozenset({"XA"})),
            Passed(2, frozenset({"road"}), frozenset({"XE"})),
        ]
        assert len(screen_route(law(row), goods, passed=way)) == count


@pytest.mark.parametrize(("direction", "met"), [("transit", True), ("any", True), ("import", False)])
def test_a_route_meets_a_territory_in_its_direction(direction: str, met: bool) -> None:
    row = {"effect": "flag", "through": ("XD",), "direction": direction}
    way = [Passed(1, frozenset({"rail"}), frozenset({"XD"}))]
    assert bool(screen_route(law(row), Consignment("310420", "XA", "XE"), passed=way)) is met


def test_a_general_closing_has_its_territory_and_one_on_goods_has_none() -> None:
    row = {"effect": "close_place", "places": ("post",)}
    assert rule(row, "XE", "XF").listings[0].where == {"XA", "XD"}
    assert rule({**row, "through": ("XA",)}, "XE", "XF").listings[0].where == {"XA"}
    assert rule({**row, "products": ("3104",)}, "XE", "XF").listings[0].where == frozenset()


class End:
    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind


def test_a_free_zone_leaves_origin_and_last_destination_open() -> None:
    rows = (
        {"id": "other-origin", "origins": ("XD",), "products": ("3104",)},
        {"id": "onward", "destinations": ("XD",), "covers_indirect": True},
        {"id": "direct", "destinations": ("XD",)},
    )
    goods, city, zone = Consignment("310420", "XA", "XE"), End("A city", "city"), End("A zone", "zone")
    assert not list(check_ends(law(*rows), goods, ends=(city, city)))
    start, end = check_ends(law(*rows), goods, ends=(zone, zone))
    assert start.code == "free_zone_origin"
    assert "1 measure (XX 1) on such goods of other origins" in start.what
    assert "1 measure (XX 1) cover indirect supply" in end.what


def changed(first: datetime.date, last: datetime.date | None) -> bool:
    rows = frame("listings", [{**ROW, "from": first, "until": last}])
    since, until = datetime.date(2025, 6, 1), datetime.date(2025, 12, 31)
    return bool(len(list_changes(rows, since=since, until=until)))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2025, 6, 1), None, False),  # in force on the day itself: no change since
        ((2025, 6, 2), None, True),
        ((2025, 12, 31), None, True),
        ((2026, 1, 1), None, False),
        ((2020, 1, 1), (2025, 5, 31), False),  # gone on 1 June already
        ((2020, 1, 1), (2025, 6, 1), True),  # its last day is the day itself: gone on 2 June
        ((2020, 1, 1), (2025, 12, 30), True),
        ((2020, 1, 1), (2025, 12, 31), False),  # still in force on the last day
        ((2025, 7, 1), (2025, 7, 1), True),
        ((2020, 1, 1), None, False),
        ((2020, 1, 1), (9999, 12, 31), False),
    ],
)
def test_a_change_of_law_is_a_first_day_or_the_day_after_a_last(
    first: tuple[int, int, int], last: tuple[int, int, int] | None, expected: bool
) -> None:
    assert changed(datetime.date(*first), datetime.date(*last) if last else None) is expected
