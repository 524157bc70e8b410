"""Names of types that occur often."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import tensorflow as tf

Tensors = dict[str, tf.Tensor]
