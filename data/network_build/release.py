"""Writes the shipped files and puts them in place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from network_build.assemble import join_layers
from network_build.comparing import write_diff
from network_build.electrification import DIESEL, ELECTRIC, UNKNOWN
from network_build.layers import Base, Made
from network_build.pack import hash_files, write_meta, write_table
from network_build.packages import list_versions
from network_build.tables import ROOT, SHIPPED

NETWORK_DATE = "2026-11-01"
TRACTIONS = {"electric": ELECTRIC, "diesel": DIESEL, "unknown": UNKNOWN}
NAMES = ("road", "rail", "water", "river")


@dataclass(frozen=True)
class Release:
    """All that is written: the layers road, rail, water, river with their own node numbers, frames, counts so far."""

    base: Base
    layers: tuple[Made, Made, Made, Made]
    names: pd.DataFrame
    changes: pd.DataFrame
    passages: tuple[str, ...]
    counts: dict[str, int]


def write_release(release: Release) -> int:
    """Writes shipped/world, the repair log and what changed against the network before; returns the size in bytes."""
    target, temporary = SHIPPED / "world", SHIPPED / f".world-{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    layers = [made.layer for made in release.layers]
    for name, columns in join_layers(layers).items():
        write_table(temporary / f"{name}.parquet", columns)
    frames = _join_frames(release)
    for name, frame in frames.items():
        write_table(temporary / f"{name}.parquet", frame)
    counts = release.counts | {name: len(frame) for name, frame in frames.items()}
    counts |= {f"{name}_nodes": layer.graph.n for name, layer in zip(NAMES, layers, strict=True)}
    counts |= {f"{name}_edges": layer.graph.m for name, layer in zip(NAMES, layers, strict=True)}
    rails = layers[1]
    for name, value in TRACTIONS.items():
        counts[f"rail_km_{name}"] = round(rails.graph.km[rails.electrified == value].sum())
    write_meta(temporary / "meta.json", _describe(release, counts, hash_files(temporary)))
    release.base.log.write(ROOT / "data" / "repair_log.csv")
    write_diff(target, temporary, ROOT / "data" / "network_diff.md")
    _swap(temporary, target)
    return sum(path.stat().st_size for path in target.iterdir())


def _join_frames(release: Release) -> dict[str, pd.DataFrame]:
    """Frames with world node numbers: the layers follow each other."""
    base = np.concatenate(([0], np.cumsum([made.layer.graph.n for made in release.layers])))
    snaps: dict[str, np.ndarray] = {}
    for first, name, made in zip(base[:-1], NAMES, release.layers, strict=True):
        snaps[f"{name}_node"] = np.where(made.node >= 0, made.node + first, -1).astype(np.int32)
        snaps[f"{name}_km"] = np.round(made.km, 2).astype(np.float32)
    changes = release.changes
    return {
        "crossings": pd.concat([made.layer.crossings for made in release.layers], ignore_index=True),
        "gauge_changes": changes.assign(
            node_a=changes["node_a"] + base[1], node_b=changes["node_b"] + base[1]
        ),
        "places": release.base.places.assign(**snaps),
        "names": release.names,
    }


def _describe(release: Release, counts: dict[str, int], content: str) -> dict[str, object]:
    return {
        "date": NETWORK_DATE,
        "packages": list_versions(),
        "counts": counts,
        "repairs": release.base.log.count(),
        "countries": release.base.land.codes.tolist(),
        "passages": list(release.passages),
        "legs": release.base.legs["id"].tolist(),
        "hash": content,
    }


def _swap(temporary: Path, target: Path) -> None:
    """Puts a finished folder in the place of the old one by renames."""
    old = target.with_name(f".world-old-{os.getpid()}")
    if target.exists():
        target.rename(old)
    temporary.rename(target)
    shutil.rmtree(old, ignore_errors=True)
