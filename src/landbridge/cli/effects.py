"""`landbridge effect`: what new duty rates do to the imports of a product, for people and for scripts."""

from pathlib import Path

from landbridge.api import RateEffect, assess_rate_change
from landbridge.cli.printing import number, print_json, print_table, say

TITLES = {
    "creation": "creation",
    "diversion": "diversion",
    "price_effect": "price effect",
    "total": "imports, change",
    "revenue_change": "duty revenue, change",
    "welfare": "welfare of the importer",
}
_KINDS = {
    "import_demand": "import demand",
    "export_supply": "export supply",
    "substitution": "substitution between origins",
}


def print_effect(imports: Path, *, product: str, importer: str, currency: str, json: bool) -> None:
    """Assess the change and print it."""
    found = assess_rate_change(imports, product=product, importer=importer, currency=currency)
    if json:
        print_json(found.to_json())
        return
    say(f"{product}{', imports of ' + importer if importer else ''}{', ' + currency if currency else ''}")
    say()
    rows = [
        (TITLES[row["effect"]], *(number(row[name]) for name in ("value", "low", "high")))
        for row in found.totals.to_dict("records")
    ]
    print_table(("effect", "value", "low", "high"), rows, right=("value", "low", "high"))
    say()
    _print_partners(found)
    say()
    for one in found.elasticities.to_dict("records"):
        span = f"{one['low']:g} to {one['high']:g}" if one["low"] != one["high"] else "no range given"
        say(
            f"elasticity of {_KINDS[one['kind']]}: {one['value']:g} ({span}; {one['quality']}, {one['source']})"
        )


def _print_partners(found: RateEffect) -> None:
    columns = ("partner", "imports", "rate %", "new %", "creation", "diversion", "imports after")
    rows = [
        (
            row["partner"],
            number(row["imports"]),
            f"{row['rate']:g}",
            f"{row['new_rate']:g}",
            number(row["creation"]),
            number(row["diversion"]),
            number(row["imports_after"]),
        )
        for row in found.partners.to_dict("records")
    ]
    print_table(columns, rows, right=columns[1:])
