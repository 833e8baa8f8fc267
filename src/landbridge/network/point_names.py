"""Says where a point is: its coordinates, the nearest city of the world network, the country of the nearest road."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from landbridge.network.sphere import EARTH_KM, unit_vectors
from landbridge.sources.world import World

LAYER_OF = {"road": 0, "rail": 1, "sea": 2, "inland_water": 3}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PointNamer:
    """The cities and the nodes of a world, ready to be asked for the nearest ones."""

    world: World
    cities: NDArray[np.intp]
    city_tree: cKDTree
    land: NDArray[np.intp]
    land_tree: cKDTree

    @classmethod
    def over(cls, world: World) -> "PointNamer":
        """Search trees over the cities and over the nodes on land."""
        cities = np.flatnonzero((world.places["kind"] == "city").to_numpy())
        land = np.flatnonzero(world.node_country >= 0)
        lat, lon = world.places["lat"].to_numpy()[cities], world.places["lon"].to_numpy()[cities]
        points = unit_vectors(world.node_lat[land], world.node_lon[land])
        return cls(world, cities, cKDTree(unit_vectors(lat, lon)), land, cKDTree(points))

    def describe(self, lat: float, lon: float) -> str:
        """Coordinates and the nearest city, as "53.9000,27.5600, 3 km from Minsk, BY"."""
        point = f"{lat:.4f},{lon:.4f}"
        if (
            not (np.isfinite(lat) and np.isfinite(lon))
            or abs(lat) > 90
            or abs(lon) > 180
            or not len(self.cities)
        ):
            return point
        distance, row = self.city_tree.query(unit_vectors(np.array([lat]), np.array([lon]))[0])
        city = self.world.places.iloc[int(self.cities[row])]
        return f"{point}, {distance * EARTH_KM:.0f} km from {city['name']}, {city['country']}"

    def find_countries(self, lat: Floats, lon: Floats) -> list[str]:
        """The country of the nearest node on land of each point, as alpha-2 codes."""
        _, row = self.land_tree.query(unit_vectors(lat, lon))
        return [self.world.countries[int(code)] for code in self.world.node_country[self.land[row]]]

    def measure_land(self, lat: Floats, lon: Floats) -> Floats:
        """Kilometres from each point to the nearest node on land."""
        distance, _ = self.land_tree.query(unit_vectors(lat, lon))
        return np.asarray(distance * EARTH_KM, np.float64)

    def measure_layer(self, mode: str, lat: Floats, lon: Floats) -> Floats:
        """Kilometres from each point to the nearest node of a mode; infinite where the world has none."""
        nodes = np.flatnonzero(self.world.node_layer == LAYER_OF[mode])
        if not len(nodes):
            return np.full(len(lat), np.inf)
        tree = cKDTree(unit_vectors(self.world.node_lat[nodes], self.world.node_lon[nodes]))
        distance, _ = tree.query(unit_vectors(lat, lon))
        return np.asarray(distance * EARTH_KM, np.float64)
