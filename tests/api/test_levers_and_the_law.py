"""A lever opens what stands closed, and never what a legal measure closes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import landbridge as lb
from landbridge.study.running import RUNS_FOLDER

POST = "malaba-road"
LISTING = (
    "id,jurisdiction,bound_by,act,title,effect,through,places,modes,territorial,from,source,quality\n"
    f"shut,UG,UG,An act,The post is closed to goods,close_place,UG,{POST},road,true,2020-01-01,test,estimated\n"
)
FILES = {
    "posts.csv": f"id,status,source,quality\n{POST},closed,test,estimated\n",
    "commitments.csv": "id,title,source,quality\nopening,The post opens,test,estimated\n",
    "levers.csv": "id,commitment,title,table,field,where,change,source,quality\n"
    f"post,opening,The post opens,posts,status,id = {POST},open,test,estimated\n",
}
SCENARIOS = '[scenarios.as-is]\n[scenarios.signed]\ninherits = "as-is"\nlevers = "all"\n'


def find_passed(root: Path, scenario: str) -> tuple[set[str], set[str]]:
    """Posts that the routes of a scenario pass, and the listings that apply."""
    study = lb.read_study(root)
    assert [finding for finding in study.check() if finding.severity == "error"] == []
    run = study.run(scenario)
    assert len(run.routes())
    return set(run.table("route_items")["place_id"]), set(run.table("applied_listings")["listing"])


@pytest.mark.parametrize("listed", [False, True])
def test_a_lever_opens_a_post_but_not_one_that_the_law_closes(
    coffee_root: Path, tmp_path: Path, *, listed: bool
) -> None:
    root = tmp_path / "coffee"
    shutil.copytree(coffee_root, root, ignore=shutil.ignore_patterns(RUNS_FOLDER, "*.html", "overrides"))
    (root / "corridors.csv").unlink()
    head = (root / "study.toml").read_text(encoding="utf-8").partition("[scenarios")[0]
    for name, text in {
        **FILES,
        "study.toml": head + SCENARIOS,
        "listings.csv": LISTING if listed else "",
    }.items():
        if text:
            (root / name).write_text(text, encoding="utf-8")
    before, _ = find_passed(root, "as-is")
    after, listings = find_passed(root, "signed")
    assert POST not in before
    assert (POST in after) != listed
    assert ("shut" in listings) == listed
    assert "post" in lb.read_study(root).levers("signed").levers
