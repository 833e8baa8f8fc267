"""What a preference saves on each way, and what of that the way and the proof of origin eat.

Method. On one way the margin is the cost at the door without preference less that with it, the proof of origin left
out. From it go the cost of that proof, and what the way costs, without preference, above the cheapest way: where direct
consignment bars the cheapest way from the preference, that is the price of the rule. What is left is what the
preference saves against the cheapest release without one: margin - proof - way = net, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from landbridge.landed_cost.door import Door, price_door
from landbridge.landed_cost.goods import KG_A_TONNE
from landbridge.landed_cost.regimes import RELEASE
from landbridge.landed_cost.sensitivity import find_basis
from landbridge.landed_cost.treatments import MFN
from landbridge.landed_cost.waterfall import CENT


@dataclass(frozen=True, slots=True)
class PreferenceMargin:
    """The margin of the preference of `door` on its way, means in the currency of the goods.

    `margin` is what it saves on that way before its proof, `proof` what that costs (NaN where it is not known; then it
    is left out), `way` what the way costs above the cheapest one, `net` what is left; `barred` that the cheapest way
    has no preference for want of direct consignment.
    """

    door: Door
    margin: float
    proof: float
    way: float
    net: float
    barred: bool
    words: str


def measure_margins(doors: Sequence[Door]) -> Iterator[PreferenceMargin]:
    """The margin of each preference among the doors of one consignment on one day, in the order of the doors.

    Doors without one released without preference by the same way are left out: there is nothing to compare with.
    """
    plain = {door.way.route: door for door in doors if door.regime.id == MFN}
    preferred = [door for door in doors if door.regime.kind == RELEASE and door.regime.treatment.agreement]
    if not plain:
        return
    cheapest = min(plain.values(), key=lambda door: door.mean_total)
    for door in preferred:
        beside = plain.get(door.way.route)
        if beside is None:
            continue
        barred = not any(
            one.way.route == cheapest.way.route and one.regime.id == door.regime.id for one in preferred
        )
        yield _measure(door, beside, cheapest, barred=barred)


def _measure(door: Door, plain: Door, cheapest: Door, *, barred: bool) -> PreferenceMargin:
    free = _leave_out_proof(door)
    proof = np.nan if free is None else door.mean_total - free.mean_total
    margin, way = plain.mean_total - (free or door).mean_total, plain.mean_total - cheapest.mean_total
    net = cheapest.mean_total - door.mean_total
    currency = door.goods.currency
    words = f"{door.regime.name} saves {margin:,.2f} {currency} on this way"
    if np.isnan(proof):
        words += ", what its proof of origin costs left out"
    elif proof > CENT:
        words += f"; its proof of origin takes {proof:,.2f}"
    if way > CENT:
        why = ", which direct consignment bars from it" if barred else ""
        words += f"; the way takes {way:,.2f} more than {cheapest.way.label}{why}"
    if proof > CENT or way > CENT:
        words += f"; {net:,.2f} are left" if net > CENT else f"; nothing is left: {-net:,.2f} are lost"
    return PreferenceMargin(door, margin, proof, way, net, barred, words)


def _leave_out_proof(door: Door) -> Door | None:
    """The same door as if proof of origin cost nothing, None where what it costs is not known: then it is left out of
    the door as it is. Priced again, for under some terms it is in the price.
    """
    if np.isnan(door.regime.treatment.proof_cost):
        return None
    treatment = replace(door.regime.treatment, proof_cost=np.nan)
    regime = replace(door.regime, treatment=treatment)
    return price_door(door.goods, door.way, regime, basis=find_basis(door), assumptions=door.assumptions)


def margin_rows(doors: Sequence[Door], *, dollars: float) -> Iterator[dict[str, object]]:
    """Rows of preference_margins, without consignment, flow and date; `dollars` are for one of the goods' currency."""
    for one in measure_margins(doors):
        goods, way = one.door.goods, one.door.way
        yield {
            "route": way.route,
            "corridor": way.corridor,
            "label": way.label,
            "product": goods.product,
            "regime": one.door.regime.id,
            "margin": one.margin,
            "proof": one.proof,
            "way": one.way,
            "net": one.net,
            "currency": goods.currency,
            "net_tonne": one.net * dollars / (float(goods.weight.mean()) / KG_A_TONNE),
            "barred": one.barred,
            "words": one.words,
        }
