"""Pieces that emitted programs hold copies of."""
