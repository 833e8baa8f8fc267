"""Routes through the Python API in a warm process."""

import landbridge as lb
from benchmarks.entries import Entry, time_call

GOODS = lb.Goods(product="843351")


def find_one() -> object:
    """One route by one criterion."""
    return lb.find_routes("Minsk", "Bandar Abbas", goods=GOODS, options=lb.Options(by=("cost",)))


def find_front() -> object:
    """The front over cost and time."""
    return lb.find_routes(
        "Minsk", "Bandar Abbas", goods=GOODS, options=lb.Options(by=("cost", "time"), front=True)
    )


def list_entries() -> list[Entry]:
    """Figures of the API."""
    return [
        Entry("api: one criterion, Minsk to Bandar Abbas", "s", 0.5, lambda: time_call(find_one)),
        Entry(
            "api: front over cost and time, Minsk to Bandar Abbas",
            "s",
            3.0,
            lambda: time_call(find_front, rounds=3),
        ),
    ]
