"""Where the way is narrow: the ranking of the page, and the rings of its map."""

import dataclasses
import re
from math import nan, sqrt

import pandas as pd
import pytest
from invented_study import make_content

from landbridge.report import ReportContent, render_report
from landbridge.report.closures import rank_scenarios
from landbridge.report.figures import THIN
from landbridge.report.packing import unpack
from landbridge.report.projection import fit_plane
from landbridge.report.reading import read_answers
from landbridge.report.route_map import RING, LinePool, draw_stops, overlay_routes
from landbridge.schema.rows import rows_to_frame

FLOW = "food-minsk-mundra"


def loss(
    facility: str, kind: str, *, cost: float = nan, cut: bool = False, law: str = ""
) -> dict[str, object]:
    """A row of closures of the first flow."""
    place = {"lat": nan, "lon": nan} if kind == "service" else {"lat": 50.0, "lon": 40.0}
    named = {"facility": facility, "kind": kind, "name": facility.capitalize(), "country": "RU", **place}
    way = "" if cut or law else "By <lorry>"
    return {
        "flow": FLOW, **named, "cost_loss": cost, "time_loss": 2 * cost, "cut": cut, "way": way, "closed_by": law,
    }  # fmt: skip


def with_closures(*rows: dict[str, object]) -> ReportContent:
    """The invented study with a table of closures in its first scenario."""
    content = make_content(4)
    first = content.scenarios[0]
    items = first.tables["route_items"]
    tables = {
        **first.tables,
        "route_items": items.assign(place_id=items["place"].str.lower()),
        "closures": rows_to_frame("closures", rows),
    }
    scenarios = (dataclasses.replace(first, tables=tables), *content.scenarios[1:])
    return dataclasses.replace(content, scenarios=scenarios)


@pytest.fixture(scope="module")
def first_route() -> pd.Series:
    """The first route of the flow."""
    routes = make_content(4).scenarios[0].tables["routes"]
    return routes[(routes["flow"] == FLOW) & (routes["rank"] == 1)].iloc[0]


@pytest.fixture(scope="module")
def content(first_route: pd.Series) -> ReportContent:
    return with_closures(
        loss("novorossiysk", "port", cost=0.25 * first_route["cost"]),
        loss("unstopped", "post", cost=0.04 * first_route["cost"]),
        loss("krasnoye", "post", cut=True),
        loss("black-sea-line", "service", cost=1.0),
        loss("klaipeda", "port", law="lt-transit"),
    )


def test_the_ranking_tells_cuts_first_and_means_over_all_flows(
    content: ReportContent, first_route: pd.Series
) -> None:
    """Two flows can be carried, one runs through the places, so means are halves."""
    ranking, other = rank_scenarios(content, read_answers(content))
    assert [row.name for row in ranking.rows] == [
        "Krasnoye",
        "Novorossiysk",
        "Unstopped",
        "Black-sea-line",
    ]
    assert ranking.flows == 2
    krasnoye, port, _, line = ranking.rows
    assert (krasnoye.kind, krasnoye.flows, krasnoye.cut, krasnoye.way) == ("border post", 1, 1, "")
    assert float(port.cost.replace(THIN, "")) == pytest.approx(first_route["cost"] / 8, rel=0.01)
    assert port.flow == "Food products in a container, Minsk to Mundra"
    assert (line.cost, line.share) == ("0.5", pytest.approx(4 / first_route["cost"]))
    assert [group.places for group in ranking.closed] == [(("Klaipeda", "port or terminal"),)]
    assert not other.rows


def test_the_page_has_the_section_its_link_and_the_acts(content: ReportContent) -> None:
    html = render_report(content)
    assert '<a href="#closures">Closures</a>' in html
    section = html[html.index('id="closures"') : html.index('id="law"')]
    assert "no other way" in section
    assert "By &lt;lorry&gt;" in section
    assert "closed by Act LT-TRANSIT of 1 March 2022, Article 3(1)" in section
    assert "nothing on a best way can be closed alone" in section
    plain = render_report(make_content(4))
    assert 'id="closures"' not in plain
    assert 'id="rings"' not in plain


def test_rings_have_areas_as_the_losses_and_words(content: ReportContent, first_route: pd.Series) -> None:
    answer = read_answers(content)[0][0]
    assert answer.flow == FLOW
    overlay = overlay_routes(answer, LinePool(fit_plane([20.0, 80.0], [20.0, 60.0])))
    marks = draw_stops(overlay)
    for place, share in (("Novorossiysk", 0.25), ("Unstopped", 0.04)):
        (mark,) = (part for part in marks.split("<g ")[1:] if f">{place}<" in part)
        (radius,) = re.findall(r'class="ring on" data-r="0" r="([\d.]+)"', mark)
        assert float(radius) == pytest.approx(RING * sqrt(share), abs=0.05)
    assert mark.startswith('class="mark border on" data-r="0"'), "a post without a stop has a mark of its own"
    assert marks.count('class="ring cut on"') == 1
    assert "<title>The first route without it: no other way</title>" in marks
    assert "by “By &lt;lorry&gt;”</title>" in marks
    other = draw_stops(overlay, chosen=1)
    assert "ring on" not in other
    assert "ring cut on" not in other


def test_the_packed_flow_has_its_rings(content: ReportContent) -> None:
    found = re.search(r'id="flow-0">([^<]*)<', render_report(content))
    assert found
    first, other = unpack(found[1])["scenarios"]
    assert first["stops"].count("<circle") == 3
    assert "<circle" not in other["stops"]


def test_more_than_twelve_are_counted() -> None:
    rows = [loss(f"line-{number}", "service", cost=number + 1.0) for number in range(15)]
    content = with_closures(*rows)
    ranking = rank_scenarios(content, read_answers(content))[0]
    assert (len(ranking.rows), ranking.left_out) == (12, 3)
    assert ranking.rows[0].name == "Line-14"
    assert "3 more are left out" in render_report(content)
