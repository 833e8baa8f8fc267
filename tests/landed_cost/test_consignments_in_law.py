"""Goods keep their true origin: what the law forbids or closes to it is not priced, wherever they are sent from."""

from __future__ import annotations

import datetime
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented_law import frame, make_tables

from landbridge.api import GivenFreight, Offer, price_landed_cost
from landbridge.landed_cost.pricing import Wishes
from landbridge.network.steps import Options, Simulation
from landbridge.schema import InputError, ProhibitedError
from landbridge.schema.rows import read_rows
from landbridge.sources import read_shipped_tables
from landbridge.study.engine import STEPS, Ground, Setting
from landbridge.study.plan import run_steps

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
import invented_world

DAY = datetime.date(2026, 7, 1)
BAN = {
    "id": "ban",
    "jurisdiction": "YB",
    "bound_by": ("all",),
    "act": "Act 7",
    "article": "3",
    "title": "Goods of ZA may not be supplied",
    "effect": "prohibit",
    "products": ("8433",),
    "origins": ("RU",),
    "territorial": False,
    "covers_indirect": True,
    "from": datetime.date(2026, 1, 1),
    "source": "invented",
    "quality": "published",
}
OFFER = {"product": "843351", "origin": "AE", "destination": "KE", "value": 9_000.0, "weight": 5_000.0}
FREIGHT = GivenFreight(main=400.0)


def make_ground(date: datetime.date = DAY, **listing: Any) -> Ground:
    """The shipped tables with one listing alone."""
    listings = frame("listings", [{**BAN, **listing}])
    return Ground({**read_shipped_tables(), "listings": listings}, Setting(date, (), Simulation(100, 1)))


def ask(ground: Ground, **offer: Any) -> Any:
    return price_landed_cost(Offer(**{**OFFER, **offer}), freight=FREIGHT, ground=ground)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground()


@pytest.mark.parametrize("start", ["RU", "AE", "TZ"])
def test_goods_made_where_the_ban_looks_are_prohibited_wherever_they_are_sent_from(
    ground: Ground, start: str
) -> None:
    with pytest.raises(ProhibitedError) as caught:
        ask(ground, origin=start, made_in="RU")
    (listing,) = caught.value.listings
    assert (listing["act"], listing["article"], listing["effect"]) == ("Act 7", "3", "prohibited")
    assert caught.value.exit_code == 4


def test_goods_sent_from_where_the_ban_looks_are_prohibited_whatever_their_origin(ground: Ground) -> None:
    with pytest.raises(ProhibitedError):
        ask(ground, origin="RU", made_in="AE")


@pytest.mark.parametrize("regime", ["mfn", "eac-transit", "eac-re-export", "ke-sez"])
def test_no_regime_and_no_terms_lift_a_ban(ground: Ground, regime: str) -> None:
    for incoterm in ("EXW", "DDP"):
        with pytest.raises(ProhibitedError):
            price_landed_cost(
                Offer(**OFFER, made_in="RU", incoterm=incoterm),
                freight=FREIGHT,
                wishes=Wishes(regime=regime, added=0.5),
                ground=ground,
            )


def test_other_goods_and_other_origins_are_priced(ground: Ground) -> None:
    assert ask(ground, made_in="TR").verdict == "ok"
    assert ask(ground, product="843680", made_in="RU").verdict == "ok"


def test_the_code_of_the_consignment_decides_not_that_of_its_heading() -> None:
    narrow = make_ground(products=("843351",))
    with pytest.raises(ProhibitedError):
        ask(narrow, product="84335100", made_in="RU")
    assert ask(narrow, product="843352", made_in="RU").verdict == "ok"


def test_the_law_of_the_day_decides() -> None:
    before = make_ground(datetime.date(2025, 12, 31))
    assert ask(before, made_in="RU").verdict == "ok"
    after = make_ground(until=datetime.date(2026, 6, 30))
    assert ask(after, made_in="RU").verdict == "ok"
    with pytest.raises(ProhibitedError):
        ask(make_ground(datetime.date(2026, 1, 1)), made_in="RU")


def test_a_measure_that_binds_others_is_shown_and_forbids_nothing() -> None:
    other = {"bound_by": ("US",), "jurisdiction": "US"}
    found = ask(make_ground(**other), made_in="RU")
    assert [(one["act"], one["applies"], one["effect"]) for one in found.listings] == [
        ("Act 7", False, "shown")
    ]
    bound = make_ground(**other)
    with pytest.raises(ProhibitedError):
        ask(Ground(bound.tables, Setting(DAY, ("US",), bound.setting.simulation)), made_in="RU")


