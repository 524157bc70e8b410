"""What constructs and rules mean, told from their declarations."""

from .facts import arguments, family_of, heading, words
from .markdown import construct_page, reference, rule_page
from .text import explanations

__all__ = [
    "arguments",
    "construct_page",
    "explanations",
    "family_of",
    "heading",
    "reference",
    "rule_page",
    "words",
]
