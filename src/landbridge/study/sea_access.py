"""The access of countries to the sea for other goods than those of the run, and how its rows are shown."""

from collections.abc import Iterable, Mapping

import pandas as pd

from landbridge.network.steps import Options
from landbridge.schema import load_catalogue
from landbridge.schema.rows import Row, read_rows
from landbridge.schema.tables import empty_table
from landbridge.study.criticality import KIND_WORDS
from landbridge.study.engine import Ground, compute

TABLES = ("sea_access", "sea_ways", "sea_losses")
# Tables of a scenario that tell what is carried, and are not asked here.
CARRIED = ("flows", "consignments")
LOSS_WORDS = {"country": "country", "post": KIND_WORDS["post"], "port": "port"}


def measure_access(ground: Ground, parties: Iterable[str], product: str = "") -> Mapping[str, pd.DataFrame]:
    """The tables sea_access, sea_ways and sea_losses of those of `parties` that are landlocked, for goods of an HS code
    or a container of general goods. Raises InputError for a product that no shipment is known for.
    """
    nothing = {name: empty_table(load_catalogue().tables[name]) for name in CARRIED}
    asked = Ground({**ground.tables, **nothing}, ground.setting)
    options = Options(to_sea=tuple(parties), sea_product=product)
    workspace = compute(asked, options=options)[0]
    return {name: workspace[name] for name in TABLES}


def list_open(ways: pd.DataFrame, kind: str) -> list[Row]:
    """Open rows of sea_ways of a kind (port or neighbour), the cheapest first."""
    rows = ways[(ways["kind"] == kind) & (ways["status"] == "open")]
    return [*read_rows(rows.sort_values(["cost", "id"]))]


def list_losses(losses: pd.DataFrame) -> list[Row]:
    """Rows of sea_losses, what cuts off first, then by cost."""
    return [*read_rows(losses.sort_values(["cut", "cost_loss"], ascending=[False, False], kind="stable"))]
