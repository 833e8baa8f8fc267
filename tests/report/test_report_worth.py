"""What commitments are worth: parts that add up, pairs in words, delays in order, nothing without levers."""

from __future__ import annotations

import dataclasses
import re
from math import nan
from typing import Any

import pytest
from invented_study import make_content
from register_rows import promise
from value_rows import delay, pair, part, total, values

from landbridge.report.amounts import Amounts, fit_amounts
from landbridge.report.content import ReportContent, ValueContent
from landbridge.report.page import render_report
from landbridge.report.worth import Pane, tell_untold, tell_worth
from landbridge.report.worth_chart import Ends, Step, draw_change, draw_pair, fit_axis
from landbridge.report.worth_gains import Gains
from landbridge.report.worth_pairs import say_pair
from landbridge.schema.rows import rows_to_frame
from landbridge.study.valuing import INDICATORS

LESS = Amounts("USD/t", "less", 2)
TWO_FLOWS = (total(before=150.0, change=-6.0), total("f", before=100.0, change=-10.0),
             total("g", before=200.0, change=-2.0))  # fmt: skip
RAIL_AND_PORT = (
    part("rail", -5.0, low=-7.0, high=-2.0), part("port", -1.5), part("law", 0.5), part("nil", 0.0),
    part("rail", -10.0, subject="f"), part("port", -1.0, subject="f"), part("law", 1.0, subject="f"),
    part("port", -2.0, subject="g"),
    part("doc", -6.0, level="agreement", alone=-5.0, last=-4.0),
    part("opened", -5.0, level="lever"), part("sped", -1.5, level="lever"),
)  # fmt: skip


def levers(**commitments: str) -> list[dict[str, Any]]:
    cells = {"title": "", "table": "legs", "field": "status", "where": 'id = "a"', "change": "open", "value": "",
             "low": nan, "high": nan, "source": "lever-src", "quality": "estimated"}  # fmt: skip
    return [{"id": name, "commitment": commitment, **cells} for name, commitment in commitments.items()]


def make(*steps: ValueContent, **tables: list[dict[str, Any]]) -> ReportContent:
    content = make_content(flows=1)
    own = {name: rows_to_frame(name, rows) for name, rows in tables.items()}
    return dataclasses.replace(content, study_tables={**content.study_tables, **own}, values=steps)


def tell(*steps: ValueContent, **tables: list[dict[str, Any]]) -> Pane:
    (step,) = tell_worth(make(*steps, **tables), [])
    return step.panes[0]


def read_section(html: str) -> str:
    start = html.index('<section id="worth"')
    return html[start : html.index("</section>", start)]


def read_rects(picture: str, kind: str) -> list[tuple[float, float]]:
    """Left and right edges of the bars of a kind."""
    found = re.findall(rf'<rect class="{kind}" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', picture)
    return [(float(x), float(x) + float(width)) for x, width in found]


def test_a_study_without_levers_has_no_section() -> None:
    html = render_report(make_content(flows=1))
    assert 'id="worth"' not in html
    assert 'href="#worth"' not in html


def test_the_section_stands_after_the_commitments() -> None:
    content = make(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT), commitments=[promise("rail")])
    html = render_report(content)
    assert html.index('<section id="commitments"') < html.index('<section id="worth"')
    assert html.index('<section id="worth"') < html.index('<section id="sources"')
    assert html.count('href="#worth"') == 1
    assert render_report(content) == html


def test_the_change_is_told_with_its_range_share_and_direction() -> None:
    rows = [total(before=200.0, change=-5.0, low=-8.0, high=-2.0)]
    assert (
        tell(values(totals=rows)).sentence
        == "From 200.00 to 195.00 USD/t: −5.00 USD/t (−8.00 to −2.00), 2.5\u202f% less."
    )
    worse = tell(values(totals=[total(before=200.0, change=1.0)])).sentence
    assert worse == "From 200.00 to 201.00 USD/t: +1.00 USD/t, 0.50\u202f% more, which is worse."
    parts = [part("a", -1.0), part("b", 1.0)]
    still = tell(values(totals=[total(before=200.0, change=0.0)], parts=parts)).sentence
    assert still == "What they change cancels out: 200.00 USD/t before and after."
    drawn = tell(
        values(
            totals=[total(before=9.0, change=-1.0, exact=False)], parts=[part("a", -1.0, standard_error=0.25)]
        )
    )
    assert "the standard error of a part is 0.25 USD/t or less" in drawn.exact


