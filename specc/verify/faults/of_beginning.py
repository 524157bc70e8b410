"""Faults in the weights that programs begin with, which all backends write alike."""

from __future__ import annotations

from .edits import in_definition, swap, then
from .fault import Family, Fault, Planter

__all__ = ["of_beginning"]


def _trained(path: str) -> str:
    """The expression that takes a trained array over, as a pattern."""
    return rf'reused_array\(\s*reused, "before", "{path}", \([^)]*\)\s*\)'


def of_beginning(backend: str) -> list[Fault]:
    """Faults of initial weights, drawn or taken from trained models."""
    initial = Planter(backend, Family.INITIALIZATION)
    return [
        # Initial weights
        initial(
            "he_normal with the variance of glorot_normal",
            "mlp",
            swap(r"variance=2\.0 / 42", "variance=2.0 / (42 + 20)"),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a uniform distribution for the normal one",
            "selu_net",
            swap(
                r"scaled_truncated_normal\(\n(\s+seed, \"dense_1/kernel\")",
                r"scaled_uniform(\n\1",
            ),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a truncated normal that is not widened",
            "selu_net",
            swap(r" / 0\.87962566103423978", ""),
            "kernel_initializer",
        ),
        initial(
            "a kernel drawn under another name",
            "flatten",
            swap(r"seed, \"dense_1/kernel\"", 'seed, "dense_1"'),
            "dense_1 kernel_initializer",
        ),
        initial(
            "a running variance that starts at 0",
            "mlp",
            swap(r"np\.full\(\(42,\), 1\.0\)", "np.full((42,), 0.0)"),
            "moving_variance",
        ),
        # Reused weights
        initial(
            "a trained weight that is drawn anew",
            "reused",
            swap(
                _trained("h1/kernel"),
                'scaled_uniform(seed, "body/h1/kernel", (6, 6), variance=1.0 / 6.0)',
            ),
            "body/h1",
        ),
        initial(
            "a trained weight transposed",
            "reused",
            swap(f"({_trained('h2/kernel')})", r"\1.T"),
            "body/h2",
        ),
        initial(
            "two trained layers exchanged",
            "reused",
            then(
                swap(r'"before", "h1/kernel"', '"before", "h-/kernel"'),
                swap(r'"before", "h2/kernel"', '"before", "h1/kernel"'),
                swap(r'"before", "h-/kernel"', '"before", "h2/kernel"'),
            ),
            "body/h1",
            "body/h2",
        ),
        initial(
            "trained statistics that begin anew",
            "reused",
            then(
                swap(_trained("norm/moving_mean"), "np.full((6,), 0.0)"),
                swap(_trained("norm/moving_variance"), "np.full((6,), 1.0)"),
            ),
            "body/norm",
        ),
        initial(
            "trained weights in float32",
            "reused",
            in_definition(
                "reused_array",
                swap(
                    r"array\.astype\(np\.float64\)",
                    "array.astype(np.float32).astype(np.float64)",
                ),
            ),
            "body",
        ),
        initial(
            "zeros in the place of trained weights that are not given",
            "reused",
            in_definition(
                "reused_array",
                swap(
                    r"raise ValueError\(f\"the trained weights of \{source\} are needed.*",
                    "return np.zeros(shape)",
                ),
            ),
            "init_state",
        ),
    ]
