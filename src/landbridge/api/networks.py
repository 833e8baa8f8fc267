"""Networks of the user's own, differences between networks, and the shipped network for other programs."""

import tempfile
from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from landbridge import __version__
from landbridge.network import compare_networks as comparing
from landbridge.network.compare_networks import NetworkDiff
from landbridge.network.portable import PortableNetwork, take_network
from landbridge.network.study_rows import ImportChoice
from landbridge.network.user_network import check_user_network
from landbridge.schema import Finding, InputError
from landbridge.sources import open_world, open_world_folder
from landbridge.sources.network_files import read_network
from landbridge.sources.user_network import UserNetwork
from landbridge.sources.world import World
from landbridge.study import import_network as importing
from landbridge.study.import_network import Imported

FORMATS = ("gmns", "gpkg")
LICENCE_FILE = "LICENCE.txt"
_LICENCE = """\
This network is a part of the world network of landbridge {version}, of {date} ({hash}).

Roads and railways: © OpenStreetMap contributors, https://www.openstreetmap.org/copyright. They are a derivative
database of OpenStreetMap, offered under the Open Database License 1.0 (ODbL-1.0),
https://opendatacommons.org/licenses/odbl/1-0/. Whoever shows a work made from them gives that credit; whoever passes
on a database made from them offers it under the ODbL too.
Sea lanes: searoute, Apache License 2.0. Countries of the nodes: Natural Earth, public domain. Inland waterways, posts
and authored legs: rows of landbridge with their sources.

Changed here: layers and countries chosen, coordinates rounded to 0.00001 degree.
"""


def check_network(network: UserNetwork | Path | str) -> tuple[Finding, ...]:
    """All findings of a network of the user's own, read from its file where a path is given; errors first.

    Raises InputError where there is no such file.
    """
    given = network if isinstance(network, UserNetwork) else read_network(network)
    return check_user_network(given, open_world())


def compare_networks(one: World | Path | str, other: World | Path | str) -> NetworkDiff:
    """What `other` has that `one` has not, and the other way round: counts, rows, parts, lengths between cities.

    Each is an open world, the folder of a build, or the word `shipped`. Raises InputError where there is no network.
    """
    worlds = [each if isinstance(each, World) else open_world_folder(each) for each in (one, other)]
    return comparing.compare_networks(*worlds)


def import_network(
    network: UserNetwork | Path | str, study: Path | str, *, source: str, quality: str, mode: str = ""
) -> Imported:
    """Append what a study needs of a network to its places.csv and legs.csv.

    `source` is a key of the table sources, `quality` a word of the catalogue, `mode` that of links whose file does not
    tell one (and leaves out all others). Raises InputError with all findings where one is an error; nothing is written
    then.
    """
    given = network if isinstance(network, UserNetwork) else read_network(network)
    choice = ImportChoice(source=source, quality=quality, mode=mode)
    return importing.import_network(given, study, choice=choice, world=open_world())


def export_network(
    out: Path | str, *, format: str = "", layers: Collection[str] = (), countries: Collection[str] = ()
) -> Path:
    """Write the shipped network to a folder of GMNS files, or to a GeoPackage, with the notice of its licence beside.

    The format is gpkg where the name ends so, else gmns. `layers` are road, rail, sea, inland_water; `countries` are
    alpha-2 codes. Raises InputError for an unknown format, layer or country, or a place that cannot be written.
    """
    target, world = Path(out), open_world()
    chosen = format or ("gpkg" if target.suffix == ".gpkg" else "gmns")
    if chosen not in FORMATS:
        what = f"no format '{chosen}' is known"
        raise InputError([Finding("unknown_format", "error", what, f"use {' or '.join(FORMATS)}")])
    taken = take_network(world, layers=layers, countries=countries)
    notice = _LICENCE.format(version=__version__, date=world.date, hash=world.hash[:12])
    try:
        _write_whole(taken, target, chosen, notice)
    except OSError as error:
        what = f"{target} cannot be written: {error.strerror or error}"
        finding = Finding("not_writable", "error", what, "choose a place that you may write to")
        raise InputError([finding]) from error
    return target


def _write_whole(taken: PortableNetwork, target: Path, chosen: str, notice: str) -> None:
    """Write beside the target, then give each file its name."""
    folder = target if chosen == "gmns" else target.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as hidden:
        made = Path(hidden)
        if chosen == "gmns":
            _write_gmns(taken, made)
            (made / LICENCE_FILE).write_text(notice, encoding="utf-8")
        else:
            _write_geopackage(taken, made / target.name)
            (made / f"{target.stem}.{LICENCE_FILE}").write_text(notice, encoding="utf-8")
        for file in sorted(made.iterdir()):
            file.replace(folder / file.name)


def _write_gmns(taken: PortableNetwork, folder: Path) -> None:
    """node.csv, link.csv, config.csv and use_definition.csv."""
    nodes = taken.nodes.rename(columns={"lon": "x_coord", "lat": "y_coord", "layer": "node_type"})
    links = taken.links.rename(columns={"km": "length"}).assign(
        directed=0, dir_flag=1, facility_type=taken.links["mode"], allowed_uses=taken.links["mode"],
        geometry=shapely.to_wkt(taken.lines, rounding_precision=5),
    )  # fmt: skip
    config = {
        "dataset_name": "landbridge world network", "short_length": "m", "long_length": "km", "speed": "km/h",
        "crs": "EPSG:4326", "geometry_field_format": "WKT", "id_type": "integer",
    }  # fmt: skip
    uses = pd.DataFrame({"use": sorted(set(taken.links["mode"]))})
    uses = uses.assign(description=[f"freight by {use.replace('_', ' ')}" for use in uses["use"]])
    frames = {"node": nodes, "link": links, "config": pd.DataFrame([config]), "use_definition": uses}
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _write_geopackage(taken: PortableNetwork, file: Path) -> None:
    frames = {"nodes": taken.nodes, "posts": taken.posts, "crossings": taken.crossings}
    frames["gauge_changes"] = taken.gauge_changes
    links = gpd.GeoDataFrame(taken.links, geometry=taken.lines, crs="EPSG:4326")
    links.to_file(file, layer="links", driver="GPKG", engine="pyogrio")
    for name, frame in frames.items():
        points = gpd.points_from_xy(frame["lon"], frame["lat"])
        layer = gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points, crs="EPSG:4326")
        layer.to_file(file, layer=name, driver="GPKG", engine="pyogrio")


__all__ = ["check_network", "compare_networks", "export_network", "import_network", "read_network"]
