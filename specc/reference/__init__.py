"""What constructs and rules mean, told from their declarations."""

from .facts import family_of, heading, words
from .markdown import reference
from .text import explanations

__all__ = ["explanations", "family_of", "heading", "reference", "words"]
