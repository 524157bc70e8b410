"""The constructs that come with specc."""

from .activations import ACTIVATIONS
from .callbacks import CALLBACKS
from .constraints import CONSTRAINTS
from .initializers import INITIALIZERS
from .layers import LAYERS
from .losses import LOSSES
from .metrics import METRICS
from .optimizers import OPTIMIZERS
from .regularizers import REGULARIZERS
from .schedules import SCHEDULES
from .settings import SETTINGS
from .sources import SOURCES
from .transforms import TRANSFORMS
from .wrappers import WRAPPERS

__all__ = ["CONSTRUCTS"]

CONSTRUCTS = (
    *LAYERS,
    *WRAPPERS,
    *ACTIVATIONS,
    *INITIALIZERS,
    *REGULARIZERS,
    *CONSTRAINTS,
    *LOSSES,
    *METRICS,
    *OPTIMIZERS,
    *SCHEDULES,
    *CALLBACKS,
    *SOURCES,
    *TRANSFORMS,
    *SETTINGS,
)
