"""Makes a network small without changing its distances: parallel links to the shortest, chains to one link.

Kept are the nodes where something can happen: ends, junctions, named nodes, posts, changes of gauge, and both sides of
a border. Dropped are links to the same node, links longer than another between the same two nodes, and closed rings
that touch nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch between two nodes (rows of the network's nodes): km, gauge in mm (0: not told), name."""

    ends: Pair
    km: float
    gauge: float
    name: str


@dataclass(frozen=True, slots=True)
class Contracted:
    """Stretches between the nodes that are kept, and how many links ran one way only with no link back."""

    pieces: tuple[Piece, ...]
    one_way: int


def contract_links(links: pd.DataFrame, keep: Sequence[bool], countries: Sequence[str]) -> Contracted:
    """Contract links of one mode (columns tail, head, length, gauge, name, directed).

    `keep` and `countries` say of each node whether it must stay, and where it lies.

    >>> links = pd.DataFrame({"tail": [0, 1], "head": [1, 2], "length": [3.0, 4.0], "gauge": float("nan")})
    >>> found = contract_links(links.assign(name="", directed=False), [False] * 3, ["BY"] * 3)
    >>> [(piece.ends, piece.km) for piece in found.pieces]
    [((0, 2), 7.0)]
    """
    pieces = _shortest(_read_pieces(links))
    met: dict[int, list[Piece]] = {}
    for piece in pieces:
        for end in piece.ends:
            met.setdefault(end, []).append(piece)
    stops = {node for node, here in met.items() if keep[node] or _is_stop(node, here, countries)}
    used: set[Piece] = set()
    chains = [
        _follow(node, piece, met, stops, used)
        for node in sorted(stops)
        for piece in met[node]
        if piece not in used
    ]
    return Contracted(tuple(_shortest(chains)), _count_one_way(links))


def _read_pieces(links: pd.DataFrame) -> list[Piece]:
    columns = zip(
        links["tail"], links["head"], links["length"], links["gauge"].fillna(0.0), links["name"], strict=True
    )
    return [
        Piece((min(tail, head), max(tail, head)), float(km), float(gauge), name)
        for tail, head, km, gauge, name in columns
    ]


def _shortest(pieces: Iterable[Piece]) -> list[Piece]:
    """Of stretches between the same two nodes on one gauge the shortest; none from a node to itself."""
    best: dict[tuple[Pair, float], Piece] = {}
    for piece in pieces:
        key = (piece.ends, piece.gauge)
        if piece.ends[0] != piece.ends[1] and (key not in best or piece.km < best[key].km):
            best[key] = piece
    return sorted(best.values(), key=lambda piece: (piece.ends, piece.gauge))


def _is_stop(node: int, here: list[Piece], countries: Sequence[str]) -> bool:
    """Whether a node is an end, a junction, a change of gauge, or has a neighbour in another country."""
    if len(here) != 2 or here[0].gauge != here[1].gauge:
        return True
    return any(countries[end] != countries[node] for piece in here for end in piece.ends)


def _follow(
    start: int, piece: Piece, met: dict[int, list[Piece]], stops: set[int], used: set[Piece]
) -> Piece:
    """The stretch from a stop to the next one along `piece`; its name is the one that most of it bears."""
    used.add(piece)
    km, names, at = piece.km, {piece.name: piece.km}, _other(piece, start)
    while at not in stops:
        piece = next(other for other in met[at] if other is not piece)
        used.add(piece)
        km, at = km + piece.km, _other(piece, at)
        names[piece.name] = names.get(piece.name, 0.0) + piece.km
    name = max(sorted(names), key=lambda word: (names[word] if word else 0.0, word))
    return Piece((min(start, at), max(start, at)), km, piece.gauge, name)


def _other(piece: Piece, node: int) -> int:
    return piece.ends[1] if piece.ends[0] == node else piece.ends[0]


def _count_one_way(links: pd.DataFrame) -> int:
    """Directed links with no link that leads back between the same two nodes."""
    tail, head, directed = (links[name].tolist() for name in ("tail", "head", "directed"))
    rows = list(zip(tail, head, directed, strict=True))
    back = {(end, start) for start, end, _ in rows} | {(start, end) for start, end, one in rows if not one}
    return sum(one and (start, end) not in back for start, end, one in rows)
