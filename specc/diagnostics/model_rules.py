"""Rules about blocks and models: what belongs where, flows, shapes, memory."""

from __future__ import annotations

from .model import Level
from .rule import Rule

__all__ = ["MODEL_RULES"]

MODEL_RULES: tuple[Rule, ...] = (
    Rule(
        "not-yet",
        "this part of the language is not compiled yet",
        "The statement is one of the language's, but this version does not compile it."
        " The message says how to write the same without it.",
    ),
    Rule(
        "misplaced-statement",
        "the statement does not belong in this block",
        "The message says what the block is made of.",
    ),
    Rule(
        "unreadable",
        "the file cannot be read as text",
        "A spec is a file of UTF-8 text.",
    ),
    Rule(
        "missing-input",
        "a model has no input",
        "`input image: float32[28, 28]` names an input, and gives the shape of one"
        " example; the batch is never written.",
    ),
    Rule(
        "missing-output",
        "a model with several inputs has no output",
        "A model with one input is read from top to bottom, and its last layer is the"
        " output. One with several inputs says what its outputs are:"
        " `output price = Concatenate(wide, deep) -> Dense(1)`.",
    ),
    Rule(
        "missing-source",
        "nothing, or too little, flows into a layer",
        "In a model with several inputs, or with an output statement, every flow starts"
        " from a name. Layers that join flows take two of them or more.",
    ),
    Rule(
        "assertion-failed",
        "something that the spec asserts does not hold",
        "`assert params < 1_000_000` or `assert output.shape == [10]` demands something of a"
        " model, or of a training; the message tells the figures that were found.",
    ),
    Rule(
        "empty-file",
        "a file declares nothing",
        "A spec declares models, data and trainings; specc init writes one to begin with.",
        Level.NOTE,
    ),
    Rule(
        "empty-model",
        "a model has no layers",
        "A model computes its output from its input by one layer at least.",
    ),
    Rule(
        "unused-input",
        "an input leads nowhere",
        "Nothing takes the input, so no output can depend on it. Frameworks drop such"
        " inputs in different ways, so they are an error.",
    ),
    Rule(
        "unused-flow",
        "a flow leads to no output",
        "No output depends on the result of this layer, so no gradient reaches its"
        " weights. Join it to a flow that is used, make it an output, or leave it out.",
    ),
    Rule(
        "reuse-part",
        "what reuse takes is no connected part with one output",
        "A part of a trained model stands in the place of one layer: its layers lead to"
        " one another, and one result comes out of them. to NAME ends it at a layer, from"
        " NAME begins it at one, except leaves layers out.",
    ),
    Rule(
        "shape-mismatch",
        "shapes do not fit",
        "The shapes that reach a layer do not suit it, or an input or a target has"
        " another number of entries than the data. Shapes are those of one example,"
        " with channels last.",
    ),
    Rule(
        "ambiguous-size",
        "a size could be a param or a name of its own",
        "A name in the shape of an input is the value of the param of that name; where there"
        " is none, it names a size that is known only at run time: `float32[time, 16]`.",
    ),
    Rule(
        "memory-budget",
        "training would need more memory than is allowed",
        "Weights, gradients, the optimizer's slots and the results of all layers for a"
        " batch are counted before anything is made. --memory-budget raises the limit of"
        " 16 GiB.",
    ),
    Rule(
        "refused",
        "the backend cannot compute this exactly",
        "A backend either computes what the construct's formula says, or refuses it."
        " `specc explain` and the construct's keyword shows the formula.",
    ),
    Rule(
        "unused-param",
        "a param, or a parameter of a block, is used nowhere",
        "Setting it would change nothing.",
        Level.WARNING,
    ),
    Rule(
        "unused-data",
        "a data block is used by no training",
        "Where a spec trains something, data that nothing is trained on is probably left"
        " over, or a training names another by mistake.",
        Level.WARNING,
    ),
    Rule(
        "unused-block",
        "a block is used nowhere",
        "A block is used by its name in the place of a layer: `ConvUnit(16)`. In a block"
        " that nothing uses, only what is wrong whatever its arguments are is reported: no"
        " shapes. The blocks of a file without models are for specs that import it.",
        Level.WARNING,
    ),
    Rule(
        "unused-defaults",
        "defaults are for layers that there are none of",
        "Setting them changes nothing. Defaults in a model hold for that model, those of"
        " the file for all its models.",
        Level.WARNING,
    ),
    Rule(
        "unused-allow",
        "an allow silences nothing",
        "Nothing in the block breaks the rule any more, so the exception should go.",
        Level.WARNING,
    ),
)
