"""No field is dropped in silence: to change it changes what is emitted and what happens.

For every field of every construct of a model or a training, on every backend, some other
value changes the emitted text and some measured output, gradient, update or decision; or
the backend refuses it and says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from observe import effect, observe, questions

from specc.backend import Emission, backend, backends
from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.catalog.settings import TrainSettings
from specc.ir import Program, Training
from specc.verify import WorkerPool
from specc.verify.samples import Variation, base, program_for, variations
from specc.verify.samples.programs import fitting_shape, in_layer

pytestmark = pytest.mark.xdist_group("laws")

FAMILIES = (
    "layer",
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "callback",
)

#: Fields that cannot do anything in some construct, with the reason.
IDLE = {
    (
        "constant",
        "update",
    ): "a rate that is constant changes neither at steps nor epochs",
}


def fields() -> Iterator[tuple[type[Construct], str]]:
    for family in FAMILIES:
        for kind in catalog().family(family).values():
            for name, _ in kind.fields():
                yield kind, name


def label(value: Any) -> str:
    return value if isinstance(value, str) else value.keyword


def emitted(program: Program) -> tuple[dict[str, Emission], dict[str, tuple[str, ...]]]:
    """What the backends write, and why some refuse."""
    texts: dict[str, Emission] = {}
    refusals: dict[str, tuple[str, ...]] = {}
    for name in backends():
        side = backend(name)
        plan = side.plan(program)
        if plan.obstacles:
            refusals[name] = tuple(obstacle.why for obstacle in plan.obstacles)
        else:
            texts[name] = side.emit(plan)
    return texts, refusals


def programs(variation: Variation) -> tuple[Program, Program]:
    """The plain and the changed construct, each in the same small program."""
    if variation.plain.family not in ("layer", "activation"):
        return program_for(variation.plain), program_for(variation.changed)
    layers = in_layer(variation.plain), in_layer(variation.changed)
    shape = fitting_shape(*layers)
    return program_for(layers[0], shape), program_for(layers[1], shape)


@pytest.mark.parametrize(("kind", "field"), list(fields()), ids=label)
def test_a_field_is_never_dropped(
    pool: WorkerPool, kind: type[Construct], field: str
) -> None:
    missing = set(backends())
    for variation in variations(kind):
        if variation.field != field or not missing:
            continue
        try:
            plain, changed = programs(variation)
        except LookupError:
            continue  # no shape fits both
        before, _ = emitted(plain)
        after, refusals = emitted(changed)
        assert all(len(why.split()) >= 4 for some in refusals.values() for why in some)
        missing -= set(refusals)
        written = {
            name
            for name in before.keys() & after.keys()
            if before[name].text != after[name].text
        }
        if (kind.keyword, field) in IDLE:
            assert written >= missing
            return
        one, two = (
            observe(
                questions(program),
                {n: text for n, text in texts.items() if n in missing & written},
                pool,
            )
            for program, texts in ((plain, before), (changed, after))
        )
        missing -= {n for n in one.keys() & two.keys() if effect(one[n], two[n])}
    assert not missing, f"{field} of {kind.keyword} does nothing on {sorted(missing)}"


@pytest.mark.parametrize(
    "kind", [k for k in catalog() if k.family in FAMILIES], ids=label
)
def test_members_of_a_family_differ(kind: type[Construct]) -> None:
    """One construct is not another under a second name."""
    rivals = [k for k in catalog().family(kind.family).values() if k is not kind]
    if kind.family in ("layer", "callback") or not rivals:
        return
    mine = program_for(base(kind))
    texts, _ = emitted(mine)
    for rival in rivals[:3]:
        theirs, _ = emitted(program_for(base(rival)))
        for name in texts.keys() & theirs.keys():
            assert texts[name].text != theirs[name].text


SETTINGS: dict[str, dict[str, Any]] = {
    "batch_size": {"batch_size": 5},
    "epochs": {},
    "on_nan": {"on_nan": "continue"},
    "optimizer": {},
    "precision": {"precision": "float64"},
    "seed": {"seed": 8},
    "shuffle": {"shuffle": False},
}


def with_settings(field: str) -> Program:
    program = program_for(base(catalog().find("optimizer", "sgd")))
    training = program.training
    assert training is not None
    phase = training.phases[0]
    if field == "epochs":
        phase = phase.model_copy(update={"epochs": 2})
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
    before, after = emitted(plain)[0], emitted(changed)[0]
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
    one, two = observe(exam, before, pool), observe(exam, after, pool)
    idle = [name for name in sides if effect(one[name], two[name]) is None]
    assert not idle, f"{field} does nothing on {idle}"
