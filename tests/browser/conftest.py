"""Reports of the invented study as files, opened with no network; any request, error or warning fails the test."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from landbridge.report import render_report


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
