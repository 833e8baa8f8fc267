"""Landed cost: sums and scales of the waterfalls, what is said of refusals and differences, and what the page holds."""

import dataclasses
import datetime
import re
from itertools import pairwise
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_study import make_content
from test_report_charts import boxes_of, overlaps
from test_report_page import Reader

from landbridge.report import ReportContent, render_report
from landbridge.report.figures import THIN
from landbridge.report.landed import tell_landed, view_landed
from landbridge.report.landed_chart import (
    LABELS,
    PANEL,
    Money,
    draw_waterfall,
    draw_ways,
    fit_money,
    list_families,
    sum_kinds,
)
from landbridge.report.landed_reading import (
    FAMILIES,
    KIND_OF,
    KIND_TITLES,
    KINDS,
    Consigned,
    CostLine,
    DoorCost,
    choose_cases,
    find_best,
    list_ways,
    read_consigned,
)
from landbridge.report.packing import unpack
from landbridge.report.reading import read_answers
from landbridge.schema.rows import rows_to_frame

OPEN, PROHIBITED = "food-minsk-mundra", 1  # flow of the invented study, and the number of its prohibited one
MAY, AUGUST = datetime.date(2025, 5, 14), datetime.date(2025, 8, 21)
HOSTILE = '</script><svg onload="alert(1)"><img src=x onerror=alert(2)>'
AMOUNTS = {
    "goods": 150_000.0, "terminals": 1_500.0, "carriage": 9_000.0, "insurance": 500.0, "duty": 15_000.0,
    "levy": 75.0, "vat": 17_000.0, "conformity": 1_000.0, "customs_value": 155_000.0,
}  # fmt: skip
ASIDE = {"vat", "customs_value"}
COLUMNS = ("consignment", "date", "route", "regime")


def price(route: str, regime: str, date: datetime.date, **changed: float) -> dict[str, object]:
    """One cost at the door: keys, and the amounts of its lines."""
    return {"keys": ("kit", date, route, regime), "amounts": AMOUNTS | changed}


PRICES = (
    price("astara", "mfn", MAY),
    price("astara", "mfn", AUGUST),
    price("astara", "fta", AUGUST, duty=2_142.0, levy=11.0),
    price("suez", "mfn", AUGUST, carriage=24_000.0),
    price("suez", "fta", AUGUST, carriage=24_000.0, duty=2_200.0),
    price("astara", "transit", AUGUST, duty=0.0, levy=0.0),
)


def tabulate(prices: tuple[dict[str, object], ...], *, mark: str = "") -> dict[str, object]:
    """The result tables of landed cost of some prices; `mark` goes into every text."""
    costs, lines, terms = [], [], []
    for one in prices:
        keys = dict(zip(COLUMNS, one["keys"], strict=True))
        amounts = one["amounts"]
        total = sum(amount for name, amount in amounts.items() if name not in ASIDE)
        suspended = keys["regime"] == "transit"
        costs.append(
            {
                **keys, "flow": OPEN, "corridor": "", "label": f"By {keys['route']}{mark}", "product": "843351",
                "regime_name": {"mfn": "Without preference", "fta": "Trade agreement"}.get(keys["regime"], "Transit")
                + mark, "kind": "suspension" if suspended else "release", "rank": 1, "total": total,
                "total_p10": 0.97 * total, "total_p50": total, "total_p90": 1.05 * total,
                "paid": total + amounts["vat"], "goods": amounts["goods"], "transport": 11_000.0,
                "customs_value": amounts["customs_value"], "duty": amounts["duty"], "taxes": amounts["levy"],
                "conformity": amounts["conformity"], "unit_cost": total / 2, "per": "unit", "currency": "USD",
                "cost_tonne": total, "charges_tonne": 1.0, "days": 30.5, "papers": ("declaration" + mark,),
                "conditions": (f"only where the goods originate{mark}", "direct") if keys["regime"] == "fta" else (),
                "quality": "estimated",
            }
        )  # fmt: skip
        for seq, (name, amount) in enumerate(amounts.items(), 1):
            lines.append(
                {
                    **keys, "seq": seq, "name": name, "title": name.capitalize() + mark,
                    "stage": "none" if name == "customs_value" else "import", "base": nan, "rate": "10 %" + mark,
                    "formula": f"10 % of {10 * amount:,.2f}{mark}", "amount": amount, "p10": nan, "p50": nan,
                    "p90": nan, "currency": "USD", "counted": name not in ASIDE, "payer": "buyer",
                    "inputs": (f"tariffs#{name}{mark}",), "act": "Act of 2 May" + mark, "dated": MAY,
                    "source": "invented#7", "quality": "published",
                }
            )  # fmt: skip
        terms += [{**keys, "rule": rule, "price": total, "currency": "USD"} for rule in ("EXW", "DAP", "DDP")]
    names = ("landed_costs", "landed_cost_lines", "landed_prices")
    return {name: rows_to_frame(name, rows) for name, rows in zip(names, (costs, lines, terms), strict=True)}


