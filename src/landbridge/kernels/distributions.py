"""Distributions of times and costs: fits to published quantiles, and closed forms of their means.

A time is a minimum plus a lognormal excess (Arvis, Raballand and Marteau 2010, The Cost of Being Landlocked,
ch. 4), a wait that is uniform within a headway, a wait for the next departure of a timetable, or what is left of
a closure. A cost is a lognormal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, inf, isfinite, isnan, log, sqrt

Z90 = 1.2815515655446004
MOST_SIGMA = 1.5
WEEK = 168.0


@dataclass(frozen=True, slots=True)
class Excess:
    """A time T = minimum + exp(mu + sigma Z), or minimum + span U; Z standard normal, U uniform on (0, 1).

    minimum, span and mean in h, mu in ln h. With sigma = 0 there is no lognormal part and mu has no meaning;
    with no spread at all the time is fixed. mean is E(T). Two more kinds of time have a minimum of 0: the wait
    until the next of `departures` (h of the week, rising), and the rest of a closure that goods meet with the
    probability `shut`, exponential with the mean `rest` (h). Raises ValueError for a negative spread, or for
    several kinds of spread at once.

    >>> Excess(24.0, 0.0, 0.0, 24.0)
    Excess(minimum=24.0, mu=0.0, sigma=0.0, mean=24.0, span=0.0, departures=(), shut=0.0, rest=0.0)
    """

    minimum: float
    mu: float
    sigma: float
    mean: float
    span: float = 0.0
    departures: tuple[float, ...] = ()
    shut: float = 0.0
    rest: float = 0.0

    def __post_init__(self) -> None:
        kinds = (self.sigma > 0.0) + (self.span > 0.0) + bool(self.departures) + (self.shut > 0.0)
        if self.sigma < 0.0 or self.span < 0.0 or kinds > 1:
            raise ValueError(
                f"sigma {self.sigma}, span {self.span}, {len(self.departures)} departures, shut {self.shut}:"
                " none may be negative, and all but one must be 0 (a wait within a headway is"
                " spread_wait(headway))"
            )

    def scale(self, factor: float) -> "Excess":
        """The distribution of `factor` times this time; 0 gives no time at all.

        Raises ValueError for a factor that is negative or no number, and for a wait by a timetable.

        >>> spread_wait(10.0).scale(2.0).mean
        10.0
        """
        if not (isfinite(factor) and factor >= 0.0) or self.departures:
            raise ValueError(f"a time cannot be scaled by {factor}")
        if factor == 0.0:
            return Excess(0.0, 0.0, 0.0, 0.0)
        mu = self.mu + log(factor) if self.sigma else self.mu
        minimum, mean, span = self.minimum * factor, self.mean * factor, self.span * factor
        return Excess(minimum, mu, self.sigma, mean, span, (), self.shut, self.rest * factor)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A cost C = exp(mu + sigma Z) with E(C) = mean; fixed where sigma = 0 (mu is -inf for a mean of 0)."""

    mean: float
    mu: float
    sigma: float


def fit_excess(minimum: float, p50: float, *, p90: float) -> Excess:
    """The time with a least value `minimum`, a median `p50` and a 90th percentile `p90` (h).

    mu = ln(p50 - minimum), sigma = ln((p90 - minimum) / (p50 - minimum)) / z90 with z90 = 1.28155, and mean =
    minimum + exp(mu + sigma^2 / 2). Where p90 = p50 the time is fixed at p50. A minimum close to the median
    with a p90 far above it would give a mean beyond any reason, so sigma is held at 1.5 by lowering the
    minimum to p50 - (p90 - p50) / (exp(1.5 z90) - 1), not below 0: median and p90 always stand. A minimum of
    NaN is 0. Raises ValueError unless 0 <= minimum <= p50 <= p90, all finite.

    >>> time = fit_excess(2.0, 6.0, p90=18.0)
    >>> round(time.mu, 4), round(time.sigma, 4), round(time.mean, 3)
    (1.3863, 1.0817, 9.18)
    >>> fit_excess(6.0, 6.0, p90=6.0).mean
    6.0
    """
    least = 0.0 if isnan(minimum) else minimum
    if not (0.0 <= least <= p50 <= p90 < inf):
        raise ValueError(f"a time needs 0 <= minimum <= p50 <= p90, not {minimum}, {p50}, {p90}")
    if p90 == p50:
        return Excess(p50, 0.0, 0.0, p50)
    lowest = p50 - (p90 - p50) / (exp(MOST_SIGMA * Z90) - 1.0)
    least = max(min(least, lowest), 0.0)
    if p50 == 0.0:
        raise ValueError(f"a time with a median of 0 has no lognormal excess up to a p90 of {p90}")
    mu = log(p50 - least)
    sigma = log((p90 - least) / (p50 - least)) / Z90
    return Excess(least, mu, sigma, least + exp(mu + sigma * sigma / 2.0))


