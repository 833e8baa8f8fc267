"""Landed cost drawn: waterfalls from ex works to the door on one scale, and a bar for each way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from landbridge.report.axes import (
    SIZE,
    cut_axis,
    draw_cut,
    draw_whisker,
    list_ticks,
    open_picture,
    write_text,
)
from landbridge.report.figures import DASH, NONE, group_digits, write_amount
from landbridge.report.labels import measure_text
from landbridge.report.landed_reading import FAMILIES, KIND_OF, KIND_TITLES, KINDS, DoorCost
from landbridge.report.packing import escape_text
from landbridge.report.progress_chart import shorten

# A waterfall is narrower than other charts: several stand side by side.
PANEL = 370.0
LABELS = 112.0
HEAD, ROW, BAR, FOOT = 4.0, 21.0, 12.0, 20.0
EDGE = 4.0
WAY_HEIGHT, WAY_BAR = 62.0, 17.0
WHOLE = 1000.0  # from here on amounts are told without cents
CUT_TO = 0.998  # the axis is not cut where next to nothing is added to the goods


@dataclass(frozen=True, slots=True)
class Money:
    """The scale that all pictures of a consignment share: amounts from `low` to `high` of a currency."""

    low: float
    high: float
    currency: str

    def write(self, amount: float) -> str:
        """An amount without its currency: whole where thousands are told, else with cents.

        >>> Money(0.0, 900.0, "USD").write(12.5)
        '12.50'
        >>> Money(0.0, 9000.0, "USD").write(12.5), Money(0.0, 9000.0, "USD").write(0.2)
        ('12', '0.20')
        """
        if math.isnan(amount):
            return NONE
        return group_digits(amount, 0 if self.high >= WHOLE and not 0.0 < abs(amount) < 0.5 else 2)

    def write_range(self, low: float, high: float) -> str:
        """Two quantiles, or nothing where they are unknown."""
        known = not (math.isnan(low) or math.isnan(high))
        return f"{self.write(low)}{DASH}{self.write(high)}" if known else ""

    @property
    def least(self) -> float:
        """The least difference that shows."""
        return 0.5 if self.high >= WHOLE else 0.005

    @property
    def is_cut(self) -> bool:
        """Whether the axis starts above zero."""
        return self.low > 0

    def place(self, amount: float, left: float, right: float) -> float:
        """Where an amount stands between two edges.

        >>> Money(100.0, 200.0, "USD").place(150.0, 0.0, 10.0)
        5.0
        """
        return left + (max(amount, self.low) - self.low) / (self.high - self.low) * (right - left)


def fit_money(costs: Sequence[DoorCost]) -> Money:
    """The scale of some costs: from zero, or cut below the least value ex works where that would fill the picture."""
    high = max(
        (value for cost in costs for value in (cost["total"], cost["total_p90"]) if value > 0), default=1.0
    )
    least = min((cost["goods"] for cost in costs), default=0.0)
    currency = costs[0].currency if costs else ""
    return Money(cut_axis(least, high, upto=CUT_TO), high, currency)


def list_families(costs: Iterable[DoorCost]) -> list[str]:
    """Families that some cost has, in the order of the way: the rows that all its waterfalls share."""
    used = {family for cost in costs for family in cost.sum_families()}
    return [family for family in FAMILIES if family in used]


def draw_waterfall(cost: DoorCost, families: Sequence[str], *, money: Money, title: str) -> Markup:
    """A row a family, each bar from where the last ended; the last row is the total with its range."""
    sums, total = cost.sum_families(), money.write(cost["total"])
    span = money.write_range(cost["total_p10"], cost["total_p90"])
    right = PANEL - measure_text(money.write(money.high), SIZE) - 10
    height = HEAD + ROW * (len(families) + 1) + (ROW - 5 if span else 0) + FOOT
    parts = [open_picture("door", title, height=height, width=PANEL)]
    parts.append(_draw_axis(money, (LABELS, right), height))
    reached = 0.0
    for number, family in enumerate(families):
        top, amount = HEAD + number * ROW, sums.get(family, 0.0)
        parts += _write_row(FAMILIES[family], money.write(amount), top)
        if amount:
            ends = sorted((reached, reached + amount))
            where = [money.place(value, LABELS, right) for value in ends]
            tip = f"{FAMILIES[family]}: {money.write(amount)} {cost.currency}, so far {money.write(reached + amount)}"
            parts.append(_draw_bar(where, top + 4, BAR, KIND_OF[family], tip))
            reached += amount
            x = money.place(reached, LABELS, right)
            parts.append(f'<path class="stem" d="M{x:.1f} {top + 4 + BAR:.1f}V{top + 4 + ROW:.1f}"/>')
    top = HEAD + len(families) * ROW
    parts += _draw_total(cost, (total, span), top, money=money, right=right)
    if money.is_cut:
        parts += [draw_cut(LABELS + 5, at + 4, BAR) for at in (HEAD, top)]
    return Markup("".join([*parts, "</svg>"]))


def _write_row(label: str, text: str, top: float) -> list[str]:
    name = shorten(label, int(LABELS / (SIZE * 0.56)))
    return [
        write_text(EDGE, top + 14, text=name, kind="row"),
        write_text(PANEL - EDGE, top + 14, text=text, kind="total", anchor="end"),
    ]


def _draw_bar(ends: Sequence[float], top: float, height: float, kind: str, tip: str) -> str:
    box = f'x="{ends[0]:.1f}" y="{top:.1f}" width="{max(ends[1] - ends[0], 0.8):.1f}" height="{height:.0f}"'
    return f'<rect class="part {kind}" {box}><title>{escape_text(tip)}</title></rect>'


def _draw_total(
    cost: DoorCost, texts: tuple[str, str], top: float, *, money: Money, right: float
) -> list[str]:
    total, span = texts
    x = money.place(cost["total"], LABELS, right)
    parts = [
        f'<g class="sum">{"".join(_write_row("At the door", total, top))}</g>',
        _draw_bar((LABELS, x), top + 4, BAR, "sum", f"At the door: {total} {cost.currency}"),
    ]
    if span:
        ends = [money.place(cost[name], LABELS, right) for name in ("total_p10", "total_p90")]
        parts.append(draw_whisker(ends, top + 4 + BAR + 4))
        parts += _write_row(f"p10{DASH}p90", span, top + ROW - 1)
    return parts


def _draw_axis(money: Money, edges: tuple[float, float], height: float) -> str:
    """Grid lines with their amounts below; an amount that would touch the one before, or the unit, has none."""
    parts = [write_text(EDGE, height - 5, text=money.currency, kind="unit")]
    taken = LABELS - 40.0
    for tick in list_ticks(money.low, money.high, count=3):
        x, text = money.place(tick, *edges), group_digits(tick)
        half = measure_text(text, SIZE) / 2
        parts.append(
            f'<path class="{"base" if tick == money.low else "grid"}" d="M{x:.1f} {HEAD:.0f}V{height - FOOT + 3:.0f}"/>'
        )
        if x - half > taken and x + half < PANEL - 2:
            parts.append(write_text(x, height - 5, text=text, kind="tick", anchor="middle"))
            taken = x + half + 6
    return "".join(parts)


def draw_ways(costs: Sequence[DoorCost], *, money: Money, title: str) -> Markup:
    """A bar a way, all on one scale: goods, carriage, charges and proofs add up to the total; under each, its range."""
    return Markup("".join(_draw_way(cost, money, title) for cost in costs))


def sum_kinds(cost: DoorCost) -> dict[str, float]:
    """The mean of each kind of line, in the order in which they are drawn; they add up to the total."""
    sums = dict.fromkeys(KINDS, 0.0)
    for family, amount in cost.sum_families().items():
        sums[KIND_OF[family]] += amount
    return {kind: amount for kind, amount in sums.items() if amount}


def _draw_way(cost: DoorCost, money: Money, title: str) -> str:
    span = money.write_range(cost["total_p10"], cost["total_p90"])
    total = f"{money.write(cost['total'])}\u202f{cost.currency}" + (f"  ({span})" if span else "")
    total += "" if math.isnan(cost["days"]) else f", {write_amount(cost['days'])}\u202fd"
    name = f"{title}: {cost.label}, {total}"
    parts = [
        open_picture("door way", name, height=WAY_HEIGHT, width=PANEL),
        write_text(EDGE, 14, text=shorten(cost.label, int((PANEL - 2 * EDGE) / (SIZE * 0.6))), kind="row"),
        write_text(EDGE, 30, text=total, kind="total"),
    ]
    edges, y, reached = (EDGE, PANEL - EDGE), 36.0, 0.0
    for kind, amount in sum_kinds(cost).items():
        ends = [money.place(value, *edges) for value in (reached, reached + amount)]
        number = money.write(amount)
        parts.append(_draw_bar((ends[0], ends[1] - 0.8), y, WAY_BAR, kind, f"{KIND_TITLES[kind]}: {number}"))
        if ends[1] - ends[0] > measure_text(number, SIZE) + (24 if kind == "goods" and money.is_cut else 6):
            middle = (ends[0] + ends[1]) / 2 + (6 if kind == "goods" and money.is_cut else 0)
            parts.append(write_text(middle, y + 13, text=number, kind=f"in {kind}", anchor="middle"))
        reached += amount
    parts += [draw_cut(EDGE + 5, y, WAY_BAR)] if money.is_cut else []
    if span:
        ends = [money.place(cost[name], *edges) for name in ("total_p10", "total_p90")]
        parts.append(draw_whisker(ends, y + WAY_BAR + 3.5))
    return "".join([*parts, "</svg>"])
