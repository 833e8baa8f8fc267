"""The access of landlocked parties to the sea, as users hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landbridge.api.quantities import make_quantity
from landbridge.schema.rows import Row, read_rows
from landbridge.study.criticality import name_act
from landbridge.study.sea_access import TABLES, list_losses, list_open

UNITS = {"cost": "USD/t", "time": "h", "co2e": "kg/t", "distance": "km"}
# Where a row tells the neighbour and the port of what is left.
LEFT = {
    "other_neighbour": ("other_neighbour", "other_neighbour_port"),
    "other_port": ("other_port_neighbour", "other_port"),
}


@dataclass(frozen=True, slots=True, eq=False)
class SeaAccess:
    """The rows of the tables sea_access, sea_ways and sea_losses.

    `acts` are act and article of each listing that has closed a way or forbids the goods, `names` those of countries by
    code, `money` is currency and price year of costs.
    """

    frame: pd.DataFrame
    ways: pd.DataFrame
    losses: pd.DataFrame
    acts: Mapping[str, str]
    names: Mapping[str, str]
    money: Mapping[str, Any]

    def to_json(self) -> list[dict[str, Any]]:
        """One entry a party, as plain values, in the shape that scripts rely on."""
        return [self._party(row) for row in read_rows(self.frame)]

    def of(self, party: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The ways and the losses of one party."""
        return self.ways[self.ways["party"] == party], self.losses[self.losses["party"] == party]

    def _party(self, row: Row) -> dict[str, Any]:
        ways, losses = self.of(str(row["party"]))
        about = {name: row[name] for name in ("party", "capital", "shipment", "status")}
        counts = {
            name: row[name] for name in ("ways_by_posts", "ways_by_countries", "way_factor", "herfindahl")
        }
        closed = read_rows(ways[ways["status"] == "closed"])
        return {
            **about,
            "forbidden_by": [self.acts[key] for key in row["forbidden_by"]],
            "best": {**self._amounts(row), **_name_way(row)} if row["status"] == "open" else None,
            "without_first_neighbour": self._left(row, "other_neighbour"),
            "without_first_port": self._left(row, "other_port"),
            **counts,
            "worst": row["worst_id"] if row["worst_kind"] else None,
            "ports": [self._way(way) for way in list_open(ways, "port")],
            "neighbours": [{**self._way(way), "share": way["share"]} for way in list_open(ways, "neighbour")],
            "losses": [self._loss(loss) for loss in list_losses(losses)],
            "closed": [
                {name: way[name] for name in ("kind", "id", "name", "country", "closed_by")}
                | {"act": self.acts[way["closed_by"]]}
                for way in closed
            ],
        }

    def _quantity(self, name: str, value: float) -> dict[str, Any]:
        return make_quantity(value, UNITS[name], **(self.money if name == "cost" else {}))

    def _amounts(self, row: Row) -> dict[str, Any]:
        return {name: self._quantity(name, row[name]) for name in UNITS}

    def _left(self, row: Row, name: str) -> dict[str, Any] | None:
        """What is left without the first neighbour or port."""
        by, port = LEFT[name]
        if not row[port]:
            return None
        amounts = {part: self._quantity(part, row[f"{part}_{name}"]) for part in ("cost", "time")}
        return {**amounts, "neighbour": row[by], "port": row[port]}

    def _way(self, row: Row) -> dict[str, Any]:
        place = {name: row[name] for name in ("id", "name", "country")}
        return {**place, **self._amounts(row), **_name_way(row), "posts": list(row["posts"])}

    def _loss(self, row: Row) -> dict[str, Any]:
        place = {name: row[name] for name in ("kind", "id", "name", "country", "cut")}
        more = {name: self._quantity(name, row[f"{name}_loss"]) for name in ("cost", "time")}
        return {**place, **more, **{name: row[name] for name in ("way", "port", "neighbour")}}

    def _repr_html_(self) -> str:
        columns = ["party", "cost", "time", "port", "neighbour", "cost_other_neighbour", "ways_by_countries"]
        return self.frame[columns].to_html(index=False, float_format=lambda value: f"{value:,.1f}", border=0)


def _name_way(row: Row) -> dict[str, Any]:
    names = {name: row[name] for name in ("way", "port", "port_country", "neighbour")}
    return {**names, "countries": list(row["countries"])}


def read_sea_access(
    results: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], *, party: str = ""
) -> SeaAccess:
    """The access from result tables, of one party or of all; `tables` are those of the scenario."""
    frames = [results[name] for name in TABLES]
    if party:
        frames = [frame[frame["party"] == party].reset_index(drop=True) for frame in frames]
    listings = {str(row["id"]): row for row in read_rows(tables["listings"])}
    named = [*frames[1]["closed_by"], *(key for keys in frames[0]["forbidden_by"] for key in keys)]
    acts = {key: name_act(key, listings) for key in named if key}
    countries, parameters = tables["countries"], tables["parameters"].set_index("id")["value"]
    names = dict(zip(countries["id"], countries["name"], strict=True))
    money = {"currency": "USD", "price_year": int(parameters["price_year"])}
    return SeaAccess(frames[0], frames[1], frames[2], acts, names, money)
