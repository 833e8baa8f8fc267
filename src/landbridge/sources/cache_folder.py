"""Where compiled data of this machine is kept: derived, never needed, safe to delete."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def find_cache_folder(name: str) -> Path:
    """A writable folder `name` in the user's cache, or in the temporary folder where that cannot be written.

    The environment variable LANDBRIDGE_CACHE names another parent folder.
    """
    fallback = Path(tempfile.gettempdir()) / f"landbridge-{_user_number()}"
    for parent in (_parent(), fallback):
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="landbridge-"))


def _parent() -> Path:
    named = os.environ.get("LANDBRIDGE_CACHE", "")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "landbridge"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "landbridge"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "landbridge"


def _user_number() -> int:
    return os.getuid() if sys.platform != "win32" else 0


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees it whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
