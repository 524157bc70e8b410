"""Where and in which type a model is computed."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import keras
import tensorflow as tf


def set_precision(dtype: str) -> None:
    """Set Keras's global types and constants, whatever its configuration file says."""
    if keras.config.backend() != "tensorflow":
        raise RuntimeError("Keras runs already, and not on TensorFlow")
    if dtype not in ("float32", "float64"):
        raise ValueError(f"the type must be float32 or float64, not {dtype}")
    # Layers take their type from the policy; optimizers and constants from floatx.
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")


def find_device(device: str) -> str:
    """Return TensorFlow's name of a device such as ``cpu``, ``gpu`` or ``gpu:1``."""
    kind, _, index = device.replace("cuda", "gpu").partition(":")
    name = f"/device:{kind.upper()}:{index or 0}"
    present = [found.name for found in tf.config.list_logical_devices()]
    if name not in present:
        raise ValueError(f"no device {device}; there are {', '.join(present)}")
    return name
