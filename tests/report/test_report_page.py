"""The page as a whole: what it says, what it never holds, and that equal inputs give equal bytes."""

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from invented_study import TITLE, make_content, read_content, read_hostile_html, read_html

from landbridge.report import ReportContent, ScenarioContent, render_report, write_report
from landbridge.report.packing import unpack
from landbridge.schema.rows import rows_to_frame

ADDRESS = {"a": "href"}


class Reader(HTMLParser):
    """Elements with their attributes, and the text outside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.text: list[str] = []
        self.stack: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] in self.inline:
            self.inline[self.stack[-1]].append(data)
        else:
            self.text.append(data)

    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text).replace("\u202f", " "))


@pytest.fixture(name="content", scope="module")
def fixture_content() -> ReportContent:
    return read_content()


@pytest.fixture(name="html", scope="module")
def fixture_html() -> str:
    return read_html()


@pytest.fixture(name="hostile_html", scope="module")
def fixture_hostile_html() -> str:
    return read_hostile_html()


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return Reader(html)


def read_chunk(html: str, flow: int) -> dict:
    found = re.search(rf'id="flow-{flow}">([^<]*)<', html)
    assert found
    return unpack(found[1])


def test_equal_inputs_give_equal_bytes(html: str) -> None:
    assert render_report(make_content(4)) == html


def test_it_tells_no_time_and_no_machine(html: str) -> None:
    text = html.lower()
    assert not re.search(r"\b\d{1,2}:\d{2}:\d{2}\b", text)
    assert str(Path.cwd()).lower() not in text


def test_the_policy_allows_the_page_s_own_script_and_style_only(page: Reader) -> None:
    (policy,) = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    hashes = re.findall(r"'sha256-([^']+)'", policy)
    scripts = [a for tag, a in page.elements if tag == "script"]
    run = [text for attrs, text in zip(scripts, page.inline["script"], strict=True) if "type" not in attrs]
    own = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in [*run, *page.inline["style"]]
    ]
    assert sorted(own) == sorted(hashes)


def test_nothing_is_fetched_and_nothing_is_styled_in_place(page: Reader) -> None:
    for tag, attributes in page.elements:
        assert not {"style", "src", "srcset"} & set(attributes), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert tag not in {"link", "iframe", "img", "object", "base"}
        if tag != "a":
            assert not str(attributes.get("href", "#")).startswith("http")
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", "".join(page.inline["style"]))


def test_the_head_says_whose_law_and_what_is_not_done(page: Reader) -> None:
    words = page.words()
    for said in (
        TITLE, "As of 20 August 2025", "binding Belarus, Iran", "are not screened", "Not legal advice",
        "measures of the UN and those that act on a territory always apply", "Lists read LT, UN, XX, YY",
    ):  # fmt: skip
        assert said in words


def test_the_foot_credits_the_sources(page: Reader) -> None:
    words = page.words()
    for said in ("© OpenStreetMap contributors", "GeoNames", "Natural Earth", "UNECE", "imply no opinion"):
        assert said in words
    links = {a.get("href") for tag, a in page.elements if tag == "a"}
    assert {
        "https://www.openstreetmap.org/copyright",
        "https://opendatacommons.org/licenses/odbl/1-0/",
    } <= links


def test_the_summary_gives_ranges_acts_and_cuts(page: Reader) -> None:
    words = page.words()
    assert "Of 4 flows in the scenario “As is”, 2 can be carried" in words
    assert re.search(
        r"Food products in a container, Minsk to Mundra: best by “[^:]+”: [\d ]+ USD/t \(p10–p90 [\d –]+\), ",
        words,
    )
    assert "Prohibited by Act UN-BAN of 1 March 2022, Article 3(1)." in words
    assert "No way: blocked at Astara – Rasht and Caspian Port." in words
    assert "rests on defaults and estimates" in words
    assert (
        "Law: 2 measures that apply and 1 that binds others touch these flows; 1 change of law since."
        in words
    )
    assert "Under “As signed”, the least cost does not change and the shortest time changes by" in words


def test_law_stands_in_the_open(page: Reader) -> None:
    assert not [a for tag, a in page.elements if tag in {"details", "dialog"}]
    words = page.words()
    law = words[words.index("Measures that apply") :]
    assert law.index("Act LT-TRANSIT") < law.index("Measures that bind others") < law.index("Act XX-EXPORT")
    assert law.index("What changed in law since 20 August 2025") < law.index("15 December 2025")


def test_unknown_is_said_and_only_cited_sources_are_listed(page: Reader) -> None:
    words = page.words()
    assert words.count("unknown") >= 11, "eleven documents have no title"
    assert "Invented handbook of rates" in words
    assert "A book that nobody cites" not in words


def test_means_of_the_packed_items_add_up_to_the_routes(content: ReportContent, html: str) -> None:
    routes = content.scenarios[0].tables["routes"].set_index("route")
    found = [route for scenario in read_chunk(html, 0)["scenarios"][:1] for route in scenario["routes"]]
    assert len(found) == 6
    for route in found:
        for column, name in ((5, "distance"), (6, "cost"), (7, "time"), (8, "co2e")):
            total = sum(item[column] for item in route["items"])
            # Each item is rounded to three decimals.
            assert total == pytest.approx(
                routes.loc[route["id"], name], abs=0.0005 * len(route["items"]) + 1e-9
            )


def test_every_item_keeps_its_terms(content: ReportContent, html: str) -> None:
    terms = content.scenarios[0].tables["route_terms"]
    chunk = read_chunk(html, 0)
    for route in chunk["scenarios"][0]["routes"]:
        own = terms[terms["route"] == route["id"]]
        assert sum(map(len, route["terms"])) == len(own)
        formulas = {chunk["terms"][number][3] for numbers in route["terms"] for number in numbers}
        assert formulas == set(own["formula"])


def test_a_scenario_that_changes_nothing_is_drawn_once(content: ReportContent) -> None:
    first = content.scenarios[0]
    twin = dataclasses.replace(first, name="twin")
    html = render_report(dataclasses.replace(content, scenarios=(first, twin)))
    assert read_chunk(html, 0)["scenarios"][1] == 0


def test_hostile_names_stay_text(hostile_html: str) -> None:
    page = Reader(hostile_html)
    assert not [a for _, a in page.elements if any(name.startswith("on") for name in a)]
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert sum(1 for tag, a in page.elements if tag == "script" and "type" not in a) == 1
    assert '</script><svg onload="document.title=1">' in "".join(page.text)
    chunk = read_chunk(hostile_html, 0)
    for scenario in chunk["scenarios"]:
        for name in ("cards", "verdict", "charts", "legs", "stops"):
            inner = Reader(scenario[name])
            assert not [
                tag
                for tag, _ in inner.elements
                if tag in {"script", "img", "b"} and name in {"legs", "stops"}
            ]
            assert not [a for _, a in inner.elements if any(key.startswith("on") for key in a)]
            assert "<img" not in scenario[name]


def test_sixty_flows_stay_small() -> None:
    html = render_report(make_content(54))
    assert len(html.encode()) < 8_000_000


def test_a_study_without_results_still_makes_a_page() -> None:
    content = make_content(4)
    empty = tuple(ScenarioContent(s.name, s.date, {}) for s in content.scenarios)
    page = Reader(
        render_report(
            dataclasses.replace(content, scenarios=empty, study_tables={}, law_changes=pd.DataFrame())
        )
    )
    assert "The study asks for no flows." in page.words()


def test_a_study_without_any_open_flow_shows_why() -> None:
    content = make_content(4)
    closed = []
    for scenario in content.scenarios:
        verdicts = scenario.tables["verdicts"]
        kept = verdicts[verdicts["verdict"] == "prohibited"].reset_index(drop=True)
        closed.append(dataclasses.replace(scenario, tables={**scenario.tables, "verdicts": kept}))
    page = Reader(render_report(dataclasses.replace(content, scenarios=tuple(closed))))
    assert "No route is offered." in page.words()
    assert "Prohibited by Act UN-BAN" in page.words()


def test_a_report_needs_a_scenario() -> None:
    with pytest.raises(ValueError, match="at least one scenario"):
        render_report(dataclasses.replace(make_content(4), scenarios=()))


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, content: ReportContent, html: str) -> None:
    target = tmp_path / "report.html"
    assert write_report(content, target) == target
    assert target.read_bytes() == html.encode()
    with pytest.raises(ValueError, match="at least one scenario"):
        write_report(dataclasses.replace(content, scenarios=()), target)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_bytes() == html.encode()
    with pytest.raises(OSError, match=r"No such file|cannot find"):
        write_report(content, tmp_path / "missing" / "report.html")


def test_inputs_to_measure_stand_apart_from_real_variability(content: ReportContent) -> None:
    first = content.scenarios[0]
    route = str(first.tables["routes"].query("rank == 1")["route"].iloc[0])
    rows = [
        {
            "route": route,
            "input": f"rates#{quality}",
            "table": "rates",
            "name": f"a rate that is {quality}",
            "figures": "rate 0.04 USD/tkm",
            "places": ("Here – There",),
            "quality": quality,
            "source": "invented#table 1",
            "cost": 10.0,
            "time": 0.0,
            "cost_share": 0.5,
            "time_share": 0.0,
            "cost_variance_share": share,
            "time_variance_share": 0.0,
            "cost_narrowing": share / 2,
            "time_narrowing": -0.001,
        }
        for quality, share in (("estimated", 0.7), ("measured", 0.3))
    ]
    tables = {**first.tables, "route_inputs": rows_to_frame("route_inputs", rows)}
    alone = dataclasses.replace(content, scenarios=(dataclasses.replace(first, tables=tables),))
    html = render_report(alone)
    section = html[html.index("What to measure next") : html.index("<h3>Findings</h3>")]
    worth, real = section.split("<h3>Real variability</h3>")
    assert "a rate that is estimated" in worth
    assert "a rate that is measured" in real
    assert "a rate that is measured" not in worth
    assert "Spread of cost" in html
    assert "What to measure next" in render_report(content)
