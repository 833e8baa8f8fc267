"""Access to the sea in the report: sentences, the picture of the ways, tables, and what the law has closed."""

import dataclasses
from math import nan

import pandas as pd
import pytest
from invented_study import make_content

from landbridge.report import ReportContent, render_report
from landbridge.report.sea_access import view_access
from landbridge.schema.rows import rows_to_frame

ACCESS = {
    "party": "BY", "capital": "Minsk", "shipment": "container_general", "status": "open", "cost": 60.0, "time": 240.0,
    "co2e": 10.0, "distance": 800.0, "port": "Riga", "port_country": "LV", "neighbour": "LV", "countries": ("LV",),
    "way": "Rail: Riga", "cost_other_neighbour": 70.0, "time_other_neighbour": 216.0, "other_neighbour": "RU",
    "other_neighbour_port": "Ust-Luga <b>", "cost_other_port": 66.0, "time_other_port": 240.0,
    "other_port": "Ventspils", "other_port_neighbour": "LV", "way_factor": 1.5, "ways_by_posts": 3,
    "ways_by_countries": 2, "herfindahl": 0.58, "main_neighbour": "LV", "main_share": 0.7, "worst_kind": "country",
    "worst_id": "LV", "worst_loss": 10.0, "worst_cut": False, "forbidden_by": (),
}  # fmt: skip


def way(kind: str, key: str, more: float, **changed: object) -> dict[str, object]:
    """A row of sea_ways; one without a difference in cost is closed by law."""
    closed = more != more  # noqa: PLR0124 - only NaN differs from itself
    return {
        "party": "BY", "kind": kind, "id": key, "name": key.capitalize(), "country": "LV", "lat": nan, "lon": nan,
        "status": "closed" if closed else "open", "cost": 60.0 + more, "time": nan if closed else 240.0,
        "co2e": nan, "distance": nan, "cost_more": more, "time_more": nan if closed else -24.0 * (more > 0),
        "neighbour": "" if closed else "LV", "port": "" if closed else "Riga", "port_country": "", "countries": (),
        "posts": (), "way": "", "share": 0.7 if kind == "neighbour" else nan,
        "closed_by": "lt-transit" if closed else "", **changed,
    }  # fmt: skip


def loss(kind: str, key: str, **changed: object) -> dict[str, object]:
    return {
        "party": "BY", "kind": kind, "id": key, "name": key.capitalize(), "country": "LV", "cost_loss": 10.0,
        "time_loss": -24.0, "cut": False, "way": "", "port": "Ust-Luga", "neighbour": "RU", **changed,
    }  # fmt: skip


def fill(content: ReportContent, access: list[dict[str, object]]) -> ReportContent:
    """The content with the access of its first scenario."""
    rows = {
        "sea_access": access,
        "sea_ways": [way("port", "riga", 0.0), way("port", "ventspils", 6.0), way("port", "klaipeda", nan),
                     way("neighbour", "LV", 0.0, name="Latvia")],
        "sea_losses": [loss("port", "riga"), loss("country", "LV", name="Latvia", cut=True, cost_loss=nan, port="")],
    }  # fmt: skip
    if not access:
        rows = {name: [] for name in rows}
    first = content.scenarios[0]
    tables: dict[str, pd.DataFrame] = {**first.tables}
    tables |= {name: rows_to_frame(name, found) for name, found in rows.items()}
    return dataclasses.replace(
        content, scenarios=(dataclasses.replace(first, tables=tables), *content.scenarios[1:])
    )


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return make_content(2)


def test_the_section_says_the_measures_and_draws_the_ways(content: ReportContent) -> None:
    html = render_report(fill(content, [ACCESS]))
    section = html[html.index('<section id="sea"') : html.index('<section id="law"')]
    assert "Belarus" in section
    assert "60.0 USD/t and 10.0 d by Riga and Latvia" in section
    assert "Ust-Luga &lt;b&gt; and Russia" in section
    assert "0.58 by the Herfindahl index" in section
    assert section.count("<circle") == 2
    assert "+6 USD/t" in section
    assert 'href="#sea"' in html


def test_what_the_law_has_closed_is_named_without_a_number(content: ReportContent) -> None:
    ((one, *_), *_) = view_access(fill(content, [ACCESS]))
    ((names, act),) = one.closed
    assert names == "Klaipeda"
    assert act
    assert '<g class="shut">' in one.picture


def test_what_cuts_off_stands_first(content: ReportContent) -> None:
    ((one, *_), *_) = view_access(fill(content, [ACCESS]))
    assert [(row.name, row.cut) for row in one.losses] == [("Latvia", True), ("Riga", False)]
    assert [row.share for row in one.neighbours] == ["70\u202f%"]


def test_forbidden_goods_have_the_act_and_no_picture(content: ReportContent) -> None:
    row = {**ACCESS, "status": "prohibited", "forbidden_by": ("lt-transit",)}
    empty = {"sea_ways": rows_to_frame("sea_ways", []), "sea_losses": rows_to_frame("sea_losses", [])}
    filled = fill(content, [row])
    first = dataclasses.replace(filled.scenarios[0], tables={**filled.scenarios[0].tables, **empty})
    ((one, *_), *_) = view_access(dataclasses.replace(filled, scenarios=(first,)))
    assert "forbids" in one.lines[0]
    assert not one.picture


def test_a_study_on_the_coast_has_no_section(content: ReportContent) -> None:
    for changed in (content, fill(content, [])):
        assert 'id="sea"' not in render_report(changed)
