"""What is seen of a program at rest: settings, initial state, nodes, outputs, gradients."""

from __future__ import annotations

import numpy as np

from .protocol import Arrays, Probe
from .workplace import Workplace

__all__ = ["CONSTANTS", "Looking"]

#: What every program that trains says of itself.
CONSTANTS = (
    "SEED",
    "BATCH_SIZE",
    "EPOCHS",
    "SHUFFLE",
    "PRECISION",
    "INPUTS",
    "TARGETS",
)


class Looking(Workplace):
    """The stages before any training."""

    def constants(self) -> None:
        """Write down the settings that the module carries."""
        found = {name: getattr(self.module, name) for name in CONSTANTS}
        found["PHASES"] = getattr(self.module, "PHASES", None)
        found["SAMPLE_WEIGHT"] = getattr(self.module, "SAMPLE_WEIGHT", None)
        self.figures["constants"] = found

    def build(self) -> None:
        """Initial weights, as they are drawn and as the built model has them."""
        seed, reused = self.module.SEED, self.reused()
        self.keep("initial", self.module.initial_weights(seed, **reused))
        self.state = self.module.init_state(
            dtype=self.case.precision,
            device="cpu",
            seed=seed,
            **self.known(),
            **reused,
        )
        self.keep("built", self.module.export_state(self.state))

    def known(self) -> dict[str, int]:
        """What a training loop would find out, for steps that are made without one."""
        return {} if self.case.epochs else {"steps_per_epoch": self.case.rate_epoch}

    def alone(self) -> None:
        """Every node by itself: its output, and what it pulls back, in both modes."""
        if not self.case.alone:
            return
        self.begin()
        for way in ("", *self.case.strained):
            edges = self.given_under("edge")
            if way:
                edges |= self.given_under(f"strained/{way}")
            for mode, training in (("inference", False), ("training", True)):
                outputs, pulled = self.probe.nodes_alone(
                    self.module,
                    self.emission,
                    self.state,
                    self.case.alone,
                    edges,
                    self.given_under("cotangent"),
                    training,
                )
                place = f"{way and '-'}{way}/{mode}"
                self.keep(f"alone{place}", outputs)
                self.keep(f"pulled{place}", pulled)

    def look(self) -> None:
        """Outputs, loss and gradients of a model at rest."""
        for probe in self.case.probes:
            if probe.start == "built":
                arrays = self.under("built") | self.given_under("built")
                self.module.import_state(self.state, arrays)
                self.enter(probe.phase)
            else:
                self.begin(probe.phase)
            self.look_at(probe)

    def look_at(self, probe: Probe) -> None:
        """One batch: every node in both modes, predictions, figures, gradients."""
        batch, module, state = self.batch(probe.batch), self.module, self.state
        for mode, training in (("inference", False), ("training", True)):
            outputs = self.probe.node_outputs(
                module, self.emission, state, batch, training, probe.step
            )
            self.keep(f"{mode}/{probe.name}", outputs)
        self.keep(f"predict/{probe.name}", module.predict(state, batch))
        self.put_logs(f"evaluate/{probe.name}", module.evaluate_step(state, batch))
        penalty = self.probe.penalty(module, state)
        self.arrays[f"penalty/{probe.name}/penalty"] = np.array(float(penalty))
        raw, clipped, logs = self.probe.raw_gradients(module, state, batch, probe.step)
        self.keep(f"raw/{probe.name}", raw)
        self.keep(f"clipped/{probe.name}", clipped)
        self.put_logs(f"train/{probe.name}", logs)

    def relate(self) -> None:
        """What must come out alike within one program, whatever others do.

        In inference an example does not depend on the others of its batch: neither on
        their order nor on which they are. Gradients do not depend on the order where
        nothing is drawn, and are means over the examples where nothing mixes them.
        """
        if self.case.relations is None:
            return
        self.begin()
        batch = self.batch(self.case.relations.batch)
        rows = len(batch["ids"])
        turned = {name: array[::-1].copy() for name, array in batch.items()}
        cut = -(-rows // 2)
        parts = [
            {name: array[where] for name, array in batch.items()}
            for where in (slice(0, cut), slice(cut, None))
        ]
        predict = self.module.predict
        self.keep("related/whole", predict(self.state, batch))
        again = predict(self.state, turned)
        self.keep("related/turned", {n: a[::-1] for n, a in again.items()})
        halves = [predict(self.state, part) for part in parts]
        self.keep(
            "related/halves",
            {name: np.concatenate([half[name] for half in halves]) for name in again},
        )
        if not self.case.relations.symmetric:
            return
        self.keep("related/gradients", self.gradients_on(batch))
        self.keep("related/gradients turned", self.gradients_on(turned))
        if self.case.relations.additive:
            one, other = (self.gradients_on(part) for part in parts)
            mean = {n: (cut * one[n] + (rows - cut) * other[n]) / rows for n in one}
            self.keep("related/gradients of halves", mean)

    def gradients_on(self, batch: Arrays) -> Arrays:
        """Gradients before clipping, with the masks of the first update."""
        raw, _, _ = self.probe.raw_gradients(self.module, self.state, batch, 0)
        return raw
