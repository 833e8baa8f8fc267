"""The page of validation, over frames made by hand."""

from math import inf

import pandas as pd
import pytest

from landbridge.report.validation import write_validation
from landbridge.study.validation import Validation

PAIR = {
    "continent": "Europe", "great_circle": 379.0, "land": 2407.0, "land_circuity": 6.35, "opened": 2407.0,
    "land_cost": 152.0, "way": 420.0, "way_circuity": 1.11, "at_sea": 400.0, "cost": 79.0,
    "finding": "long way by land: a gulf, a lake or mountains",
}  # fmt: skip
JOURNEY = {
    "id": "j", "corridor": "c", "region": "eu", "use": "report", "quantity": "time", "unit": "d", "kind": "mean",
    "low": 3.0, "high": 3.0, "mean": 3.3, "p10": 2.0, "p90": 5.0, "error": 0.1, "met": True, "why": "",
}  # fmt: skip
CROSSING = {
    "post": "p", "mode": "road", "quantity": "time", "year": 2020, "published": 5.0, "modelled": 6.0, "rule": 7.0,
}  # fmt: skip
LENGTH = {
    "id": "l", "mode": "rail", "continent": "europe", "distance": 100.0, "modelled": 99.0, "error": -0.01,
    "within": True, "exception": "", "note": "", "quality": "published", "scored": True,
}  # fmt: skip
OUTLET = {
    "country": "AT", "capital": "Vienna", "corridor": "by Koper", "port": "Koper", "distance": 587.0, "cost": 54.0,
    "chosen": "Koper", "named": True,
}  # fmt: skip


@pytest.fixture
def found() -> Validation:
    pairs = [{**PAIR, "from": "EE", "to": "SE"}, {**PAIR, "from": "LV", "to": "SE", "land": inf}]
    remark = {"country_a": "SE", "country_b": "EE", "way": "land", "verdict": "water_between"}
    return Validation(
        date="2026-11-01",
        lengths=pd.DataFrame([LENGTH]),
        journeys=pd.DataFrame([JOURNEY]),
        crossings=pd.DataFrame([CROSSING]),
        pairs=pd.DataFrame(pairs),
        capitals=pd.DataFrame({"country": ["EE", "SE", "LV"]}),
        remarks=pd.DataFrame([{**remark, "remark": "The Baltic lies between."}]),
        outlets=pd.DataFrame([OUTLET]),
        unplaced=pd.DataFrame(columns=["id", "corridor", "why"]),
    )


def test_a_remark_stands_beside_the_finding(found: Validation) -> None:
    page = write_validation(found)
    finding = PAIR["finding"]
    assert (
        f"| EE-SE | 379 | 2,407 | 2,407 | 6.35 | {finding} | water between | The Baltic lies between. |"
        in page
    )
    # Without a remark of its own a pair shows the automatic label only.
    assert f"| EE-SE | 379 | 420 | 400 | 79 | 152 | 1.11 | {finding} |  |  |" in page
    assert "1 of the 3 pairs listed below" in page


def test_corridors_that_cannot_be_placed_are_listed(found: Validation) -> None:
    assert "left out because" not in write_validation(found)
    lost = pd.DataFrame([{"id": "x", "corridor": "X by Y", "why": "Y may be two places"}])
    page = write_validation(
        Validation(**{name: getattr(found, name) for name in found.__slots__} | {"unplaced": lost})
    )
    assert "left out because" in page
    assert "| x | X by Y | Y may be two places |" in page
