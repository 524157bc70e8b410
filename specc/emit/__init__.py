"""Emission: a small model of Python source, runtime pieces, and lowering tables."""
