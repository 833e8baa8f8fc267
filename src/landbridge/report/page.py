"""The page: all sections of a report as one HTML file that needs no network."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from landbridge.report.basemap import draw_basemap
from landbridge.report.closures import rank_scenarios
from landbridge.report.commitments import tell_commitments
from landbridge.report.content import ReportContent
from landbridge.report.evidence import (
    cite_sources,
    list_best,
    list_inputs,
    rank_best,
    share_by_quality,
    share_spread,
)
from landbridge.report.figures import write_amount, write_date, write_share
from landbridge.report.flow_pieces import (
    Pieces,
    compare_scenarios,
    draw_answer,
    list_still_rows,
    pack_answer,
    total_texts,
)
from landbridge.report.item_rows import COLUMNS, TermPool
from landbridge.report.landed import tell_landed, view_landed
from landbridge.report.landed_reading import KIND_TITLES, Consigned, read_consigned
from landbridge.report.law import (
    gather_measures,
    list_changes,
    list_jurisdictions,
    tell_bound,
    tell_flows,
    tell_law,
    tell_period,
)
from landbridge.report.links import list_links
from landbridge.report.packing import hash_source, pack, pack_text, write_json, write_plain
from landbridge.report.projection import Plane, fit_plane
from landbridge.report.reading import Answer, list_records, read_answers
from landbridge.report.route_map import SCALES, LinePool, draw_still, parse_line
from landbridge.report.sea_access import view_access
from landbridge.report.summary import summarise, write_line
from landbridge.report.words import (
    FAMILY_KEYS,
    QUALITIES,
    VERDICTS,
    family_titles,
    name_country,
    raise_first,
    title_of,
)
from landbridge.report.worth import describe_step, describe_unchanged, tell_untold, tell_worth

NOWHERE = ((-20.0, 110.0), (-35.0, 62.0))  # longitudes and latitudes of the map of a report without any route


@cache
def load_templates() -> Environment:
    """The templates, with every value escaped."""
    templates = Environment(
        loader=PackageLoader("landbridge.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    templates.filters |= {
        "amount": write_amount, "share": write_share, "day": write_date, "country": name_country, "word": title_of,
        "raised": raise_first,
    }  # fmt: skip
    templates.globals |= {
        "families": family_titles(), "qualities": QUALITIES, "verdicts": VERDICTS,
        "cost_kinds": KIND_TITLES,
        "rank_scales": SCALES, "tell_bound": tell_bound, "tell_flows": tell_flows, "tell_period": tell_period,
        "describe_step": describe_step, "describe_unchanged": describe_unchanged,
    }  # fmt: skip
    return templates


@cache
def read_asset(name: str) -> str:
    """Text of a shipped asset."""
    return (files("landbridge.report") / "assets" / name).read_text(encoding="utf-8")


def fit_answers(answers: Sequence[Sequence[Answer]]) -> Plane:
    """The plane of the map around all drawn lines, or around all places where no line is drawn."""
    lines = {
        shape.line
        for scenario in answers
        for answer in scenario
        for route in answer.routes
        for shape in route.shapes
    }
    lon: list[float] = []
    lat: list[float] = []
    for line in sorted(lines):
        xs, ys = parse_line(line)
        lon += xs.tolist()
        lat += ys.tolist()
    return fit_plane(lon, lat) if lon else fit_plane(*NOWHERE)


def render_report(content: ReportContent) -> str:
    """The report as HTML text. The same content gives the same bytes.

    Raises ValueError where the content has no scenario, OSError or ValueError where its file of borders is
    no map.
    """
    if not content.scenarios:
        raise ValueError("a report needs at least one scenario")
    answers = read_answers(content)
    consigned = read_consigned(content, answers)
    corridors = {
        str(row["id"]): str(row.get("name") or row["id"])
        for row in list_records(content.study_tables.get("corridors"))
    }
    plane = fit_answers(answers)
    pool = LinePool(plane)
    drawn = _draw_scenarios(answers, pool, corridors)
    start = next((number for number, answer in enumerate(answers[0]) if answer.routes), 0)
    context = {
        **head_context(content, answers, consigned=consigned[0]),
        **_flow_context(drawn, corridors, start, title_scenarios(content)),
        **_map_context(content, drawn, (plane, pool), start),
        **evidence_context(content, answers),
        "rankings": rank_scenarios(content, answers),
        "at_sea": view_access(content),
        **_landed_context(content, consigned),
        "script": Markup(read_asset("report.js")),
        "style": Markup(read_asset("report.css")),
        "script_hash": hash_source(read_asset("report.js")),
        "style_hash": hash_source(read_asset("report.css")),
    }
    return load_templates().get_template("report.html.j2").render(context)


def _draw_scenarios(
    answers: Sequence[Sequence[Answer]], pool: LinePool, corridors: dict[str, str]
) -> list[list[Pieces]]:
    """Every answer drawn; one that says the same as in the first scenario is not drawn again."""
    drawn: list[list[Pieces]] = []
    first: dict[str, Pieces] = {}
    for scenario in answers:
        row = []
        for answer in scenario:
            known = first.get(answer.flow)
            same = known is not None and replace(answer, scenario=known.answer.scenario) == known.answer
            pieces = (
                replace(known, answer=answer, same=True)
                if same and known
                else draw_answer(answer, pool, corridors=corridors)
            )
            first.setdefault(answer.flow, pieces)
            row.append(pieces)
        drawn.append(row)
    return drawn


def title_scenarios(content: ReportContent) -> list[str]:
    """Titles of the scenarios."""
    return [scenario.title or scenario.name for scenario in content.scenarios]


def head_context(
    content: ReportContent, answers: Sequence[Sequence[Answer]], *, consigned: Sequence[Consigned]
) -> dict[str, Any]:
    """Head, summary with the `consigned` of the first scenario, answers and law."""
    titles = title_scenarios(content)
    applying, others = gather_measures(answers)
    changes = list_changes(content)
    return {
        "content": content,
        "titles": titles,
        "jurisdictions": list_jurisdictions(content),
        "sentences": [
            *summarise(answers, titles),
            *tell_landed(consigned),
            tell_law(len(applying), len(others), changes=len(changes)),
        ],
        "answer_lines": [
            [write_line(answer, index) for index, answer in enumerate(scenario)] for scenario in answers
        ],
        "applying": applying,
        "others": others,
        "changes": changes,
    }


def _flow_context(
    drawn: Sequence[Sequence[Pieces]], corridors: dict[str, str], start: int, titles: Sequence[str]
) -> dict[str, Any]:
    """The first flow as it stands, and every flow packed for the script."""
    pieces = drawn[0][start] if drawn[0] else None
    packed = [_pack_flow(group, corridors, titles=titles) for group in _group_flows(drawn)]
    with ThreadPoolExecutor() as threads:
        chunks = list(threads.map(pack_text, (text for text, _ in packed)))
    flows = [
        [one.answer.flow, one.answer.goods, one.answer.origin, one.answer.destination] for one in drawn[0]
    ]
    return {
        "start": start,
        "pieces": pieces,
        "chunks": chunks,
        "compare": packed[start][1] if packed else "",
        "family_keys": list_keys(drawn),
        "still_rows": list_still_rows(pieces) if pieces else [],
        "totals": total_texts(pieces) if pieces else (),
        "choices": [list(dict.fromkeys(flow[column] for flow in flows)) for column in (1, 2, 3)],
        "start_flow": flows[start] if flows else ["", "", "", ""],
        "page_data": write_json(
            {
                "flows": flows,
                "columns": COLUMNS,
                "start": start,
                "scenarios": [s[0].answer.scenario for s in drawn if s],
            }
        ),
    }


def _group_flows(drawn: Sequence[Sequence[Pieces]]) -> list[list[Pieces]]:
    """The pieces of each flow in all scenarios."""
    by_flow = [{one.answer.flow: one for one in scenario} for scenario in drawn]
    return [[flows[one.answer.flow] for flows in by_flow if one.answer.flow in flows] for one in drawn[0]]


def _pack_flow(
    group: Sequence[Pieces], corridors: dict[str, str], *, titles: Sequence[str]
) -> tuple[str, Markup]:
    """What the script reads of a flow, and the comparison of its scenarios."""
    templates, terms = load_templates(), TermPool()
    scenarios = [0 if member.same else pack_answer(member, templates, terms=terms) for member in group]
    comparison = compare_scenarios([member.answer for member in group], corridors, scale=group[0].scale)
    page = templates.get_template("compare.html.j2")
    html = page.render(comparison=comparison, scale=group[0].scale, titles=titles)
    return write_plain({"scenarios": scenarios, "terms": terms.rows, "compare": html}), Markup(html)


def _landed_context(content: ReportContent, consigned: Sequence[Sequence[Consigned]]) -> dict[str, Any]:
    """Landed costs: those of the first scenario as they stand, those of the others packed for the script."""
    landed, titles = view_landed(content, consigned), title_scenarios(content)
    page = load_templates().get_template("consigned.html.j2")
    texts = [
        "".join(
            page.render(view=view, number=number, first=not place, titles=titles)
            for place, view in enumerate(views)
        )
        for number, views in enumerate(landed[1:], 1)
    ]
    return {"landed": landed, "landed_chunks": [pack(text) for text in texts]}


def list_keys(drawn: Sequence[Sequence[Pieces]]) -> list[tuple[str, str]]:
    """Families that some route has, with their drawing."""
    used = {
        item.family
        for scenario in drawn
        for one in scenario
        for route in one.answer.routes
        for item in route.items
    }
    return [key for key in FAMILY_KEYS if key[0] in used]


def _map_context(
    content: ReportContent, drawn: Sequence[Sequence[Pieces]], drawing: tuple[Plane, LinePool], start: int
) -> dict[str, Any]:
    """Land, borders, lines and the still picture of the map."""
    plane, pool = drawing
    basemap = draw_basemap(plane, content.borders)
    still = draw_still(drawn[0][start].overlay, basemap, pool=pool) if drawn[0] else None
    return {"basemap": basemap, "still": still, "plane": plane, "lines": pack(pool.paths)}


def evidence_context(content: ReportContent, answers: Sequence[Sequence[Answer]]) -> dict[str, Any]:
    """Quality, findings, sources, study tables and manifest."""
    best, ranked = list_best(answers[0]), rank_best(answers[0], content.scenarios[0].tables)
    findings = [
        row | {"scenario": title}
        for scenario, title in zip(content.scenarios, title_scenarios(content), strict=True)
        for row in list_records(scenario.tables.get("result_findings"))
    ]
    return {
        "shares": {
            "cost": share_by_quality(best, "USD/t"),
            "time": share_by_quality(best, "h"),
            "spread of cost": share_spread(ranked, "cost"),
            "spread of time": share_spread(ranked, "time"),
        },
        "weak_inputs": list_inputs(ranked, measure=True),
        "real_inputs": list_inputs(ranked, measure=False),
        "findings": merge_findings(findings),
        "sources": cite_sources(content),
        "promised": tell_commitments(content),
        "worth": tell_worth(content, answers[0]),
        "untold": tell_untold(content),
        "levered": content.levered,
        "links": list_links(content),
        "manifest": list(flatten(content.manifest)),
    }


def merge_findings(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings, those that say the same of many flows or scenarios in one row; errors first."""
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(str(row.get(name, "")) for name in ("level", "code", "message", "remedy"))
        found = merged.setdefault(
            key,
            dict(zip(("level", "code", "message", "remedy"), key, strict=True))
            | {"flows": [], "scenarios": []},
        )
        for name, value in (("flows", str(row.get("flow", ""))), ("scenarios", str(row["scenario"]))):
            if value and value not in found[name]:
                found[name].append(value)
    levels = ("error", "warning", "note")
    return sorted(
        merged.values(),
        key=lambda row: (
            levels.index(row["level"]) if row["level"] in levels else 9,
            row["code"],
            row["message"],
        ),
    )


def flatten(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Keys with dots, and values as text, in the order given.

    >>> list(flatten({"network": {"date": "2026-09-30"}, "seed": 7}))
    [('network.date', '2026-09-30'), ('seed', '7')]
    """
    for key, value in values.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{name}.")
        elif isinstance(value, (list, tuple)):
            yield name, ", ".join(map(str, value))
        else:
            yield name, str(value)


def write_report(content: ReportContent, path: Path | str) -> Path:
    """Writes the report by a rename, so that a reader sees the old file or the whole new one.

    Raises OSError where the folder cannot be written, and what `render_report` raises.
    """
    target = Path(path)
    text = render_report(content)
    handle, name = tempfile.mkstemp(prefix=".report-", suffix=".html", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return target