def test_the_bars_of_the_waterfall_add_up_to_the_change() -> None:
    steps = [Step("rail", -5.0, -7.0, -2.0), Step("port", -1.5, nan, nan), Step("law", 0.5, nan, nan)]
    ends = Ends(150.0, 144.0, -9.0, -3.0)
    axis, picture = fit_axis(ends, steps), draw_change(ends, steps, amounts=LESS, title="t")
    (before, after), better, worse = (read_rects(picture, kind) for kind in ("entire", "better", "worse"))
    places = [axis.place(value) for value in (150.0, 145.0, 143.5, 144.0)]
    assert [before[1], better[0][0], better[1][0], worse[0][1]] == pytest.approx(places, abs=0.15)
    assert (better[0][1], better[1][1], worse[0][0]) == pytest.approx(tuple(places[:3]), abs=0.15)
    assert after[1] == pytest.approx(places[3], abs=0.15)
    # Brackets: of the first part, and of the whole.
    assert picture.count('class="whisker"') == 2
    assert axis.low > 0
    assert picture.count('class="break"') == 2
    for text in ("−5.00", "saved", "+0.50", "added", ">150.00<", ">144.00<"):
        assert text in picture


def test_the_axis_holds_all_that_is_drawn() -> None:
    steps = [Step("a", 30.0, 10.0, 60.0), Step("b", -80.0, nan, nan)]
    axis = fit_axis(Ends(100.0, 50.0, -70.0, -20.0), steps)
    assert axis.low == 0.0
    assert axis.high == 160.0
    assert fit_axis(Ends(0.0, 0.0, nan, nan), []).high > 0
    gained = fit_axis(Ends(1.0, -1.0, nan, nan), [Step("a", -2.0, nan, nan)])
    assert (gained.low, gained.high) == (-1.0, 1.0)


def test_many_commitments_leave_their_rest_in_one_bar() -> None:
    parts = [part(f"c{number}", -1.0 / number) for number in range(1, 31)]
    pane = tell(values(totals=[total(before=100.0, change=sum(row["value"] for row in parts))], parts=parts))
    bars = read_rects(pane.picture, "better")
    assert len(bars) == 16
    assert "15 others" in pane.picture
    assert sum(right - left for left, right in bars) == pytest.approx(
        read_rects(pane.picture, "entire")[0][1] - read_rects(pane.picture, "entire")[1][1], abs=2.0
    )


def test_parts_of_no_value_are_named_and_levers_stand_under_their_commitment() -> None:
    pane = tell(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT), levers=levers(opened="rail", sped="port"))
    assert pane.nothing == ("Title of nil",)
    assert [one.worth for one in pane.agreements] == ["−6.00"]
    assert (pane.agreements[0].alone, pane.agreements[0].last) == ("−5.00", "−4.00")
    rail, port, law = pane.commitments
    assert (rail.number, rail.span, port.span) == (1, "−7.00 to −2.00", "—")
    assert [(one.title, one.rests) for one in rail.levers] == [("Title of opened", "estimated, lever-src")]
    assert law.levers == ()
    html = render_report(
        make(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT), levers=levers(opened="rail", sped="port"))
    )
    assert "<code>lever-src</code>" in html


def test_who_gains_and_who_loses() -> None:
    rows = (*TWO_FLOWS, total("h", before=50.0, change=0.0), total("i", before=50.0, change=1.0))
    parts = (*RAIL_AND_PORT, part("law", 1.0, subject="i"))
    gains: Gains = tell(values(totals=rows, parts=parts)).gains
    assert gains.heads == ((1, "Title of rail"), (2, "Title of port"), (3, "Title of law"))
    assert [(row.title, row.change, row.share) for row in gains.rows] == [
        ("f", "−10.00", "−10"), ("g", "−2.00", "−1.0"), ("i", "+1.00", "+2.0"),
    ]  # fmt: skip
    assert gains.rows[0].cells == (("−10.00", "better3"), ("−1.00", "better1"), ("+1.00", "worse1"))
    assert gains.rows[1].cells == (("·", ""), ("−2.00", "better1"), ("·", ""))
    assert gains.unchanged == ("h",)
    assert gains.sentence == "2 of 4 gain, f most (−10\u202f%); 1 of 4 loses, i most (+2.0\u202f%)."


