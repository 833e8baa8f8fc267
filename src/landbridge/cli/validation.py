"""`landbridge network validate`: the shipped network and its parameters against published figures."""

from pathlib import Path

from landbridge.api.validation import validate_network, write_validation_page
from landbridge.cli.printing import end_progress, print_json, say, show_progress
from landbridge.study.border_crossings import median_error
from landbridge.study.journeys import score_journeys


def print_validation(out: Path | None, *, json: bool) -> None:
    """Compare with all published figures, print the scores and write the page where `out` is given."""
    found = validate_network(progress=show_progress)
    end_progress()
    if out is not None:
        write_validation_page(found, out)
    kept = found.journeys[found.journeys["use"] == "report"]
    scores = {quantity: score_journeys(kept[kept["quantity"] == quantity]) for quantity in ("time", "cost")}
    sourced = found.lengths[found.lengths["quality"] != "estimated"]
    values = {
        "lengths": len(sourced),
        "lengths_within_8_percent": int(sourced["within"].sum()),
        **{f"{name}_rows": score.rows for name, score in scores.items()},
        **{f"{name}_met": round(score.met, 3) for name, score in scores.items()},
        **{f"{name}_median_error": round(score.error, 3) for name, score in scores.items()},
        "crossings_median_error": round(median_error(found.crossings, "modelled")[2], 3),
        "pairs_of_capitals": len(found.pairs),
        "pairs_with_a_finding": int((found.pairs["finding"] != "").sum()),
        "landlocked_with_a_named_port": int(found.outlets.drop_duplicates("country")["named"].sum()),
    }
    if json:
        print_json(values)
        return
    for name, value in values.items():
        say(f"{name.replace('_', ' '):32} {value}")
    if out is not None:
        say(f"written: {out}")
