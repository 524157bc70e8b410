"""Random numbers that are pure functions of a seed, a purpose, a path and a step."""

import hashlib

import numpy as np


def random_words(
    seed: int, purpose: str, path: str, count: int, step: int = 0, call: int = 0
) -> np.ndarray:
    """Return `count` random 64-bit words: Philox4x64-10, the same in all NumPys."""
    name = f"specc-1|{purpose}|{seed}|{path}".encode()
    key = int.from_bytes(hashlib.sha256(name).digest()[:16], "little")
    counter = step << 192 | call << 128
    return np.random.Philox(key=key, counter=counter).random_raw(count)


def uniform(words: np.ndarray) -> np.ndarray:
    """Map 64-bit words to float64 numbers strictly between 0 and 1."""
    # With 53 bits the largest number would round to 1.
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def permutation(seed: int, purpose: str, path: str, count: int) -> np.ndarray:
    """Return the numbers 0 … count − 1 in a random order."""
    return np.argsort(random_words(seed, purpose, path, count), kind="stable")


def keep_mask(
    seed: int, path: str, shape: tuple[int, ...], rate: float, step: int, call: int = 0
) -> np.ndarray:
    """Return a boolean array that is False with probability `rate`.

    Element i is word i of 32 bits in row-major order; it is dropped when the word is
    below rate · 2³².
    """
    count = int(np.prod(shape))
    words = random_words(seed, "noise", path, -(-count // 2), step, call)
    halves = words.astype("<u8", copy=False).view("<u4")[:count]
    return (halves >= np.uint32(int(rate * 2.0**32))).reshape(shape)