def spread_wait(headway: float) -> Excess:
    """A wait that is uniform within `headway` (h): goods come at a time that knows nothing of departures.

    >>> spread_wait(72.0).mean
    36.0
    """
    if not (0.0 <= headway < inf):
        raise ValueError(f"a headway of {headway} h")
    return Excess(0.0, 0.0, 0.0, headway / 2.0, headway)


def wait_for(departures: Sequence[float]) -> Excess:
    """The wait until the next of `departures`, hours of the week in any order, of goods that come at any time.

    With gaps g between departures its mean is sum(g^2) / (2 x 168 h): a gap is met in proportion to its length,
    and waited for by half (the waiting time of renewal theory, Cox 1962, Renewal Theory, ch. 5). Raises
    ValueError where there is no departure, or one lies outside 0 <= h < 168.

    >>> wait_for([6.0, 90.0]).mean, wait_for([0.0, 24.0]).mean  # twice a week: evenly, or on two days in a row
    (42.0, 63.42857142857143)
    """
    hours = tuple(sorted(set(departures)))
    if not hours or not all(0.0 <= hour < WEEK for hour in hours):
        raise ValueError(f"departures at {list(departures)}: hours of the week from 0 to 168")
    return Excess(0.0, 0.0, 0.0, sum(gap * gap for gap in _gaps(hours)) / (2.0 * WEEK), departures=hours)


def _gaps(departures: tuple[float, ...]) -> list[float]:
    """Hours from each departure to the next, over the end of the week."""
    following = (*departures[1:], departures[0] + WEEK)
    return [after - before for before, after in zip(departures, following, strict=True)]


def wait_out(share: float, duration: float) -> Excess:
    """What is left of a closure (h) to goods that come at any time to what is shut for `share` of the time.

    Closures last `duration` h in the mean, exponentially, so their rest lasts as long again, whenever one comes
    (an alternating renewal process in the steady state: Cox 1962, Renewal Theory, ch. 7; the exponential has no
    memory). The mean is share x duration. Raises ValueError for a share outside 0 to 1, or a duration that is
    negative or no number.

    >>> wait_out(0.05, 60.0).mean
    3.0
    """
    if not (0.0 <= share <= 1.0 and 0.0 <= duration < inf):
        raise ValueError(f"shut for a share of {share}, {duration} h at a time")
    shut = share if duration > 0.0 else 0.0
    return Excess(0.0, 0.0, 0.0, shut * duration, shut=shut, rest=duration)


def excess_over(time: Excess, free: float) -> float:
    """E(max(0, T - free)): the hours beyond the `free` ones (h), in closed form.

    For a lognormal X and k = free - minimum > 0 it is exp(mu + sigma^2 / 2) Phi((mu + sigma^2 - ln k) /
    sigma) - k Phi((mu - ln k) / sigma), the formula of an option of Black and Scholes (1973); for a uniform
    wait within a span s it is (s - k)^2 / 2s, for a timetable the sum of max(0, g - k)^2 over its gaps g by
    twice the week, and for the rest of a closure mean exp(-k / rest).

    >>> excess_over(spread_wait(24.0), 12.0), excess_over(wait_for([0.0]), 84.0)
    (3.0, 21.0)
    """
    rest = free - time.minimum
    if rest <= 0.0:
        return time.mean - free
    if time.span > rest:
        return (time.span - rest) ** 2 / (2.0 * time.span)
    if time.departures:
        return sum(max(gap - rest, 0.0) ** 2 for gap in _gaps(time.departures)) / (2.0 * WEEK)
    if time.shut > 0.0:
        return time.mean * exp(-rest / time.rest)
    if time.sigma == 0.0:
        return 0.0
    variance = time.sigma * time.sigma
    reach = (time.mu - log(rest)) / time.sigma
    return exp(time.mu + variance / 2.0) * _phi(reach + time.sigma) - rest * _phi(reach)


def fit_lognormal(mean: float, p10: float, *, p90: float) -> Lognormal:
    """The cost with this mean and the spread of these quantiles: sigma = ln(p90 / p10) / (2 z90).

    Three figures rarely agree on a law of two parameters: the mean is kept, since means are what adds up, and
    the quantiles give the ratio only; z90 = 1.28155, mu = ln(mean) - sigma^2 / 2. A mean of 0 is a fixed cost
    of 0. Raises ValueError unless mean >= 0 and 0 < p10 <= p90, all finite (p10 = p90 = 0 is allowed with a
    mean of 0).

    >>> cost = fit_lognormal(100.0, 60.0, p90=150.0)
    >>> round(cost.mu, 4), round(cost.sigma, 4)
    (4.5413, 0.3575)
    """
    if mean == 0.0 and 0.0 <= p10 <= p90 < inf:
        return Lognormal(0.0, -inf, 0.0)
    if not (0.0 < mean < inf and 0.0 < p10 <= p90 < inf):
        raise ValueError(f"a cost needs mean > 0 and 0 < p10 <= p90, not {mean}, {p10}, {p90}")
    sigma = log(p90 / p10) / (2.0 * Z90)
    return Lognormal(mean, log(mean) - sigma * sigma / 2.0, sigma)


def _phi(x: float) -> float:
    return 0.5 * erfc(-x / sqrt(2.0))
