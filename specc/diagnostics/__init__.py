"""Diagnostics: problems with a place, the rules they break, and how they are shown."""

from .model import Level, Note, Problem, Source, Span, failed
from .rules import RULES, Rule

__all__ = ["RULES", "Level", "Note", "Problem", "Rule", "Source", "Span", "failed"]
