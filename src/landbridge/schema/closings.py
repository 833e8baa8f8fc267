"""What the law says of a flow, in the words that the search needs: forbidden or not, and what is closed to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """What one listing closes: places and legs, or the passage through countries (all countries if both are empty).

    Only what uses one of `modes` is closed, everything where they are empty. Its direction has been read already.
    """

    listing: str
    places: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an applying measure forbids a flow, and what measures close to it."""

    prohibited: bool = False
    closings: tuple[Closing, ...] = ()
