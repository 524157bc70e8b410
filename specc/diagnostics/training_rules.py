"""Rules about joining models, data and training: bindings, losses, metrics."""

from __future__ import annotations

from .model import Level
from .rule import Rule

__all__ = ["TRAINING_RULES"]

TRAINING_RULES: tuple[Rule, ...] = (
    Rule(
        "unbound",
        "an input or output gets no field of the data",
        "A single input and a single target of a built-in set bind by themselves; fields"
        " of files bind by name. Everything else is bound in the data block:"
        ' `input wide = columns("age", "rooms")`, `target price = column("price")`,'
        ' `input image = array("pixels")`.',
    ),
    Rule(
        "unused-binding",
        "the model has no use for a binding",
        "The data block binds a name that the model does not have. That is no fault where"
        " several models share the data; otherwise the name may be misspelled.",
        Level.NOTE,
    ),
    Rule(
        "unknown-frozen",
        "freeze names no layer and no weight",
        'freeze takes names of layers and of weights (`dense_1`, `"dense_1/kernel"`), or'
        " patterns of them: `*` stands for any text, with its slashes, `?` for one sign,"
        ' `[abc]` for one of these: `freeze = ["base/*", "hidden[12]"]`. `specc summary`'
        " shows the layers.",
    ),
    Rule(
        "nothing-trained",
        "everything is frozen",
        "A training, and each of its phases, changes at least one weight.",
    ),
    Rule(
        "unused-setting",
        "a setting that every phase replaces",
        "Optimizer, epochs, freeze and callbacks of a train block are those of its phases"
        " that have none of their own. Where every phase has its own, nothing takes them.",
        Level.WARNING,
    ),
    Rule(
        "rate-set-twice",
        "a callback sets a learning rate that a schedule changes by itself",
        "`reduce_on_plateau` lowers the rate that is in force, and a schedule says what it"
        " is at every update: both together would mean nothing. The optimizer then has a"
        " number, `sgd(0.1)`, or the training no such callback. Of several phases each can"
        " have its own.",
    ),
    Rule(
        "missing-loss",
        "an output has no loss",
        "Training makes a loss small; every output needs one. With several outputs each"
        " is named: `loss price = mse(weight = 0.9)`.",
    ),
    Rule(
        "which-output",
        "it is not said which output is meant",
        "In a model with several outputs, `loss = …` and `metrics = …` name theirs:"
        " `loss price = mse`.",
    ),
    Rule(
        "loss-activation-mismatch",
        "the loss does not suit the activation of the output",
        "Cross-entropies take probabilities: binary_crossentropy those of sigmoid,"
        " categorical_crossentropy and sparse_categorical_crossentropy those of softmax."
        " They are computed from the input of that activation, which loses no precision."
        " An output without it holds logits; from_logits = true says so.",
        reference="Goodfellow et al. 2016, Deep Learning, §6.2.2",
    ),
    Rule(
        "double-activation",
        "a loss from logits on an output that is no logits",
        "With from_logits = true the loss applies softmax or sigmoid itself. On top of an"
        " output that has it already, training still runs, but learns slowly and badly.",
        reference="Goodfellow et al. 2016, Deep Learning, §6.2.2",
    ),
    Rule(
        "loss-target-mismatch",
        "the targets are not what the loss takes",
        "sparse_categorical_crossentropy takes class numbers, categorical_crossentropy"
        " rows with a single one (one_hot in the data block makes them),"
        " binary_crossentropy zeros and ones, mse any numbers.",
    ),
    Rule(
        "wrong-classes",
        "the number of classes is not that of the data",
        "An output of softmax has a unit for each class number from 0. One more than the"
        " source has classes is never right, one too few cannot say the last class. Where"
        " keep leaves out classes, units up to the largest number left are enough.",
    ),
    Rule(
        "metric-mismatch",
        "a metric means nothing beside the loss",
        "accuracy counts right classes, mae measures errors of numbers.",
    ),
)
