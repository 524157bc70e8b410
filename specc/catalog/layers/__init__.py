"""Layers."""

from .activation import Activation
from .conv import Conv2D
from .dense import Dense
from .dropout import AlphaDropout, Dropout
from .layer import BufferSlot, Layer, ShapeError, StreamSlot, WeightSlot, is_real
from .merge import Add, Concatenate
from .normalization import BatchNormalization
from .pooling import GlobalAveragePooling2D, MaxPooling2D
from .recurrent import SimpleRNN
from .rescaling import Rescaling
from .shape import Flatten, Reshape

__all__ = [
    "LAYERS",
    "BufferSlot",
    "Layer",
    "Rescaling",
    "ShapeError",
    "StreamSlot",
    "WeightSlot",
    "is_real",
]

LAYERS = (
    Dense,
    Conv2D,
    Flatten,
    Reshape,
    Rescaling,
    Activation,
    Dropout,
    AlphaDropout,
    BatchNormalization,
    MaxPooling2D,
    GlobalAveragePooling2D,
    SimpleRNN,
    Concatenate,
    Add,
)
