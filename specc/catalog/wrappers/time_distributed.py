"""A layer at every time step."""

from typing import ClassVar

from ..families import Wrapper

__all__ = ["TimeDistributed"]


class TimeDistributed(Wrapper):
    """Applies a layer, a block or a model at every time step of its input.

    Input: (time, …). Output: (time, …), what the layer makes of each step. All steps share
    its weights, and have masks of their own. They are examples to it as the rows of a batch
    are: batch normalization inside takes its statistics over batch and time.
    """

    keyword: ClassVar[str] = "TimeDistributed"
    formula: ClassVar[str] = "y[t] = layer(x[t])"
    reference: ClassVar[str] = (
        "keras.io/api/layers/recurrent_layers/time_distributed, but for batch"
        " normalization, of which Keras takes the statistics step by step"
    )
    example: ClassVar[str] = "TimeDistributed(Dense(8, activation = relu))"
