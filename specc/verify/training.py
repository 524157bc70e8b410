"""What is seen of a program that trains: every step, going on from the middle."""

from __future__ import annotations

import sys
from contextlib import suppress
from unittest.mock import patch

from ..live import load
from .protocol import Arrays
from .watching import Enough, Recorder, WindowBatches, never_stop
from .workplace import Workplace

__all__ = ["Training"]


class Training(Workplace):
    """The stages of training."""

    #: The state at the end of the first epoch.
    between: Arrays | None = None

    def loop(self) -> None:
        """Train through the program's own loop, watched by hooks."""
        if not self.case.epochs:
            return
        self.begin()
        self.stage = "train"
        batches, hooks = WindowBatches(self), Recorder(self)
        try:
            with self.spans():
                self.state, history = self.module.train(batches, self.state, hooks)
        except Enough:
            pass
        else:
            self.figures["stopped_after"] = len(history)
            self.keep("restored", self.module.export_state(self.state))
        self.figures["ids"] = batches.ids
        self.figures["rows"] = hooks.rows
        self.between = hooks.between
        self.figures["between"] = hooks.steps_between
        if self.case.after is not None:
            self.stage = "after"
            self.look_again(self.case.after)

    def look_again(self, name: str) -> None:
        """Outputs in both modes after training."""
        for mode, training in (("inference", False), ("training", True)):
            outputs = self.probe.node_outputs(
                self.module,
                self.emission,
                self.state,
                self.batch(name),
                training,
                self.state.step,
            )
            self.keep(f"after/{mode}", outputs)

    def resume(self) -> None:
        """Train on from the end of an epoch, in a program that is loaded anew.

        It is the first epoch, or where there are several phases the first of the last one.

        What training depends on must all be in the exported state, so that the rest
        comes out as before, bit for bit, where nothing has been seen before. What early
        stopping remembers is not in it, so that nothing stops this second run; the rule
        itself is looked at in `decide`.
        """
        if not self.case.epochs or self.between is None:
            return
        first, made = self.figures["between"], len(self.figures["rows"])
        last = max(step for step in self.case.record if step <= made)
        if first not in self.case.record or last <= first:
            return
        fresh = load(self.case.text, f"{self.name}_fresh")
        try:
            state = fresh.init_state(dtype=self.case.precision, **self.reused())
            fresh.import_state(state, self.between)
            never_stop(state)
            hooks = Recorder(self, stop_at=last - first)
            spans = self.case.spans or fresh.EPOCHS
            with suppress(Enough), patch.object(fresh, "EPOCHS", spans):
                fresh.train(WindowBatches(self), state, hooks)
            self.keep("resumed", fresh.export_state(state))
        finally:
            sys.modules.pop(fresh.__name__, None)

    def single_steps(self) -> None:
        """One step from each given state."""
        for single in self.case.singles:
            arrays = self.given_under(f"state/{single.step}")
            self.module.import_state(self.state, arrays)
            _, logs = self.module.train_step(
                self.state, self.batch(single.batch), single.step
            )
            self.keep(f"single/{single.step}", self.module.export_state(self.state))
            logs.pop("gradient_norm", None)
            self.put_logs(f"single_logs/{single.step}", logs)
