"""Partial equilibrium of one market after a change of tariffs: the model SMART.

Laird and Yeats 1986, The UNCTAD Trade Policy Simulation Model (UNCTAD Discussion Paper 19, annex I); Jammes and
Olarreaga 2005, Explaining SMART and GSIM (World Bank). Goods of the partners are imperfect substitutes (Armington
1969); there are no income effects. Letters: M imports, t tariff, Em elasticity of import demand (negative), Ex of
export supply (positive, inf where world prices are given), Es of substitution between partners (positive).

With d = (t1 - t0) / (1 + t0) and R = 1 + d the ratio of the new price to the old, of each partner:

- world price: p = Em d / (Ex - Em), 0 where Ex is infinite;
- creation: TC = M Em d / (1 - Em / Ex), which is M Em d where Ex is infinite;
- diversion: total imports stay, and partner k takes the share w_k M_k / sum(w M) of them, w = max(0, 1 - Es (R - 1)).
  With one group of partners that changes and one that does not this is Laird and Yeats' formula
  A B Es x / (A + B + A Es x), x = 1 - R; it sums to zero, and nobody loses more than its trade;
- price effect: M p, what the same quantity costs more or less at the new world price;
- total: TC + TD + M p;
- revenue: t0 M before, t1 (M + total) after;
- welfare of the importer: (t0 + t1) / 2 times the change of quantity TC + TD (the triangles and rectangles between
  the old and the new tariff, Harberger 1971), less the rise of the world price over the mean quantity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TradeEffect:
    """Effects of a change of tariffs, each of the shape (..., partners), in the money of the imports.

    `imports` are those before; `world_price` is the relative change of the price that the exporter gets.
    """

    imports: Floats
    creation: Floats
    diversion: Floats
    price_effect: Floats
    world_price: Floats
    revenue_before: Floats
    revenue_after: Floats
    welfare: Floats

    @property
    def total(self) -> Floats:
        """Change of the value of imports: creation, diversion and price effect, (..., partners)."""
        return self.creation + self.diversion + self.price_effect


def simulate_tariff_change(
    *,
    imports: ArrayLike,
    t0: ArrayLike,
    t1: ArrayLike,
    Em: ArrayLike,
    Ex: ArrayLike,
    Es: ArrayLike,
) -> TradeEffect:
    """The effect of tariffs t1 in place of t0 on the imports of one product from each partner.

    `imports` (money) and the tariffs (shares, 0.15 for 15 %) have the partners on their last axis; the
    elasticities broadcast against the axes before it, so that many draws are computed at once. Raises
    ValueError for imports below 0, tariffs at or below -1, Em above 0, and Ex or Es that are not above or at 0.

    >>> found = simulate_tariff_change(imports=[100.0, 300.0], t0=0.1, t1=[0.0, 0.1], Em=-1.0, Ex=np.inf, Es=1.5)
    >>> found.creation.round(3), found.diversion.round(3)
    (array([ 9.091, -0.   ]), array([ 9.89, -9.89]))
    """
    M, before, after = (np.asarray(x, dtype=np.float64) for x in (imports, t0, t1))
    demand, supply, substitution = (np.asarray(x, dtype=np.float64)[..., np.newaxis] for x in (Em, Ex, Es))
    _check(M, before, after, demand=demand, supply=supply, substitution=substitution)
    d = (after - before) / (1.0 + before)
    # Em / Ex is 0 where world prices are given; Ex itself never enters alone, so that it may be infinite.
    ratio = demand / supply
    world_price = d * ratio / (1.0 - ratio)
    creation = M * demand * d / (1.0 - ratio)
    w = np.maximum(0.0, 1.0 - substitution * d)
    weighted, whole = np.broadcast_arrays(w * M, M)
    sums = weighted.sum(axis=-1, keepdims=True)
    share = np.divide(weighted, sums, out=np.zeros_like(weighted), where=sums > 0.0)
    diversion = np.where(sums > 0.0, share * whole.sum(axis=-1, keepdims=True) - whole, 0.0)
    creation, diversion, world_price = np.broadcast_arrays(creation, diversion, world_price)
    price_effect = M * world_price
    quantity = creation + diversion
    total = quantity + price_effect
    welfare = (before + after) / 2.0 * quantity - world_price * (M + quantity / 2.0)
    shape = total.shape
    return TradeEffect(
        imports=np.broadcast_to(M, shape),
        creation=creation,
        diversion=diversion,
        price_effect=price_effect,
        world_price=world_price,
        revenue_before=np.broadcast_to(before * M, shape),
        revenue_after=after * (M + total),
        welfare=welfare,
    )


def _check(
    M: Floats, before: Floats, after: Floats, *, demand: Floats, supply: Floats, substitution: Floats
) -> None:
    if not np.all(np.isfinite(M) & (M >= 0.0)):
        raise ValueError("imports must be finite and not below 0")
    if not (np.all(before > -1.0) and np.all(after > -1.0)):
        raise ValueError("tariffs must be above -1")
    if not (np.all(demand <= 0.0) and np.all(supply > 0.0) and np.all(substitution >= 0.0)):
        raise ValueError("Em must not be above 0, Ex must be above 0, Es must not be below 0")
