"""Functions of the state as TensorFlow graphs."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from specc.runtime.types import Figures

from .types import Tensors


def compiled(
    state: Any, function: Callable[..., Any], specs: Callable[[], tuple[Any, ...]]
) -> Any:
    """Return `function` of the state as a graph that the state keeps.

    It is traced once, for arguments as `specs` describes them. Calling such a concrete
    function costs half of what calling a tf.function does.
    """
    name = function.__name__
    if name not in state.compiled:

        def run(*arguments: Any) -> Any:
            with tf.device(state.device):
                return function(state, *arguments)

        graph = tf.function(run, autograph=False)
        state.compiled[name] = graph.get_concrete_function(*specs())
    return state.compiled[name]


def as_numbers(logs: Tensors) -> Figures:
    """Return scalars as Python numbers."""
    return {name: float(figure) for name, figure in logs.items()}
