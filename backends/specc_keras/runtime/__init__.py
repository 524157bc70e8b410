"""What Keras on TensorFlow lacks or computes otherwise, as ordinary Keras code.

Its text is copied into the programs that use it, so nothing here may import from specc
but `specc.runtime`, whose pieces are copied likewise.
"""
