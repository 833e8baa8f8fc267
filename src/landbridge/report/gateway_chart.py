"""What each gateway costs: a panel a kind, a row a gateway, a point as far to the right as its way is dearer."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from landbridge.report.axes import SIZE, list_ticks, open_picture, write_text, write_tick
from landbridge.report.figures import NONE, Scale, write_amount, write_sign
from landbridge.report.labels import measure_text
from landbridge.report.packing import escape_text
from landbridge.report.progress_chart import shorten
from landbridge.report.reading import Gateway
from landbridge.report.scatter_chart import step_of
from landbridge.report.words import name_country
from landbridge.study.gateways import GATEWAY_WORDS, describe_status

# A panel is narrower than other charts: several stand side by side.
WIDTH = 370.0
HEAD, ROW, FOOT = 30.0, 37.0, 24.0
EDGE, RADIUS, INDENT = 8.0, 5.5, 5.0
PLURALS = {
    "port": "Ports",
    "post": "Border posts",
    "terminal": "Terminals",
    "gauge_change": "Changes of gauge",
    "passage": "Straits and canals",
    "leg": "Legs",
    "service": "Services",
}


def draw_gateways(gateways: Sequence[Gateway], time: Scale, *, title: str) -> Markup:
    """A panel for each kind that has a gateway, all on one scale from the best of all ways."""
    most = max((one.cost_more for one in gateways if one.status == "open"), default=0.0) or 1.0
    panels = []
    for kind in GATEWAY_WORDS:
        mine = [one for one in gateways if one.kind == kind]
        if mine:
            panels.append(_draw_panel(mine, time, most, f"{PLURALS[kind]}: {title}"))
    return Markup(f'<div class="panels">{"".join(panels)}</div>')


def _draw_panel(gateways: Sequence[Gateway], time: Scale, most: float, title: str) -> str:
    height = HEAD + ROW * len(gateways) + FOOT
    kind = PLURALS[gateways[0].kind]
    parts = [
        open_picture("gates", title, height=height, width=WIDTH),
        write_text(EDGE, 16, text=kind, kind="unit"),
        _draw_axis(most, height),
    ]
    for number, one in enumerate(gateways):
        parts.append(_draw_row(one, HEAD + number * ROW, time, most))
    return "".join([*parts, "</svg>"])


def place_point(more: float, most: float) -> float:
    """Where a way stands that is dearer by `more`: the best at the left edge, the dearest at the right.

    >>> place_point(0.0, 80.0), place_point(80.0, 80.0)
    (8.0, 362.0)
    """
    return EDGE + more / most * (WIDTH - 2 * EDGE)


def _draw_axis(most: float, height: float) -> str:
    parts = []
    ticks = list_ticks(0.0, most, count=4)
    for tick in ticks:
        x, base = place_point(tick, most), "base" if tick == 0 else "grid"
        parts.append(f'<path class="{base}" d="M{x:.1f} {HEAD - 4:.0f}V{height - FOOT + 4:.0f}"/>')
        text = "best" if tick == 0 else f"+{write_tick(tick, step_of(ticks))}"
        text += " USD/t" if 0 < tick == ticks[-1] else ""
        anchor = "start" if tick == 0 else "end" if x > WIDTH - 40 else "middle"
        at = x - 2 if tick == 0 else WIDTH - 2 if anchor == "end" else x
        parts.append(write_text(at, height - 5, text=text, kind="tick", anchor=anchor))
    return "".join(parts)


def _draw_row(one: Gateway, top: float, time: Scale, most: float) -> str:
    """Name and country to the left, differences to the right, the point on its line below."""
    value = _tell(one, time)
    room = WIDTH - 2 * EDGE - measure_text(value, SIZE) - INDENT - 14
    name = (
        f"{one.name}, {name_country(one.country)}" if one.country and one.kind != "gauge_change" else one.name
    )
    label = shorten(name, max(10, int(room / (SIZE * 0.6))))
    parts = [
        write_text(EDGE + INDENT, top + 12, text=label, kind="row"),
        write_text(WIDTH - EDGE, top + 12, text=value, kind="total", anchor="end"),
    ]
    y = top + 23
    if one.status == "open":
        x, start = place_point(one.cost_more, most), place_point(0.0, most)
        look = "point back" if one.comes_back else "point on" if one.cost_more < 0.5 else "point"
        tip = escape_text(_describe(one, time))
        parts.append(f'<path class="stem" d="M{start:.1f} {y:.1f}H{x:.1f}"/>')
        parts.append(
            f'<circle class="{look}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"><title>{tip}</title></circle>'
        )
    look = "" if one.status == "open" else ' class="shut"'
    return f"<g{look}>{''.join(parts)}</g>"


def _tell(one: Gateway, time: Scale) -> str:
    if one.status != "open":
        return describe_status(one.status)
    if one.cost_more == 0.0 == one.time_more:
        return "best"
    hours = write_sign(one.time_more / time.size, 1)
    return f"{write_sign(one.cost_more)} USD/t, {hours}\u202f{time.unit}"


def _describe(one: Gateway, time: Scale) -> str:
    ways = "–".join(one.countries) or NONE
    return (
        f"{one.name}: {write_amount(one.cost)} USD/t, {time.write(one.time)} {time.unit}, "
        f"{write_amount(one.co2e)} kg CO2e/t; {one.way}; {ways}"
    )
