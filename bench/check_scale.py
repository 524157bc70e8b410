"""How the time of the checker grows: specs of 5,000, 10,000 and 20,000 layers.

    python bench/check_scale.py [LAYERS …]

Prints processor seconds of reading, checking and formatting, and the peak memory of the
process. Time per layer should not grow with their number.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

SIZES = (5_000, 10_000, 20_000)


def spec(layers: int) -> str:
    """A sequential model of so many layers, in groups of dense, dropout and activation."""
    body = ["  Dense(8)", "  Dropout(0.1)", "  Activation(elu)"]
    lines = [body[number % 3] for number in range(layers)]
    return "\n".join(["model Deep {", "  input x: float32[8]", *lines, "}", ""])


def measure(layers: int) -> None:
    """Check and format such a spec in this process and print a row."""
    from specc.api import Spec
    from specc.diagnostics import Level, Source
    from specc.syntax.format import format_source

    source = Source("deep.nnspec", spec(layers))
    began = time.process_time()
    problems = Spec(source).check()
    checked = time.process_time() - began
    errors = [p for p in problems if p.level is Level.ERROR]
    if errors:
        raise SystemExit(f"the spec has errors: {errors[0].message}")
    began = time.process_time()
    format_source(source)
    formatted = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{layers:8,}  {checked:8.2f} s  {1e6 * checked / layers:7.0f} µs/layer"
        f"  {formatted:8.2f} s  {peak:7.0f} MiB",
        flush=True,
    )


def main() -> None:
    """Measure each size in a process of its own."""
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
        return
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    print("  layers     check                       format      peak")
    for layers in sizes:
        subprocess.run([sys.executable, __file__, "--one", str(layers)], check=True)


if __name__ == "__main__":
    main()
