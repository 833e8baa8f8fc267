"""The report in Chromium: opened from disk, offline, with hostile names, without scripts, on paper.

Each page is watched: any request, error or warning fails its test.
"""

import csv
import importlib.util
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from landbridge.report import render_report

pytestmark = pytest.mark.browser


def load_invented_study():
    """The maker of the invented study, which stands beside the tests of the report."""
    path = Path(__file__).parents[1] / "report" / "invented_study.py"
    if "invented_study" not in sys.modules:
        spec = importlib.util.spec_from_file_location("invented_study", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["invented_study"] = module
        spec.loader.exec_module(module)
    return sys.modules["invented_study"]


@pytest.fixture(scope="session")
def report_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(load_invented_study().make_content(4)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def hostile_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = {
        "Moscow": '</script><svg onload="document.title=1">',
        "Krasnoye": '"><img src=x onerror=document.title=1>',
        "Minsk": "=cmd|' /C calc'!A0",
    }
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(render_report(load_invented_study().make_content(4, names=names)), encoding="utf-8")
    return path


class Watched:
    """A page that keeps what must not happen: requests and complaints."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("request", lambda request: self.note_request(request.url))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self.note_console)

    def note_request(self, url: str) -> None:
        if not url.startswith(("file://", "blob:", "data:")):
            self.faults.append(f"request: {url}")

    def note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def open(self, path: Path, fragment: str = "") -> Page:
        """Opens a report and waits until the script has drawn."""
        self.page.goto(f"{path.as_uri()}{fragment}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Waits for the drawing of what the address says (the page's policy refuses wait_for_function)."""
        for _ in range(100):
            if self.page.evaluate("document.documentElement.dataset.ready"):
                break
            self.page.wait_for_timeout(50)
        else:
            pytest.fail(f"the page never got ready: {self.faults}")
        self.page.wait_for_timeout(80)


def watch(browser: Browser, **options: object) -> Iterator[Watched]:
    context = browser.new_context(offline=True, **options)  # type: ignore[arg-type]
    watched = Watched(context.new_page())
    yield watched
    context.close()
    assert not watched.faults


@pytest.fixture
def wide(browser: Browser) -> Iterator[Watched]:
    yield from watch(browser, viewport={"width": 1600, "height": 1000}, accept_downloads=True)


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Watched]:
    yield from watch(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Watched]:
    yield from watch(browser, viewport={"width": 1600, "height": 1000}, java_script_enabled=False)


BOXES = """(selector) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .map((e) => { const b = e.getBoundingClientRect(); return [e.textContent, b.left, b.top, b.right, b.bottom]; })"""


def boxes(page: Page, selector: str) -> list[tuple[str, float, float, float, float]]:
    """Text and box of what is visible."""
    return [tuple(box) for box in page.evaluate(BOXES, selector)]


def overlaps(
    found: list[tuple[str, float, float, float, float]], slack: float = 2.0
) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than the slack (line boxes are taller than letters)."""
    return [
        (a[0], b[0])
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if min(a[3], b[3]) - max(a[1], b[1]) > slack and min(a[4], b[4]) - max(a[2], b[2]) > slack
    ]


def read_table(page: Page) -> list[list[str]]:
    return page.evaluate(
        "[...document.querySelectorAll('#item-table tr')].map((r) => [...r.cells].map((c) => c.textContent.trim()))"
    )


def test_it_opens_from_disk_quickly_and_quietly(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    ready = page.evaluate("performance.now()")
    assert ready < 8_000, "with a slow machine in mind; it is ready in well under a second on an idle one"
    assert page.locator(".leg.on path.sea").count() > 0


@pytest.mark.parametrize("route", range(6))
def test_names_on_the_map_keep_apart(wide, report_path: Path, route: int) -> None:
    page = wide.open(report_path, f"#flow=0&route={route}")
    found = boxes(page, "#stops text, #names text")
    assert not overlaps(found)
    assert {"Minsk", "Mundra"} <= {text for text, *_ in found}
    frame = page.locator("#map").bounding_box()
    assert frame is not None
    inside = [b for b in found if b[1] >= frame["x"] - 1 and b[3] <= frame["x"] + frame["width"] + 1]
    assert inside == found


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_text_of_the_charts_keeps_apart(request: pytest.FixtureRequest, report_path: Path, size: str) -> None:
    page = request.getfixturevalue(size).open(report_path, "#flow=0&route=1")
    for kind in ("progress", "scatter", "stack"):
        for number in range(page.locator(f".chart.{kind}").count()):
            page.locator(f".chart.{kind}").nth(number).evaluate("(e) => { e.id = 'looked-at'; }")
            # On a phone letters are larger than the layout reckons with: line boxes may touch, letters do not.
            found = overlaps(boxes(page, "#looked-at text"), slack=3.0 if size == "wide" else 5.0)
            assert not found, (kind, number)
            page.locator("#looked-at").evaluate("(e) => e.removeAttribute('id')")


def test_choosing_a_route_changes_map_charts_table_and_address(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    before = read_table(page)
    page.locator(".card").nth(3).click()
    wide.settle()
    page.wait_for_timeout(200)
    assert "route=3" in page.url
    assert page.locator(".card.on").count() == 1
    assert read_table(page) != before
    for part in (".rt.on", ".marks.on", ".view.on"):
        assert page.locator(part).count() == 2, part
    assert page.locator("#compare tr.now").count() == 1


def test_the_route_can_be_chosen_by_keyboard(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    page.locator('input[name="route"]').first.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    assert page.locator('input[name="route"]').nth(1).is_checked()
    assert "route=1" in page.url


def test_a_link_opens_the_same_view(wide, report_path: Path) -> None:
    page = wide.open(report_path, "#flow=3&scenario=1&route=2&axis=all&theme=dark")
    assert page.locator(".flow-title").inner_text().startswith("Harvester")
    assert page.locator('input[name="scenario"]').nth(1).is_checked()
    assert page.locator('input[name="route"]').nth(2).is_checked()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator(".view.whole").first.is_visible()
    assert not page.locator(".view.on").first.is_visible()


def test_a_foolish_address_does_no_harm(wide, report_path: Path) -> None:
    page = wide.open(report_path, "#flow=99&route=-1&scenario=x&theme=%3Cscript%3E")
    assert page.locator(".card.on").count() == 1


def test_choosers_find_flows_and_tell_refusals(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    page.locator("select").nth(2).select_option("Bandar Abbas")
    page.wait_for_timeout(300)
    page.locator("select").nth(0).select_option("Potash in bulk")
    page.wait_for_timeout(300)
    assert "prohibited" in page.locator(".flow-title").inner_text()
    assert page.locator(".card").count() == 0
    assert "Act UN-BAN" in page.locator("#verdict").inner_text()
    assert "No route is offered." in page.locator("#verdict").inner_text()
    assert not page.locator("#items").is_visible()
    assert not page.locator("#map").is_visible()
    page.locator("table.answers a").nth(3).click()
    page.wait_for_timeout(300)
    assert page.locator(".card").count() > 3


def test_the_scripts_table_is_the_still_one(wide, scriptless, report_path: Path) -> None:
    still = scriptless.page
    still.goto(report_path.as_uri())
    rows = still.locator("#item-table tbody tr, #item-table tfoot tr")
    static = [
        [cell.strip() for cell in rows.nth(i).locator("th, td").all_inner_texts()]
        for i in range(rows.count())
    ]
    page = wide.open(report_path)
    rows = page.locator("#item-table tbody tr, #item-table tfoot tr")
    drawn = [
        [cell.strip() for cell in rows.nth(i).locator("th, td").all_inner_texts()]
        for i in range(rows.count())
    ]
    assert drawn == static


def test_without_scripts_map_charts_and_tables_are_there(scriptless, report_path: Path) -> None:
    page = scriptless.page
    page.goto(report_path.as_uri())
    assert page.locator("noscript").inner_text().startswith("Scripts are off")
    assert page.locator("#legs path[d]").count() > 10
    assert page.locator("#map .land").bounding_box()["width"] > 800  # type: ignore[index]
    assert page.locator(".view.on").count() == 2
    # The still picture is scaled to the window, its line boxes with it.
    assert not overlaps(boxes_scriptless(page), slack=6.0)
    assert not page.locator("#theme").is_visible()


def boxes_scriptless(page: Page) -> list[tuple[str, float, float, float, float]]:
    """Boxes of visible names without a script of the page (the driver's own still runs)."""
    texts = page.locator("#stops text:not(.hidden)")
    found = []
    for number in range(texts.count()):
        box = texts.nth(number).bounding_box()
        assert box is not None
        found.append(
            (
                texts.nth(number).text_content() or "",
                box["x"],
                box["y"],
                box["x"] + box["width"],
                box["y"] + box["height"],
            )
        )
    return found


def test_rows_open_into_terms_and_sort(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    page.locator(".open-row").nth(1).click()
    terms = page.locator("tr.detail .terms")
    assert terms.count() == 1
    assert "USD/tkm x" in terms.inner_text()
    assert "rates#rail-invented" in terms.inner_text()
    page.locator("th[data-sort='7'] button").click()
    hours = [float(row[4].replace("\u202f", "")) for row in read_table(page)[2:-1]]
    assert hours == sorted(hours)
    page.locator("#fold").uncheck()
    assert len(read_table(page)) > len(hours) + 3


def test_the_table_is_saved_as_csv(wide, hostile_path: Path) -> None:
    page = wide.open(hostile_path)
    with page.expect_download() as waiting:
        page.locator("#save-items").click()
    data = Path(waiting.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") > 5
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0]["place"] == "'=cmd|' /C calc'!A0"
    assert sum(float(row["cost_usd_per_t"]) for row in rows) == pytest.approx(
        float(rows[-1]["cum_cost_usd_per_t"]), rel=1e-4
    )
    for row in rows:
        assert not any(value.startswith(("=", "+", "@", "\t")) for value in row.values())


def test_other_tables_sort_and_are_saved(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    page.locator("table.answers th button").nth(4).click()
    costs = page.evaluate(
        "[...document.querySelectorAll('.by-scenario.on tbody td:nth-child(5)')].map((c) => c.textContent.trim())"
    )
    assert costs == sorted(costs, key=lambda text: float(text.replace("\u202f", "") or 0))
    with page.expect_download() as waiting:
        page.locator(".by-scenario.on .table-tools button").click()
    rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))
    assert rows[0][0] == "Goods"
    assert len(rows) == 5


def test_negative_numbers_stay_numbers_and_formulas_do_not(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    page.evaluate("""() => {
      const table = document.querySelector('.by-scenario.on table');
      const cells = table.tBodies[0].rows[0].cells;
      cells[1].textContent = '−12.5'; cells[2].textContent = '=1+1'; cells[3].textContent = '-3 of them';
    }""")
    with page.expect_download() as waiting:
        page.locator(".by-scenario.on .table-tools button").click()
    row = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))[1]
    assert row[1:4] == ["-12.5", "'=1+1", "'-3 of them"]


def test_the_map_zooms_by_buttons_keys_and_ctrl_wheel_only(wide, report_path: Path) -> None:
    page = wide.open(report_path)

    def view() -> str:
        return page.locator("#world").get_attribute("transform") or ""

    page.locator("#map").scroll_into_view_if_needed()
    seen = view()
    page.locator("#map").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(150)
    assert view() == seen, "a bare wheel scrolls the page"
    page.locator("[data-zoom='in']").click()
    page.wait_for_timeout(100)
    closer = view()
    assert closer != seen
    page.locator("#map").focus()
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    assert view() == seen
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(100)
    assert view() != seen
    assert not overlaps(boxes(page, "#stops text, #names text"))


def test_hostile_names_are_text(wide, hostile_path: Path) -> None:
    page = wide.open(hostile_path)
    page.locator(".card").nth(1).click()
    page.wait_for_timeout(200)
    assert page.title() != "1"
    assert page.locator("img").count() == 0
    assert page.locator("#stops text", has_text="</script><svg onload=").count() >= 1


@pytest.mark.parametrize("flow", [0, 1, 2])
def test_a_phone_never_scrolls_sideways(narrow, report_path: Path, flow: int) -> None:
    page = narrow.open(report_path, f"#flow={flow}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate("""() => [...document.querySelectorAll('.chart text')]
      .filter((e) => e.checkVisibility()).map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)
      .filter((size) => size < 8)""")
    assert not small, "text of charts can be read on a phone"


def test_paper_is_white_and_a4_landscape(wide, report_path: Path, tmp_path: Path) -> None:
    page = wide.open(report_path, "#theme=dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 43)"
    assert not page.locator(".places").is_visible()
    data = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert b"/MediaBox [0 0 841" in data or b"/MediaBox [0 0 842" in data


def test_dark_follows_the_system_until_the_reader_chooses(wide, report_path: Path) -> None:
    page = wide.page
    page.emulate_media(color_scheme="dark")
    wide.open(report_path)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    assert "theme=light" in page.url


def test_everything_has_a_name(wide, report_path: Path) -> None:
    page = wide.open(report_path)
    nameless = page.evaluate("""() => [...document.querySelectorAll('button, select, input, svg[role], [role=region]')]
      .filter((e) => e.checkVisibility())
      .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.closest('label')))
      .map((e) => e.outerHTML.slice(0, 90))""")
    assert not nameless
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
