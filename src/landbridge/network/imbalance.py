"""Head haul and back haul of containers at sea: what a lane costs more on the way out of the hubs, and less back.

Boxes leave East Asia full and come back part empty, and so do those of northern Europe over the Atlantic; the rates
of the two directions differ by a factor of two to four. The price of a lane follows a potential: the distance from
the first hub up to its reach, and, beyond that reach, the distance from the second hub up to its own. Along any way
the differences add up to that of its ends, so a search by arcs gives the price of the whole haul, and since the
potential rises by no more than the kilometres sailed, no arc becomes cheaper than nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.shortest_paths import grow_tree
from landbridge.network.pricing import PriceBook
from landbridge.network.virtual import DEEP, WATERS, VirtualNetwork

Floats = NDArray[np.float64]
EAST_ASIA, NORTH_EUROPE = (31.2, 122.3), (52.0, 4.0)
ARCTIC = 72.0


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Share of the rate (0 to 1) that a lane costs more outward and less homeward; reach of the two hubs, km."""

    share: float
    reach_asia: float
    reach_europe: float

    @classmethod
    def read(cls, book: PriceBook) -> "Imbalance":
        """From the table parameters; a share outside 0 to 1 is taken as its nearer end."""
        share = min(max(book.number("container_imbalance"), 0.0), 1.0)
        return cls(share, book.number("container_reach_asia"), book.number("container_reach_europe"))


def lean_arcs(network: VirtualNetwork, imbalance: Imbalance) -> Floats:
    """Kilometres by which the price of each arc exceeds its own: float64[arcs], negative on the way to the hubs.

    0 off the lanes of deep-sea ships and where no lane leads to a hub.
    """
    arcs, codes = network.arcs, network.codes
    first, last = codes.water(DEEP, np.array([0, len(WATERS) - 1]))
    km = arcs.km_a + arcs.km_b
    sea = (arcs.code_a >= first) & (arcs.code_a <= last) & (km > 0)
    lean = np.zeros(len(arcs.tail))
    if imbalance.share == 0.0 or not sea.any():
        return lean
    asia, europe = (_measure_from(network, sea, hub) for hub in (EAST_ASIA, NORTH_EUROPE))
    potential = rise_from_hubs(asia, europe, imbalance)
    rise = potential[arcs.head[sea]] - potential[arcs.tail[sea]]
    lean[sea] = imbalance.share * np.clip(np.nan_to_num(rise), -km[sea], km[sea])
    return lean


def rise_from_hubs(asia: Floats, europe: Floats, imbalance: Imbalance) -> Floats:
    """The potential, km, of points at these distances from the two hubs, km; NaN where one is infinite.

    >>> asia, europe = np.array([10_500.0, 19_500.0]), np.array([14_000.0, 6_000.0])
    >>> rise_from_hubs(asia, europe, Imbalance(0.9, 11e3, 7e3)).tolist()
    [10500.0, 17000.0]
    """
    beyond = np.minimum(np.maximum(asia - imbalance.reach_asia, 0.0), imbalance.reach_europe)
    potential = np.minimum(asia, imbalance.reach_asia) + np.minimum(europe, beyond)
    return np.where(np.isfinite(asia) & np.isfinite(europe), potential, np.nan)


def _measure_from(network: VirtualNetwork, sea: NDArray[np.bool_], hub: tuple[float, float]) -> Floats:
    """Kilometres by sea from the node nearest to a hub to every node; no liner takes the lanes of the Arctic."""
    arcs, lats = network.arcs, network.node_lat
    sea = sea & (np.maximum(lats[arcs.tail], lats[arcs.head]) < ARCTIC)
    nodes = np.unique(arcs.tail[sea])
    lat, lon = np.radians(network.node_lat[nodes]), np.radians(network.node_lon[nodes])
    here = np.radians(np.array(hub))
    closeness = np.sin(lat) * np.sin(here[0]) + np.cos(lat) * np.cos(here[0]) * np.cos(lon - here[1])
    source = nodes[[int(np.argmax(closeness))]]
    length = np.where(sea, arcs.km_a + arcs.km_b, np.inf)
    return grow_tree(network.forward, length, sources=source).distance
