"""Opens a network of the user's own: GMNS CSV files, a GeoPackage, or GeoParquet."""

from __future__ import annotations

from pathlib import Path

from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding
from landbridge.sources.drawn_network import read_geopackage, read_geoparquet
from landbridge.sources.gmns import LINK_FILE, NODE_FILE, read_gmns
from landbridge.sources.user_network import UserNetwork

LARGEST_FILE = 1_000_000_000
_REMEDY = "give a folder with node.csv and link.csv, a GeoPackage (.gpkg) or GeoParquet (.parquet)"


def read_network(path: Path | str) -> UserNetwork:
    """Read the network of a folder with node.csv and link.csv (GMNS) or one of the two, of a .gpkg or a .parquet file.

    Faults of what the files hold stand in `findings`. Raises InputError where there is no such file.
    """
    given = Path(path)
    try:
        is_folder, is_file = given.is_dir(), given.is_file()
        size = given.stat().st_size if is_file else 0
    except (OSError, ValueError) as error:
        raise InputError([_fault("unreadable", f"cannot be read: {error}", given)]) from error
    if is_folder or (is_file and given.name in (NODE_FILE, LINK_FILE)):
        folder = given if is_folder else given.parent
        if not (folder / NODE_FILE).exists() and not (folder / LINK_FILE).exists():
            raise InputError([_fault("no_network_file", f"holds no {NODE_FILE} and no {LINK_FILE}", given)])
        return read_gmns(folder)
    if not is_file:
        raise InputError([_fault("no_network_file", "does not exist", given)])
    if size > LARGEST_FILE:
        raise InputError([_fault("too_large", f"is larger than {LARGEST_FILE // 1_000_000} MB", given)])
    if given.suffix.lower() == ".gpkg":
        return read_geopackage(given)
    if given.suffix.lower() in (".parquet", ".geoparquet"):
        return read_geoparquet(given)
    raise InputError([_fault("unknown_network_file", f"'{given.suffix}' files are not read", given)])


def _fault(code: str, what: str, path: Path) -> Finding:
    return Finding(code, "error", what, _REMEDY, path.name)
