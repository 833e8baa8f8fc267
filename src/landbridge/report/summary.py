"""The report in words: what the tables say of each flow, in sentences that can be forwarded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.report.figures import (
    DASH,
    THIN,
    Scale,
    choose_time_scale,
    write_amount,
    write_range,
    write_share,
)
from landbridge.report.reading import Answer, Route
from landbridge.report.words import join_words

FEW = 8  # up to this many flows each gets its own sentence
COST = Scale("USD/t")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table of answers; texts are ready to print, `index` is the flow's number."""

    index: int
    goods: str
    origin: str
    destination: str
    verdict: str
    best: str = ""
    cost: str = ""
    cost_range: str = ""
    time: str = ""
    time_range: str = ""
    runner: str = ""
    gap: str = ""
    note: str = ""


def tell_time(route: Route, scale: Scale) -> tuple[str, str]:
    """Mean time with its unit, and the range."""
    text = f"{scale.write(route['time'])}{THIN}{scale.unit}"
    return text, scale.write_range(route["time_p10"], route["time_p90"])


def tell_figures(route: Route) -> str:
    """Cost and time with their ranges, as a clause."""
    time, times = tell_time(route, choose_time_scale(route["time"]))
    costs = write_range(route["cost_p10"], route["cost_p90"])
    cost_note = f" (p10{DASH}p90 {costs})" if costs else ""
    time_note = f" ({times})" if times else ""
    return f"{write_amount(route['cost'])}{THIN}USD/t{cost_note}, {time}{time_note}"


def write_line(answer: Answer, index: int) -> Line:
    """The row of one answer."""
    head = (index, answer.goods, answer.origin, answer.destination, answer.verdict)
    if answer.verdict == "prohibited":
        return Line(*head, note=tell_prohibition(answer))
    if not answer.routes:
        return Line(*head, note=tell_cut(answer))
    best = answer.routes[0]
    time, times = tell_time(best, choose_time_scale(best["time"]))
    runner, gap = "", ""
    if len(answer.routes) > 1:
        runner, gap = answer.routes[1].label, tell_gap(best, answer.routes[1])
    costs = write_range(best["cost_p10"], best["cost_p90"])
    return Line(
        *head, best=best.label, cost=write_amount(best["cost"]), cost_range=costs, time=time, time_range=times,
        runner=runner, gap=gap, note=best.reason,
    )  # fmt: skip


def tell_gap(best: Route, other: Route) -> str:
    """How much more the runner-up costs and how much longer it takes."""
    return f"{tell_change(best['cost'], other['cost'])} cost, {tell_change(best['time'], other['time'])} time"


def tell_change(before: float, after: float) -> str:
    """A change in per cent with its sign.

    >>> tell_change(100.0, 88.0)
    '−12\u202f%'
    """
    if not before or math.isnan(before) or math.isnan(after):
        return "?"
    change = 100 * (after / before - 1)
    sign = "+" if change >= 0.5 else "−" if change <= -0.5 else "±"
    return f"{sign}{abs(change):.0f}{THIN}%"


def tell_prohibition(answer: Answer) -> str:
    """Which act forbids it, by which article."""
    laws = [law for law in answer.laws if law.applies and law.effect == "prohibited"]
    acts = [
        ", ".join(filter(None, (str(law.row.get("act", law.listing)), str(law.row.get("article", "")))))
        for law in laws
    ]
    return f"Prohibited by {join_words(list(dict.fromkeys(acts)))}." if acts else "Prohibited."


def tell_cut(answer: Answer) -> str:
    """What blocks the way."""
    cut = join_words(list(answer.cut))
    return f"No way: blocked at {cut}." if cut else "No way was found."


def summarise(answers: Sequence[Sequence[Answer]], titles: Sequence[str]) -> list[str]:
    """Sentences for the head of the report; the first scenario is told, the others as differences from it."""
    first = answers[0] if answers else ()
    if not first:
        return ["The study asks for no flows."]
    sentences = [count_answers(first, titles[0], more=len(answers) > 1)]
    sentences += tell_each(first) if len(first) <= FEW else tell_groups(first)
    sentences += tell_refusals(first) if len(first) > FEW else []
    for other, title in zip(answers[1:], titles[1:], strict=True):
        sentences += _tell_difference(first, other, title)
    sentences += tell_quality(first)
    return sentences


def count_answers(answers: Sequence[Answer], title: str, *, more: bool) -> str:
    """How many flows have a way."""
    counts = Counter(answer.verdict for answer in answers)
    flows = f"{len(answers)} flow" + ("s" if len(answers) != 1 else "")
    routes = sum(len(answer.routes) for answer in answers)
    where = f" in the scenario “{title}”" if more else ""
    parts = [f"{counts['ok']} can be carried, by {routes} routes in all"]
    if counts["prohibited"]:
        parts.append(f"{counts['prohibited']} prohibited by law")
    if counts["unreachable"]:
        parts.append(f"{counts['unreachable']} without any way")
    return f"Of {flows}{where}, {'; '.join(parts)}."


