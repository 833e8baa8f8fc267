"""Arrays in, frozen dataclasses out: the mathematics of landbridge, without names, tables or units of trade.

Every kernel takes int32 or int64 ids, arrays by keyword and float64 weights, and says shapes, units and paper
in its docstring. Arrays that a kernel returns are its own; those that it takes are never written to. Compiled
functions keep their machine code beside the package, or in the user's cache folder where the package cannot
be written.

The modules: `graph` (adjacency), `shortest_paths` (trees and paths), `via_facility` (best way through each
place), `alternatives` (different good paths), `pareto` (fronts over several criteria), `distributions` (fits
and closed forms), `draws` (random streams by key) and `monte_carlo` (ranges of a route's time and cost).
"""
