"""What a phase of training leaves as it is."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from typing import Any

import keras

from .arrays import all_variables


def freeze(model: keras.Model, frozen: tuple[str, ...]) -> None:
    """Train all weights of a model but those with these paths.

    A layer is frozen as a whole, so that its statistics rest, where all its weights are
    frozen, or, if it has none, its buffers.
    """
    weights = weights_of(model)
    for layer in model.layers:
        name = layer.name.replace(".", "/")
        own = {f"{name}/{variable.name}" for variable in layer.weights}
        trained = own & weights.keys() or own
        layer.trainable = not (trained and trained <= set(frozen))
    for path, weight in weights.items():
        weight.trainable = path not in frozen


def weights_of(model: keras.Model) -> dict[str, Any]:
    """Return the weights by path, whether or not they are trained."""
    # A recurrent layer's weights are those of its cell, a layer within it.
    parts = (part for layer in model.layers for part in layer._flatten_layers())
    weights = {id(v) for part in parts for v in part._trainable_variables}
    return {path: v for path, v in all_variables(model).items() if id(v) in weights}
