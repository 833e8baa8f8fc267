"""Who gains: what each commitment changes for each flow or consignment, darker the greater its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from landbridge.report.amounts import Amounts, write_percent
from landbridge.report.figures import THIN
from landbridge.schema.rows import Row

# Below this share of the value before, a part is nothing but rounding.
NOTHING = 1e-9
SHADES = (0.08, 0.3, 0.65)  # of the greatest share in the table, from which on a cell is darker
MOST_OPEN = 12  # rows that stand open
PERCENT = f"{THIN}%"


@dataclass(frozen=True, slots=True)
class Gain:
    """A row of who gains: the subject's name, value before, change, share of it, and a (text, shade) a commitment."""

    title: str
    before: str
    change: str
    share: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Gains:
    """Who gains: commitments as (number, title), rows, a sentence, names of those that nothing changes for."""

    heads: tuple[tuple[int, str], ...]
    rows: tuple[Gain, ...]
    sentence: str
    unchanged: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Valued:
    """Rows of totals, commitments as (number, title, id), and what one is worth to the other."""

    subjects: Sequence[Row]
    heads: tuple[tuple[int, str, str], ...]
    values: Mapping[tuple[str, str], float]

    def part(self, subject: Row, commitment: str) -> float:
        """What a commitment is worth to a subject, 0 where it does not reach it."""
        return self.values.get((subject["subject"], commitment), 0.0)

    def is_changed(self, subject: Row) -> bool:
        """Whether some commitment changes something for a subject."""
        return any(is_worth(self.part(subject, key), subject) for *_, key in self.heads)


def is_worth(value: float, total: Row) -> bool:
    """Whether a part is more than rounding."""
    return bool(abs(value) > NOTHING * max(abs(total["before"]), 1.0))


def tell_gains(valued: Valued, amounts: Amounts) -> Gains:
    """A row a subject that something changes for, those that gain most of what they have first."""
    changed = [row for row in valued.subjects if valued.is_changed(row)]
    changed.sort(key=lambda row: -amounts.improve(find_share(row["change"], row)))
    shares = [abs(find_share(valued.part(row, key), row)) for row in changed for *_, key in valued.heads]
    most = max(shares, default=0.0) or 1.0
    return Gains(
        heads=tuple((number, title) for number, title, _ in valued.heads),
        rows=tuple(_tell_row(row, valued, amounts, most=most) for row in changed),
        sentence=_tell_gainers(changed, amounts, of=len(valued.subjects)),
        unchanged=tuple(row["title"] for row in valued.subjects if not valued.is_changed(row)),
        is_open=len(changed) <= MOST_OPEN,
    )


def _tell_row(row: Row, valued: Valued, amounts: Amounts, *, most: float) -> Gain:
    return Gain(
        title=row["title"],
        before=amounts.write(row["before"]),
        change=amounts.sign(row["change"]),
        share=_sign_percent(row).removesuffix(PERCENT),
        cells=tuple(_shade(valued.part(row, key), row, most, amounts) for *_, key in valued.heads),
    )


def find_share(value: float, total: Row) -> float:
    """A change as a share of the value before.

    >>> find_share(-5.0, {"before": 100.0})
    -0.05
    """
    return float(value / abs(total["before"])) if total["before"] else 0.0


def _sign_percent(row: Row) -> str:
    share = find_share(row["change"], row)
    return f"{'−' if share < 0 else '+'}{write_percent(share)}" if share else "0"


def _shade(value: float, total: Row, most: float, amounts: Amounts) -> tuple[str, str]:
    """The text of a cell, and its shade: better or worse, darker the greater the share of the value before."""
    if not is_worth(value, total):
        return "·", ""
    level = sum(abs(find_share(value, total)) / most >= least for least in SHADES)
    return amounts.sign(value), f"{'better' if amounts.improve(value) > 0 else 'worse'}{level}"


def _tell_gainers(changed: Sequence[Row], amounts: Amounts, *, of: int) -> str:
    """How many gain and lose, and who most."""
    gains = [row for row in changed if amounts.improve(row["change"]) > 0]
    losses = [row for row in changed if amounts.improve(row["change"]) < 0]
    parts = []
    if gains:
        verb = "gains" if len(gains) == 1 else "gain"
        parts.append(f"{len(gains)} of {of} {verb}, {gains[0]['title']} most ({_sign_percent(gains[0])})")
    if losses:
        verb = "loses" if len(losses) == 1 else "lose"
        parts.append(
            f"{len(losses)} of {of} {verb}, {losses[-1]['title']} most ({_sign_percent(losses[-1])})"
        )
    return f"{'; '.join(parts)}." if parts else "What the commitments change here cancels out."