def test_flows_are_named_as_elsewhere_in_the_report() -> None:
    content = make_content(flows=1)
    flow = content.study_tables["flows"]["id"].iloc[0]
    rows = [total(str(flow), before=100.0, change=-1.0, title="code")]
    found = values(totals=rows, parts=[part("a", -1.0, subject=str(flow))])
    section = read_section(render_report(dataclasses.replace(content, values=(found,))))
    assert ">code<" not in section
    assert re.search(r'<th scope="row">[^<]+, \w+ to \w+', section)


def test_pairs_are_told_in_words_where_they_are_strongest() -> None:
    pairs = [
        pair("rail", "port", subject="f", shares=(-4.0, 0.0, -11.0)),
        pair("rail", "port", subject="g", shares=(-1.0, 0.0, -2.0)),
        pair("rail", "law", subject="g", shares=(-3.0, -4.0, -5.0)),
        pair("opened", "sped", subject="f", shares=(-4.0, 0.0, -11.0), level="lever"),
        pair("one", "two", subject="g", shares=(0.0, 0.0, -0.5), level="lever"),
        pair("rail", "nil", subject="f", shares=(-4.0, 0.0, -4.01)),
    ]
    told = tell(
        values(totals=TWO_FLOWS, parts=RAIL_AND_PORT, pairs=pairs),
        levers=levers(opened="rail", sped="port", one="law", two="law"),
    ).pairs
    assert [one.sentence for one in told] == [
        "“Title of rail” saves 4.0\u202f% alone and 11\u202f% with “Title of port”, which saves nothing alone",
        (
            "“Title of law” saves 4.0\u202f% alone and 5.0\u202f% with “Title of rail”, which saves 3.0\u202f% alone: "
            "each does part of what the other does"
        ),
        "“Title of one” and “Title of two” save nothing alone and 0.50\u202f% together: one needs the other",
    ]
    assert [one.where for one in told] == ["f, and 1 other", "g", "g"]


def test_a_pair_of_lone_levers_is_that_of_their_commitments() -> None:
    pairs = [
        pair("opened", "sped", subject="f", shares=(-4.0, 0.0, -11.0), level="lever"),
        pair("sped", "opened", subject="g", shares=(0.0, -1.0, -2.0), level="lever"),
    ]
    (told,) = tell(values(totals=TWO_FLOWS, pairs=pairs), levers=levers(opened="rail", sped="port")).pairs
    assert told.where == "f, and 1 other"


def test_a_pair_of_which_one_makes_it_worse() -> None:
    told = say_pair(["the toll", "the road"], [-0.02, 0.01, 0.03], LESS)
    assert (
        told
        == "The toll adds 2.0\u202f% alone and saves 3.0\u202f% with the road, which saves 1.0\u202f% alone"
    )
    told = say_pair(["a", "b"], [0.0, 0.0, -0.01], Amounts("1", "more", 1))
    assert told == "A and b gain nothing alone and lose 1.0\u202f% together: one needs the other"
    picture = draw_pair([-0.02, 0.01, 0.03], title="t")
    assert len(read_rects(picture, "worse")) == 1
    assert "worse 2.0\u202f%" in picture


def test_what_is_still_to_come_stands_by_what_is_lost() -> None:
    delays = [
        delay("port", -1.0, subject="f", status="not_started"),
        delay("port", -2.0, subject="g", status="not_started"),
        delay("rail", -10.0, subject="f", next=-12.0, tonnes=1200.0, month=1000.0),
        delay("law", 1.0, subject="f"),
    ]
    pane = tell(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT, delays=delays))
    assert [(one.number, one.status, one.worth, one.next, one.month) for one in pane.delays] == [
        (1, "late", "−5.00", "−6.00", "1\u202f000"),
        (2, "not started", "−1.50", "−1.50", "—"),
        (3, "late", "+0.50", "+0.50", "—"),
    ]
    assert [one.thousand for one in pane.delays] == ["5\u202f000", "1\u202f500", "−500"]
    assert pane.has_tonnes
    section = read_section(render_report(make(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT, delays=delays))))
    assert "USD a month" in section
    hours = [row | {"unit": "h", "month_per_1000t": nan, "month": nan} for row in delays]
    bare = read_section(render_report(make(values(totals=TWO_FLOWS, parts=RAIL_AND_PORT, delays=hours))))
    assert "USD a month" not in bare
    assert "USD for 1,000 t" not in bare


