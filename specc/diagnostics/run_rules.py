"""The rules about runs: what can go wrong while a program is trained or used."""

from __future__ import annotations

from .model import Level
from .rule import Rule

__all__ = ["RUN_RULES"]

RUN_RULES: tuple[Rule, ...] = (
    Rule(
        "backend-missing",
        "the framework of a backend is not installed",
        "A program of a backend runs on its framework, which is an extra of specc.",
    ),
    Rule(
        "device-missing",
        "the machine lacks the device that was asked for",
        "cuda needs an NVIDIA card, its driver, and a framework built for it.",
    ),
    Rule(
        "threads-fixed",
        "a framework cannot change its number of threads any more",
        "TensorFlow fixes the number of threads when it first computes. Another number"
        " needs another process.",
    ),
    Rule(
        "run-exists",
        "the folder for a run is taken",
        "A run never writes over another one unless --force is given, and never over"
        " anything that is no run. With --force the older run is removed when the start of"
        " the new one is written, and only if nothing but a run is in its folder.",
    ),
    Rule(
        "run-unwritable",
        "the folder of a run cannot be written",
        "The disk is full, or the folder may not be changed. A run that had started can"
        " be resumed from its newest checkpoint.",
    ),
    Rule(
        "run-unreadable",
        "a folder holds no run, or a damaged one",
        "A run folder holds run.json, ir.json, the program that ran and weights whose"
        " checksums agree with what was written. Only the last line of history.jsonl may"
        " be cut short, by a crash.",
    ),
    Rule(
        "run-unfinished",
        "a run did not come to its end, or has lost its last weights",
        "It was interrupted, failed, was killed, or is still running. The weights are those"
        " after its last finished epoch, or in its first one those of the last step; where"
        " none were written, those of its newest checkpoint. specc train --resume goes on"
        " with it.",
        Level.WARNING,
    ),
    Rule(
        "run-differs",
        "a run cannot go on with another spec or other data",
        "Resuming continues the same training, so that resumed and uninterrupted runs"
        " end with the same weights. Only the number of epochs may change.",
    ),
    Rule(
        "no-trained-run",
        "no run has the weights that a model reuses",
        "A training that reuses another begins with what a run of that one ended with: the"
        " newest in runs/ that has come to its end and is of this very spec. Train that"
        " one first, or name a run with --reuse TRAINING=DIR.",
    ),
    Rule(
        "reuse-differs",
        "the run whose weights are reused is not that of the spec",
        "The weights fit, but their training was for other epochs, or of another spec,"
        " than the one that this spec reuses. The run that they were taken from is kept in"
        " run.json.",
        Level.WARNING,
    ),
    Rule(
        "reuses-run",
        "which run trained weights are taken from",
        "A copy of them is kept in the folder of the new run, so that it can be resumed and"
        " used when the other one is gone. The other run stays as it is.",
        Level.NOTE,
    ),
    Rule(
        "run-data-changed",
        "the data is not that of the training",
        "The fingerprint of the data differs from that in run.json: a file or a package"
        " changed, and with it perhaps which rows are held back. Figures are those of the"
        " data as it is now, transformed as that of the training was.",
        Level.WARNING,
    ),
    Rule(
        "run-no-part",
        "the data has no such part",
        "A test or validation part exists only where the data block asks for it.",
    ),
    Rule(
        "run-input",
        "the inputs of a prediction do not fit the model",
        "A prediction needs an array for each input of the model, by its name; their"
        " first axes count the same examples. They are raw: the transforms fitted in"
        " training are applied to them.",
    ),
    Rule(
        "run-no-dropout",
        "Monte-Carlo dropout needs a model with dropout",
        "Its samples are passes with dropout at work and all else as in inference. Without"
        " dropout they are all the same.",
        reference="Gal and Ghahramani 2016, arXiv:1506.02142",
    ),
    Rule(
        "run-interrupted",
        "Ctrl-C ended a run, or its process was told to end",
        "What the last finished epoch left is kept, as a checkpoint and as the last weights;"
        " the epoch that was cut is trained again by specc train --resume. In the first epoch"
        " the weights of the last whole step are kept, and resuming begins anew.",
        Level.NOTE,
    ),
    Rule(
        "run-resumed",
        "from which epoch a run goes on",
        "It goes on from its newest checkpoint. Epochs after that one, as a run that was"
        " killed may have, are trained again, with the same figures.",
        Level.NOTE,
    ),
    Rule(
        "checkpoint-damaged",
        "a checkpoint is not what was written",
        "Its files do not agree with its manifest; the one before it is used. Without any"
        " whole one a run does not go on.",
        Level.WARNING,
    ),
    Rule(
        "loss-not-finite",
        "the loss, or the norm of gradients that are clipped, is not a finite number",
        "Usually updates are too large: the learning rate is too high, or gradients"
        " explode. The place named is the first layer whose output is not finite."
        " on_nan = continue trains on regardless.",
    ),
    Rule(
        "out-of-memory",
        "the memory does not suffice",
        "Memory grows with batch_size, with the sizes of layers and with the data.",
    ),
)
