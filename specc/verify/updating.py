"""What is seen of the update rule by itself, from gradients that are given."""

from __future__ import annotations

import numpy as np

from .workplace import Workplace

__all__ = ["Updating", "at"]


def at(phase: int, step: int) -> str:
    """What an update of a phase is called."""
    return f"{step}" if not phase else f"{step} of phase {phase + 1}"


class Updating(Workplace):
    """The stages of single updates: on degenerate batches, and from given gradients."""

    def odd_steps(self) -> None:
        """One update from the start on each degenerate batch, at its own step."""
        self.state.steps_per_epoch = self.steps_per_epoch()
        for odd in self.case.odd:
            self.begin()
            arrays = self.module.export_state(self.state)
            arrays["counter/step"] = np.array(odd.step, dtype=np.int64)
            self.module.import_state(self.state, arrays)
            batch = self.batch(odd.batch)
            _, logs = self.module.train_step(self.state, batch, odd.step)
            self.keep(f"odd/{odd.name}", self.module.export_state(self.state))
            logs.pop("gradient_norm", None)
            self.put_logs(f"odd_logs/{odd.name}", logs)

    def updates(self) -> None:
        """Updates one after another, each from its own gradients, at its own step."""
        for phase in self.phases() if self.case.updates else ():
            self.updates_of(phase)

    def updates_of(self, phase: int) -> None:
        """The updates of a phase."""
        self.begin(phase)
        self.state.steps_per_epoch = self.steps_per_epoch()
        arrays = self.module.export_state(self.state)
        arrays |= {
            path: array.astype(self.case.precision)
            for path, array in self.given_under("idle").items()
        }
        batch = self.batch(self.case.updates_on)
        for step in self.case.updates:
            arrays["counter/step"] = np.array(step, dtype=np.int64)
            self.module.import_state(self.state, arrays)
            gradients = {
                path: array.astype(self.case.precision)
                for path, array in self.given_under(
                    f"gradient/{at(phase, step)}"
                ).items()
            }
            self.probe.forced_step(self.module, self.state, batch, step, gradients)
            arrays = self.module.export_state(self.state)
            self.keep(
                f"updates/{at(phase, step)}",
                {n: a for n, a in arrays.items() if not n.startswith("counter/")},
            )
