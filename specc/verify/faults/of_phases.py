"""Faults in what happens at the boundaries of phases, and in what these freeze."""

from __future__ import annotations

from .edits import in_definition, remove, swap
from .fault import Family, Fault, Planter

__all__ = ["PHASE_FAULTS"]


def _everywhere(backend: str) -> list[Fault]:
    """Faults in the parts that all backends write alike."""
    loop = Planter(backend, Family.LOOP)
    state = Planter(backend, Family.STATE)
    gradient = Planter(backend, Family.GRADIENTS)
    return [
        loop(
            "a schedule that is not restarted with a phase",
            "phases",
            in_definition("rate_at", swap(r"step - state\.phase_step", "step")),
            "learning rate",
            "optimizer",
        ),
        loop(
            "the rate of the first phase in all phases",
            "phases",
            in_definition("rate_at", swap(r"state\.phase\)", "0)")),
            "learning rate",
            "optimizer",
        ),
        loop(
            "an optimizer that is not renewed",
            "phases",
            in_definition(
                "begin_phase",
                swap(r"^    (state\.optimizer = .*)$", r"    if number < 2: \1"),
            )
            if backend == "torch"
            else in_definition(
                "begin_phase",
                swap(
                    r"^    with (.*):\n +(state\.optimizer = .*)\n +(.*build.*)$",
                    r"    if number < 2:\n        \2\n        \3",
                ),
            ),
            "optimizer",
            "stage resume",
        ),
        loop(
            "a phase that is left out",
            "phases",
            in_definition(
                "train", swap(r"begin_phase\(state, .*\)", "begin_phase(state, 2)")
            ),
            "optimizer",
            "learning rate",
            "epoch loop",
            "dense",
        ),
        loop(
            "phases in another order",
            "phases",
            in_definition(
                "train",
                swap(
                    r"begin_phase\(state, (.*)\)",
                    r"begin_phase(state, (0, 2, 1)[\1])",
                ),
            ),
            "epoch loop",
            "learning rate",
            "optimizer",
        ),
        loop(
            "best weights not restored at the end of a phase",
            "phases",
            in_definition(
                "train", swap(r"^( +)import_weights\(state, .*\)$", r"\1pass")
            ),
            "early_stopping, best weights",
        ),
        loop(
            "early stopping of the phase before",
            "phases",
            in_definition(
                "begin_phase", swap(r"new_stopping\(number\)", "new_stopping(0)")
            ),
            "early_stopping",
            "epoch loop",
        ),
        loop(
            "early stopping that counts the epochs of all phases",
            "phases",
            in_definition(
                "train_epoch", swap(r"state\.epoch - state\.phase_epoch", "state.epoch")
            ),
            "early_stopping",
        ),
        loop(
            "a phase that counts the epochs of all phases",
            "phases",
            in_definition(
                "phase_ended", swap(r"state\.epoch - state\.phase_epoch", "state.epoch")
            ),
            "epoch loop",
            "early_stopping",
            "optimizer",
            "dense",
        ),
        loop(
            "an order that begins anew with each phase",
            "phases",
            in_definition(
                "train_epoch",
                swap(
                    r"batches\.epoch\(state\.epoch\)",
                    "batches.epoch(state.epoch - state.phase_epoch)",
                ),
            ),
            "epoch loop",
        ),
        loop(
            "masks that begin anew with each phase",
            "phases",
            in_definition(
                "train_step",
                swap(r"batch, step\)$", "batch, step - state.phase_step)"),
            ),
            "dense",
            "optimizer",
            "batch_normalization",
        ),
        gradient(
            "clipping as the first phase does",
            "phases",
            swap(r"clip_gradients\((\w+), state\.phase\)", r"clip_gradients(\1, 0)"),
            "optimizer",
            "epoch loop",
        ),
        state(
            "an imported state that does not begin its phase",
            "phases",
            in_definition("import_state", remove(r"begin_phase\(.*\)")),
            "exported state",
            "optimizer",
            "train",
        ),
        state(
            "a state that does not say when its phase began",
            "phases",
            swap(r", \"phase_step\", ", ", "),
            "optimizer",
        ),
        state(
            "one weight less that is frozen",
            "phases",
            swap(r"^( +)\"dense_2/bias\",$", r"\1"),
            "dense_2",
            "optimizer",
        ),
    ]


def _in_torch() -> list[Fault]:
    loop = Planter("torch", Family.LOOP)
    loss = Planter("torch", Family.LOSSES)
    return [
        loop(
            "a bias correction that counts the updates of all phases",
            "phases",
            in_definition("prepare_update", remove(r"step -= .*")),
            "optimizer",
            "learning rate",
        ),
        loop(
            "frozen weights that are updated",
            "phases",
            in_definition(
                "trained_parameters",
                swap(
                    r"\{path: w for path, w in weights\.items\(\) if .*\}",
                    "{path: w.requires_grad_() for path, w in weights.items()}",
                ),
            ),
            "optimizer",
            "dense",
        ),
        loop(
            "a frozen normalization that moves its statistics",
            "phases",
            in_definition("begin_phase", remove(r"state\.model\.resting = .*")),
            "batch_normalization_1",
        ),
        loop(
            "a normalization that stays frozen",
            "phases",
            in_definition("begin_phase", swap(r"RESTING\[number\]", "RESTING[0]")),
            "batch_normalization_1",
        ),
        loss(
            "the penalty of a frozen weight",
            "phases",
            in_definition("penalty", swap(r"if .*requires_grad:", "if True:")),
            "penalty",
            "dense_1",
        ),
        loop(
            "the constraint of a frozen weight",
            "phases",
            in_definition(
                "apply_constraints", swap(r"if .*requires_grad:", "if True:")
            ),
            "dense_1",
        ),
    ]


def _in_keras() -> list[Fault]:
    loop = Planter("keras", Family.LOOP)
    return [
        loop(
            "a bias correction that counts the updates of all phases",
            "phases",
            in_definition("train_step", swap(r"step - state\.phase_step", "step")),
            "optimizer",
            "learning rate",
        ),
        loop(
            "frozen weights that are updated",
            "phases",
            in_definition(
                "freeze", swap(r"weight\.trainable = .*", "weight.trainable = True")
            ),
            "optimizer",
            "dense",
        ),
        loop(
            "a frozen normalization that moves its statistics",
            "phases",
            in_definition("freeze", swap(r"layer\.trainable = .*", "pass")),
            "batch_normalization_1",
        ),
        loop(
            "graphs of the phase before",
            "phases",
            in_definition("begin_phase", remove(r"state\.compiled\.clear\(\).*")),
            "figures in inference",
        ),
    ]


#: Faults of phases in both backends.
PHASE_FAULTS: list[Fault] = [
    *_everywhere("torch"),
    *_everywhere("keras"),
    *_in_torch(),
    *_in_keras(),
]
