"""What an emitted program says and asks where it begins with trained weights."""

from __future__ import annotations

from ...ir import Network
from ..source import assign, literal

__all__ = ["reused_argument", "reused_lines", "reused_parameter", "reused_sources"]


def reused_parameter(network: Network) -> list[str]:
    """The last parameter of `build_model` and `init_state`, where there is one."""
    return ["reused: Trained | None = None"] if network.reused else []


def reused_argument(network: Network) -> list[str]:
    """What is handed on for that parameter."""
    return ["reused"] if network.reused else []


def reused_sources(network: Network) -> list[str]:
    """The constant that lists what must be given."""
    if not network.reused:
        return []
    return [assign("REUSED", literal(network.sources()))]


def reused_lines(network: Network) -> list[str]:
    """What the head of a program says of the trained weights that it takes."""
    found = [
        f"{part.name} begins with the weights and buffers that {_left(part.run, part.training)}"
        for part in network.reused
    ]
    return [f"{line}." for line in found]


def _left(run: str | None, training: str) -> str:
    if run is None:
        return f"the training {training} left"
    return f"the run {run} of {training} left"
