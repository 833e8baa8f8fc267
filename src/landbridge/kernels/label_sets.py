"""Costs that no other one beats: those of the labels expanded at each node, and those of the solutions.

Labels leave the queue in the order of the first criterion, so at a node the others alone tell whether one beats
another. The set of a node holds these in one run of memory, by rising second criterion: with two criteria that is one
number, with three a staircase, and either is asked by its one or the last step below (see `pareto` for the papers).
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.corridor import COUNT, ROOM, SET, borrow

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
# So many solutions are looked at before the answer is asked for.
BLOCK = 64


@borrow
def is_beaten(node: Ints, pool: Floats, number: int, least: Floats) -> bool:
    """Whether the set of a node holds something as good as `least`, float64[k], in all criteria but the first."""
    begin, width = node[number, SET], pool.shape[1]
    low, high = begin, begin + node[number, COUNT]
    while low < high:
        middle = (low + high) >> 1
        if pool[middle, 0] <= least[1]:
            low = middle + 1
        else:
            high = middle
    if width <= 2:
        return bool(low > begin and (width == 1 or pool[low - 1, 1] <= least[2]))
    for place in range(low - 1, begin - 1, -1):
        if pool[place, 1] <= least[2] and pool[place, 2] <= least[3]:
            return True
    return False


@borrow
def enter_set(node: Ints, pool: Floats, used: int, number: int, least: Floats) -> int:
    """Puts costs that are not beaten into the set of a node in the place of those that they beat.

    A full set moves behind the first `used` places of the pool, which must have room for it twice and one more; returns
    how many are used then.
    """
    count, width = node[number, COUNT], pool.shape[1]
    if count == node[number, ROOM]:
        begin = node[number, SET]
        for place in range(count):
            for criterion in range(width):
                pool[used + place, criterion] = pool[begin + place, criterion]
        node[number, SET], node[number, ROOM] = used, 2 * count + 1
        used += 2 * count + 1
    begin, kept = node[number, SET], node[number, SET]
    for place in range(begin, begin + count):
        beats = True
        for criterion in range(width):
            beats &= least[criterion + 1] <= pool[place, criterion]
        if not beats:
            for criterion in range(width):
                pool[kept, criterion] = pool[place, criterion]
            kept += 1
    node[number, COUNT] = kept - begin + 1
    while kept > begin and pool[kept - 1, 0] > least[1]:
        for criterion in range(width):
            pool[kept, criterion] = pool[kept - 1, criterion]
        kept -= 1
    for criterion in range(width):
        pool[kept, criterion] = least[criterion + 1]
    return used


@borrow
def is_covered(total: Floats, solved: Floats, found: int, slack: Floats) -> bool:
    """Whether one of the first `found` solutions is at most `slack` worse than `total` in every criterion."""
    most, width = total[0] + slack[0], len(total)
    low, high = 0, found
    while low < high:
        middle = (low + high) >> 1
        if solved[0, middle] <= most:
            low = middle + 1
        else:
            high = middle
    if width == 2 or low == 0:
        # By two criteria the last of them is the least by the second.
        return low > 0 and bool(solved[1, low - 1] <= total[1] + slack[1])
    second, third, last = total[1] + slack[1], total[2] + slack[2], total[width - 1] + slack[width - 1]
    for first in range(0, low, BLOCK):
        end = min(first + BLOCK, low)
        rows = solved[1, first:end], solved[2, first:end], solved[width - 1, first:end]
        if _count_below(rows, second, third, last) > 0:
            return True
    return False


@borrow
def _count_below(rows: tuple[Floats, Floats, Floats], second: float, third: float, last: float) -> int:
    """How many solutions are at most these numbers: without a branch, so that the machine does several at once."""
    seconds, thirds, lasts = rows
    count = 0
    for index in range(len(seconds)):
        count += (seconds[index] <= second) & (thirds[index] <= third) & (lasts[index] <= last)
    return count


@borrow
def enter_solution(solved: Floats, endings: Ints, found: int, total: Floats, ending: tuple[int, int]) -> int:
    """Puts a solution in the place of those that it beats, in arrays with room for one more; returns their number."""
    kept = 0
    for index in range(found):
        beaten = True
        for criterion in range(len(total)):
            beaten &= total[criterion] <= solved[criterion, index]
        if not beaten:
            _move(solved, endings, index, kept)
            kept += 1
    place = kept
    while place > 0 and solved[0, place - 1] > total[0]:
        _move(solved, endings, place - 1, place)
        place -= 1
    for criterion in range(len(total)):
        solved[criterion, place] = total[criterion]
    endings[place, 0], endings[place, 1] = ending
    return kept + 1


@borrow
def _move(solved: Floats, endings: Ints, start: int, end: int) -> None:
    for criterion in range(len(solved)):
        solved[criterion, end] = solved[criterion, start]
    endings[end, 0], endings[end, 1] = endings[start, 0], endings[start, 1]
