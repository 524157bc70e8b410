"""Arrays of models and batches, by their names."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from specc.runtime.arrays import check_arrays, in_type
from specc.runtime.types import Arrays


def all_variables(model: keras.Model) -> dict[str, Any]:
    """Return weights and buffers by path, such as ``dense_1/kernel``."""
    # Keras allows no slashes in names: stem/conv2d_1 is stem.conv2d_1.
    names = {layer: layer.name.replace(".", "/") for layer in model.layers}
    return {f"{n}/{v.name}": v for layer, n in names.items() for v in layer.weights}


def trained_variables(model: keras.Model) -> dict[str, Any]:
    """Return the weights that training changes by path."""
    trained = {id(variable) for variable in model.trainable_weights}
    return {path: v for path, v in all_variables(model).items() if id(v) in trained}


def copy_arrays(variables: dict[str, Any]) -> Arrays:
    """Return copies of variables as arrays."""
    return {path: np.array(v.numpy(), order="C") for path, v in variables.items()}


def assign_arrays(variables: dict[str, Any], arrays: Arrays) -> None:
    """Give variables the values of arrays, rounded once to the variables' type."""
    check_arrays(variables, arrays)
    for path, variable in variables.items():
        variable.assign(np.asarray(arrays[path], variable.dtype))


def as_tensor(array: np.ndarray, spec: tf.TensorSpec) -> tf.Tensor:
    """Convert an array of a batch to a type and shape; (rows, 1) may become (rows)."""
    kind = spec.dtype.name
    real = spec.dtype.is_floating
    array = np.asarray(array, kind) if real else in_type(array, kind)
    if array.ndim != len(spec.shape):
        sizes = [-1 if size is None else size for size in spec.shape[1:]]
        array = array.reshape(len(array), *sizes)
    return tf.constant(array)
