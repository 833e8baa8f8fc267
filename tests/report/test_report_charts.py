"""Charts: text that does not touch, sums that add up, a front that nothing beats."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_study import make_content, read_content

from landbridge.report import ReportContent
from landbridge.report.figures import DAYS, HOURS, Scale, choose_time_scale
from landbridge.report.labels import Placer, measure_text, spread_lines
from landbridge.report.progress_chart import Measure, draw_progress, list_steps
from landbridge.report.reading import Answer, Route, read_answers
from landbridge.report.scatter_chart import draw_scatter, find_front
from landbridge.report.stack_chart import draw_stack, sum_families

TEXT = re.compile(r'<text x="([-\d.]+)" y="([-\d.]+)"(?: class="([^"]*)")?>([^<]*)</text>')


@pytest.fixture(name="content", scope="module")
def fixture_content() -> ReportContent:
    return read_content()


@pytest.fixture(scope="module")
def answer(content: ReportContent) -> Answer:
    return read_answers(content)[0][0]


def boxes_of(svg: str, size: float = 12.5) -> list[tuple[str, float, float, float, float]]:
    """Text of a picture with the box that it takes."""
    found = []
    for x, y, kind, text in TEXT.findall(svg):
        width = (
            measure_text(text, size) * 0.85
        )  # the estimate leaves a margin; letters that touch are what counts
        left = float(x) - (width if "to-end" in kind else width / 2 if "to-mid" in kind else 0.0)
        found.append((text, left, float(y) - size * 0.7, left + width, float(y) + size * 0.15))
    return found


def overlaps(svg: str) -> list[tuple[str, str]]:
    boxes = boxes_of(svg)
    return [
        (a[0], b[0])
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


def group(svg: str, kind: str, route: int) -> str:
    """One route's layer of a chart; layers hold no groups of their own."""
    found = re.search(rf'<g class="{kind}(?: on)?" data-r="{route}"[^>]*>(.*?)</g>', svg)
    assert found, (kind, route)
    return found[1]


@pytest.mark.parametrize(
    "measure", [Measure("time", DAYS), Measure("cost", Scale("USD/t"))], ids=lambda m: m.name
)
def test_labels_of_every_route_keep_apart(answer: Answer, measure: Measure) -> None:
    svg = str(draw_progress(answer.routes, measure, title="t", origin="Minsk"))
    for route in range(len(answer.routes)):
        shown = group(svg, "view", route) + group(svg, "marks", route)
        assert not overlaps(shown), route
        assert len(boxes_of(shown)) > 8, "ticks, stops and ends are there"


def test_names_in_the_picture_of_all_routes_keep_apart(answer: Answer) -> None:
    svg = str(draw_progress(answer.routes, Measure("time", DAYS), title="t", origin="Minsk"))
    whole = svg[svg.index('<g class="view whole"') : svg.index("<g clip-path")]
    names = re.findall(r'<g class="name(?: on)?" data-r="\d">.*?</g>', svg)
    assert len(names) >= 4
    assert not overlaps("".join([whole, *names]))


def test_names_of_points_keep_apart(answer: Answer) -> None:
    svg = str(draw_scatter(answer.routes, DAYS, title="t"))
    assert svg.count('<g class="name') == len(answer.routes), "the chosen route has its name, room or not"
    assert not overlaps(re.sub(r'<g class="name spare.*?</g>', "", svg))


@pytest.mark.parametrize("name", ["cost", "time", "co2e"])
def test_stacks_add_up_and_keep_their_text_apart(answer: Answer, name: str) -> None:
    for route in answer.routes:
        assert sum(sum_families(route, name).values()) == pytest.approx(route[name], rel=1e-9)
    assert not overlaps(str(draw_stack(answer.routes, name, scale=Scale("u"), title="t", titles={})))


