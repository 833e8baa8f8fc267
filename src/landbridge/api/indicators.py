"""Indicators: one declared aggregate over result tables, by some of its keys, for one or several scenarios."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from landbridge.schema import Finding, InputError, find_nearest, load_catalogue
from landbridge.schema.catalogue import Indicator as Declared
from landbridge.store import Store, StoredRun

# What an indicator's table is joined with, so that every row knows its flow's ends, product and corridor.
_OF_ROUTE = (
    " JOIN (SELECT scenario, route, flow, corridor, label, rank FROM routes) USING (scenario, route)"
    " JOIN (SELECT scenario, flow, origin, destination, product, shipment FROM verdicts) USING (scenario, flow)"
)
_OF_FLOW = " JOIN (SELECT scenario, flow, origin, destination, product, shipment FROM verdicts) USING (scenario, flow)"
_ENDS_OF_FLOW = (
    " JOIN (SELECT scenario, flow, origin, destination, shipment FROM verdicts) USING (scenario, flow)"
)
_SOURCES = {
    "routes": f"routes{_OF_FLOW}",
    "route_items": f"route_items{_OF_ROUTE}",
    "route_inputs": f"route_inputs{_OF_ROUTE}",
    "closures": f"closures{_OF_FLOW}",
    "gateways": f"gateways{_OF_FLOW}",
    "sea_access": "sea_access",
    "landed_costs": f"landed_costs{_ENDS_OF_FLOW}",
    "preference_margins": f"preference_margins{_ENDS_OF_FLOW}",
}
_ROUTE_KEYS = ("origin", "destination", "product", "shipment", "flow", "corridor", "label", "rank")
_SHARED_KEYS = {
    "routes": ("origin", "destination", "product", "shipment", "rank"),
    "route_items": _ROUTE_KEYS,
    "route_inputs": _ROUTE_KEYS,
    "closures": ("origin", "destination", "product", "shipment"),
    "gateways": ("origin", "destination", "product", "shipment"),
    "sea_access": (),
    "landed_costs": ("origin", "destination", "shipment"),
    "preference_margins": ("origin", "destination", "shipment"),
}
_QUANTILES = ("p10", "p50", "p90")

Loader = Callable[[str], Mapping[str, StoredRun]]


@dataclass(frozen=True, eq=False)
class Indicator:
    """An indicator's values: `frame` has the columns scenario, the keys asked for, value, p10, p50, p90 and unit."""

    declared: Declared
    by: tuple[str, ...]
    frame: pd.DataFrame
    runs: Mapping[str, StoredRun]
    store: Store
    load: Loader | None = None

    def bind(self, load: Loader) -> "Indicator":
        """The same indicator, able to load the runs of other scenarios."""
        return replace(self, load=load)

    def compare(self, other: str) -> pd.DataFrame:
        """Values of this scenario beside those of `other`, with their difference, by the same keys.

        A row that only one of them has is empty on the other side.
        """
        loaded = self.load(other) if self.load is not None else {}
        theirs = read_indicator(self.store, loaded, self.declared.id, by=self.by).frame
        mine = next(iter(self.runs))
        sides = [
            frame[[*self.by, "value"]].rename(columns={"value": name})
            for frame, name in ((theirs, other), (self.frame, mine))
        ]
        if not self.by:
            joined = pd.concat([side.reset_index(drop=True) for side in sides], axis=1)
        else:
            joined = sides[0].merge(sides[1], on=list(self.by), how="outer", sort=True)
        return joined.assign(change=joined[mine] - joined[other], unit=self.declared.unit)

    def _repr_html_(self) -> str:
        caption = f"<caption>{self.declared.title}, {self.declared.unit}</caption>"
        return self.frame.to_html(index=False, border=0).replace(">", f">{caption}", 1)


def list_indicators() -> pd.DataFrame:
    """All indicators of the catalogue: id, title, unit, keys, doc."""
    rows = [
        {"id": one.id, "title": one.title, "unit": one.unit, "keys": ", ".join(_keys(one)), "doc": one.doc}
        for one in load_catalogue().indicators.values()
    ]
    return pd.DataFrame(rows)


def _keys(declared: Declared) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*declared.keys, *_SHARED_KEYS[declared.table])))


def read_indicator(
    store: Store, runs: Mapping[str, StoredRun], name: str, *, by: Sequence[str] = ()
) -> Indicator:
    """An indicator over stored runs. Raises InputError for an unknown name or key, with the nearest ones."""
    declared = _declared(name)
    allowed = _keys(declared)
    unknown = [key for key in by if key not in allowed]
    if unknown:
        raise InputError([_fault("key of " + name, key, allowed) for key in unknown])
    keys = ["scenario", *by]
    columns = [f"{declared.value} AS value"]
    columns += [f"{getattr(declared, q) or 'NULL'} AS {q}" for q in _QUANTILES]
    quoted = ", ".join(f'"{key}"' for key in keys)
    query = f"SELECT {quoted}, {', '.join(columns)} FROM {_SOURCES[declared.table]} GROUP BY {quoted} ORDER BY {quoted}"
    with store.connect(runs.values()) as connection:
        frame = connection.execute(query).df()
    return Indicator(declared, tuple(by), frame.assign(unit=declared.unit), runs, store)


def _declared(name: str) -> Declared:
    known = load_catalogue().indicators
    if name not in known:
        raise InputError([_fault("indicator", name, tuple(known))])
    return known[name]


def _fault(kind: str, given: str, known: Sequence[str]) -> Finding:
    return Finding(
        code=f"unknown_{kind.split(maxsplit=1)[0]}",
        severity="error",
        what=f"{given!r} is no {kind}",
        remedy=f"use one of {', '.join(known)}",
        nearest=find_nearest(given, known),
    )
