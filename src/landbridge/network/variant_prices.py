"""Prices of one shipment under any set of levers, each priced once for every set of those that it rests on.

Which levers a price rests on is not guessed from its terms: the rows that levers change note who reads which cell. A
price reads the same cells, with the same values, under any two sets that agree on the levers of the cells it has read;
so it is priced under every set of those, and the levers of cells that only then are read are added until none is new.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Generic, TypeVar

from landbridge.network.pricing import PriceBook
from landbridge.network.router import Pricing
from landbridge.network.shipments import Shipment
from landbridge.network.variant_tables import Cells, VariantTables
from landbridge.network.weights import Pricer
from landbridge.schema.rows import Row

Value = TypeVar("Value")
MOST_PRICERS = 64


@dataclass(slots=True)
class Reads:
    """The levers of the cells that were read since `bits` was last set to 0."""

    bits: int = 0


class WatchedRow(Mapping[str, Any]):
    """A row that notes in `reads` the levers of each cell that is read.

    >>> reads = Reads()
    >>> row = WatchedRow({"id": "a", "cost": 2.0}, {"cost": 0b10}, reads)
    >>> row["id"], reads.bits, row.get("cost"), reads.bits
    ('a', 0, 2.0, 2)
    """

    __slots__ = ("_cells", "_reads", "_row")

    def __init__(self, row: Row, cells: Cells, reads: Reads) -> None:
        self._row, self._cells, self._reads = row, cells, reads

    def __getitem__(self, name: str) -> Any:
        self._reads.bits |= self._cells.get(name, 0)
        return self._row[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Value]):
    """What a price is under each set of the levers `bits` that it rests on."""

    bits: int
    found: Mapping[int, Value]

    def at(self, mask: int) -> Value:
        """The price under a mask."""
        return self.found[mask & self.bits]


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What prices a shipment under any levers; `ground` are those that the network was made with."""

    pricing: Pricing
    tables: VariantTables
    ground: int
    shipment: Shipment
    reads: Reads = field(default_factory=Reads)
    watched: dict[int, Pricer] = field(default_factory=dict)
    plain: dict[int, Pricer] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def pricer(self, mask: int) -> Pricer:
        """What prices the shipment under a mask."""
        found = self.plain.get(mask)
        if found is None:
            found = self._make(mask, lambda row, cells: row)
            while len(self.plain) >= MOST_PRICERS:
                self.plain.pop(next(iter(self.plain)), None)
            self.plain[mask] = found
        return found

    def explore(self, price: Callable[[Pricer], Value]) -> Choice[Value]:
        """What `price` gives under every set of the levers that it turns out to rest on."""
        bits, found = 0, dict[int, Value]()
        missing = [0]
        with self.lock:
            while missing:
                for mask in missing:
                    found[mask], reads = self._note(mask, price)
                    bits |= reads
                missing = [mask for mask in list_subsets(bits) if mask not in found]
        return Choice(bits, found)

    def _note(self, mask: int, price: Callable[[Pricer], Value]) -> tuple[Value, int]:
        """A price and the levers of what it reads. What the pricer keeps of it is dropped, for the next to read too."""
        if mask not in self.watched:
            self.watched[mask] = self._make(mask, lambda row, cells: WatchedRow(row, cells, self.reads))
        pricer = self.watched[mask]
        rows, started, self.reads.bits = len(pricer.by_row), len(pricer.started), 0
        value = price(pricer)
        while self.reads.bits and len(pricer.by_row) > rows:
            pricer.by_row.popitem()
        while self.reads.bits and len(pricer.started) > started:
            pricer.started.popitem()
        return value, self.reads.bits

    def _make(self, mask: int, watch: Callable[[Row, Cells], Row]) -> Pricer:
        def lay(table: str, before: Mapping[str, Row]) -> Mapping[str, Row]:
            return {**before, **self._change(table, mask, watch)} if self.tables.priced.get(table) else before

        book, rows = self.pricing.book, self.pricing.rows
        services = rows["services"]
        changed = {
            key: watch({**row, **{name: services[key][name] for name in ("water", "distance")}}, cells)
            for key, row, cells in self._list_changed("services", mask)
        }
        return Pricer(
            self._change_book(book, mask, watch),
            self.shipment,
            {**services, **changed},
            lay("passages", rows["passages"]),
            lay("countries", rows["countries"]),
            self.pricing.around,
        )

    def _change_book(self, book: PriceBook, mask: int, watch: Callable[[Row, Cells], Row]) -> PriceBook:
        changed = {name: self._change(name, mask, watch) for name in self.tables.priced}
        records = {
            name: [changed[name].get(str(row["id"]), row) for row in rows] if changed.get(name) else rows
            for name, rows in book.records.items()
        }
        areas = {name: {**rows, **changed.get(name, {})} for name, rows in book.by_area.items()}
        parameters = {**book.parameters, **changed.get("parameters", {})}
        return replace(book, records=records, parameters=parameters, by_area=areas)

    def _change(self, table: str, mask: int, watch: Callable[[Row, Cells], Row]) -> dict[str, Row]:
        return {key: watch(row, cells) for key, row, cells in self._list_changed(table, mask)}

    def _list_changed(self, table: str, mask: int) -> Iterator[tuple[str, Row, Cells]]:
        """Rows of a table that levers change, as they are under a mask, with the levers of each of their fields."""
        cells = self.tables.priced.get(table, {})
        for key, row in self.tables.rows(table, self.ground | mask).items() if cells else ():
            yield key, row, cells[key]


def list_subsets(bits: int) -> Iterator[int]:
    """Every mask within `bits`, from 0 on.

    >>> list(list_subsets(0b101))
    [0, 1, 4, 5]
    """
    mask = 0
    while True:
        yield mask
        if mask == bits:
            return
        mask = (mask - bits) & bits
