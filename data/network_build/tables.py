"""Reads the authored rows of the package (shipped/*.csv) as plain text, for the build."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src" / "landbridge" / "sources" / "shipped"
FIELDS = ROOT / "src" / "landbridge" / "catalogue" / "fields.csv"


def read_rows(table: str) -> pd.DataFrame:
    """All rows of `<table>.csv` and `<table>/*.csv` with the declared columns; missing cells are ""."""
    declared = pd.read_csv(FIELDS, dtype=str, keep_default_na=False)
    columns = declared.loc[declared["table"] == table, "field"].tolist()
    paths = sorted((SHIPPED / table).glob("*.csv"))
    single = SHIPPED / f"{table}.csv"
    frames = [_read_text(path) for path in ([single] if single.exists() else []) + paths]
    if not frames:
        return pd.DataFrame(columns=columns, dtype=str)
    rows = pd.concat(frames, ignore_index=True).reindex(columns=columns).fillna("")
    return rows.drop_duplicates("id", keep="last").reset_index(drop=True)


def _read_text(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def read_gauges() -> dict[str, int]:
    """Main railway gauge of each country in mm; 1524 counts as 1520, wagons run through."""
    rows = read_rows("countries")
    known = rows[rows["gauge"] != ""]
    return {code: unify_gauge(gauge) for code, gauge in zip(known["id"], known["gauge"], strict=True)}


def unify_gauge(gauge: str | float) -> int:
    """Gauge in mm, with 1524 taken as 1520 and 1668 to 1676 apart."""
    value = round(float(gauge))
    return 1520 if value in (1522, 1524) else value
