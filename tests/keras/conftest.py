"""TensorFlow is set up once, before anything imports it."""

from specc_keras.probe import configure

configure(threads=1)
