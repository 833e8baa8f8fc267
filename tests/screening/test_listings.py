"""What the shipped legal measures do to consignments, held against the articles that they cite.

References: Council Regulation (EU) 2022/355 (articles 1i, 1o-1r), Regulation (EU) 2022/577 (article 1zc),
Regulation (EU) 2025/1975 (articles 11-14, annex V), Regulation (EU) 2025/395 (article 5ae), the notice of the
Lithuanian government of 13 January 2022, 31 CFR 560.204 and General License 13 of 15 December 2025.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pytest

from landbridge.schema.closings import Closing
from landbridge.screening import (
    AppliedListing,
    Consignment,
    Law,
    Passed,
    Screening,
    expand_blocs,
    read_law,
    screen_consignment,
    screen_route,
)
from landbridge.screening.measures import EVERYBODY, in_force
from landbridge.screening.tables import read_sites
from landbridge.sources.tables import read_shipped_tables

Tables = dict[str, pd.DataFrame]
SIGNING = datetime.date(2025, 8, 21)
PORTS_OF_KLAIPEDA = frozenset({"ltklj"})


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_shipped_tables()


def screen(
    tables: Tables,
    product: str,
    way: tuple[str, str],
    *,
    date: datetime.date = SIGNING,
    bound_by: tuple[str, ...] = (),
) -> Screening:
    return screen_consignment(
        read(tables, date=date, bound_by=bound_by), Consignment(product, way[0], way[1])
    )


def read(tables: Tables, *, date: datetime.date = SIGNING, bound_by: tuple[str, ...] = ()) -> Law:
    sites = read_sites(tables)
    return read_law(tables["listings"], tables["territories"], date=date, bound_by=bound_by, sites=sites)


def meet(
    tables: Tables,
    consignment: Consignment,
    *passed: tuple[str, str],
    places: tuple[str, ...] = (),
    bound_by: tuple[str, ...] = (),
) -> dict[str, AppliedListing]:
    """Listings of a route of legs (mode, country), and of operations at `places`."""
    items = [Passed(seq, frozenset({mode}), frozenset({code})) for seq, (mode, code) in enumerate(passed, 1)]
    items += [
        Passed(len(items) + seq, frozenset({"sea"}), frozenset(), frozenset({place}))
        for seq, place in enumerate(places, 1)
    ]
    law = read(tables, bound_by=bound_by)
    return {one.listing: one for one in screen_route(law, consignment, passed=items)}


def by_id(screening: Screening) -> dict[str, AppliedListing]:
    return {listing.listing: listing for listing in screening.listings}


def closed_countries(screening: Screening) -> frozenset[str]:
    return frozenset(code for closing in screening.closings for code in closing.countries)


# The rows


def test_no_listing_is_an_estimate(tables: Tables) -> None:
    assert set(tables["listings"]["quality"]) == {"published"}


def test_no_listing_rests_on_general_knowledge_alone(tables: Tables) -> None:
    kinds = dict(zip(tables["sources"]["id"], tables["sources"]["kind"], strict=True))
    for source in tables["listings"]["source"]:
        keys = [part.strip().split("#")[0] for part in str(source).split(";")]
        assert {kinds[key] for key in keys} <= {"S1", "S2"}, source


def test_every_listing_names_its_act(tables: Tables) -> None:
    listings = tables["listings"]
    assert (listings["act"].str.len() > 20).all()
    assert all(len(who) for who in listings["bound_by"])


def test_measures_of_the_united_nations_bind_all(tables: Tables) -> None:
    rows = tables["listings"][tables["listings"]["jurisdiction"] == "UN"]
    assert len(rows)
    assert all(who == (EVERYBODY,) for who in rows["bound_by"])


def test_a_territorial_listing_says_where_it_acts(tables: Tables) -> None:
    rows = tables["listings"][tables["listings"]["territorial"].fillna(False)]
    assert len(rows)
    assert all(len(through) for through in rows["through"])


def test_a_ban_on_a_territory_covers_the_whole_union(tables: Tables) -> None:
    members = {str(row["country"]) for row in in_force(tables["territories"], "territories", date=SIGNING)
               if row["territory"] == "EU"}  # fmt: skip
    rows = tables["listings"][tables["listings"]["id"].str.match(r"eu-.*-territory")]
    assert len(members) >= 27
    assert all(set(through) == members for through in rows["through"])


def test_closed_places_stand_in_the_network(tables: Tables) -> None:
    known = {
        *tables["places"]["id"],
        *tables["posts"]["id"],
        *tables["legs"]["id"],
        *tables["passages"]["id"],
    }
    named = {place for places in tables["listings"]["places"] for place in places}
    assert named
    assert named <= known


# Potash of Belarus


def test_potash_to_klaipeda_is_prohibited_to_everybody(tables: Tables) -> None:
    for bound_by in ((), ("BY",), ("BY", "IR"), ("LT",), ("IN",)):
        for product in ("3104", "310420"):
            screening = screen(tables, product, ("BY", "LT"), bound_by=bound_by)
            assert screening.prohibited, (product, bound_by)
            assert by_id(screening)["eu-by-potash-territory"].effect == "prohibited"


def test_sulphate_of_potash_is_not_in_the_annex(tables: Tables) -> None:
    """Annex VIII lists 3104 20, potassium chloride; a heading is caught, another subheading of it is not."""
    assert not screen(tables, "310430", ("BY", "LT"), bound_by=("BY",)).prohibited


@pytest.mark.parametrize("destination", ["IN", "KE", "ZA", "AE", "IR"])
def test_potash_may_go_round_the_union_but_not_through_it(tables: Tables, destination: str) -> None:
    screening = screen(tables, "310420", ("BY", destination), bound_by=("BY", "IR"))
    assert not screening.prohibited
    assert {"LT", "LV", "PL", "EE", "DE"} <= closed_countries(screening)
    assert not {"BY", "RU", "KZ", destination} & closed_countries(screening)


def test_a_person_of_the_union_may_not_buy_it_for_india_either(tables: Tables) -> None:
    assert screen(tables, "310420", ("BY", "IN"), bound_by=("DE",)).prohibited
    assert not screen(tables, "310420", ("RU", "IN"), bound_by=("DE",)).prohibited


def test_klaipeda_closed_to_belaruskali_a_month_before_the_union_did(tables: Tables) -> None:
    def closes(date: datetime.date) -> bool:
        screening = screen(tables, "310420", ("BY", "IN"), date=date, bound_by=("BY",))
        return any(PORTS_OF_KLAIPEDA & closing.places for closing in screening.closings)

    assert not closes(datetime.date(2022, 1, 31))
    assert closes(datetime.date(2022, 2, 1))
    assert closes(SIGNING)
    assert not closed_countries(screen(tables, "310420", ("BY", "IN"), date=datetime.date(2022, 2, 15)))


def test_the_close_of_a_place_removes_only_that_place(tables: Tables) -> None:
    screening = screen(tables, "310420", ("BY", "IN"), date=datetime.date(2022, 2, 15), bound_by=("BY",))
    closings = {closing.listing: closing for closing in screening.closings}
    assert closings["lt-belaruskali-transit"] == Closing(
        "lt-belaruskali-transit",
        places=frozenset({"ltklj", "gudagai-kena-rail", "benyakoni-stasylos-rail"}),
        modes=frozenset({"rail"}),
    )
    named = {place for closing in screening.closings for place in closing.places}
    assert not named & {"lvrix", "ruulu", "rubnk", "brest-terespol-rail"}


def test_klaipeda_stays_open_to_other_goods(tables: Tables) -> None:
    screening = screen(tables, "2005", ("BY", "IN"), bound_by=("BY",))
    assert not any(PORTS_OF_KLAIPEDA & closing.places for closing in screening.closings)
    assert not closed_countries(screening)


def test_licence_of_december_2025_lifts_the_block_of_one_country_only(tables: Tables) -> None:
    before, after = datetime.date(2025, 12, 14), datetime.date(2025, 12, 15)
    assert screen(tables, "3104", ("BY", "IN"), date=before, bound_by=("US",)).prohibited
    licensed = screen(tables, "310420", ("BY", "IN"), date=after, bound_by=("US",))
    assert not licensed.prohibited
    assert "us-by-potash-gl13" in by_id(licensed)
    assert "LT" in closed_countries(licensed)
    assert screen(tables, "310420", ("BY", "IN"), date=after, bound_by=("DE",)).prohibited


# Iran


def test_polypropylene_is_not_in_the_annex_that_lists_polyethylene(tables: Tables) -> None:
    later = datetime.date(2025, 10, 1)
    assert screen(tables, "3901", ("IR", "DE"), date=later).prohibited
    assert not screen(tables, "3902", ("IR", "DE"), date=later).prohibited
    assert not screen(tables, "3901", ("IR", "DE"), date=datetime.date(2025, 9, 29)).prohibited


def test_measures_reinstated_in_september_2025_do_not_act_in_august(tables: Tables) -> None:
    names = {"un-ir-nuclear-missile-import", "un-ir-arms-import"}
    early = by_id(screen(tables, "8710", ("BY", "IR"), bound_by=("BY", "IR")))
    late = by_id(screen(tables, "8710", ("BY", "IR"), date=datetime.date(2025, 9, 28), bound_by=("BY", "IR")))
    assert not names & set(early)
    assert late["un-ir-arms-import"].applies
    assert late["un-ir-arms-import"].effect == "shown"


@pytest.mark.parametrize("product", ["310420", "2005", "0806", "843351"])
def test_a_measure_on_arms_is_no_measure_on_all_goods(tables: Tables, product: str) -> None:
    screening = screen(tables, product, ("BY", "IR"), date=datetime.date(2025, 10, 1), bound_by=("BY", "IR"))
    assert not screening.prohibited
    assert "un-ir-arms-import" not in by_id(screening)


def test_a_person_of_the_united_states_sends_food_only_under_a_licence(tables: Tables) -> None:
    assert screen(tables, "843351", ("BY", "IR"), bound_by=("US",)).prohibited
    food = screen(tables, "2005", ("BY", "IR"), bound_by=("US",))
    assert not food.prohibited
    assert by_id(food)["us-ir-export-licensed"].applies
    assert screen(tables, "0806", ("IR", "BY"), bound_by=("US",)).prohibited


# Who is bound, and what is shown


def test_a_measure_that_binds_others_is_shown_and_not_applied(tables: Tables) -> None:
    screening = screen(tables, "843351", ("BY", "IR"), bound_by=("BY", "IR"))
    shown = by_id(screening)["us-ir-export"]
    assert not screening.prohibited
    assert (shown.applies, shown.effect) == (False, "shown")
    assert shown.meaning.startswith("For those whom it binds (US): ")
    assert shown.meaning.endswith("For them the shipment is forbidden.")


def test_nobody_in_particular_is_still_under_territory_and_united_nations(tables: Tables) -> None:
    screening = screen(tables, "310420", ("BY", "IN"))
    assert "PL" in closed_countries(screening)
    assert not screening.prohibited


def test_members_of_a_bloc_are_bound_by_it(tables: Tables) -> None:
    assert "EU" in expand_blocs(("LT",), tables["territories"], date=SIGNING)
    assert "EU" not in expand_blocs(("BY",), tables["territories"], date=SIGNING)


def test_ports_of_russia_are_closed_to_persons_of_the_union_only(tables: Tables) -> None:
    def ports(bound_by: tuple[str, ...], product: str) -> frozenset[str]:
        screening = screen(tables, product, ("BY", "IR"), bound_by=bound_by)
        return frozenset(place for closing in screening.closings for place in closing.places)

    assert {"rumcx", "ruasf"} <= ports(("DE",), "843351")
    assert not {"rumcx", "ruasf"} & ports(("BY", "IR"), "843351")
    # Article 5ae(3)(d): farm and food products.
    assert not {"rumcx", "ruasf"} & ports(("DE",), "2005")


def test_the_way_asked_for_does_not_enter_the_ruling(tables: Tables) -> None:
    """Avoiding a country or a place comes after the ruling, which has no word for it."""
    fields = set(Consignment.__dataclass_fields__)
    assert fields == {"product", "origin", "destination", "ends"}
    ruled = screen(tables, "310420", ("BY", "LT"), bound_by=("BY",))
    law = read(tables, bound_by=("BY",))
    at_port = screen_consignment(law, Consignment("310420", "BY", "LT", ("bysho", "ltklj")))
    assert ruled.prohibited
    assert at_port.prohibited


def test_a_carrier_of_a_barred_country_is_shown_beside_a_route_of_its_mode(tables: Tables) -> None:
    """Article 1zc bars hauliers of Belarus from the roads of the Union, not the goods, nor trains."""
    food = Consignment("2005", "BY", "NL")
    found = meet(tables, food, ("road", "BY"), ("road", "PL"), ("road", "DE"))["eu-by-road-carriers"]
    assert found.applies
    assert found.items == (2, 3)
    assert "in DE, PL carriers of BY are barred" in found.meaning
    assert "eu-by-road-carriers" not in meet(tables, food, ("road", "BY"), ("rail", "PL"), ("rail", "DE"))
    assert not screen(tables, "2005", ("BY", "NL"), bound_by=("BY",)).prohibited
    assert "eu-by-road-carriers" not in by_id(screen(tables, "2005", ("BY", "NL"), bound_by=("BY",)))


def test_a_territory_binds_everybody_on_a_route_that_passes_it(tables: Tables) -> None:
    """Resolution 1728 of Russia acts on its roads, whoever's law binds the user."""
    found = meet(tables, Consignment("2005", "BY", "KZ"), ("road", "BY"), ("road", "RU"), ("road", "KZ"))
    assert found["ru-eu-lorries"].applies
    assert found["by-eu-lorries"].applies


