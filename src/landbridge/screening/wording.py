"""What a measure means for a flow or a route, in a sentence or two."""

from collections.abc import Iterable

from landbridge.screening.goods import Cover, Coverage
from landbridge.screening.measures import Measure

WHOLE = Coverage(Cover.ALL)
_FOR_THE_BOUND = {
    "prohibit": " For them the shipment is forbidden.",
    "close_place": " For them the place is closed.",
    "close_leg": " For them the leg is closed.",
}


def tell_measure(
    measure: Measure, effect: str, *, coverage: Coverage = WHOLE, passed: Iterable[str] = ()
) -> str:
    """The meaning of a measure whose effect here is "prohibited", "closed" or "shown".

    `coverage` says how far it covers the goods; `passed` are the countries of its territory where a route meets it.
    """
    parts = [_tell_effect(measure, effect, in_doubt=coverage.cover is Cover.PART)]
    if measure.carrier:
        parts.append(_tell_carrier(measure, passed))
    if measure.parties:
        names = ", ".join(measure.parties)
        parts.append(f"Names are not screened: check whether a party to the shipment is {names}.")
    if coverage.remark:
        parts.append(coverage.remark)
    return " ".join(parts)


def tell_indirect(measure: Measure, passed: Iterable[str]) -> str:
    """The meaning of a measure on supply to a country that the goods only pass, by what their papers say."""
    where = ", ".join(sorted(passed))
    said = f"It covers indirect supply and the goods pass {where}: they must not stay there; read the act on transit."
    return f"{_tell_effect(measure, 'passed', in_doubt=False)} {said}"


def _tell_effect(measure: Measure, effect: str, *, in_doubt: bool) -> str:
    title = measure.title
    if effect == "prohibited":
        return f"{title}: no route is offered."
    if effect == "closed":
        return f"{title}: closed to these goods; only ways that no listed measure covers are shown."
    if not measure.applies:
        who = ", ".join(measure.bound_by) or measure.jurisdiction
        certain = effect == "shown" and not in_doubt
        return f"For those whom it binds ({who}): {title}." + _FOR_THE_BOUND.get(
            measure.effect if certain else "", ""
        )
    if effect == "passed" or measure.carrier:
        return f"{title}."
    if measure.effect == "prohibit":
        return f"{title}: whether it forbids the shipment depends on what is not known here."
    return f"{title}: it applies; check its conditions and exemptions before moving the goods."


def _tell_carrier(measure: Measure, passed: Iterable[str]) -> str:
    who, where = ", ".join(measure.carrier), ", ".join(sorted(passed))
    if not where:
        return f"It is on carriers of {who}, not on the goods; the carrier is not known here."
    return (
        f"It is on the carrier, not on the goods: in {where} carriers of {who} are barred, so the goods change to a "
        "carrier that is not barred, or are exempt; the carrier is not known here."
    )
