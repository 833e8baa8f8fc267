"""Customs territories: what formalities remain between two countries at a date."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from landbridge.schema import load_catalogue
from landbridge.schema.dated_rows import in_force_at
from landbridge.schema.rows import read_rows

ORDER = {"none": 0, "documents": 1, "full": 2}


@dataclass(frozen=True, slots=True)
class Territories:
    """Membership at a date: country -> {territory: what formalities remain inside}."""

    members: Mapping[str, Mapping[str, str]]

    @classmethod
    def at(cls, frame: pd.DataFrame, date: datetime.date) -> "Territories":
        """Members at `date` of the table territories."""
        members: dict[str, dict[str, str]] = defaultdict(dict)
        current = frame[in_force_at(frame, load_catalogue().tables["territories"], date=date)]
        for row in read_rows(current):
            members[row["country"]][row["territory"]] = row["internal_customs"]
        return cls(dict(members))

    def formalities(self, first: str, second: str) -> str:
        """What remains between two countries: "none", "documents" or "full" (no common territory)."""
        if first == second:
            return "none"
        ours, theirs = self.members.get(first, {}), self.members.get(second, {})
        shared = [kind for territory, kind in ours.items() if territory in theirs]
        return min(shared, key=ORDER.__getitem__, default="full")

    def members_of(self, code: str) -> frozenset[str]:
        """Countries of a bloc; a country code is its own only member."""
        found = frozenset(country for country, blocs in self.members.items() if code in blocs)
        return found or frozenset((code,))
