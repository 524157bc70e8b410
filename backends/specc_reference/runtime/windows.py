"""Windows that slide over images."""

from collections.abc import Iterator

import numpy as np


def border(size: int, reach: int, stride: int, padding: str) -> tuple[int, int]:
    """Return how many positions are added before and after an axis of `size`.

    `reach` is what one window spans. With `same` there are ⌈size / stride⌉ windows, and
    the odd one of the positions they need is added after.
    """
    if padding == "valid":
        return 0, 0
    windows = -(-size // stride)
    missing = max((windows - 1) * stride + reach - size, 0)
    return missing // 2, missing - missing // 2


class Windows:
    """The places of a window on images (batch, height, width, channels)."""

    def __init__(
        self,
        images: np.ndarray,
        size: tuple[int, int],
        strides: tuple[int, int],
        padding: str,
        dilation_rate: tuple[int, int] = (1, 1),
    ) -> None:
        self.extents = images.shape[1:3]
        self.borders: list[tuple[int, int]] = []
        self.rows_and_columns: list[list[slice]] = []
        for extent, taps, stride, dilation in zip(
            self.extents, size, strides, dilation_rate, strict=True
        ):
            reach = (taps - 1) * dilation + 1
            before, after = border(extent, reach, stride, padding)
            last = (before + extent + after - reach) // stride * stride
            self.borders.append((before, after))
            self.rows_and_columns.append(
                [slice(d, d + last + 1, stride) for d in range(0, reach, dilation)]
            )

    def pad(self, images: np.ndarray, value: float) -> np.ndarray:
        """Return the images with borders of `value`."""
        borders = [(0, 0), *self.borders, (0, 0)]
        return np.pad(images, borders, constant_values=value)

    def cut(self, padded: np.ndarray) -> np.ndarray:
        """Return the images without the borders."""
        (above, _), (left, _) = self.borders
        height, width = self.extents
        return padded[:, above : above + height, left : left + width]

    def taps(self) -> Iterator[tuple[int, int, tuple[slice, slice, slice]]]:
        """Yield each tap (a, b) of the window, row by row, and what lies under it.

        The last is an index into padded images: for every place of the window, the entry
        under the tap, (batch, places down, places across, channels).
        """
        rows, columns = self.rows_and_columns
        for a, row in enumerate(rows):
            for b, column in enumerate(columns):
                yield a, b, (slice(None), row, column)