def test_a_port_closed_to_others_is_shown_where_a_route_uses_it(tables: Tables) -> None:
    """Article 5ae binds persons of the Union; Astrakhan stays open to Belarus and Iran."""
    machine = Consignment("843351", "BY", "IR")
    shown = meet(tables, machine, ("rail", "RU"), places=("ruasf",), bound_by=("BY", "IR"))["eu-ru-ports"]
    assert (shown.applies, shown.effect, shown.items) == (False, "shown", (2,))
    assert shown.meaning.endswith("For them the place is closed.")
    assert "eu-ru-ports" not in meet(tables, machine, ("rail", "RU"), places=("runvs_other",))
    assert "eu-ru-ports" not in meet(tables, Consignment("0806", "IR", "BY"), places=("ruasf",))


def test_shipping_of_iran_is_shown_on_ways_by_ship_only(tables: Tables) -> None:
    dried = Consignment("0806", "IR", "BY")
    assert "us-ir-ports-shipping" in meet(tables, dried, ("road", "IR"), ("ferry", "IR"), ("rail", "RU"))
    assert "us-ir-ports-shipping" not in meet(tables, dried, ("road", "IR"), ("road", "AZ"), ("rail", "RU"))


def test_indirect_supply_is_shown_where_goods_pass_the_country_that_they_may_not_reach(
    tables: Tables,
) -> None:
    machine = Consignment("843351", "BY", "AE")
    passing = meet(tables, machine, ("rail", "RU"), ("road", "IR"))
    assert "the goods pass IR" in passing["us-ir-export"].meaning
    assert passing["us-ir-export"].items == (2,)
    assert "us-ir-export" not in meet(tables, machine, ("rail", "RU"), ("road", "AZ"))
    assert "us-ir-export" not in by_id(screen(tables, "843351", ("BY", "AE")))


