"""Where cost, time and emissions go: a bar a route, cut by mode and kind of stop."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from landbridge.report.axes import SIZE, WIDTH, open_layer, open_picture, write_text
from landbridge.report.figures import Scale
from landbridge.report.labels import measure_text
from landbridge.report.packing import escape_text
from landbridge.report.progress_chart import shorten
from landbridge.report.reading import FAMILIES, Route

ROW, BAR = 49.0, 20.0
HEAD = 6.0
EDGE = 4.0


def draw_stack(
    routes: Sequence[Route], name: str, *, scale: Scale, title: str, titles: dict[str, str]
) -> Markup:
    """Bars of the means of `name` (cost, time or co2e), which add up; under each, its range from p10 to p90."""
    most = max([max(known(route, name)) for route in routes], default=1.0) or 1.0
    height = HEAD + ROW * len(routes) + 4
    parts = [open_picture("stack", title, height=height)]
    for index, route in enumerate(routes):
        parts.append(open_layer("bar", index))
        parts.append(_draw_bar(route, HEAD + index * ROW, (WIDTH - 2 * EDGE) / most, (name, scale), titles))
        parts.append("</g>")
    return Markup("".join([*parts, "</svg>"]))


def known(route: Route, name: str) -> list[float]:
    """Mean and p90, as far as known."""
    values = (route[name], route.figures.get(f"{name}_p90", math.nan))
    return [value for value in values if not math.isnan(value)] or [0.0]


def sum_families(route: Route, name: str) -> dict[str, float]:
    """Mean of each family, in the order in which families are drawn."""
    sums = dict.fromkeys(FAMILIES, 0.0)
    for item in route.items:
        sums[item.family] = sums.get(item.family, 0.0) + getattr(item, name)
    return {family: value for family, value in sums.items() if value > 0}


def _draw_bar(
    route: Route, top: float, stretch: float, quantity: tuple[str, Scale], titles: dict[str, str]
) -> str:
    """Name, total and bar of a route."""
    name, scale = quantity
    low, high = (route.figures.get(name + end, math.nan) for end in ("_p10", "_p90"))
    span = scale.write_range(low, high)
    total = f"{scale.write(route[name])}\u202f{scale.unit}" + (f"  ({span})" if span else "")
    room = WIDTH - 2 * EDGE - measure_text(total, SIZE) - 12
    label = shorten(route.label, max(8, int(room / (SIZE * 0.6))))
    parts = [
        write_text(EDGE, top + 14, text=label, kind="row"),
        write_text(WIDTH - EDGE, top + 14, text=total, kind="total", anchor="end"),
    ]
    x, y = EDGE, top + 20
    for family, value in sum_families(route, name).items():
        width = value * stretch
        tip = f"{titles.get(family, family)}: {scale.write(value)} {scale.unit}"
        box = f'x="{x:.1f}" y="{y:.0f}" width="{max(width - 0.8, 0.4):.1f}" height="{BAR:.0f}"'
        parts.append(f'<rect class="fill {family}" {box}><title>{escape_text(tip)}</title></rect>')
        number = scale.write(value)
        if width > measure_text(number, 12) + 4:
            parts.append(
                write_text(x + width / 2 - 0.4, y + 14.5, text=number, kind=f"in {family}", anchor="middle")
            )
        x += width
    if span:
        left, right, line = EDGE + low * stretch, EDGE + high * stretch, y + BAR + 3
        ends = f"M{left:.1f} {line - 2:.1f}v4M{right:.1f} {line - 2:.1f}v4"
        parts.append(f'<path class="whisker" d="{ends}M{left:.1f} {line:.1f}H{right:.1f}"/>')
    return "".join(parts)
