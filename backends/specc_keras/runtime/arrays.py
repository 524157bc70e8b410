"""Arrays of models and batches, by their names."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from typing import Any

import keras
import numpy as np
import tensorflow as tf


def all_variables(model: keras.Model) -> dict[str, Any]:
    """Return weights and buffers by path, such as ``dense_1/kernel``."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.weights
    }


def trained_variables(model: keras.Model) -> dict[str, Any]:
    """Return the weights that training changes by path."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.trainable_weights
    }


def copy_arrays(variables: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return copies of variables as arrays."""
    return {
        path: np.array(variable.numpy(), order="C")
        for path, variable in variables.items()
    }


def check_arrays(expected: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Hold the names and shapes of arrays against those that are expected.

    Raises:
        KeyError: an array is missing, or is not expected.
        ValueError: an array has the wrong shape.
    """
    if missing := expected.keys() - arrays.keys():
        raise KeyError(f"missing: {', '.join(sorted(missing))}")
    if unknown := arrays.keys() - expected.keys():
        raise KeyError(f"unexpected: {', '.join(sorted(unknown))}")
    for path, array in arrays.items():
        if np.shape(array) != tuple(expected[path].shape):
            shape = tuple(expected[path].shape)
            raise ValueError(f"{path} must be {shape}, not {np.shape(array)}")


def assign_arrays(variables: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Give variables the values of arrays, rounded once to the variables' type.

    Raises:
        KeyError: an array is missing, or belongs to no variable.
        ValueError: an array has the wrong shape.
    """
    check_arrays(variables, arrays)
    for path, variable in variables.items():
        variable.assign(np.asarray(arrays[path], variable.dtype))


def as_tensor(array: np.ndarray, spec: tf.TensorSpec) -> tf.Tensor:
    """Convert an array of a batch to a type and shape; (rows, 1) may become (rows)."""
    array = np.asarray(array, spec.dtype.as_numpy_dtype)
    if array.ndim != len(spec.shape):
        sizes = [-1 if size is None else size for size in spec.shape[1:]]
        array = array.reshape(len(array), *sizes)
    return tf.constant(array)
