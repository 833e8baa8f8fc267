"""The comparison of two networks as a page of text: sorted, without times of day, equal for equal networks."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from landbridge.network.compare_networks import NetworkDiff
from landbridge.schema.rows import read_rows

MOST_ROWS = 300  # of one kind


def write_diff_text(diff: NetworkDiff, *, title: str = "What changed in the network") -> str:
    """A Markdown page: counts, parts, rows that came and went, and ways between cities that changed."""
    lines = [f"# {title}", "", f"From {diff.one} to {diff.other}.", ""]
    lines += ["## Counts", "", *_write_table(diff.counts), ""]
    lines += ["## Connected parts", "", "The nodes and km are those of the longest part.", ""]
    lines += [*_write_table(diff.components), "", "## Ways between cities", ""]
    lines += [*_write_table(diff.sample), ""]
    for (layer, verdict), frame in diff.lengths.groupby(["layer", "verdict"], sort=True):
        words = frame.assign(
            way=[
                f"{r['from']}, {r['country_from']} - {r['to']}, {r['country_to']}" for r in read_rows(frame)
            ],
            percent=[f"{100 * change:+.1f}" if pd.notna(change) else "" for change in frame["change"]],
        )
        lines += [f"### {layer}: {verdict} ({len(frame)})", ""]
        lines += [*_write_table(words[["way", "great_circle", "one", "other", "percent"]]), ""]
    lines += ["## Rows", ""]
    if diff.rows.empty:
        lines += ["None was added or lost.", ""]
    for (table, change), frame in diff.rows.groupby(["table", "change"], sort=True):
        lines += [
            f"### {table}: {change} ({len(frame)})",
            "",
            *_write_table(frame[["id", "name", "country"]]),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _write_table(frame: pd.DataFrame) -> list[str]:
    """A Markdown table of the first rows, and how many more there are."""
    columns = [str(name) for name in frame.columns]
    body = [_write_row(row) for row in frame.head(MOST_ROWS).itertuples(index=False)]
    more = [f"| and {len(frame) - MOST_ROWS} more |"] if len(frame) > MOST_ROWS else []
    return [_write_row(columns), _write_row(["---"] * len(columns)), *body, *more]


def _write_row(cells: Sequence[Any] | Iterable[Any]) -> str:
    return "| " + " | ".join(_write_cell(cell) for cell in cells) + " |"


def _write_cell(cell: Any) -> str:
    """A cell; an infinite length is no way.

    >>> _write_cell(1234.5), _write_cell(float("inf")), _write_cell("a|b")
    ('1,234.5', 'no way', 'a/b')
    """
    if isinstance(cell, float):
        return "no way" if cell == float("inf") else f"{cell:,.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "/")
