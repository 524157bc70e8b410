"""Initial weights in float64, in canonical layouts."""

import math

import numpy as np

from .random import random_words, uniform

# Rational approximations of the normal quantile: Wichura 1988, algorithm AS 241
# (PPND16), doi:10.2307/2347330. A numerator and a denominator, highest power first, for
# the centre, the flanks and the far tails.
_QUANTILE = (
    ((2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987,
      13731.69376550946, 1971.5909503065513, 133.14166789178438, 3.3871328727963665),
     (5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597,
      5394.196021424751, 687.1870074920579, 42.31333070160091, 1.0)),
    ((0.0007745450142783414, 0.022723844989269184, 0.2417807251774506,
      1.2704582524523684, 3.6478483247632045, 5.769497221460691, 4.630337846156546,
      1.4234371107496835),
     (1.0507500716444169e-09, 0.0005475938084995345, 0.015198666563616457,
      0.14810397642748008, 0.6897673349851, 1.6763848301838038, 2.053191626637759,
      1.0)),
    ((2.0103343992922881e-07, 2.7115555687434876e-05, 0.0012426609473880784,
      0.026532189526576124, 0.29656057182850487, 1.7848265399172913,
      5.463784911164114, 6.657904643501103),
     (2.0442631033899397e-15, 1.421511758316446e-07, 1.8463183175100548e-05,
      0.0007868691311456133, 0.014875361290850615, 0.1369298809227358,
      0.599832206555888, 1.0)),
)  # fmt: skip


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


def orthogonal_matrix(
    seed: int, path: str, shape: tuple[int, ...], gain: float
) -> np.ndarray:
    """Draw a matrix with orthonormal rows or columns, the fewer of them, times `gain`.

    The last axis has the columns, the others together the rows.
    """
    u = uniform(random_words(seed, "weights", path, int(np.prod(shape))))
    columns = shape[-1]
    rows = u.size // columns
    normal = normal_quantile(u).reshape(max(rows, columns), min(rows, columns))
    q, r = np.linalg.qr(normal)
    # Only with the signs of R's diagonal are all matrices equally likely.
    q = q * np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return gain * (q if rows >= columns else q.T).reshape(shape)
