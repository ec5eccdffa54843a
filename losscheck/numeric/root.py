"""The root of a function of one number."""

from __future__ import annotations

from collections.abc import Callable

MOST_STEPS = 100
TOLERANCE = 4e-16


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a continuous function changes sign, by Chandrupatla's method (doi:10.1016/S0965-9978(96)00051-8).

    scipy has Brent's, at the price of importing scipy.optimize: as long as all the rest of a run on 1,000 rows.
    """
    a, b = high, low
    at_a, at_b = function(a), function(b)
    if at_a * at_b > 0:
        return a if abs(at_a) < abs(at_b) else b
    t = 0.5
    for _ in range(MOST_STEPS):
        x = a + t * (b - a)
        at_x = function(x)
        if (at_x > 0) == (at_a > 0):
            c, at_c = a, at_a
        else:
            c, b, at_c, at_b = b, a, at_b, at_a
        a, at_a = x, at_x
        best = a if abs(at_a) < abs(at_b) else b
        least = TOLERANCE * (abs(best) + 1e-3) / max(abs(b - a), 1e-300)
        if least > 0.5 or at_a == 0:
            return best
        along, up = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        t = 0.5
        if up**2 < along and (1 - up) ** 2 < 1 - along:
            t = at_a / (at_b - at_a) * at_c / (at_b - at_c)
            t += (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        t = min(max(t, least), 1 - least)
    return best
