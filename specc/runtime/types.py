"""Names of types that occur often."""

import numpy as np

Arrays = dict[str, np.ndarray]
Figures = dict[str, float]
Shapes = dict[str, tuple[int | str, ...]]
Trained = dict[str, Arrays]
