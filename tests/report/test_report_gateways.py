"""What each gateway costs: the panels of the chart, their scale, and what stands in the page."""

import dataclasses
import re
from math import nan

import pytest
from invented_study import make_content

from landbridge.report import ReportContent, render_report
from landbridge.report.figures import DAYS, THIN
from landbridge.report.gateway_chart import draw_gateways, place_point
from landbridge.report.packing import unpack
from landbridge.report.reading import read_answers
from landbridge.schema.rows import rows_to_frame

FLOW = "food-minsk-mundra"


def passed(facility: str, kind: str, *, more: float = nan, **changed: object) -> dict[str, object]:
    """A row of gateways of the first flow; one without a difference in cost is closed by law."""
    closed = more != more  # noqa: PLR0124 - only NaN differs from itself
    amounts = {"cost": 100.0 + more, "time": 480.0, "co2e": 50.0, "distance": 5000.0}
    row = {
        "flow": FLOW, "facility": facility, "kind": kind, "name": facility.capitalize(), "country": "RU",
        "lat": 50.0, "lon": 40.0, "status": "closed" if closed else "open", "cost_more": more,
        "time_more": nan if closed else -12.0 * (more > 0), "co2e_more": nan if closed else 0.0,
        "countries": () if closed else ("BY", "RU", "IN"), "way": "" if closed else "By <lorry>",
        "closed_by": "lt-transit" if closed else "", "why": "",
        **(dict.fromkeys(amounts, nan) if closed else amounts),
    }  # fmt: skip
    return {**row, **changed}


@pytest.fixture(scope="module")
def content() -> ReportContent:
    content = make_content(4)
    first = content.scenarios[0]
    rows = [
        passed("olya", "port", more=0.0),
        passed("baku", "port", more=40.0, countries=("BY", "RU", "BY")),
        passed("krasnoye", "post", more=20.0),
        passed("klaipeda", "port"),
    ]
    tables = {**first.tables, "gateways": rows_to_frame("gateways", rows)}
    scenarios = (dataclasses.replace(first, tables=tables), *content.scenarios[1:])
    return dataclasses.replace(content, scenarios=scenarios)


def test_all_panels_have_one_scale_from_the_best(content: ReportContent) -> None:
    gateways = read_answers(content)[0][0].gateways
    picture = str(draw_gateways(gateways, DAYS, title="here"))
    ports, posts = picture.split("<svg ")[1:]
    assert "Ports: here" in ports
    assert "Border posts: here" in posts
    found = re.findall(r'<circle class="([\w ]+)" cx="([\d.]+)"', picture)
    assert found == [
        ("point on", f"{place_point(0.0, 40.0):.1f}"),
        ("point back", f"{place_point(40.0, 40.0):.1f}"),
        ("point", f"{place_point(20.0, 40.0):.1f}"),
    ]
    assert "best</text>" in ports
    assert f"+40 USD/t, −0.5{THIN}d" in ports
    assert "By &lt;lorry&gt;; BY–RU–IN" in posts


def test_what_the_law_has_closed_has_a_name_and_no_point(content: ReportContent) -> None:
    picture = str(draw_gateways(read_answers(content)[0][0].gateways, DAYS, title="here"))
    (shut,) = re.findall(r'<g class="shut">(.*?)</g>', picture)
    assert "Klaipeda" in shut
    assert "closed by law" in shut
    assert "circle" not in shut


def test_the_page_has_the_chart_of_each_flow_that_has_gateways(content: ReportContent) -> None:
    html = render_report(content)
    assert html.count("What each gateway costs</b>") == 1
    found = re.search(r'id="flow-0">([^<]*)<', html)
    assert found
    first, other = unpack(found[1])["scenarios"]
    assert "What each gateway costs" in first["charts"]
    assert "What each gateway costs" not in other["charts"]
    assert "What each gateway costs" not in render_report(make_content(4))


def test_one_gateway_on_the_best_way_alone_is_drawn(content: ReportContent) -> None:
    best = read_answers(content)[0][0].gateways[:1]
    assert str(draw_gateways(best, DAYS, title="here")).count("<circle") == 1
