"""The colours of what has the same weights: fill and line, by the number of the family."""

__all__ = ["COLORS", "DARK", "INK"]

INK = "#1d2430"
COLORS = (
    ("#dbe9f8", "#2563a8"),
    ("#fbe3d3", "#c2571a"),
    ("#d9f0e3", "#2e8b57"),
    ("#e9def5", "#7b4fa6"),
    ("#f4ebc3", "#9a7b00"),
    ("#d8edf0", "#3c8c99"),
)
#: The same on a dark ground.
DARK = (
    ("#1c3048", "#6aa5e8"),
    ("#47291a", "#ee9155"),
    ("#1a3a28", "#66c493"),
    ("#33254a", "#b894e0"),
    ("#3c3413", "#d3b64a"),
    ("#173338", "#74c3d0"),
)
