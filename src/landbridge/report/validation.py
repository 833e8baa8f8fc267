"""The validation as a page of Markdown: what is published, what the model says, how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from landbridge.network.lengths import TOLERANCE, is_fitted
from landbridge.network.structure import add_remarks, list_worst
from landbridge.study.border_crossings import median_error
from landbridge.study.journeys import score_journeys
from landbridge.study.validation import Validation

SCORED_FROM = 2018
MOST_MISSES = 25
_LABELS = ("finding", "verdict", "remark")
LAND_HEADS = (
    *("continent", "pair", "great circle, km", "by land, km", "with closed borders opened, km", "circuity"),
    *_LABELS,
)
WAY_HEADS = (
    *("continent", "pair", "great circle, km", "cheapest way, km", "of it at sea, km", "USD/t"),
    *("cheapest by land, USD/t", "circuity"),
    *_LABELS,
)
USES = {
    "report": "kept apart (the score)",
    "fit": "used for fitting",
    "history": "older, or a bubble; not scored",
}


def write_validation(found: Validation) -> str:
    """The page, without timings, so that equal inputs give equal bytes."""
    pages = Environment(
        loader=PackageLoader("landbridge.report"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    page = pages.get_template("validation.md.j2").render(
        date=found.date,
        lengths=_lengths(found.lengths),
        journeys=_journeys(found.journeys),
        crossings=_crossings(found.crossings),
        structure=_structure(found),
        outlets=_outlets(found.outlets, found.unplaced),
    )
    return page.rstrip() + "\n"


def _lengths(frame: pd.DataFrame) -> dict[str, object]:
    sourced = frame[frame["quality"] != "estimated"]
    scored = sourced[sourced["scored"]]
    groups = [(str(mode), part) for mode, part in sourced.groupby("mode", sort=True)]
    rows = [
        (continent, mode, *_score_lengths(part), *_score_lengths(part[part["scored"]]))
        for mode, whole in groups
        for continent, part in (*whole.groupby("continent", sort=True), ("all", whole))
    ]
    heads = ("continent", "mode", "rows", "within", "median error", "scored", "within", "median error")
    return {
        "rows": len(sourced),
        "within": int(sourced["within"].sum()),
        "inputs": len(sourced) - len(scored),
        "scored": len(scored),
        "scored_within": int(scored["within"].sum()),
        "tolerance": f"{TOLERANCE:.0%}".replace("%", " %"),
        "table": _table(heads, rows),
        "halves": _halves(scored[scored["mode"] == "road"]),
        "missed": _missed(sourced[~sourced["within"]].sort_values("id")),
    }


def _score_lengths(part: pd.DataFrame) -> tuple[object, ...]:
    return len(part), int(part["within"].sum()), _percent(part["error"].abs().median())


def _halves(roads: pd.DataFrame) -> str:
    """Roads whose lengths fit the factor of the build, and the others."""
    fitted = roads["id"].map(is_fitted).astype(bool)
    rows = [
        (name, *_score_lengths(part), f"{(1 + part['error']).median():.3f}")
        for name, part in (("fitted", roads[fitted]), ("kept apart", roads[~fitted]))
    ]
    return _table(("roads", "rows", "within", "median error", "network over published, median"), rows)


def _missed(rows: pd.DataFrame) -> str:
    misses = [
        (
            *(row["id"], row["mode"], _number(row["distance"]), _number(row["modelled"])),
            *(
                _percent(row["error"]),
                "scored" if row["scored"] else "input",
                row["exception"] or row["note"],
            ),
        )
        for row in rows.to_dict("records")
    ]
    heads = ("row", "mode", "published, km", "network, km", "error", "use", "reason")
    return _table(heads, misses)


def _journeys(frame: pd.DataFrame) -> dict[str, object]:
    scored, lost = frame[frame["use"] == "report"], frame[frame["mean"].isna()]
    heads = ("rows", "quantity", "published", "with a way", "met by p10-p90", "median error")
    pairs = [(use, quantity) for use in USES for quantity in ("time", "cost")]
    regions = [(region, *_two(part)) for region, part in scored.groupby("region", sort=True)]
    worst = [_journey(row) for row in _find_worst(scored).to_dict("records")]
    return {
        "rows": len(frame),
        "corridors": frame["corridor"].nunique(),
        "scored": len(scored),
        "table": _table(
            (*heads, "means", "their median error", "bias"), [_score(frame, *pair) for pair in pairs]
        ),
        "regions": _table(("region", "time: rows", "met", "error", "cost: rows", "met", "error"), regions),
        "worst": _table(("row", "corridor", "published", "model, mean", "p10", "p90", "unit"), worst),
        "lost": _table(("row", "corridor", "why"), lost[["id", "corridor", "why"]].to_numpy().tolist()),
    }


def _score(frame: pd.DataFrame, use: str, quantity: str) -> tuple[object, ...]:
    part = frame[(frame["use"] == use) & (frame["quantity"] == quantity)]
    score, means = score_journeys(part), score_journeys(part[part["kind"] == "mean"])
    head = (USES[use], quantity, len(part), score.rows, _percent(score.met), _percent(score.error))
    return (*head, means.rows, _percent(means.error), f"{score.bias:.2f}")


def _two(part: pd.DataFrame) -> tuple[object, ...]:
    cells: list[object] = []
    for quantity in ("time", "cost"):
        score = score_journeys(part[part["quantity"] == quantity])
        cells += [score.rows, _percent(score.met), _percent(score.error)]
    return tuple(cells)


def _find_worst(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame[frame["mean"].notna()]
    ratio = known["error"] + 1.0
    return known.loc[ratio.where(ratio >= 1, 1 / ratio).sort_values(ascending=False).index[:MOST_MISSES]]


def _journey(row: Mapping[Any, Any]) -> tuple[object, ...]:
    low, high = _number(row["low"]), _number(row["high"])
    published = low if low == high else f"{low}-{high}"
    return (
        row["id"],
        row["corridor"],
        published,
        *(_number(row[n]) for n in ("mean", "p10", "p90")),
        row["unit"],
    )


def _crossings(frame: pd.DataFrame) -> dict[str, object]:
    recent = frame[frame["year"] >= SCORED_FROM]
    rows = [
        (mode, quantity, *_compare(part))
        for mode, whole in recent.groupby("mode", sort=True)
        for quantity, part in whole.groupby("quantity", sort=True)
    ]
    timed = recent[(recent["quantity"] == "time") & recent["modelled"].notna()]
    columns = ["published", "modelled", "rule"]
    posts = timed.groupby(["post", "mode"], sort=True)[columns].median().reset_index()
    posts.insert(2, "rows", timed.groupby(["post", "mode"], sort=True).size().to_numpy())
    return {
        "rows": len(frame),
        "recent": len(recent),
        "table": _table(("mode", "quantity", "rows", "in use: bias", "error", "rule: bias", "error"), rows),
        "posts": _table(
            ("post, country or region", "mode", "rows", "published", "in use", "rule"),
            [(*row[:3], *(f"{value:.1f}" for value in row[3:])) for row in posts.to_numpy().tolist()],
        ),
    }


def _compare(part: pd.DataFrame) -> tuple[object, ...]:
    (rows, bias, error), (_, rule, missed) = (median_error(part, name) for name in ("modelled", "rule"))
    return rows, f"{bias:.2f}", _percent(error), f"{rule:.2f}", _percent(missed)


def _structure(found: Validation) -> dict[str, object]:
    pairs = found.pairs
    counts = pairs["finding"].replace("", "a plausible way").value_counts()
    land, way = (add_remarks(list_worst(pairs, column), found.remarks, column) for column in ("land", "way"))
    return {
        "pairs": f"{len(pairs):,}",
        "capitals": len(found.capitals),
        "table": _table(("pairs", "number"), [(name, f"{count:,}") for name, count in counts.items()]),
        "listed": len(land) + len(way),
        "remarked": int((land["remark"] != "").sum() + (way["remark"] != "").sum()),
        "land": _table(LAND_HEADS, [_land_cells(row) for row in land.to_dict("records")]),
        "way": _table(WAY_HEADS, [_way_cells(row) for row in way.to_dict("records")]),
    }


def _land_cells(row: Mapping[Any, Any]) -> tuple[object, ...]:
    lengths = (_number(row[name]) for name in ("great_circle", "land", "opened"))
    return (*_pair(row), *lengths, f"{row['land_circuity']:.2f}", *_remark(row))


def _way_cells(row: Mapping[Any, Any]) -> tuple[object, ...]:
    cells = (_number(row[name]) for name in ("great_circle", "way", "at_sea", "cost", "land_cost"))
    return (*_pair(row), *cells, f"{row['way_circuity']:.2f}", *_remark(row))


def _pair(row: Mapping[Any, Any]) -> tuple[object, ...]:
    return row["continent"], f"{row['from']}-{row['to']}"


def _remark(row: Mapping[Any, Any]) -> tuple[object, ...]:
    return row["finding"], row["verdict"].replace("_", " "), row["remark"]


def _outlets(frame: pd.DataFrame, unplaced: pd.DataFrame) -> dict[str, object]:
    found = frame[frame["distance"].map(isfinite)]
    chosen = frame.drop_duplicates("country")
    rows = [
        (
            *(row["country"], row["capital"], row["corridor"], row["port"]),
            *(_number(row["distance"]), _number(row["cost"]), row["chosen"]),
        )
        for row in frame[frame["corridor"] != ""].to_dict("records")
    ]
    return {
        "ways": len(found),
        "countries": found["country"].nunique(),
        "named": int(chosen["named"].sum()),
        "all": len(chosen),
        "unplaced": _table(("row", "corridor", "why"), unplaced.to_numpy().tolist()) if len(unplaced) else "",
        "silent": ", ".join(sorted(set(frame["country"]) - set(found["country"]))),
        "table": _table(("country", "from", "way", "port", "km", "USD/t", "own choice"), rows),
    }


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *(" | ".join(row) for row in cells)]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def _number(value: float) -> str:
    if not isfinite(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %" if isfinite(value) else "-"
