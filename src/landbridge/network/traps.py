"""One-way traps of a directed network: nodes that can be entered but not left, or left but not entered.

The strongly connected components (Tarjan 1972, SIAM Journal on Computing 1) are found by scipy; of each connected part
the one with the most nodes is its core, and every other node is judged by whether the core reaches it and it the core.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

CORE, ENTERED, LEFT, PASSED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Traps:
    """Parts and traps of a network of n nodes.

    `part` int64[n] the connected part of each node, directions aside; `kind` int8[n]: 0 on a way from and to the core
    of its part, 1 entered from the core but with no way back, 2 with a way to the core but none from it, 3 neither.
    """

    part: NDArray[np.int64]
    kind: NDArray[np.int8]


def find_traps(tail: NDArray[np.integer], head: NDArray[np.integer], *, nodes: int) -> Traps:
    """Traps of the arcs tail -> head (int[m]; a link both ways is two arcs).

    >>> find_traps(np.array([0, 1, 1]), np.array([1, 0, 2]), nodes=3).kind.tolist()
    [0, 0, 1]
    """
    ones = np.ones(len(tail), np.int8)
    graph = csr_array(coo_array((ones, (tail, head)), shape=(nodes, nodes)))
    _, part = connected_components(graph, directed=False)
    _, strong = connected_components(graph, directed=True, connection="strong")
    core = _choose_cores(part, strong)
    reached = _reach(tail, head, core, nodes=nodes)
    reaching = _reach(head, tail, core, nodes=nodes)
    kind = np.full(nodes, PASSED, np.int8)
    kind[reached & ~reaching], kind[reaching & ~reached], kind[reached & reaching] = ENTERED, LEFT, CORE
    return Traps(part.astype(np.int64), kind)


def _choose_cores(part: NDArray[np.integer], strong: NDArray[np.integer]) -> NDArray[np.int64]:
    """A node of the largest strong component of each part; of equal ones that of the lowest node."""
    nodes = np.arange(len(part))
    size = np.bincount(strong)[strong] if len(part) else np.zeros(0, np.int64)
    order = np.lexsort((nodes, -size, part))
    first = np.ones(len(order), bool)
    first[1:] = part[order][1:] != part[order][:-1]
    return order[first].astype(np.int64)


def _reach(
    tail: NDArray[np.integer], head: NDArray[np.integer], core: NDArray[np.int64], *, nodes: int
) -> NDArray[np.bool_]:
    """Nodes that one of the cores reaches, bool[nodes], by a search from a node that leads to them all."""
    rows = np.concatenate((tail, np.full(len(core), nodes)))
    columns = np.concatenate((head, core))
    size = nodes + 1
    graph = csr_array(coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(size, size)))
    found = breadth_first_order(graph, nodes, directed=True, return_predecessors=False)
    reached = np.zeros(size, bool)
    reached[found] = True
    return reached[:nodes]
