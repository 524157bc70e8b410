"""The meaning of every construct in NumPy: one class each, forward and backward.

Each is written from the formula in the catalogue, in float64, slow and plain. Their text
is copied into the programs that use them, so nothing here may import from specc but
`specc.runtime`, whose pieces are copied likewise.
"""