def test_what_forbids_comes_first_and_closes_nothing_else(tables: Tables) -> None:
    ruled = screen(tables, "310420", ("BY", "LT"), bound_by=("DE",))
    assert [one.effect for one in ruled.listings][:2] == ["prohibited", "prohibited"]
    assert "closed" not in {one.effect for one in ruled.listings}
    assert ruled.closings == ()


def test_a_measure_on_names_says_that_names_are_not_screened(tables: Tables) -> None:
    later = datetime.date(2025, 12, 15)
    licence = by_id(screen(tables, "310420", ("BY", "IN"), date=later))["us-by-potash-gl13"]
    assert "check whether a party to the shipment is Belaruskali OAO" in licence.meaning
    blocked = by_id(screen(tables, "310420", ("BY", "IN"), bound_by=("US",)))["us-by-potash-blocked"]
    assert blocked.effect == "prohibited"
    assert "Names are not screened" in blocked.meaning


# Borders


@pytest.mark.parametrize(
    ("post", "last_open", "first_shut", "last_shut"),
    [
        ("bobrowniki-berestovitsa-road", (2023, 2, 9), (2023, 2, 10), (2025, 11, 16)),
        ("kozlovichi-kukuryki-road", (2025, 9, 11), (2025, 9, 12), (2025, 9, 24)),
        ("brest-terespol-rail", (2025, 9, 11), (2025, 9, 12), (2025, 9, 24)),
        ("kamenny-log-medininkai-road", (2025, 10, 28), (2025, 10, 29), (2025, 11, 19)),
    ],
)
def test_a_border_post_is_shut_on_the_days_of_its_act(
    tables: Tables,
    post: str,
    last_open: tuple[int, ...],
    first_shut: tuple[int, ...],
    last_shut: tuple[int, ...],
) -> None:
    def shut(day: datetime.date) -> bool:
        screening = screen(tables, "2005", ("BY", "NL"), date=day)
        return any(post in closing.places for closing in screening.closings)

    first, last = datetime.date(*first_shut), datetime.date(*last_shut)
    assert not shut(datetime.date(*last_open))
    assert shut(first)
    assert shut(last)
    assert not shut(last + datetime.timedelta(days=1))


def test_the_study_of_uganda_meets_no_measure_on_its_goods(tables: Tables) -> None:
    out, back = ("UG", "KE"), ("TZ", "UG")
    for product, way in (("0901", out), ("0901", back[::-1]), ("2710", out[::-1]), ("8413", back)):
        screening = screen(tables, product, way, date=datetime.date(2025, 12, 31), bound_by=("UG",))
        assert not screening.prohibited
        assert not closed_countries(screening)
    fuel = by_id(screen(tables, "2710", ("KE", "UG"), date=datetime.date(2025, 12, 31), bound_by=("UG",)))
    assert fuel["ug-fuel-sole-importer"].applies


def test_studies_say_whose_law_binds_their_user() -> None:
    studies = Path(__file__).parents[2] / "studies"
    for study in ("iran-belarus", "uganda-sea-access"):
        assert "\nbound_by = [" in (studies / study / "study.toml").read_text(encoding="utf-8")
