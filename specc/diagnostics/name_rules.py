"""Rules about names: words that stand for nothing, or for two things."""

from __future__ import annotations

from .rule import Rule

__all__ = ["NAME_RULES"]

#: The families whose members a spec names, with an example of each.
_FAMILIES = {
    "layer": "Dense",
    "activation": "relu",
    "initializer": "he_normal",
    "regularizer": "l2",
    "constraint": "max_norm",
    "loss": "mse",
    "metric": "accuracy",
    "optimizer": "sgd",
    "schedule": "exponential_decay",
    "callback": "early_stopping",
    "source": "digits",
    "transform": "standardize",
}


def _unknown(family: str, example: str) -> Rule:
    article = "an" if family[0] in "aeiou" else "a"
    return Rule(
        f"unknown-{family}",
        f"no {family} has this name",
        f"The word stands where {article} {family} such as {example} is named, but there"
        f" is none called so. `specc catalog {family}` lists them all. Names of other"
        " libraries are not taken over; the message says what theirs is called here.",
    )


NAME_RULES: tuple[Rule, ...] = (
    *(_unknown(family, example) for family, example in _FAMILIES.items()),
    Rule(
        "unknown-argument",
        "a construct has no argument of this name",
        "Arguments are named as in Keras. `specc explain` followed by the construct's"
        " keyword lists those it takes.",
    ),
    Rule(
        "unknown-setting",
        "a block has no setting of this name",
        "data and train blocks take a fixed set of `key = value` settings, and this key"
        " is none of them. On the command line the same keys are options.",
    ),
    Rule(
        "unknown-training",
        "no training has this name",
        "reuse takes a part of the model of a training: of a train block of this spec or"
        ' of what it imports, by its name, or of a run elsewhere, from "FOLDER". Without'
        " a name of its own a training is called as its model.",
    ),
    Rule(
        "unknown-value",
        "a choice has no such word",
        "The argument takes one of a few words, which the message lists.",
    ),
    Rule(
        "unknown-name",
        "no input, flow, binding or field has this name",
        "Flows and inputs are known within their model, bindings and fields within their"
        " data block. Names made for layers without one (dense_1) change when layers are"
        " added; to refer to a layer, give it a name: hidden = Dense(30).",
    ),
    Rule(
        "unknown-param",
        "no param has this name",
        "A bare word in arithmetic is the name of a param of the file; --set takes those"
        " names too.",
    ),
    Rule(
        "unknown-model",
        "no model block has this name",
        "`train Model on Data` names a model block of the same file.",
    ),
    Rule(
        "unknown-data",
        "no data block has this name",
        "`train Model on Data` names a data block of the same file.",
    ),
    Rule(
        "unknown-output",
        "the model has no output of this name",
        "`loss price = …` and `metrics price = …` name an output of the model that is"
        " trained. The only output of a sequential model is called output.",
    ),
    Rule(
        "unknown-field",
        "the data set has no field of this name",
        "The fields of a built-in set are listed by `specc explain` and its name.",
    ),
    Rule(
        "unknown-figure",
        "the history has no such figure",
        "A training records loss, each metric by its keyword, and with a validation part"
        " the same with val_ before it. With several outputs there are NAME_loss and"
        " NAME_METRIC for each output.",
    ),
    Rule(
        "unknown-rule",
        "no rule that can be allowed has this name",
        "allow takes the slug of a rule that warns or notes, as messages show it in"
        " brackets. Errors cannot be allowed.",
    ),
    Rule(
        "unknown-type",
        "no type has this name",
        "Inputs are float32 with their sizes: float32[28, 28]. Params are int, float,"
        " bool or str.",
    ),
    Rule(
        "unknown-version",
        "this version of the language is not known",
        "`nnspec 1` names the version of the language that a file is written in. A newer"
        " specc may know it.",
    ),
    Rule(
        "duplicate-name",
        "two things have one name",
        "Within a file, models, data, trainings and params each have names of their own;"
        " within a model, inputs, layers, flows and outputs do.",
    ),
    Rule(
        "name-clash",
        "two names cannot be told apart where they are used",
        "Names become attributes, keys of arrays and of the history, and parts of paths"
        " of files, some of which do not distinguish case. So names may not differ in"
        " case alone, and no two figures or arrays may get one key.",
    ),
    Rule(
        "reserved-name",
        "the name has a meaning of its own",
        "true, false, none and not are words of the language wherever a name could stand."
        " A layer's keyword cannot name a flow, and ids is the name of the row numbers"
        " that every batch carries.",
    ),
)
