"""Many shipments at once against the same priced one by one."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from landbridge.api import GivenFreight, Offer, price_landed_cost
from landbridge.network.steps import Simulation
from landbridge.schema import InputError, ProhibitedError
from landbridge.sources import read_shipped_tables
from landbridge.study.engine import Ground, Setting
from landbridge.study.many_offers import price_shipments

DATE = datetime.date(2026, 6, 1)
GOODS = (
    ("843351", "BY", "IR"),
    ("3104205000", "BY", "KE"),
    ("57024210", "IR", "BY"),
    ("3902100000", "IR", "BY"),
    ("870195", "IN", "UG"),
    ("0802510000", "IR", "BY"),
    ("0402211800", "BY", "IR"),
    ("27101931", "AE", "UG"),
)
TERMS = ("EXW", "FCA", "FOB", "CIF", "CIP", "DAP", "DDP")


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(read_shipped_tables(), Setting(DATE, (), Simulation(100, 1)))


def make_frame(count: int = 60, seed: int = 7) -> pd.DataFrame:
    """Shipments of random goods, terms and numbers; some lack the quantity that their rate is on."""
    rng = np.random.default_rng(seed)
    product, origin, destination = zip(
        *(GOODS[place] for place in rng.integers(0, len(GOODS), count)), strict=True
    )
    weight = rng.uniform(100.0, 30_000.0, count)
    made_in = rng.choice(["", "CN", "TR", "BY"], count, p=[0.7, 0.1, 0.1, 0.1])
    return pd.DataFrame(
        {
            "product": product,
            "origin": origin,
            "destination": destination,
            "value": rng.lognormal(11.0, 1.0, count),
            "currency": rng.choice(["USD", "EUR"], count),
            "incoterm": rng.choice(TERMS, count),
            "weight": weight,
            "gross_weight": np.where(rng.random(count) < 0.5, np.nan, weight * 1.1),
            "quantity": np.where(rng.random(count) < 0.3, np.nan, rng.uniform(1.0, 900.0, count)),
            "unit": rng.choice(["unit", "m2", "l"], count),
            "made_in": made_in,
            "export_freight": rng.uniform(0.0, 300.0, count),
            "freight": rng.uniform(0.0, 3_000.0, count),
            "inland_freight": rng.uniform(0.0, 500.0, count),
            "days": np.where(rng.random(count) < 0.2, np.nan, rng.uniform(1.0, 60.0, count)),
        },
        index=pd.Index([f"s{place}" for place in range(count)]),
    )


def price_one(row: dict[str, Any], ground: Ground) -> tuple[str, dict[str, Any]]:
    """Verdict and best row of one shipment priced alone."""
    freight = GivenFreight(row["export_freight"], row["freight"], row["inland_freight"], row["days"])
    named = ("product", "origin", "destination", "value", "currency", "incoterm", "quantity", "unit")
    offer = Offer(**{name: row[name] for name in (*named, "weight", "gross_weight", "made_in")})
    try:
        found = price_landed_cost(offer, freight=freight, ground=ground)
    except ProhibitedError:
        return "prohibited", {}
    except InputError as error:
        return "unpriced", {"codes": {finding.code for finding in error.findings}}
    return "ok", dict(found.best)


def test_shipments_at_once_are_priced_as_one_by_one(ground: Ground) -> None:
    frame = make_frame()
    found = price_shipments(frame, ground=ground)
    assert list(found.index) == list(frame.index)
    seen = set()
    for name, row in frame.iterrows():
        verdict, best = price_one(dict(row), ground)
        mine = found.loc[name]
        assert mine["verdict"] == verdict, (dict(row), mine["why"], best)
        seen.add(verdict)
        if verdict == "ok":
            assert mine["regime"] == best["regime"], name
            for column in ("total", "paid", "customs_value", "duty"):
                assert mine[column] == pytest.approx(best[column], rel=1e-9, abs=1e-9), (name, column)
        else:
            assert mine["why"]
            assert np.isnan(mine["total"])
    assert {"ok", "unpriced"} <= seen


def row(**changed: Any) -> dict[str, Any]:
    common = {"product": "843351", "origin": "BY", "destination": "IR", "value": 1e5, "currency": "USD"}
    return {**common, "weight": 1e4, **changed}


def price(ground: Ground, *rows: dict[str, Any]) -> pd.DataFrame:
    return price_shipments(pd.DataFrame(list(rows)), ground=ground)


def test_a_prohibited_row_has_no_price_and_the_others_do(ground: Ground) -> None:
    potash = row(product="31042050", origin="AE", made_in="BY", destination="LV")
    found = price(ground, row(made_in=""), potash, row(made_in=""))
    assert found["verdict"].tolist() == ["ok", "prohibited", "ok"]
    assert found["total"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"value": -1.0}, "value"),
        ({"value": None}, "value"),
        ({"value": "many"}, "value"),
        ({"weight": 0.0}, "weight"),
        ({"weight": float("inf")}, "weight"),
        ({"freight": float("inf")}, "freight"),
        ({"days": -3.0}, "time"),
        ({"gross_weight": 5.0}, "weight"),
        ({"product": "999999"}, "999999"),
        ({"product": "xyz"}, "xyz"),
        ({"currency": "XXQ"}, "XXQ"),
        ({"currency": None}, "currency"),
        ({"destination": "QQ"}, "QQ"),
        ({"destination": None}, "destination"),
        ({"incoterm": "DAF"}, "DAF"),
        ({"date": "soon"}, "date"),
        ({"date": "1990-01-01"}, "1990-01-01"),
        ({"regime": "nowhere"}, "nowhere"),
        ({"incoterm": "DAP", "freight": 1e7}, "price"),
    ],
)
def test_a_bad_row_is_unpriced_with_its_reason_and_spoils_no_other(
    ground: Ground, changed: dict[str, Any], word: str
) -> None:
    good = row(**{name: None for name in changed if name not in row()})
    found = price(ground, good, row(**changed), good)
    assert found["verdict"].tolist() == ["ok", "unpriced", "ok"]
    assert word in found["why"].iloc[1]
    assert np.isnan(found["total"].iloc[1])


def test_one_row_of_a_kind_without_its_quantity_leaves_the_others(ground: Ground) -> None:
    carpet = row(product="5702421000", origin="IR", destination="BY", unit="m2")
    found = price(
        ground, {**carpet, "quantity": 100.0}, {**carpet, "quantity": None}, {**carpet, "quantity": 50.0}
    )
    assert found["verdict"].tolist() == ["ok", "unpriced", "ok"]
    assert "m2" in found["why"].iloc[1]


def test_one_row_of_a_kind_whose_price_is_too_low_leaves_the_others(ground: Ground) -> None:
    dap = row(incoterm="DAP", freight=2_000.0)
    found = price(ground, dap, {**dap, "value": 100.0}, dap)
    assert found["verdict"].tolist() == ["ok", "unpriced", "ok"]
    assert found["total"].iloc[0] == found["total"].iloc[2]


def test_empty_cells_are_what_is_left_out(ground: Ground) -> None:
    plain = price(ground, row())
    words = dict.fromkeys(["made_in", "incoterm", "unit", "regime", "date"])
    numbers = dict.fromkeys(
        ["gross_weight", "quantity", "export_freight", "freight", "inland_freight", "days"]
    )
    assert price(ground, row(**words, **numbers)).equals(plain)


def test_days_as_text_or_as_dates_are_the_law_of_that_day(ground: Ground) -> None:
    before, after = "2025-05-14", "2025-05-15"
    text = price(ground, row(date=before), row(date=after))
    assert text["verdict"].tolist() == ["ok", "ok"]
    days = [row(date=datetime.date.fromisoformat(day)) for day in (before, after)]
    assert price(ground, *days).equals(text)
    assert text["regime"].iloc[1] == "eaeu-iran-2025"
    assert text["regime"].iloc[0] != "eaeu-iran-2025"


def test_missing_columns_are_named_all_at_once(ground: Ground) -> None:
    with pytest.raises(InputError, match="value, currency, weight"):
        price_shipments(
            pd.DataFrame({"product": ["8433"], "origin": ["BY"], "destination": ["IR"]}), ground=ground
        )


def test_no_rows_give_no_rows(ground: Ground) -> None:
    assert price_shipments(pd.DataFrame([row()]).iloc[:0], ground=ground).empty


def test_rows_keep_their_own_index_even_where_it_repeats(ground: Ground) -> None:
    frame = pd.DataFrame([row(), row(value=2e5)], index=["a", "a"])
    found = price_shipments(frame, ground=ground)
    assert list(found.index) == ["a", "a"]
    assert found["total"].iloc[1] > found["total"].iloc[0]