def test_potash_of_belarus_from_a_free_zone_into_the_union_that_bans_it() -> None:
    # Regulation (EC) No 765/2006, article 1i, by the shipped listings: from 3 March 2022 whatever it was sent from.
    tables = read_shipped_tables()

    def offer(date: datetime.date, **changed: Any) -> Any:
        ground = Ground(tables, Setting(date, (), Simulation(100, 1)))
        potash = {"product": "31042050", "origin": "AE", "destination": "LV", "made_in": "BY", "value": 3e4}
        return price_landed_cost(
            Offer(**{**potash, "weight": 1e5, **changed}), freight=FREIGHT, ground=ground
        )

    with pytest.raises(ProhibitedError) as caught:
        offer(datetime.date(2026, 6, 1))
    assert any("765/2006" in listing["act"] for listing in caught.value.listings)
    # Before the ban, and of another origin, the tables ask for a tariff; nothing is prohibited.
    for date, changed in ((datetime.date(2022, 3, 2), {}), (datetime.date(2026, 6, 1), {"made_in": "CA"})):
        with pytest.raises(InputError, match="in the tables"):
            offer(date, **changed)


CLOSING = {**BAN, "products": (), "origins": ("XC",), "effect": "close_place", "through": ("XB",)}
CLOSING |= {"bound_by": ("XB",), "territorial": True, "places": ("post-rail",), "modes": ("rail",)}
LAW = {
    "tariffs": [{"id": "t", "territory": "XB", "products": ("84",), "rate": "5 %"}],
    "import_taxes": [{"id": "v", "territory": "XB", "charge": "vat", "name": "VAT", "rate": "20 %"}],
    "customs_values": [{"id": "b", "territory": "XB", "basis": "entry"}],
    "territories": (),
}


def run_world(*, made_in: str = "", dates: tuple[str, ...] = (), **listing: Any) -> dict[str, Any]:
    """One consignment from alpha in XA to beta in XB of the invented world, by rail, with one listing."""
    tables = invented_world.add_rows(invented_world.make_tables(), "listings", {**CLOSING, **listing})
    flow = {
        "id": "f",
        "origin": "alpha",
        "destination": "beta",
        "product": "",
        "shipment": "box",
        "tonnes": 20.0,
    }
    tables = invented_world.add_rows({**tables, "flows": tables["flows"].iloc[:0]}, "flows", flow)
    goods = {"id": "c", "flow": "f", "name": "goods", "product": "843351", "value": 1e4, "currency": "USD"}
    goods |= {"weight": 2e4, "made_in": made_in, "dates": dates, "source": "invented", "quality": "measured"}
    given = {
        **tables,
        **make_tables(**LAW),
        "places": tables["places"],
        "consignments": frame("consignments", [goods]),
        "world": invented_world.make_world(),
        "date": DAY,
        "law_date": DAY,
        "bound_by": (),
        "simulation": Simulation(50, 1),
        "options": Options(by=("cost",), corridors=False, alternatives=0),
        "wishes_of_price": Wishes(),
        "progress": lambda line: None,
    }
    workspace, _ = run_steps(STEPS, given)
    return workspace


def told(workspace: dict[str, Any]) -> list[str]:
    return [row["code"] for row in read_rows(workspace["landed_findings"])]


def test_a_way_that_is_closed_to_the_true_origin_is_not_priced() -> None:
    free = run_world()
    assert "post-rail" in set(free["route_items"]["place_id"])
    assert (told(free), len(free["landed_costs"])) == ([], 1)
    closed = run_world(made_in="XC")
    assert closed["landed_costs"].empty
    assert told(closed) == ["closed_ways", "no_route"]
    assert list(closed["closed_ways"]["c", DAY].values()) == [("ban",)]


def test_a_way_is_closed_by_the_code_of_the_consignment_and_by_its_day() -> None:
    by_code = {"origins": (), "products": ("843351",)}
    assert told(run_world(**by_code)) == ["closed_ways", "no_route"]
    assert told(run_world(origins=(), products=("8701",))) == []
    later = {"made_in": "XC", "from": datetime.date(2026, 9, 1)}
    days = ("2026-08-31", "2026-09-01")
    found = run_world(dates=days, **later)
    assert [str(day) for day in found["landed_costs"]["date"]] == ["2026-08-31"]
    assert {str(row["date"]) for row in read_rows(found["landed_findings"])} == {"2026-09-01"}


def test_a_way_closed_to_another_mode_stays_open_to_the_goods() -> None:
    assert told(run_world(made_in="XC", modes=("road",))) == []


def test_a_ban_of_goods_by_their_true_origin_leaves_no_price() -> None:
    found = run_world(made_in="XC", effect="prohibit", through=(), places=(), modes=())
    assert found["landed_costs"].empty
    assert told(found) == ["prohibited"]
    assert not found["routes"].empty


def test_a_currency_whose_last_rate_is_some_months_old_is_priced_with_that_rate(ground: Ground) -> None:
    rate = {"id": "old", "currency": "BYN", "per": "USD", "value": 4.0, "date": DAY - datetime.timedelta(90)}
    rates = frame("exchange_rates", [{**rate, "source": "invented", "quality": "published"}])
    old = replace(ground, tables={**ground.tables, "exchange_rates": rates})
    found = ask(old, product="310420", origin="BY", destination="AE", currency="BYN")
    best = found.best
    assert best["cost_tonne"] == pytest.approx(best["total"] / 4.0 / 5.0)