def test_what_has_no_number_is_said_with_its_reason() -> None:
    finding = {"indicator": "transport_cost", "subject": "f", "code": "not_reached", "level": "warning",
               "message": "f has no way <without> levers", "remedy": "see the verdict"}  # fmt: skip
    content = make(
        values(totals=TWO_FLOWS, parts=RAIL_AND_PORT, findings=[finding]),
        commitments=[promise("rail"), promise("talks", title="To talk & listen"), promise("idle")],
        levers=levers(opened="rail", unmoved="idle"),
    )
    untold = tell_untold(content)
    assert (untold.titles, untold.idle) == (("To talk & listen",), ("Promise idle",))
    section = read_section(render_report(content))
    for words in (
        "reach nothing that is valued here: Promise idle.",
        "F has no way &lt;without&gt; levers", "see the verdict", "1 of 3 commitments have no lever",
        "To talk &amp; listen", "They are no percentiles", "opening it has no value here",
    ):  # fmt: skip
        assert words in section, words


def test_nothing_valued_is_said() -> None:
    section = read_section(render_report(make(values(totals=[]))))
    assert "Nothing has a value here." in section


def test_indicators_are_tabs_without_a_script() -> None:
    rows = [total(before=100.0, change=-1.0, indicator=name) for name in INDICATORS]
    content = make(values(totals=rows), values(totals=rows[:1]))
    html = render_report(content)
    section = read_section(html)
    assert section.count('type="radio"') == len(INDICATORS)
    assert section.count(" checked>") == 1
    ids = re.findall(r'id="(worth-\d+-\d+)"', section)
    assert ids == re.findall(r'for="([^"]+)"', section)
    assert len(set(ids)) == len(ids)
    assert section.count("From “As is” to “Signed”</h3>") == 2
    # The style shows as many panes as there can be.
    assert f"input:nth-of-type({len(INDICATORS)}):checked" in html
    assert "<form" not in section
    assert " style=" not in section


def test_an_indicator_that_nothing_changes_is_named_only() -> None:
    rows = [*TWO_FLOWS, total(before=9.0, change=0.0, indicator="transport_time", unit="h")]
    (step,) = tell_worth(make(values(totals=rows, parts=RAIL_AND_PORT)), [])
    assert [pane.title for pane in step.panes] == ["Transport cost from door to door"]
    assert step.unchanged == ("Transport time from door to door",)
    section = read_section(render_report(make(values(totals=rows, parts=RAIL_AND_PORT))))
    assert "Not changed by any commitment: Transport time from door to door." in section


def test_counts_have_no_unit() -> None:
    cells = {
        "indicator": "sea_ways_by_posts",
        "unit": "1",
        "aim": "more",
        "kind": "country",
        "title": "Belarus",
    }
    pane = tell(
        values(totals=[total("BY", before=2.0, change=1.0, **cells)],
               parts=[part("rail", 1.0, subject="BY", indicator="sea_ways_by_posts", unit="1")])
    )  # fmt: skip
    assert pane.sentence == "From 2.00 to 3.00: +1.00, 50\u202f% more."
    assert (pane.of, pane.unit, pane.kind) == ("country “Belarus”", "", "Country")
    assert "gained" in pane.picture


def test_decimals_follow_the_greatest_change() -> None:
    assert [fit_amounts("h", "less", [change]).digits for change in (250.0, -25.0, 2.5, 0.1, 0.001, 0.0)] == [
        0,
        1,
        2,
        3,
        4,
        1,
    ]
    assert fit_amounts("h", "less", [nan]).write(nan) == "—"
    assert LESS.sign(nan) == "—"
    assert LESS.span(-1.0, -1.0 + 1e-12) == ""