def test_the_line_ends_at_the_mean_and_the_band_at_its_quantiles(answer: Answer) -> None:
    svg = str(draw_progress(answer.routes, Measure("time", DAYS), title="t", origin="Minsk"))
    route = answer.routes[2]
    layer = group(svg, "rt", 2)
    band = re.search(r'class="band" d="M([^Z]*)Z"', layer)
    assert band
    points = [tuple(map(float, pair)) for pair in zip(*[iter(band[1].split())] * 2, strict=True)]
    # The upper edge runs out, the lower one back; coordinates carry six significant digits.
    upper, lower = points[len(points) // 2 - 1], points[len(points) // 2]
    assert upper == pytest.approx((round(route["distance"]), route["time_p90"]), rel=1e-5)
    assert lower == pytest.approx((round(route["distance"]), route["time_p10"]), rel=1e-5)
    line = layer.rsplit(' d="M', 1)[1].split('"')[0].split()
    assert float(line[-1]) == pytest.approx(route["time"], rel=1e-5)


def test_steps_hold_all_time_of_operations(answer: Answer) -> None:
    route = answer.routes[0]
    steps = sum(after - before for _, _, before, after in list_steps(route, Measure("time", DAYS)))
    assert steps == pytest.approx(sum(item.time for item in route.items if item.kind == "operation"))


def make_route(time: float, cost: float) -> Route:
    return Route("r", "f", "", "r", "cost", 1, "", {"time": time, "cost": cost})


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=12))
def test_the_front_is_what_brute_force_finds(pairs: list[tuple[int, int]]) -> None:
    routes = [make_route(*pair) for pair in pairs]
    found = {pairs[index] for index in find_front(routes)}
    beaten = {a for a in pairs for b in pairs if b != a and b[0] <= a[0] and b[1] <= a[1]}
    assert found == set(pairs) - beaten


@given(st.lists(st.floats(0, 300), min_size=1, max_size=5).map(sorted))
def test_spread_lines_stand_apart_and_in_order(wanted: list[float]) -> None:
    placed = spread_lines(wanted, 12.0, low=0.0, high=320.0)
    assert all(b - a >= 12.0 - 1e-9 for a, b in pairwise(placed))
    assert placed[-1] <= 320.0


@given(
    st.lists(st.tuples(st.floats(0, 90), st.floats(0, 90), st.floats(1, 20), st.floats(1, 20)), max_size=25)
)
def test_a_placer_never_lets_boxes_touch(sizes: list[tuple[float, float, float, float]]) -> None:
    placer = Placer((0.0, 0.0, 100.0, 100.0))
    for x, y, wide, high in sizes:
        placer.place([(x, y, x + wide, y + high), (y, x, y + wide, x + high)])
    for index, a in enumerate(placer.taken):
        assert min(a[0], a[1]) >= 0
        assert max(a[2], a[3]) <= 100
        assert not any(
            a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in placer.taken[index + 1 :]
        )


def test_long_times_are_told_in_days() -> None:
    assert choose_time_scale(72.0) == HOURS
    assert choose_time_scale(72.1) == DAYS


def test_routes_without_quantiles_are_drawn_without_a_band() -> None:
    content = make_content(1, scenarios=("as-is",))
    tables = dict(content.scenarios[0].tables)
    for name in ("routes", "route_items"):
        tables[name] = tables[name].drop(
            columns=[c for c in tables[name].columns if c.endswith(("_p10", "_p50", "_p90"))]
        )
    (answer,) = read_answers(type(content)(**{
        **{field: getattr(content, field) for field in content.__slots__},
        "scenarios": (type(content.scenarios[0])("as-is", content.date, tables),),
    }))[0]  # fmt: skip
    assert math.isnan(answer.routes[0]["time_p90"])
    svg = str(draw_progress(answer.routes, Measure("time", DAYS), title="t", origin="Minsk"))
    assert "nan" not in svg
    assert 'class="band"' not in svg
    assert "nan" not in str(draw_scatter(answer.routes, DAYS, title="t"))