def note(consignment: str, code: str, message: str, level: str = "error") -> dict[str, object]:
    """A finding of a consignment."""
    return {
        "consignment": consignment, "date": AUGUST, "regime": "", "code": code, "level": level,
        "message": message, "remedy": "look",
    }  # fmt: skip


def with_landed(*, second: tuple[dict[str, object], ...] | None = PRICES, mark: str = "") -> ReportContent:
    """The invented study with three consignments: one priced, one prohibited, one not priced."""
    content = make_content(4)
    flows = content.study_tables["flows"]["id"]
    consignments = [
        {
            "id": name, "flow": flow, "name": f"{title}{mark}", "product": "843351", "value": 150_000.0,
            "currency": "USD", "incoterm": "EXW", "quantity": 2.0, "unit": "unit", "weight": 16_600.0,
            "source": "invented", "quality": "estimated",
        }
        for name, flow, title in (
            ("kit", OPEN, "Harvester"), ("banned", flows[PROHIBITED], "Banned goods"), ("bare", OPEN, "Bare goods"),
        )
    ]  # fmt: skip
    origin = {
        "consignment": "kit", "agreement": "fta", "date": AUGUST, "route": "astara", "verdict": "does_not",
        "rule": "materials of other countries at most 50 %", "arithmetic": f"62.0 % against at most 50 %{mark}",
        "change": f"make the cab at home{mark}", "transport": "satisfied: no third country", "act": "Act 7",
        "source": "invented#origin", "quality": "published",
    }  # fmt: skip
    findings = [
        note("kit", "average_rate", f"the duty is an average{mark}", "warning"),
        note("banned", "prohibited", f"Banned goods is prohibited{mark}"),
        note("bare", "no_tariff", f"no rate of duty is known{mark}"),
    ]
    common = {
        "origin_verdicts": rows_to_frame("origin_verdicts", [origin]),
        "landed_findings": rows_to_frame("landed_findings", findings),
    }
    scenarios = [
        dataclasses.replace(scenario, tables={**scenario.tables, **common, **tabulate(prices, mark=mark)})
        if prices is not None
        else scenario
        for scenario, prices in zip(content.scenarios, (PRICES, second), strict=True)
    ]
    study = {
        **content.study_tables,
        "consignments": rows_to_frame("consignments", consignments),
        "trade_agreements": rows_to_frame(
            "trade_agreements", [{"id": "fta", "title": f"The agreement{mark}"}]
        ),
    }
    return dataclasses.replace(content, scenarios=tuple(scenarios), study_tables=study)


@pytest.fixture(name="content", scope="module")
def fixture_content() -> ReportContent:
    return with_landed()


@pytest.fixture(name="kit", scope="module")
def fixture_kit(content: ReportContent) -> Consigned:
    return read_consigned(content, read_answers(content))[0][0]


@pytest.fixture(name="html", scope="module")
def fixture_html(content: ReportContent) -> str:
    return render_report(content)


def section_of(html: str) -> str:
    start = html.index('<section id="landed"')
    return html[start : html.index("</section>", start)]


def test_families_and_kinds_hold_every_line_once(kit: Consigned) -> None:
    assert sorted(KIND_OF) == sorted(FAMILIES)
    assert list(KIND_TITLES) == list(KINDS)
    for cost in kit.costs:
        assert sum(cost.sum_families().values()) == pytest.approx(cost["total"], abs=1e-9)
        assert sum(sum_kinds(cost).values()) == pytest.approx(cost["total"], abs=1e-9)


def test_cases_are_each_day_without_and_with_preference_by_one_way(kit: Consigned) -> None:
    best = find_best(kit)
    assert best is not None
    assert (best.route, best.regime, best.date) == ("astara", "fta", AUGUST), "a suspension is no release"
    cases = [(case.date, case.route, case.regime) for case in choose_cases(kit)]
    assert cases == [
        (MAY, "astara", "mfn"),
        (AUGUST, "astara", "mfn"),
        (AUGUST, "astara", "fta"),
    ]
    assert [(way.route, way.regime) for way in list_ways(kit)] == [("astara", "fta"), ("suez", "fta")]