def tell_each(answers: Sequence[Answer]) -> list[str]:
    """A sentence a flow."""
    sentences = []
    for answer in answers:
        name = f"{answer.goods}, {answer.origin} to {answer.destination}"
        if answer.verdict == "prohibited":
            sentences.append(f"{name}: {tell_prohibition(answer)}")
        elif not answer.routes:
            sentences.append(f"{name}: {tell_cut(answer)}")
        else:
            sentences.append(f"{name}: {tell_best(answer.routes)}")
    return sentences


def tell_best(routes: Sequence[Route]) -> str:
    """Best route, and the runner-up with what it lacks."""
    best = routes[0]
    text = f"best by “{best.label}”: {tell_figures(best)}."
    if len(routes) > 1:
        text += f" Next is “{routes[1].label}” ({tell_gap(best, routes[1])})."
    return text


def tell_groups(answers: Sequence[Answer]) -> list[str]:
    """A sentence a product."""
    sentences = []
    for goods in dict.fromkeys(answer.goods for answer in answers):
        open_ones = [answer for answer in answers if answer.goods == goods and answer.routes]
        if not open_ones:
            continue
        order = sorted(open_ones, key=lambda answer: answer.routes[0]["cost"])
        wins = Counter(answer.routes[0].label for answer in open_ones)
        label, count = max(wins.items(), key=lambda pair: (pair[1], pair[0]))
        best = order[0].routes[0]
        least = f"{order[0].origin} to {order[0].destination} by “{best.label}”: {tell_figures(best)}"
        text = f"{goods}: cheapest from {least}"
        if len(order) > 1:
            last = order[-1]
            text += f"; dearest from {last.origin} to {last.destination}: {tell_figures(last.routes[0])}"
            text += (
                f". “{label}” is the best way for {count} of {len(open_ones)} pairs of places"
                if count > 1
                else ""
            )
        sentences.append(text + ".")
    return sentences


def tell_refusals(answers: Sequence[Answer]) -> list[str]:
    """Prohibited and unreachable flows, those with one cause in one sentence."""
    causes: dict[str, list[str]] = {}
    for answer in answers:
        if answer.verdict != "ok":
            cause = tell_prohibition(answer) if answer.verdict == "prohibited" else tell_cut(answer)
            causes.setdefault(cause, []).append(f"{answer.goods}, {answer.origin} to {answer.destination}")
    return [f"{cause} {'; '.join(names)}." for cause, names in causes.items()]


def _tell_difference(first: Sequence[Answer], other: Sequence[Answer], title: str) -> list[str]:
    """What another scenario changes: the best cost and the shortest time of the flows open in both."""
    by_flow = {answer.flow: answer for answer in other}
    pairs = [(answer, by_flow[answer.flow]) for answer in first if answer.flow in by_flow]
    both = [(a, b) for a, b in pairs if a.routes and b.routes]
    opened = sum(1 for a, b in pairs if b.routes and not a.routes)
    closed = sum(1 for a, b in pairs if a.routes and not b.routes)
    if not both:
        return []
    text = f"Under “{title}”, " + " and ".join(
        _tell_shift(both, name, word) for name, word in (("cost", "least cost"), ("time", "shortest time"))
    )
    if opened or closed:
        text += f"; {opened} flows open and {closed} close"
    return [text + "."]


def _tell_shift(pairs: Sequence[tuple[Answer, Answer]], name: str, word: str) -> str:
    """How far a quantity's best value moves, from the least to the largest change."""
    changes = []
    for before, after in pairs:
        a, b = (min(route[name] for route in answer.routes) for answer in (before, after))
        if a > 0:
            changes.append(100 * (b / a - 1))
    if not changes or max(map(abs, changes)) < 0.5:
        return f"the {word} does not change"
    low, high = tell_change(100, 100 + min(changes)), tell_change(100, 100 + max(changes))
    return f"the {word} changes by {low}" + ("" if low == high else f" to {high}")


def tell_quality(answers: Sequence[Answer]) -> list[str]:
    """What share of the best routes rests on defaults and estimates."""
    best = [answer.routes[0] for answer in answers if answer.routes]
    parts = []
    for name, word in (("default_share_cost", "cost"), ("default_share_time", "time")):
        shares = sorted(route[name] for route in best if not math.isnan(route[name]))
        if shares:
            low, high = f"{100 * shares[0]:.0f}", f"{100 * shares[-1]:.0f}"
            span = write_share(shares[-1]) if low == high else f"{low}{DASH}{write_share(shares[-1])}"
            parts.append(f"{span} of the {word}")
    if not parts:
        return []
    rest = "rests on defaults and estimates, not on measurements or published figures"
    return [f"On the best routes, {' and '.join(parts)} {rest}."]
