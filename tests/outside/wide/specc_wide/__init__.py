"""Constructs of many families that specc does not have."""
