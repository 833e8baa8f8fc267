"""The committed script and style are what their sources give; `make test-browser` rebuilds them."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "web-src"
ASSETS = ROOT / "src/landbridge/report/assets"


def test_the_bundle_belongs_to_its_sources() -> None:
    names = [f"src/{path.name}" for path in (SOURCES / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted([*names, "build.mjs", "package.json", "package-lock.json"]):
        text = (SOURCES / name).read_text(encoding="utf-8").replace("\r\n", "\n")
        digest.update(f"{name}\n{text}\n".encode())
    assert (ASSETS / "sources.sha256").read_text().strip() == digest.hexdigest(), (
        "cd web-src && npm ci && npm run build"
    )


def test_the_bundle_is_small_and_asks_for_nothing() -> None:
    script = (ASSETS / "report.js").read_text(encoding="utf-8")
    assert len(script.encode()) < 90_000
    assert "</script" not in script.lower()
    for word in (
        "eval(",
        "new Function",
        "XMLHttpRequest",
        "fetch(",
        "import(",
        "sendBeacon",
        "WebSocket",
        "localStorage",
    ):
        assert word not in script, word


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "reso" + "lved" in package]
    missing = [name for name, package in lock["packages"].items() if name and "integrity" not in package]
    assert not missing
