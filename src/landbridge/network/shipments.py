"""The shipment: what is moved, and how a tonne of it fills a TEU, a wagon, a truck."""

from dataclasses import dataclass
from math import nan

import pandas as pd

from landbridge.schema import Finding, InputError

MEANS = {
    "road": {"out_of_gauge": "low_loader", "": "truck"},
    "rail": {
        "container": "block_train",
        "reefer": "block_train",
        "out_of_gauge": "platform_wagon",
        "": "wagon",
    },
    "sea": {
        "container": "deep_sea_container",
        "reefer": "deep_sea_container",
        "dry_bulk": "deep_sea_bulk",
        "liquid_bulk": "deep_sea_bulk",
        "roro": "ro_ro",
        "": "deep_sea_general",
    },
    "inland_water": {"": "barge"},
    "air": {"": "freighter"},
}


@dataclass(frozen=True, slots=True)
class Shipment:
    """One row of the table shipments, with the product that it was asked for.

    Masses in t, sizes in m, value in USD/t, due in h; NaN where unknown.
    """

    id: str
    name: str
    cargo_class: str
    product: str
    tonnes: float
    units: float
    payload_teu: float
    payload_wagon: float
    payload_truck: float
    smallest_lot: float
    length: float
    width: float
    height: float
    unit_mass: float
    value: float
    due: float
    source: str
    quality: str
    yearly_tonnes: float = float("nan")

    @property
    def has_teu(self) -> bool:
        """Whether it travels in containers, so that a cost per TEU has a meaning."""
        return self.cargo_class in ("container", "reefer") and self.payload_teu > 0

    def means(self, mode: str) -> str:
        """Vehicle or vessel of this cargo class on `mode`."""
        by_class = MEANS[mode]
        return by_class.get(self.cargo_class, by_class[""])

    def tonnes_per(self, unit: str) -> float:
        """Tonnes that one `unit` of a rate stands for: "t", "TEU", "truck", "wagon" or "shipment".

        NaN where the goods do not travel in such units, so that what is charged by them is not for these goods.
        """
        loads = {
            "t": 1.0,
            "TEU": self.payload_teu,
            "truck": self.payload_truck,
            "wagon": self.payload_wagon,
            "shipment": self.tonnes,
        }
        return loads[unit] if loads[unit] > 0 else nan


NUMBERS = (
    "tonnes",
    "units",
    "payload_teu",
    "payload_wagon",
    "payload_truck",
    "smallest_lot",
    "length",
    "width",
    "height",
    "unit_mass",
    "value",
    "due",
)


def choose_shipment(
    shipments: pd.DataFrame, *, row: str = "", product: str = "", cargo_class: str = ""
) -> Shipment:
    """The row of `shipments` asked for by id, else by the longest HS prefix of `product`, else by cargo class.

    Without any of the three it is the default, one container of general goods. Raises InputError for an unknown
    id, product or cargo class.
    """
    position = _find_row(shipments, row, product, cargo_class)
    values = shipments.iloc[position]
    chosen = cargo_class or str(values["cargo_class"])
    return Shipment(
        id=str(values["id"]),
        name=str(values["name"]),
        cargo_class=chosen,
        product=product,
        source=str(values["source"]),
        quality=str(values["quality"]),
        **{name: float(values[name]) for name in NUMBERS},
    )


def _find_row(shipments: pd.DataFrame, row: str, product: str, cargo_class: str) -> int:
    if row:
        return _only(_where(shipments["id"] == row), "shipment", row, tuple(shipments["id"]))
    if product:
        lengths = [
            max((len(prefix) for prefix in prefixes if product.startswith(prefix)), default=0)
            - (0.5 if cargo_class and cargo_class != kind else 0.0)
            for prefixes, kind in zip(shipments["products"], shipments["cargo_class"], strict=True)
        ]
        best = max(lengths, default=0)
        if best >= 1:
            return lengths.index(best)
        return _only([], "product", product)
    if cargo_class:
        matches = _where(shipments["cargo_class"] == cargo_class)
        return _only(matches, "cargo class", cargo_class, tuple(dict.fromkeys(shipments["cargo_class"])))
    return _only(_where(shipments["id"] == "container_general"), "shipment", "container_general")


def _where(mask: "pd.Series[bool]") -> list[int]:
    return [position for position, found in enumerate(mask) if found]


def _only(matches: list[int], kind: str, wanted: str, known: tuple[str, ...] = ()) -> int:
    if matches:
        return matches[0]
    raise InputError(
        [
            Finding(
                code=f"unknown_{kind.replace(' ', '_')}",
                severity="error",
                what=f"no {kind} {wanted!r} is known",
                remedy="use one of the names that exist, or add a row to shipments.csv",
                nearest=known[:12],
            )
        ]
    )
