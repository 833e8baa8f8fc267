"""Reports of the invented study, rendered once."""

import pytest
from invented_study import make_content

from landbridge.report import ReportContent, render_report

HOSTILE = {
    "Moscow": '</script><svg onload="document.title=1">',
    "Astara": '"><img src=x onerror=alert(1)>',
    "Tehran": "=cmd|' /C calc'!A0",
    "Minsk": "Minsk & <b>co</b>",
}


@pytest.fixture(scope="session")
def content() -> ReportContent:
    """Four flows in two scenarios: two open, one prohibited, one unreachable."""
    return make_content(4)


@pytest.fixture(scope="session")
def html(content: ReportContent) -> str:
    return render_report(content)


@pytest.fixture(scope="session")
def hostile_html() -> str:
    """The same study, with names of places that try to break out of the page."""
    return render_report(make_content(4, title="<script>alert('title')</script>", names=HOSTILE))
