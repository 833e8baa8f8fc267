"""The network room: from two places to itemised routes over the world's roads, railways, waters and services.

It computes the typed virtual network of a date (states are place, mode, gauge or service; arcs are moves and
operations), prices it for a shipment, and finds the best routes by cost, time or emissions, Pareto fronts, named
corridors and alternatives. One shortest path decides mode, means, transfer and way together, as in the virtual
networks of Harker (1987) and Jourquin and Beuthe (1996); searches are Dijkstra's, fronts are exact up to a stated
epsilon (Hernandez Ulloa et al. 2020), times are a minimum plus a lognormal excess (Arvis, Raballand and Marteau 2010).

Limits: tariffs that fall with distance and minima of a haul do not add up over arcs, so the search works on an
additive bound and the full price is reported with its gap; a coastal voyage inside one country pays the formalities
of a foreign one; what a shipping line charges for a container kept beyond its free days over the whole trip is left
out; capacity is compared with the flows of a study, not assigned.
"""
