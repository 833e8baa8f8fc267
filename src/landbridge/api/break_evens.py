"""At what point two offers, each by its cheapest way of release, cost the same at the door."""

from __future__ import annotations

from landbridge.api.pricing import LandedCost
from landbridge.landed_cost.break_even import BreakEven
from landbridge.landed_cost.break_even import find_break_even as find


def find_break_even(one: LandedCost, other: LandedCost, *, factor: str) -> BreakEven:
    """The factor on today's freight, value, days, duty or exchange rate at which two offers cost the same.

    Compared are the cheapest ways of release, for a piece where both count the same, else for a tonne, in the first's
    currency at the rate of each one's day. Freight and days are moved on the first offer where the ways differ, value
    and duty where the goods do; exchange rates ("exchange:USD") on both. Raises InputError for an unknown factor.

    >>> import landbridge as lb
    >>> freight = lb.GivenFreight(main=9000.0, days=25.0)
    >>> near = lb.Offer(product="843351", origin="BY", destination="IR", value=120000.0, weight=15000.0)
    >>> far = lb.Offer(product="843351", origin="DE", destination="IR", value=150000.0, weight=15000.0)
    >>> priced = [lb.price_landed_cost(offer, freight=freight) for offer in (near, far)]
    >>> found = lb.find_break_even(*priced, factor="freight")
    >>> found.kind, found.at > 1
    ('origins', True)
    """
    worth = other.cheapest.dollars / one.cheapest.dollars
    return find(one.cheapest.door, other.cheapest.door, factor=factor, exchange=worth)
