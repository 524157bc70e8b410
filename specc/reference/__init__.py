"""What constructs and rules mean, told from their declarations."""

from .facts import heading, words
from .markdown import reference
from .text import explanations

__all__ = ["explanations", "heading", "reference", "words"]
