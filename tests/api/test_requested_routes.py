"""Routes of one request through the public function, with the shipped defaults."""

import math

import numpy as np
import pytest

import landbridge as lb

BY_COST = lb.Options(by=("cost",), corridors=False)


@pytest.fixture(scope="module")
def routes() -> lb.Routes:
    return lb.find_routes("Kampala", "Mombasa", goods=lb.Goods("090111"), options=BY_COST)


def test_the_answer_holds_verdict_ends_and_tables(routes: lb.Routes) -> None:
    assert routes.verdict == "ok"
    origin, destination = routes.ends
    assert (origin["country"], destination["country"]) == ("UG", "KE")
    assert origin["lat"] == pytest.approx(0.32, abs=0.1)
    assert 0 <= origin["snap_km"] < 25
    assert routes.frame["rank"].tolist() == list(range(1, len(routes.frame) + 1))
    assert {"route_items", "route_terms", "verdicts"} <= set(routes.tables)
    assert routes._repr_html_().startswith("<table")


def test_the_answer_says_which_shipment_stands_for_the_product(routes: lb.Routes) -> None:
    told = " ".join(finding["what"] for finding in routes.findings)
    assert "coffee" in told.lower()


def test_without_goods_it_is_a_container_and_says_so() -> None:
    found = lb.find_routes("Kampala", "Mombasa", options=BY_COST)
    assert next(finding["code"] for finding in found.findings) == "default_shipment"
    assert math.isfinite(found.frame["cost_teu"].iloc[0])


def test_all_faults_of_a_request_are_found_at_once() -> None:
    goods = lb.Goods(product="99zz99", tonnes=-1.0)
    options = lb.Options(by=("price",), mode="hovercraft", avoid=("Elsewhereby",), via=("Nowherton",))
    with pytest.raises(lb.InputError) as caught:
        lb.find_routes("Unplaceville", "Missingham", goods=goods, options=options)
    told = " ".join(str(finding) for finding in caught.value.findings)
    for word in (
        "99zz99",
        "-1",
        "price",
        "hovercraft",
        "Elsewhereby",
        "Nowherton",
        "Unplaceville",
        "Missingham",
    ):
        assert word in told
    assert len(caught.value.findings) >= 8


@pytest.mark.parametrize("tonnes", [0.0, -5.0, math.inf, -math.inf])
def test_impossible_tonnes_are_a_finding(tonnes: float) -> None:
    with pytest.raises(lb.InputError):
        lb.find_routes("Kampala", "Mombasa", goods=lb.Goods("0901", tonnes=tonnes), options=BY_COST)


def test_a_prohibition_is_raised_with_its_listings() -> None:
    """The Lithuanian notice of 2022: potash of Belarus by Klaipeda, whoever asks."""
    with pytest.raises(lb.ProhibitedError) as caught:
        lb.find_routes("Soligorsk", "Klaipeda", goods=lb.Goods("3104"), options=BY_COST)
    assert caught.value.listings
    for listing in caught.value.listings:
        assert listing["act"]
        assert listing["effect"] == "prohibited"
        assert listing["applies"]


def test_an_unreachable_pair_is_raised_with_what_blocks_it() -> None:
    options = lb.Options(by=("cost",), mode="road", corridors=False)
    with pytest.raises(lb.UnreachableError) as caught:
        lb.find_routes("LKCMB", "Nhava Sheva", options=options)
    assert caught.value.findings
    assert "Colombo" in caught.value.findings[0].what


def test_public_names_are_there() -> None:
    for name in lb.__all__:
        assert getattr(lb, name) is not None
    assert set(lb.__all__) <= set(dir(lb))
    with pytest.raises(AttributeError):
        lb.find_roads  # noqa: B018


def test_draws_on_request_are_those_of_the_ranges(routes: lb.Routes) -> None:
    """Quantiles and variances of the frame are NumPy's of the draws, and means lie within 4 standard errors."""
    drawn = routes.draws()
    assert list(drawn.columns) == ["route", "rank", "draw", "time", "cost"]
    assert drawn.groupby("route").size().tolist() == [4_000] * len(routes.frame)
    for row in routes.frame.to_dict("records"):
        mine = drawn[drawn["route"] == row["route"]]
        for name in ("time", "cost"):
            known = np.quantile(mine[name], [0.1, 0.5, 0.9])
            assert [row[f"{name}_{q}"] for q in ("p10", "p50", "p90")] == pytest.approx(known, rel=1e-12)
            assert row[f"{name}_variance"] == pytest.approx(mine[name].var(), rel=1e-12)
            assert abs(mine[name].mean() - row[name]) < 4.0 * np.sqrt(row[f"{name}_variance"] / 4_000)


def test_more_draws_begin_with_the_same(routes: lb.Routes) -> None:
    few, many = (routes.draws(count)[lambda frame: frame["rank"] == 1] for count in (100, 300))
    assert few["cost"].tolist() == many["cost"].iloc[:100].tolist()
