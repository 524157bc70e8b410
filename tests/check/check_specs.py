"""Short specs for the tests of the check, and what the check says of them."""

from __future__ import annotations

from specc.diagnostics import Level, Problem, Source
from specc.ir import Network, Program
from specc.pipeline import Checked, Settings, check_source

DATA = "data Wine { source = wine; standardize }\n"
TRAIN = (
    "train Net on Wine {\n  loss = sparse_categorical_crossentropy\n"
    "  optimizer = sgd\n  epochs = 2\n}\n"
)

BASE = "  optimizer = sgd\n  epochs = 4\n"
CLASSES = f"  loss = sparse_categorical_crossentropy\n{BASE}"
PROGRESSION = "data Wine { source = diabetes; validation = 10% }\n"


def check(text: str, settings: Settings | None = None) -> Checked:
    """The check of a text."""
    return check_source(Source("test.nnspec", text), settings)


def sequential(layers: str, shape: str = "[13]") -> str:
    """A model of one input and these layers."""
    return f"model Net {{\n  input features: float32{shape}\n{layers}\n}}\n"


def with_layers(layers: str, shape: str = "[13]") -> Checked:
    """The check of a model alone."""
    return check(sequential(layers, shape))


def trained(train: str, data: str = DATA, layers: str = "") -> Checked:
    """The check of a model for wines, trained as the statements of a train block say."""
    layers = layers or "  Dense(3, activation = softmax)"
    return check(f"{sequential(layers)}{data}train Net on Wine {{\n{train}\n}}\n")


def regression(train: str, last: str = "Dense(1)") -> str:
    """A model of one number, trained as the statements of a train block say."""
    return (
        f"model Net {{\n  input features: float32[10]\n  {last}\n}}\n{PROGRESSION}"
        f"train Net on Wine {{\n{train}\n}}\n"
    )


def network(checked: Checked) -> Network:
    """The network of the only model, which must be right."""
    assert not checked.failed, checked.problems
    return checked.models[0].program.network


def program(checked: Checked) -> Program:
    """The only training, which must be right."""
    assert not checked.failed, checked.problems
    (found,) = checked.programs
    return found.program


def rules(checked: Checked) -> list[str]:
    """The rules that are broken, in the order of the text."""
    return [problem.rule for problem in checked.problems]


def errors(checked: Checked) -> list[str]:
    """The rules of the errors, in the order of the text."""
    return [p.rule for p in checked.problems if p.level is Level.ERROR]


def only(checked: Checked) -> Problem:
    """The only problem."""
    (problem,) = checked.problems
    return problem


def underlined(problem: Problem) -> str:
    """The text that a problem is about."""
    assert problem.span is not None
    return problem.span.source.text[problem.span.start : problem.span.end]
