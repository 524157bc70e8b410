"""No field is dropped in silence: to change it changes what is emitted and what happens.

For every field of every construct of a model or a training, on every backend, some other
value changes the emitted text and some measured output, gradient, update or decision; or
the backend refuses it and says why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from specc.backend import Emission, backends
from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.catalog.settings import TrainSettings
from specc.conformance import Workbench
from specc.conformance.dropped import effects
from specc.conformance.observe import effect, observe, questions
from specc.conformance.workbench import written
from specc.ir import Phase, Program, Training
from specc.live import load
from specc.verify import WorkerPool
from specc.verify.faults import EMITTED
from specc.verify.samples import base, batches_for, program_for
from specc.verify.samples.drafts import with_phases

pytestmark = pytest.mark.xdist_group("laws")

FAMILIES = tuple(EMITTED)


def fields() -> Iterator[tuple[type[Construct], str]]:
    for family in FAMILIES:
        for kind in catalog().family(family).values():
            for name, _ in kind.fields():
                yield kind, name


def label(value: Any) -> str:
    return value if isinstance(value, str) else value.keyword


def emitted(program: Program) -> dict[str, Emission]:
    """What the backends write that do not refuse."""
    return written(program, backends())[0]


@pytest.fixture(scope="module")
def bench(pool: WorkerPool) -> Workbench:
    """Keeps what it has seen: the fields of a construct are held against the same."""
    return Workbench(pool)


@pytest.mark.parametrize(("kind", "field"), list(fields()), ids=label)
def test_a_field_is_never_dropped(
    bench: Workbench, kind: type[Construct], field: str
) -> None:
    found = effects(kind, field, backends(), bench)
    assert not found.idle, f"{field} of {kind.keyword} does nothing on {found.idle}"
    assert found.acts | found.refused.keys() == set(backends())
    assert all(len(why.split()) >= 4 for why in found.refused.values())


@pytest.mark.parametrize(
    "kind", [k for k in catalog() if k.family in FAMILIES], ids=label
)
def test_members_of_a_family_differ(kind: type[Construct]) -> None:
    """One construct is not another under a second name."""
    rivals = [k for k in catalog().family(kind.family).values() if k is not kind]
    if kind.family in ("layer", "callback") or not rivals:
        return
    mine = program_for(base(kind))
    texts = emitted(mine)
    for rival in rivals[:3]:
        theirs = emitted(program_for(base(rival)))
        for name in texts.keys() & theirs.keys():
            assert texts[name].text != theirs[name].text


SETTINGS: dict[str, dict[str, Any]] = {
    "batch_size": {"batch_size": 5},
    "epochs": {},
    "freeze": {},
    "on_nan": {"on_nan": "continue"},
    "optimizer": {},
    "precision": {"precision": "float64"},
    "seed": {"seed": 8},
    "shuffle": {"shuffle": False},
}


def frozen_first(program: Program) -> tuple[str, ...]:
    """The first weight."""
    return (program.network.weights()[0].path,)


def with_settings(field: str) -> Program:
    program = program_for(base(catalog().find("optimizer", "sgd")))
    training = program.training
    assert training is not None
    phase = training.phases[0]
    if field == "epochs":
        phase = phase.model_copy(update={"epochs": 2})
    if field == "freeze":
        phase = phase.model_copy(update={"frozen": frozen_first(program)})
    if field == "optimizer":
        adam = base(catalog().find("optimizer", "adam"))
        phase = phase.model_copy(update={"optimizer": adam})
    changed = training.model_copy(update={**SETTINGS[field], "phases": (phase,)})
    again = Training.model_validate_json(changed.model_dump_json())
    return program.model_copy(update={"training": again})


def test_settings_are_all_here() -> None:
    assert set(SETTINGS) == {name for name, _ in TrainSettings.fields()}


@pytest.mark.parametrize("field", SETTINGS)
def test_a_setting_is_never_dropped(pool: WorkerPool, field: str) -> None:
    plain = program_for(base(catalog().find("optimizer", "sgd")))
    changed = with_settings(field)
    before, after = emitted(plain), emitted(changed)
    if field == "precision":
        before.pop("reference")  # it knows float64 only
    sides = before.keys() & after.keys()
    assert sides >= {"torch", "keras"}
    for name in sides:
        assert before[name].text != after[name].text
    if field == "precision":
        return  # all runs name their precision; the module's default is in its text
    # The same batches and the same start for both: what differs, the programs did.
    exam = questions(plain, not_finite=field == "on_nan")
    if field == "freeze":  # no gradients are given to weights that only one trains
        exam = replace(exam, updates=())
    one, two = observe(exam, before, pool), observe(exam, after, pool)
    idle = [name for name in sides if effect(one[name], two[name]) is None]
    assert not idle, f"{field} does nothing on {idle}"


#: Another value of each field of a phase, for the second of two.
OF_PHASES: dict[str, Any] = {
    "name": "another",
    "epochs": 3,
    "optimizer": base(catalog().find("optimizer", "adam")),
    "callbacks": (base(catalog().find("callback", "early_stopping")),),
    "frozen": frozen_first(program_for(base(catalog().find("optimizer", "sgd")))),
}


def two_phases(**changes: Any) -> Program:
    """A training of two phases, with that said of the second."""
    program = program_for(base(catalog().find("optimizer", "sgd")))
    assert program.training is not None
    (phase,) = program.training.phases
    second = phase.model_copy(update={"name": "second", "epochs": 2, **changes})
    return with_phases(program, phase.model_copy(update={"epochs": 2}), second)


def test_fields_of_phases_are_all_here() -> None:
    assert set(OF_PHASES) == set(Phase.model_fields)


@pytest.mark.parametrize("field", OF_PHASES)
def test_a_field_of_a_phase_is_never_dropped(pool: WorkerPool, field: str) -> None:
    plain, changed = two_phases(), two_phases(**{field: OF_PHASES[field]})
    before, after = emitted(plain), emitted(changed)
    sides = before.keys() & after.keys()
    assert sides >= {"torch", "keras", "reference"}
    for name in sides:
        assert before[name].text != after[name].text
    if field in ("name", "epochs"):  # a comparison sets the epochs of phases itself
        one, two = (trained_alone(each["reference"].text) for each in (before, after))
        assert one != two
        return
    # No gradients are given to weights that only one of both trains.
    exam = replace(questions(plain), updates=())
    one, two = observe(exam, before, pool), observe(exam, after, pool)
    idle = [name for name in sides if effect(one[name], two[name]) is None]
    assert not idle, f"{field} does nothing on {idle}"


def trained_alone(text: str) -> list[str]:
    """The phase of each epoch of a program that trains by its own loop."""
    module = load(text, "specc_trained_alone")
    _, history = module.train(batches_for(two_phases()))
    del sys.modules[module.__name__]
    return [module.PHASES[record["phase"] - 1] for record in history]
