"""Initial weights in float64, in canonical layouts."""

import math

import numpy as np

from .random import random_words, uniform

# Rational approximations of the normal quantile: Wichura 1988, algorithm AS 241
# (PPND16), doi:10.2307/2347330. Coefficients of numerators and denominators, highest
# power first, for the centre, the flanks and the far tails.
_QUANTILE = (
    (
        (
            2.5090809287301226727e3,
            3.3430575583588128105e4,
            6.7265770927008700853e4,
            4.5921953931549871457e4,
            1.3731693765509461125e4,
            1.9715909503065514427e3,
            1.3314166789178437745e2,
            3.3871328727963666080e0,
        ),
        (
            5.2264952788528545610e3,
            2.8729085735721942674e4,
            3.9307895800092710610e4,
            2.1213794301586595867e4,
            5.3941960214247511077e3,
            6.8718700749205790830e2,
            4.2313330701600911252e1,
            1.0,
        ),
    ),
    (
        (
            7.74545014278341407640e-4,
            2.27238449892691845833e-2,
            2.41780725177450611770e-1,
            1.27045825245236838258e0,
            3.64784832476320460504e0,
            5.76949722146069140550e0,
            4.63033784615654529590e0,
            1.42343711074968357734e0,
        ),
        (
            1.05075007164441684324e-9,
            5.47593808499534494600e-4,
            1.51986665636164571966e-2,
            1.48103976427480074590e-1,
            6.89767334985100004550e-1,
            1.67638483018380384940e0,
            2.05319162663775882187e0,
            1.0,
        ),
    ),
    (
        (
            2.01033439929228813265e-7,
            2.71155556874348757815e-5,
            1.24266094738807843860e-3,
            2.65321895265761230930e-2,
            2.96560571828504891230e-1,
            1.78482653991729133580e0,
            5.46378491116411436990e0,
            6.65790464350110377720e0,
        ),
        (
            2.04426310338993978564e-15,
            1.42151175831644588870e-7,
            1.84631831751005468180e-5,
            7.86869131145613259100e-4,
            1.48753612908506148525e-2,
            1.36929880922735805310e-1,
            5.99832206555887937690e-1,
            1.0,
        ),
    ),
)


def normal_quantile(probability: np.ndarray) -> np.ndarray:
    """Return the standard normal quantile, exact to about 1e-15 (AS 241)."""
    centred = probability - 0.5
    near = np.abs(centred) <= 0.425
    square = 0.180625 - centred * centred
    tail = np.where(near, 0.25, np.minimum(probability, 1.0 - probability))
    radius = np.sqrt(-np.log(tail))

    def ratio(part: int, x: np.ndarray) -> np.ndarray:
        above, below = _QUANTILE[part]
        return np.polyval(above, x) / np.polyval(below, x)

    outer = np.where(radius <= 5.0, ratio(1, radius - 1.6), ratio(2, radius - 5.0))
    return np.where(near, centred * ratio(0, square), np.copysign(outer, centred))


def scaled_uniform(
    seed: int, path: str, shape: tuple[int, ...], variance: float
) -> np.ndarray:
    """Draw from the uniform distribution of mean 0 and that variance."""
    u = uniform(random_words(seed, "weights", path, int(np.prod(shape))))
    return (math.sqrt(3.0 * variance) * (2.0 * u - 1.0)).reshape(shape)


def scaled_normal(
    seed: int, path: str, shape: tuple[int, ...], variance: float
) -> np.ndarray:
    """Draw from the normal distribution of mean 0 and that variance."""
    u = uniform(random_words(seed, "weights", path, int(np.prod(shape))))
    return (math.sqrt(variance) * normal_quantile(u)).reshape(shape)


def scaled_truncated_normal(
    seed: int, path: str, shape: tuple[int, ...], variance: float
) -> np.ndarray:
    """Draw from the normal distribution cut at ±2σ, widened to have that variance."""
    u = uniform(random_words(seed, "weights", path, int(np.prod(shape))))
    below = 0.5 * math.erfc(math.sqrt(2.0))  # probability of less than −2σ
    cut = normal_quantile(below + (1.0 - 2.0 * below) * u)
    # 0.8796… is the standard deviation of a standard normal cut at ±2.
    return (math.sqrt(variance) / 0.87962566103423978 * cut).reshape(shape)
