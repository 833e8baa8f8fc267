"""What is open at a date: status, dates and months of rows."""

import datetime

import pandas as pd


def is_open(frame: pd.DataFrame, date: datetime.date) -> pd.Series:
    """Whether each row can be used at `date`, bool Series.

    An open row holds within its dates, a closed row closes within its dates, a planned row stays closed until a row
    says open. Open months such as "4-11" or "11-3" must hold the month of `date`.

    >>> rows = pd.DataFrame({"status": ["open", "planned", "closed"], "from": [None, None, datetime.date(2025, 1, 1)],
    ...                      "until": None, "months": ["4-11", "", ""]})
    >>> is_open(rows, datetime.date(2024, 5, 1)).tolist()
    [True, False, True]
    """
    start = frame["from_date"] if "from_date" in frame else frame["from"]
    months = frame["months"] if "months" in frame else pd.Series("", frame.index)
    verdicts = [
        _holds(status, (first, last), date) and _in_months(span, date.month)
        for status, first, last, span in zip(frame["status"], start, frame["until"], months, strict=True)
    ]
    return pd.Series(verdicts, frame.index, dtype=bool)


def _holds(status: str, dates: tuple[datetime.date | None, datetime.date | None], date: datetime.date) -> bool:
    first, last = dates
    within = (first is None or first <= date) and (last is None or date <= last)
    if status == "closed":
        return not within
    return status in ("open", "") and within


def _in_months(span: str, month: int) -> bool:
    if not span:
        return True
    first, _, last = span.partition("-")
    low, high = int(first), int(last or first)
    return low <= month <= high if low <= high else month >= low or month <= high
