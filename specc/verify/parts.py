"""The names of the parts of a comparison: what is compared, in the order of a program."""

from __future__ import annotations

__all__ = [
    "AFTER",
    "AFTER_A_STEP",
    "AFTER_STEPS",
    "ALONE",
    "AT_REST",
    "AT_THE_END",
    "BEFORE",
    "BEGINNING",
    "BUILT_STATE",
    "BUILT_WEIGHTS",
    "CLIPPED",
    "DECIDED",
    "EXACT",
    "FIGURES",
    "FIGURES_OF_A_STEP",
    "FIGURES_OF_EPOCHS",
    "FIGURES_OF_STEPS",
    "FUNCTION",
    "GRADIENTS",
    "HALVED",
    "HALVED_GRADIENTS",
    "HELD_OUT",
    "INITIAL",
    "LAWS",
    "LOOKS",
    "MODES",
    "ODD",
    "OUTPUTS",
    "OUTPUTS_AFTER",
    "PENALTY",
    "PREDICTIONS",
    "PULLED",
    "RELATIONS",
    "RESUMED",
    "REUSED",
    "SEEDED",
    "SETTINGS",
    "SOLO",
    "STATES",
    "STEPS",
    "STEP_FIGURES",
    "TURNED",
    "TURNED_GRADIENTS",
    "UPDATES",
]

MODES = ("inference", "training")

# Before anything is computed
SETTINGS = "settings"
REUSED = "reused weights"
INITIAL = "initial weights"
LAWS = "distribution of initial weights"
BUILT_STATE = "built state"
BUILT_WEIGHTS = "built weights"
BEGINNING = (REUSED, INITIAL, LAWS, BUILT_STATE, BUILT_WEIGHTS)
BEFORE = (SETTINGS, *BEGINNING)

# At rest: nodes by themselves, forward and backward, then the model
SOLO = tuple(f"nodes alone in {mode}" for mode in MODES)
PULLED = tuple(f"nodes alone, backward in {mode}" for mode in MODES)
ALONE = (*SOLO, *PULLED)
OUTPUTS = tuple(f"outputs in {mode}" for mode in MODES)
PREDICTIONS = "predictions"
PENALTY = "penalty"
FIGURES = tuple(f"figures in {mode}" for mode in MODES)
GRADIENTS = "gradients"
CLIPPED = "clipped gradients"
#: What is compared of a look at rest, and where readings have it.
LOOKS = (
    (OUTPUTS[0], "inference"),
    (OUTPUTS[1], "training"),
    (PREDICTIONS, "predict"),
    (PENALTY, "penalty"),
    (FIGURES[0], "evaluate"),
    (FIGURES[1], "train"),
    (GRADIENTS, "raw"),
    (CLIPPED, "clipped"),
)
TURNED = "predictions in another order"
HALVED = "predictions in halves"
TURNED_GRADIENTS = "gradients in another order"
HALVED_GRADIENTS = "gradients in halves"
RELATIONS = (TURNED, HALVED, TURNED_GRADIENTS, HALVED_GRADIENTS)
SEEDED = "outputs under another seed"
AT_REST = (*ALONE, *(name for name, _ in LOOKS), *RELATIONS, SEEDED)

# Training
DECIDED = "decisions"
AFTER_A_STEP = "state after a step"
FIGURES_OF_A_STEP = "figures of a step"
AFTER_STEPS = "state after steps"
FIGURES_OF_STEPS = "figures of steps"
#: Compared step by step, up to the first that is wrong.
STEPS = (FIGURES_OF_STEPS, AFTER_STEPS)
#: Steps on degenerate batches.
ODD = "state after a step, odd batches"
FIGURES_OF_EPOCHS = "figures of epochs"
HELD_OUT = "held-out figures"
AT_THE_END = "state at the end"
RESUMED = "state after resuming"
UPDATES = "updates from given gradients"
OUTPUTS_AFTER = tuple(f"outputs in {mode} after training" for mode in MODES)
#: What a model computes from weights that trainings of zero gradients have moved.
FUNCTION = "training function"
STATES = (AFTER_STEPS, AFTER_A_STEP)
STEP_FIGURES = (FIGURES_OF_STEPS, FIGURES_OF_A_STEP)
AFTER = (
    DECIDED,
    AFTER_A_STEP,
    FIGURES_OF_A_STEP,
    AFTER_STEPS,
    FIGURES_OF_STEPS,
    ODD,
    FIGURES_OF_EPOCHS,
    HELD_OUT,
    AT_THE_END,
    RESUMED,
    UPDATES,
    *OUTPUTS_AFTER,
    FUNCTION,
)
#: Parts of these that no rounding of a training that went before can excuse.
EXACT = (DECIDED, RESUMED, UPDATES)
