"""Writes what a new network changes against the shipped one, before it takes its place."""

from __future__ import annotations

from pathlib import Path

from landbridge.network.compare_networks import compare_networks
from landbridge.network.diff_text import write_diff_text
from landbridge.schema import InputError
from landbridge.sources import open_world_folder


def write_diff(shipped: Path, built: Path, path: Path) -> None:
    """Compare two folders of a network and write the page; without a readable shipped one it says so."""
    try:
        before = open_world_folder(shipped)
    except InputError as fault:
        path.write_text(
            f"# What changed in the network\n\nNothing to compare with: {fault.findings[0].what}.\n", "utf-8"
        )
        return
    text = write_diff_text(compare_networks(before, open_world_folder(built)))
    path.write_text(text, encoding="utf-8", newline="\n")
