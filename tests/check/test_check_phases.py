"""Phases of a training: what they take from the train block."""

from check_specs import trained

from specc.catalog.optimizers import SGD
from specc.pipeline import Settings, check_source

HELD_OUT = "data Wine { source = wine; validation = 20% }\n"
PHASES = """\
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 5
  early_stopping(patience = 2 epochs)
  phase head {
    freeze = ["dense_1/k*"]
    early_stopping(monitor = loss, patience = 3 epochs)
  }
  phase whole { epochs = 7; optimizer = sgd(0.01); freeze = [] }"""


def test_what_phases_take_from_the_train_block() -> None:
    (found,) = trained(PHASES, HELD_OUT).programs
    assert found.program.training is not None
    head, whole = found.program.training.phases
    assert (head.name, head.epochs, whole.name, whole.epochs) == ("head", 5, "whole", 7)
    assert (head.frozen, whole.frozen) == (("dense_1/kernel",), ())
    assert [phase.optimizer for phase in (head, whole)] == [
        SGD.model_validate({"learning_rate": rate}) for rate in (0.1, 0.01)
    ]
    monitors = [phase.callbacks[0].monitor for phase in (head, whole)]  # pyright: ignore[reportAttributeAccessIssue]
    assert monitors == ["loss", "val_loss"]

    def line(owner: str, field: str = "") -> int:
        origin = found.origins.find(owner, field)
        assert origin is not None
        assert origin.span is not None
        return origin.span.line

    first = line("training")
    assert line("phase:head/optimizer", "learning_rate") == first + 2
    assert line("phase:whole/optimizer", "learning_rate") == first + 9
    assert line("phase:head/early_stopping", "patience") == first + 7
    assert line("phase:whole/early_stopping", "patience") == first + 4
    assert line("phase:head", "frozen") == first + 6


def test_a_layer_may_be_called_like_a_part_of_a_training() -> None:
    """What is known of the one is not what is known of the other."""
    spec = PHASES.replace("dense_1/k*", "early_stopping/k*")
    layers = "  early_stopping = Dense(3, activation = softmax)"
    (found,) = trained(spec, HELD_OUT, layers).programs
    assert found.program.training is not None
    assert found.program.training.phases[0].frozen == ("early_stopping/kernel",)
    origin = found.origins.find("early_stopping", "units")
    assert origin is not None
    assert origin.span is not None
    assert origin.span.source.text[origin.span.start : origin.span.end] == "3"


def test_settings_from_outside_are_those_of_every_phase() -> None:
    settings = Settings(training={"epochs": "2", "seed": "9"})
    (found,) = check_source(trained(PHASES, HELD_OUT).source, settings).programs
    assert found.program.training is not None
    assert [phase.epochs for phase in found.program.training.phases] == [2, 2]
    assert found.program.training.seed == 9
