"""Checking: from the syntax tree to the intermediate form, with every problem reported."""
