"""The shipped network and its parameters against published figures."""

from collections.abc import Callable
from pathlib import Path

from landbridge.report.validation import write_validation
from landbridge.sources import open_world, read_shipped_tables
from landbridge.sources.cache_folder import write_whole
from landbridge.study.validation import Validation, validate


def validate_network(*, progress: Callable[[str], None] = lambda line: None) -> Validation:
    """Compares lengths, times, costs, border crossings and structure with what is published; takes some minutes."""
    return validate(open_world(progress), read_shipped_tables(), progress=progress)


def write_validation_page(found: Validation, path: Path) -> Path:
    """Writes the page of Markdown that says how far the network and the published figures are apart."""
    write_whole(path, write_validation(found).encode())
    return path