def test_days_that_print_the_same_share_a_waterfall_and_differences_are_told(content: ReportContent) -> None:
    view = view_landed(content, read_consigned(content, read_answers(content)))[0][0]
    first, other = view.cases
    days = "14_May_2025 and 21_August_2025, 30.5_days to the door"
    assert first.sub == days.replace("_", THIN)
    assert first.against == ""
    told = (
        "12_922_USD less than without preference on 14_May_2025: duty 12_858 less, excise and levies 64 less."
    )
    assert other.against == told.replace("_", THIN)
    assert other.only == "only where the goods originate"
    assert view.extra == f"17{THIN}000 USD more is paid as tax and got back."


def test_bars_end_where_the_next_begin_and_the_whisker_at_the_quantiles(kit: Consigned) -> None:
    cases = choose_cases(kit)
    money, families = fit_money(cases), list_families(cases)
    assert money.is_cut
    assert money.low < 150_000.0 < money.high
    svg = str(draw_waterfall(cases[0], families, money=money, title="t"))
    found = re.findall(r'<rect class="part (\w+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    bars = [(kind, float(x), float(x) + float(width)) for kind, x, width in found]
    assert [kind for kind, _, _ in bars] == [*(KIND_OF[family] for family in families), "sum"]
    for (_, _, end), (_, start, _) in pairwise(bars[:-1]):
        assert start == pytest.approx(end, abs=0.9), "a bar has at least 0.8 of width"
    assert bars[-1][1] == LABELS
    whisker = re.search(r'class="whisker" d="M([\d.]+) [\d.]+v5M([\d.]+) ', svg)
    assert whisker
    span = (bars[-1][2] - LABELS) / (cases[0]["total"] - money.low)
    for place, name in enumerate(("total_p10", "total_p90"), 1):
        expected = LABELS + span * (cases[0][name] - money.low)
        assert float(whisker[place]) == pytest.approx(expected, abs=0.2)


def test_an_axis_is_cut_only_where_goods_would_fill_it(kit: Consigned) -> None:
    cheap = [
        dataclasses.replace(case, figures=case.figures | {"goods": 10_000.0}) for case in choose_cases(kit)
    ]
    money = fit_money(cheap)
    assert not money.is_cut
    svg = str(draw_waterfall(cheap[0], list_families(cheap), money=money, title="t"))
    assert 'class="break"' not in svg
    assert 'class="break"' in str(draw_ways(list_ways(kit), money=fit_money(list_ways(kit)), title="t"))
    assert fit_money([]) == Money(0.0, 1.0, "")


def make_cost(amounts: dict[str, float], spread: float) -> DoorCost:
    """A cost at the door of made-up lines."""
    total = sum(amounts.values())
    lines = tuple(
        CostLine(
            seq, name, name, "import", "", "", "", "", "", "", "default", True, (), nan, amount, nan, nan
        )
        for seq, (name, amount) in enumerate(amounts.items(), 1)
    )
    figures = {"total": total, "total_p10": total / spread, "total_p90": total * spread, "paid": total}
    figures |= {"goods": amounts["goods"], "unit_cost": total, "days": 41.3}
    label = "Road: a border post with a long name - another one, a port – a harbour, a terminal"
    return DoorCost(AUGUST, "r", label, "mfn", "n", "release", "t", "USD", "", "default", (), figures, lines)


amounts = st.fixed_dictionaries(
    {name: st.floats(0.0, 3e8) for name in FAMILIES if name != "goods"} | {"goods": st.floats(1.0, 9e8)}
)


@given(st.lists(amounts, min_size=1, max_size=3), st.floats(1.0, 3.0))
def test_text_never_touches_whatever_the_amounts(
    given_amounts: list[dict[str, float]], spread: float
) -> None:
    costs = [make_cost(one, spread) for one in given_amounts]
    money, families = fit_money(costs), list_families(costs)
    for cost in costs:
        svg = str(draw_waterfall(cost, families, money=money, title="t"))
        assert not overlaps(svg)
        assert all(box[1] >= 0 and box[3] <= PANEL for box in boxes_of(svg))
        assert len(boxes_of(svg)) >= 2 * len(families) + 3, "rows, total and unit are there"
        way = str(draw_ways([cost], money=money, title="t"))
        assert not overlaps(way)
        assert all(box[1] >= 0 and box[3] <= PANEL for box in boxes_of(way))


def test_the_page_has_the_section_its_link_and_all_parts(html: str) -> None:
    assert '<a href="#landed">Landed cost</a>' in html
    section = section_of(html)
    words = Reader(section).words()
    for said in (
        "HS 843351 · 2 units · 16.6 t net · 150 000 USD under EXW · priced as of",
        "Only where the goods originate.", "Papers: declaration", "Every regime that the law allows, by By astara",
        "62.0 % against at most 50 %. Rule: materials of other countries at most 50 %.",
        "What would have to change: make the cab at home.", "Direct consignment satisfied: no third country.",
        "the duty is an average", "got back", "for information", "Act of 2 May (14 May 2025)", "The agreement",
    ):  # fmt: skip
        assert said in words, said
    assert section.count('class="chart door"') == 2
    assert section.count('class="chart door way"') == 2
    assert section.count('<details class="formula">') == len(AMOUNTS)
    assert re.findall(r'<div class="own"><dt>(\w+)</dt>', section) == ["EXW"]
    assert "Invented handbook of rates" in html, "sources of the lines are cited"


def test_a_prohibited_consignment_has_its_act_and_no_number(html: str, content: ReportContent) -> None:
    parts = section_of(html).split('data-s="1"')[0].split('<details class="consigned')
    (banned,) = [part for part in parts[1:] if "Banned goods" in part]
    words = Reader(banned).words()
    assert "Prohibited by Act UN-BAN of 1 March 2022, Article 3(1). No price is given." in words
    assert "<svg" not in banned
    assert not re.search(r"\d USD (?!under)", words)
    (bare,) = [part for part in parts[1:] if "Bare goods" in part]
    assert "not priced" in bare
    assert "no rate of duty is known" in bare
    assert "<svg" not in bare
    told = tell_landed(read_consigned(content, read_answers(content))[0])
    assert (
        told[1] == "Banned goods: Prohibited by Act UN-BAN of 1 March 2022, Article 3(1). No price is given."
    )
    assert len(told) == 2


def test_the_summary_tells_the_cheapest_in_a_sentence(html: str) -> None:
    words = Reader(html).words()
    sentence = (
        "Harvester: at the door 164 153 USD (p10–p90 159 228–172 361; 82 076 USD/unit) on 21 August 2025 by "
        "“By astara”, under “Trade agreement”, 12 922 USD less than without preference, only where the goods originate."
    )
    assert sentence in words[: words.index("All flows")]


def test_many_consignments_have_short_sentences(kit: Consigned) -> None:
    (told, *_) = tell_landed([kit] * 9)
    assert told.replace(THIN, " ") == (
        "Harvester: at the door 164 153 USD (p10–p90 159 228–172 361; 82 076 USD/unit), under “Trade agreement”, "
        "12 922 USD less than without preference."
    )


def test_another_scenario_is_packed_and_says_what_it_changes(html: str) -> None:
    found = re.search(r'id="landed-1">([^<]*)<', html)
    assert found
    same = unpack(found[1])
    assert "The same as in “As is”." in Reader(same).words()
    assert "<svg" not in same
    assert "What is not shown here is as in “As is”." in same
    dearer = tuple({**one, "amounts": one["amounts"] | {"carriage": 9_700.0}} for one in PRICES)
    page = render_report(with_landed(second=dearer))
    found = re.search(r'id="landed-1">([^<]*)<', page)
    assert found
    other = Reader(unpack(found[1])).words()
    assert "700 USD more than in “As is”: carriage 700 more." in other
    assert "Every regime that the law allows" in other
    assert "What would have to change" not in other


def test_a_scenario_without_prices_has_an_empty_piece() -> None:
    html = render_report(with_landed(second=None))
    found = re.search(r'id="landed-1">([^<]*)<', html)
    assert found
    assert unpack(found[1]) == ""


def test_hostile_names_stay_text() -> None:
    html = render_report(with_landed(mark=HOSTILE))
    found = re.search(r'id="landed-1">([^<]*)<', html)
    assert found
    for text in (html, unpack(found[1])):
        page = Reader(text)
        assert not [a for _, a in page.elements if any(name.startswith("on") for name in a)]
        assert not [tag for tag, _ in page.elements if tag == "img"]
    assert sum(1 for tag, a in Reader(html).elements if tag == "script" and "type" not in a) == 1
    assert HOSTILE in "".join(Reader(html).text)


def test_equal_inputs_give_equal_bytes(html: str) -> None:
    assert render_report(with_landed()) == html


def test_a_study_without_consignments_has_no_section() -> None:
    html = render_report(make_content(4))
    assert 'id="landed"' not in html
    assert "#landed" not in html
    assert 'id="landed-1"' not in html
