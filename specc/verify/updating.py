"""What is seen of the update rule by itself, from gradients that are given."""

from __future__ import annotations

import numpy as np

from .workplace import Workplace

__all__ = ["Updating"]


class Updating(Workplace):
    """The stage of updates from given gradients."""

    def updates(self) -> None:
        """Updates one after another, each from its own gradients, at its own step."""
        if not self.case.updates:
            return
        self.begin()
        arrays = self.module.export_state(self.state)
        arrays |= {
            path: array.astype(self.case.precision)
            for path, array in self.given_under("idle").items()
        }
        batch = self.batch(self.case.updates_on)
        for step in self.case.updates:
            arrays["counter/step"] = np.array(step, dtype=np.int64)
            self.module.import_state(self.state, arrays)
            gradients = self.given_under(f"gradient/{step}")
            self.probe.forced_step(self.module, self.state, batch, step, gradients)
            arrays = self.module.export_state(self.state)
            self.keep(
                f"updates/{step}",
                {n: a for n, a in arrays.items() if not n.startswith("counter/")},
            )
