"""Lints of what happens to inputs."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.layers.normalization import BatchNormalization
from .subject import Finding, Subject

__all__ = ["standardized_twice"]


def standardized_twice(subject: Subject) -> Iterator[Finding]:
    """The first layer does what the data block has done."""
    standardized = subject.standardized()
    for item in subject.network.inputs:
        for user in subject.users[item.name] if item.name in standardized else ():
            if isinstance(subject.layer_of(user), BatchNormalization):
                yield Finding(
                    "standardized-twice",
                    f"{user.layer} normalizes {item.name}, which is standardized already",
                    user.layer,
                )
