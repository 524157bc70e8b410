"""The words of the language that are no constructs: what each statement says."""

from __future__ import annotations

from .statement import Statement
from .types_and_units import TYPES_AND_UNITS

__all__ = ["STATEMENTS", "Statement"]


_ALL = (
    Statement(
        "nnspec",
        "first line of a file",
        "The version of the language; it may be left out.",
        "nnspec 1",
    ),
    Statement(
        "param",
        "declaration of a file",
        "A value with a name, which --set NAME=VALUE replaces. Types are int, float, bool"
        " and str; numbers may have a range, texts a choice.",
        "param width: int[1..512] = 300",
    ),
    Statement(
        "import",
        "declaration of a file",
        "Brings in the declarations of another file, which lies in the folder of the spec or"
        " below it. Its path is from the file that names it.",
        'import "blocks.nnspec"',
    ),
    Statement(
        "block",
        "declaration of a file",
        "Layers with parameters, used by that name in the place of a layer. Types of"
        " parameters are those of params, and activation, initializer, regularizer and"
        " constraint. In it, input names what flows into it.",
        "block Unit(n: int, act: activation = relu) { Dense(n); Activation(act) }",
    ),
    Statement(
        "repeat",
        "statement of a model or a block",
        "Its body so many times, or once for each number from the first to the last. A name"
        " that is given in it has the number behind it: h_1, h_2, …",
        "repeat 3 { Dense(32) }        repeat i in 1..3 { h = Dense(32 * i) }",
    ),
    Statement(
        "if",
        "statement of a model or a block",
        "Chooses by a comparison, or by a param that is true or false. In what is not chosen"
        " only that is looked at which no param can change.",
        "if depth > 2 { Dropout(0.2) } else { Dense(8) }",
    ),
    Statement(
        "residual",
        "statement of a sequential model or a block",
        "What its body makes of what flows in, plus what flows in, or plus what a shortcut in"
        " it makes of that.",
        "residual { Dense(8); Dense(8) }",
    ),
    Statement(
        "shortcut",
        "statement of a residual",
        "The layers that what flows in goes through before it is added, where shapes differ.",
        "residual { Dense(8); shortcut { Dense(8) } }",
    ),
    Statement(
        "assert",
        "statement of a model, a block or a train block",
        "Demands something: params, trainable, layers, memory, NAME.shape, or a param.",
        "assert params < 1_000_000        assert output.shape == [10]",
    ),
    Statement(
        "defaults",
        "declaration of a file, a model or a block",
        "Arguments that layers of a kind take where they give none themselves; the nearest"
        " win.",
        "defaults Dense { kernel_initializer = he_normal }",
    ),
    Statement(
        "model",
        "declaration of a file",
        "Inputs, layers and outputs. With one input and no output statement it is a"
        " sequence of layers from top to bottom.",
        "model Net { input x: float32[4]; Dense(1) }",
    ),
    Statement(
        "input",
        "statement of a model, or of data",
        "In a model: an input with its type and the sizes of one example. In data: which"
        " fields of the source that input gets.",
        'input image: float32[28, 28, 1]        input image = array("pixels")',
    ),
    Statement(
        "output",
        "statement of a model",
        "A flow whose result is an output. Its loss, metrics and target go by its name; that"
        " of a sequence is called output.",
        "output price = hidden -> Dense(1)",
    ),
    Statement(
        "reuse",
        "statement of a model",
        "A part of the model of a training, or of a run, as a layer: with the weights that"
        " training left, copied. to and from name the layers, or blocks, at its ends, except"
        " leaves layers out. A model without inputs has those of the part.",
        'reuse body = first to hidden        reuse body = from "runs/first" except "dense_3"',
    ),
    Statement(
        "target",
        "statement of data",
        "Which fields of the source an output is compared with. What it must hold follows"
        " from the loss.",
        'target price = column("price")',
    ),
    Statement(
        "sample_weight",
        "statement of data",
        "The field that weighs the examples in the loss.",
        'sample_weight = column("weight")',
    ),
    Statement(
        "column",
        "binding of a csv source",
        "A column of the table as the values of an input or a target.",
        'target price = column("price")',
    ),
    Statement(
        "columns",
        "binding of a csv source",
        "Several columns side by side, or a run of them from one to another.",
        'input x = columns("age", "rooms")        input x = columns("first" .. "last")',
    ),
    Statement(
        "array",
        "binding of npz and built-in sources",
        "An array of the source as the values of an input or a target.",
        'input image = array("pixels")',
    ),
    Statement(
        "loss",
        "statement of a train block",
        "What training makes small for an output; the sum of all losses by their weights is"
        " minimised.",
        "loss = mse        loss price = mse(weight = 0.9)",
    ),
    Statement(
        "metrics",
        "statement of a train block",
        "Figures of an output that are reported for each epoch; training does not depend on"
        " them.",
        "metrics = [accuracy]        metrics price = [mae]",
    ),
    Statement(
        "phase",
        "statement of a train block",
        "A stretch of training. Phases run one after the other; optimizer, epochs, freeze"
        " and callbacks of the train block are those of phases that give none. Epochs and"
        " updates count on, so that order and masks never repeat; the optimizer with all"
        " its slots, its schedule and early stopping begin anew in each phase. Where"
        " early stopping restores the best weights it does so at the end of its phase,"
        " and the next one begins with them.",
        'phase head { freeze = ["base/*"]; epochs = 4; optimizer = sgd(0.001) }',
    ),
    Statement(
        "freeze",
        "setting of a train block or a phase",
        "Layers and weights that are left as they are: names, or patterns in quotes in"
        " which * stands for any text, slashes too, ? for one sign and [abc] for one of"
        " these. A frozen weight is not updated and not projected, its penalty is not in"
        " the loss, and it has no part in global_clipnorm. A BatchNormalization that is"
        " frozen as a whole computes with its moving statistics and does not move them.",
        'freeze = [hidden1, "base/*", "dense_1/kernel"]',
    ),
    Statement(
        "allow",
        "statement of any block",
        "Silences a warning or note of a rule in its block, with the reason.",
        'allow(regularized-bias, "the bias is the whole model")',
    ),
    Statement(
        "none",
        "value",
        "Nothing, for arguments that may be left open.",
        "Dense(3, kernel_regularizer = none)",
    ),
    Statement(
        "for",
        "value of a schedule",
        "A rate and how long it holds.",
        "piecewise_constant(0.01 for 5 epochs, 0.001)",
    ),
)

#: Statements and other words by the word.
STATEMENTS: dict[str, Statement] = {
    item.word: item for item in (*_ALL, *TYPES_AND_UNITS)
}
