"""Turns a network of the user's own into rows of the tables places and legs of a study."""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from landbridge.network.contract_links import Contracted, Piece, contract_links
from landbridge.network.places import make_key
from landbridge.network.user_survey import Survey, find_node_countries
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import rows_to_frame
from landbridge.sources.network_words import MODES

MOST_LEGS = 1_000
DECIMALS = 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """How a network is taken into a study: the mode of links ("": as the file says), source and quality of the rows."""

    source: str
    quality: str
    mode: str = ""


@dataclass(slots=True)
class Taken:
    """Words that are taken: ids of places and of legs, and search keys of names of places."""

    places: set[str]
    legs: set[str]
    names: Container[str]


@dataclass(frozen=True, slots=True, eq=False)
class StudyRows:
    """Rows of the tables places and legs, and what was left out or changed on the way."""

    places: pd.DataFrame
    legs: pd.DataFrame
    findings: tuple[Finding, ...]


def make_study_rows(survey: Survey, choice: ImportChoice, taken: Taken) -> StudyRows:
    """Rows for the nodes that matter and the stretches between them.

    Nodes with a name become places of that name (stations, terminals, ports), others junctions, where nothing is
    handled. A leg runs both ways. Raises InputError where links tell no mode, where none is of the wanted one, or where
    more than 1,000 legs remain.
    """
    links, notes = _choose_links(survey, choice.mode)
    countries = find_node_countries(survey)
    named = (survey.nodes["name"] != "").to_numpy() | (survey.nodes["kind"] == "post").to_numpy()
    parts = {
        mode: contract_links(links[links["mode"] == mode], named.tolist(), countries.tolist())
        for mode in sorted(set(links["mode"]))
    }
    count = sum(len(part.pieces) for part in parts.values())
    if not 0 < count <= MOST_LEGS:
        raise InputError([_wrong_size(survey, count)])
    places: list[Row] = []
    legs: list[Row] = []
    for mode, part in parts.items():
        _add_rows(survey, (mode, part), countries, choice, taken, (places, legs))
    one_way = sum(part.one_way for part in parts.values())
    if one_way:
        what = f"{one_way} one-way links have no link back: a leg of a study runs both ways, so they are taken for both"
        notes.append(
            Finding("one_way_taken_both", "warning", what, "check the legs", survey.network.files["links"])
        )
    return StudyRows(rows_to_frame("places", places), rows_to_frame("legs", legs), tuple(notes))


def _choose_links(survey: Survey, mode: str) -> tuple[pd.DataFrame, list[Finding]]:
    links, file = survey.links, survey.network.files["links"]
    if mode and mode not in MODES:
        what = f"'{mode}' is no mode of a leg"
        raise InputError([Finding("unknown_mode", "error", what, f"use one of {', '.join(MODES)}")])
    untold = links["mode"] == ""
    if not mode and untold.any():
        row = int(links["row"][untold].iloc[0])
        what = f"{int(untold.sum())} links tell no mode (no known word in mode, facility_type, allowed_uses or a tag)"
        raise InputError([Finding("mode_untold", "error", what, "say it with --mode", file, row)])
    chosen = links[untold | (links["mode"] == mode)].assign(mode=mode) if mode else links
    notes = []
    if len(chosen) < len(links):
        what = f"{len(links) - len(chosen)} links of other modes are left out"
        notes.append(Finding("links_left_out", "note", what, "import them with another --mode", file))
    return chosen, notes


def _wrong_size(survey: Survey, count: int) -> Finding:
    if not count:
        what, remedy = "no link is left to import", "check the mode, and that links join two nodes"
        return Finding("no_links", "error", what, remedy, survey.network.files["links"])
    what = f"{count:,} legs remain after chains are joined; a study takes {MOST_LEGS:,}"
    remedy = "leave out minor lines, or a region; names of nodes keep them, so name only those that matter"
    return Finding("too_many_legs", "error", what, remedy, survey.network.files["links"])


def _add_rows(
    survey: Survey,
    part: tuple[str, Contracted],
    countries: np.ndarray[Any, Any],
    choice: ImportChoice,
    taken: Taken,
    rows: tuple[list[Row], list[Row]],
) -> None:
    """Places and legs of one mode, appended to `rows`."""
    mode, contracted = part
    ids: dict[tuple[int, float], Row] = {}
    degree: dict[int, int] = {}
    for piece in contracted.pieces:
        for node in piece.ends:
            degree[node] = degree.get(node, 0) + 1
    for piece in contracted.pieces:
        ends = []
        for node in piece.ends:
            key = (node, piece.gauge)
            if key not in ids:
                kind = _kind(survey, node, mode, ends=degree[node] == 1)
                ids[key] = _place_row(survey, key, (mode, kind), str(countries[node]), taken)
            ends.append(ids[key])
        rows[1].append(_leg_row(piece, (ends[0], ends[1]), mode, taken))
    stated = {"source": choice.source, "quality": choice.quality}
    rows[0].extend(row | stated for row in ids.values())
    rows[1][:] = [row | stated for row in rows[1]]


def _kind(survey: Survey, node: int, mode: str, *, ends: bool) -> str:
    if survey.nodes["name"].iloc[node] or (ends and mode in ("sea", "inland_water")):
        return {"road": "terminal", "rail": "station"}.get(mode, "port")
    return "junction"


def _place_row(
    survey: Survey, key: tuple[int, float], words: tuple[str, str], country: str, taken: Taken
) -> Row:
    (node, gauge), (mode, kind) = key, words
    row, network = survey.nodes.iloc[node], survey.network.name
    name = str(row["name"]) or f"{network} {row['id']}"
    if make_key(name) in taken.names:
        name = f"{name} ({network})"
    return {
        "id": _free(make_slug(name), taken.places),
        "name": name,
        "kind": kind,
        "country": country,
        "lat": round(float(row["lat"]), 6),
        "lon": round(float(row["lon"]), 6),
        "gauge": gauge or float("nan"),
        "rail": mode == "rail",
        "note": f"node {row['id']} of {network}",
    }


def _leg_row(piece: Piece, ends: tuple[Row, Row], mode: str, taken: Taken) -> Row:
    name = piece.name or f"{ends[0]['name']} - {ends[1]['name']}"
    return {
        "id": _free(make_slug(f"{ends[0]['id']}-{ends[1]['id']}"), taken.legs),
        "name": name,
        "from": ends[0]["id"],
        "to": ends[1]["id"],
        "mode": mode,
        "gauge": piece.gauge or float("nan"),
        "distance": round(piece.km, DECIMALS),
    }


def make_slug(text: str) -> str:
    """Lower-case letters, digits and hyphens, as ids of tables are.

    >>> make_slug("Vostochny – Port 2"), make_slug("Минск"), make_slug("?")
    ('vostochny-port-2', 'minsk', 'node')
    """
    parts = [make_key(part) for part in re.split(r"[^\w]+|_", text)]
    return "-".join(part for part in parts if part)[:80].strip("-") or "node"


def _free(word: str, taken: set[str]) -> str:
    """The word, with a number behind it where it is taken; it is taken from then on."""
    free, number = word, 1
    while free in taken:
        number += 1
        free = f"{word}-{number}"
    taken.add(free)
    return free
