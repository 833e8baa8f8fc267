"""The glossary says the words of the catalogue, and each word once."""

import csv
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def writer(root: Path) -> ModuleType:
    """The script that writes the catalogue's part of the page."""
    spec = importlib.util.spec_from_file_location("write_glossary", root / "scripts/write_glossary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def glossary(root: Path) -> str:
    return (root / "docs/glossary.md").read_text(encoding="utf-8")


def read_words(root: Path, name: str, column: str) -> set[str]:
    with (root / f"src/landbridge/catalogue/{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("tables", "table"),
        ("operations", "id"),
        ("modes", "id"),
        ("means", "id"),
        ("cargo_classes", "id"),
        ("qualities", "id"),
        ("indicators", "id"),
    ],
)
def test_every_word_of_the_catalogue_is_a_term(name: str, column: str, glossary: str, root: Path) -> None:
    terms = set(re.findall(r"^\| `(\w+)` \| \S.*\|$", glossary, flags=re.MULTILINE))
    words = read_words(root, name, column)
    assert words
    assert words <= terms


def test_the_page_is_as_the_catalogue_writes_it(writer: ModuleType, glossary: str) -> None:
    assert writer.renew_page(glossary) == glossary, "run `make glossary`"


def test_a_word_of_the_vocabulary_has_one_meaning(glossary: str) -> None:
    terms = re.findall(r"^\| \*\*([^*]+)\*\* \| \S.*\|$", glossary, flags=re.MULTILINE)
    assert {"study", "party", "place", "leg", "operation", "service", "route", "shipment", "scenario"} <= set(
        terms
    )
    assert len(terms) == len(set(terms))
