"""Writes the words of the catalogue into docs/glossary.md, below its mark; what stands above is hand-written.

Run it after a change of the catalogue: `make glossary`. A test fails where the page and the catalogue differ.
"""

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "src/landbridge/catalogue"
PAGE = ROOT / "docs/glossary.md"
MARK = "<!-- Below: written by scripts/write_glossary.py from the catalogue. -->"

# File of the catalogue, column of the word, heading, and what the words are.
LISTS = (
    ("modes", "id", "Modes", "How goods move on a leg."),
    ("means", "id", "Means", "The vehicle or vessel of a mode."),
    ("cargo_classes", "id", "Cargo classes", "What goods need of a vehicle, a port and a post."),
    ("operations", "id", "Operations", "What is done at a place."),
    ("cost_stages", "id", "Stages of cost", "What is paid between the seller's door and the buyer's."),
    ("incoterms", "id", "Rules of Incoterms 2020", "Which stages of cost are the seller's."),
    ("qualities", "id", "Qualities", "How well a value is known."),
    ("indicators", "id", "Indicators", "Quantities that are declared once and shown the same everywhere."),
    ("tables", "table", "Tables", "What a study, the shipped network and a run are made of."),
)


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a file of the catalogue."""
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def describe_words() -> str:
    """One table a list: word and meaning, as the catalogue says them."""
    parts = []
    for name, column, heading, lead in LISTS:
        lines = [f"## {heading}\n", f"{lead}\n", "| word | meaning |", "|---|---|"]
        for row in read_rows(name):
            title = row.get("title", "")
            meaning = (
                f"{title}: {row['doc']}"
                if title and title.lower() != row[column].replace("_", " ")
                else row["doc"]
            )
            lines.append(f"| `{row[column]}` | {meaning.replace('|', chr(92) + '|')} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def renew_page(page: str) -> str:
    """The page with everything below the mark written anew."""
    above, _, _ = page.partition(MARK)
    return f"{above}{MARK}\n\n{describe_words()}"


if __name__ == "__main__":
    text = renew_page(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} holds {text.count('| `')} words of the catalogue\n")
