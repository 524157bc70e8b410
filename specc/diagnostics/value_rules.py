"""Rules about arguments and values: how many, of what type, how large, in what unit."""

from __future__ import annotations

from .rule import Rule

__all__ = ["VALUE_RULES"]

VALUE_RULES: tuple[Rule, ...] = (
    Rule(
        "missing-argument",
        "something that has no default is not given",
        "The construct needs this argument, or the statement this part, and there is no"
        " value that would suit all specs.",
    ),
    Rule(
        "duplicate-argument",
        "one argument is given twice",
        "An argument, a setting, a loss or a callback was given before, by name or by its"
        " position. Leave one of them out.",
    ),
    Rule(
        "too-many-arguments",
        "a value without a name has no place",
        "Only a construct's first arguments may be given without their names: Dense(300),"
        " but Dense(300, activation = relu).",
    ),
    Rule(
        "conflicting-arguments",
        "arguments that exclude or need each other",
        "Each value is right by itself, but not beside another: two ways to clip, for"
        " example, nesterov without momentum, or an initializer for a bias that"
        " use_bias = false leaves out.",
    ),
    Rule(
        "wrong-type",
        "the value is not of the type that its place takes",
        "Whole numbers, numbers, true and false, words, quoted texts and lists are not"
        " converted into each other; only a whole number serves as a number. The names"
        " of constructs and choices are bare words, without quotes. / gives a number and"
        " // a whole one.",
    ),
    Rule(
        "out-of-range",
        "the value lies outside of what is allowed",
        "The message names the bound. Bounds are those within which the construct's"
        " formula has a meaning.",
    ),
    Rule(
        "invalid-value",
        "the value does not suit the argument",
        "The message says what the argument asks for.",
    ),
    Rule(
        "missing-unit",
        "a quantity lacks its unit",
        "Times are given in epochs or steps, parts of a data set in % or examples,"
        " because 20 could mean either. A setting that is itself named for its unit"
        " (epochs = 20) takes a bare count.",
    ),
    Rule(
        "wrong-unit",
        "the quantity is measured in other units",
        "Times are given in epochs or steps, parts of a data set in % or examples.",
    ),
    Rule(
        "unexpected-unit",
        "a plain number is asked for",
        "The argument has no unit, or is itself named for it: epochs = 20.",
    ),
    Rule(
        "arithmetic",
        "an expression has no value",
        "It divides by zero, takes a root of a negative number, or uses an operator that"
        " the language does not have.",
    ),
    Rule(
        "number-too-large",
        "a number is too large",
        "Whole numbers go up to 2**63 − 1, the largest that all backends can hold;"
        " others must be finite in double precision.",
    ),
    Rule(
        "too-much-work",
        "the file goes beyond a limit of the compiler",
        "A file may have 1 MiB, its models 25,000 layers, and its expressions half a"
        " million parts, so that every compilation ends.",
    ),
    Rule(
        "cycle",
        "things depend on each other in a circle",
        "A flow cannot flow into itself, be it through others, and the default of a param"
        " cannot need itself.",
    ),
)
