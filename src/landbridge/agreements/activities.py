"""The register in the words of the International Aid Transparency Initiative, as JSON for exchange.

Each commitment is an activity with its participating parties, dates and status; each milestone an indicator with
baseline, target and actual. What a standard activity needs and a commitment does not have is left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from landbridge.agreements.register import Register
from landbridge.agreements.status import CommitmentStatus, MilestoneStatus

# Codes of the IATI list ActivityStatus: 1 identified, 2 under way, 4 closed, 5 cancelled.
_ACTIVITY_STATUS = {"done": "4", "on_track": "2", "at_risk": "2", "not_started": "1", "superseded": "5"}


def write_activities(register: Register, statuses: Mapping[str, CommitmentStatus], *, study: str) -> str:
    """The text of the JSON file; `status` says what landbridge derived, with its explanation."""
    activities = [_describe_activity(register, one, study) for one in statuses.values()]
    content = {"format": "IATI-like", "as-of": register.as_of.isoformat(), "activities": activities}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _describe_activity(register: Register, status: CommitmentStatus, study: str) -> dict[str, Any]:
    one = status.commitment
    agreement = register.agreements.get(one.agreement)
    dates = {
        "start": agreement.signed.text if agreement else "",
        "planned-end": one.due.text,
        "first-planned-end": one.first_due.text,
    }
    return _keep_filled(
        {
            "iati-identifier": f"{study}-{one.id}",
            "title": one.title,
            "participating-org": list(one.parties),
            "activity-status": _ACTIVITY_STATUS.get(status.status, ""),
            "status": status.status,
            "explanation": status.explanation,
            "activity-date": _keep_filled(dates),
            "related-document": agreement.title or agreement.id if agreement else "",
            "result": [_describe_result(each) for each in status.milestones],
            "source": one.row["source"],
        }
    )


def _describe_result(status: MilestoneStatus) -> dict[str, Any]:
    one = status.milestone
    period = {
        "period-end": one.due.text,
        "target": _describe_value(one.target),
        "actual": _describe_value(one.actual, one.actual_date.text),
    }
    return _keep_filled(
        {
            "title": one.title,
            "reference": one.id,
            "indicator": one.indicator,
            "unit": one.unit,
            "ascending": one.rising,
            "baseline": _describe_value(one.baseline, one.baseline_date.text),
            "period": _keep_filled(period),
            "status": status.status,
        }
    )


def _describe_value(value: float, date: str = "") -> dict[str, Any]:
    return {} if math.isnan(value) else _keep_filled({"value": value, "date": date})


def _keep_filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what is known: an empty text, list or object says that a thing is unknown, and is left out."""
    return {key: value for key, value in values.items() if value not in ("", [], {})}
