"""The comparison itself: what must never pass, with programs that are wrong on purpose.

Three workers run the reference backend; the text of one of them is damaged.
"""

from __future__ import annotations

import dataclasses
import json

import pytest
from sides import TWINS, emit

from specc.backend import Emission, backend
from specc.catalog.activations.squashing import Softmax
from specc.catalog.layers.dense import Dense
from specc.catalog.losses.crossentropy import SparseCategoricalCrossentropy
from specc.catalog.metrics import Accuracy
from specc.catalog.optimizers import Adam
from specc.ir import Program
from specc.verify import Verdict, WorkerPool, render, verify
from specc.verify.exam import Exam
from specc.verify.preparing import prepare
from specc.verify.samples import batches_for
from specc.verify.samples.drafts import Draft, train
from specc.verify.start import random_start


def small() -> Program:
    """Two dense layers with kernels of one shape, under Adam."""
    draft = Draft({"x": (4,)})
    edge = draft.add(Dense(units=4), "x")
    edge = draft.add(Dense(units=4, activation=Softmax()), edge)
    return train(
        draft.network({"y": edge}),
        {"y": SparseCategoricalCrossentropy()},
        {"y": (Accuracy(),)},
        optimizer=Adam(),
        precision="float64",  # what the reference backend always has
    )


@pytest.fixture(scope="module")
def sound() -> Emission:
    return emit(small(), "reference")


def judge(
    twins: WorkerPool, sound: Emission, damage: str, sides: tuple[str, ...] = ("one",)
) -> Verdict:
    """Verify with text added to the programs of some sides."""
    damaged = dataclasses.replace(sound, text=f"{sound.text}\n\n{damage}\n")
    emissions = {name: damaged if name in sides else sound for name in TWINS}
    program = small()
    return verify(
        program, None, emissions, batches_for(program), 6, ("float64",), twins
    )


def wrapped(name: str, body: str) -> str:
    """Text that puts a function of its own in the place of one of the module's."""
    return "\n".join(
        (
            f"_{name} = {name}\n\n",
            f"def {name}(*args, **kwargs):",
            f"    found = _{name}(*args, **kwargs)",
            f"    {body}",
            "    return found",
        )
    )


def test_equal_programs_are_equal(twins: WorkerPool, sound: Emission) -> None:
    verdict = judge(twins, sound, "")
    assert verdict.outcome == "equal", render(verdict)
    assert all(check.compared == check.expected > 0 for check in verdict.checks)


def test_counts_follow_from_the_program(twins: WorkerPool, sound: Emission) -> None:
    """Two nodes, four weights, two slots each, two counters; 6 looks; 3 steps an epoch.

    Nodes alone are looked at three times: as usual, and strained in two ways.
    """
    verdict = judge(twins, sound, "")
    counted: dict[str, int] = {}
    for check in verdict.checks:
        part = check.part.removesuffix(", odd batches")
        counted[part] = counted.get(part, 0) + check.compared
    steps, looks = verdict.steps, 6
    assert steps == 6
    assert (
        counted["outputs in inference"] == counted["outputs in training"] == 2 * looks
    )
    assert counted["gradients"] == 4 * looks
    assert counted["nodes alone in training"] == 2 * 3
    assert counted["state after steps"] == (4 + 2 * 4 + 2) * steps
    assert counted["figures of steps"] == 2 * steps
    assert counted["figures of epochs"] == 2 * (3 + 2)
    assert counted["held-out figures"] == 2 * 2


def test_a_program_that_raises_without_a_word_is_placed(
    twins: WorkerPool, sound: Emission
) -> None:
    """The lines that were running are those of a piece; the node is known all the same."""
    raising = "def _raise(*_):\n    raise NotImplementedError\n\nDense.forward = _raise"
    (failure,) = judge(twins, sound, raising).failures
    assert failure.node == "dense_1"
    assert failure.why == "Dense: NotImplementedError in stage alone: it says no more"


DAMAGES = {
    "no gradients": (wrapped("gradients", "found[0].clear()"), "gradients"),
    "empty state": (wrapped("export_state", "found.clear()"), "built state"),
    "a weight renamed": (
        wrapped(
            "export_state", 'found["dense_1/weight"] = found.pop("dense_1/kernel")'
        ),
        "built state",
    ),
    "a slot missing": (
        wrapped("export_state", 'found.pop("optimizer/momentum/dense_1/bias")'),
        "built state",
    ),
    "two kernels exchanged": (
        wrapped(
            "initial_weights",
            'found["dense_1/kernel"], found["dense_2/kernel"] = '
            'found["dense_2/kernel"], found["dense_1/kernel"]',
        ),
        "initial weights",
    ),
    "a square kernel transposed": (
        wrapped(
            "initial_weights", 'found["dense_1/kernel"] = found["dense_1/kernel"].T'
        ),
        "initial weights",
    ),
    "predictions are not numbers": (
        wrapped("predict", 'found["y"][0, 0] = np.nan'),
        "predictions",
    ),
    "one entry of a prediction is infinite": (
        wrapped("predict", 'found["y"][0, 0] = np.inf'),
        "predictions",
    ),
    "predictions of one row only": (
        wrapped("predict", 'found["y"] = found["y"][:1]'),
        "predictions",
    ),
    "no predictions": (wrapped("predict", "found.clear()"), "predictions"),
    "an output too many": (
        wrapped("predict", 'found["z"] = found["y"]'),
        "predictions",
    ),
    "a figure missing": (
        wrapped("evaluate_step", 'found.pop("accuracy")'),
        "figures in inference",
    ),
    "float32 inside": (
        wrapped("predict", 'found["y"] = found["y"].astype(np.float32)'),
        "predictions",
    ),
    "wrong by a billionth": (
        wrapped("predict", 'found["y"] = found["y"] * (1 + 1e-11)'),
        "predictions",
    ),
    "a counter that stands still": (
        wrapped("export_state", 'found["counter/step"] = np.array(0)'),
        "state after steps",
    ),
    "another seed": ("SEED = 8", "settings"),
    "another number of epochs": ("EPOCHS = 3", "settings"),
    "rates one step late": (
        "_rate = learning_rate\n\n\ndef learning_rate(step, steps_per_epoch):\n"
        "    return _rate(step, steps_per_epoch) * (1 + 1e-15 * step)\n",
        "decisions",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found(twins: WorkerPool, sound: Emission, damage: str) -> None:
    text, part = DAMAGES[damage]
    verdict = judge(twins, sound, text)
    assert verdict.outcome == "different", render(verdict)
    assert verdict.differences[0].part == part, render(verdict)
    assert verdict.differences[0].guilty in ("one", None)
    assert {d.guilty for d in verdict.differences} >= {"one"}
    json.dumps(verdict.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("no gradients", "different"),
        ("empty state", "different"),
        ("a weight renamed", "different"),
        ("predictions are not numbers", "not comparable"),
        ("no predictions", "different"),
        ("predictions of one row only", "different"),
        ("float32 inside", "different"),
        ("another seed", "different"),
    ],
)
def test_agreement_in_error_is_no_equality(
    twins: WorkerPool, sound: Emission, damage: str, expected: str
) -> None:
    """The same damage on every side: the program says what must be there."""
    verdict = judge(twins, sound, DAMAGES[damage][0], TWINS)
    assert verdict.outcome == expected, render(verdict)


def test_two_of_three_name_the_guilty(twins: WorkerPool, sound: Emission) -> None:
    damage = wrapped("predict", 'found["y"] = found["y"] + 1e-6')
    for side in TWINS:
        verdict = judge(twins, sound, damage, (side,))
        assert verdict.differences[0].guilty == side
    both = judge(twins, sound, damage, ("one", "two"))
    assert both.differences[0].guilty == "three"


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (wrapped("predict", "import os; os.abort()"), "SIGABRT"),
        (wrapped("predict", "import os; os._exit(3)"), "exit status 3"),
        (wrapped("predict", "import time; time.sleep(600)"), "no answer in time"),
    ],
)
def test_a_lost_worker_is_not_comparable(
    twins: WorkerPool,
    sound: Emission,
    damage: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(twins, "timeout", 5.0)
    say = "import sys; print('last words', file=sys.stderr, flush=True)"
    verdict = judge(twins, sound, f"{say}\n{damage}")
    assert verdict.outcome == "not comparable"
    (failure,) = verdict.failures
    assert failure.backend == "one"
    assert why in failure.why
    assert "last words" in failure.detail
    assert judge(twins, sound, "").outcome == "equal", "the pool must recover"


def test_an_error_in_the_program_shows_its_trace(
    twins: WorkerPool, sound: Emission
) -> None:
    verdict = judge(
        twins, sound, wrapped("train_step", "raise ZeroDivisionError('so')")
    )
    assert verdict.outcome == "not comparable"
    (failure,) = verdict.failures
    assert "ZeroDivisionError in stage train: so" in failure.why
    assert "raise ZeroDivisionError('so')" in failure.detail


def test_a_program_that_prints_does_not_disturb(
    twins: WorkerPool, sound: Emission
) -> None:
    damage = "import os\nprint('noise')\nos.write(1, b'noise' * 100000)"
    assert judge(twins, sound, damage).outcome == "equal"


def test_answers_that_are_kept_are_those_to_the_same_question(sound: Emission) -> None:
    """Another text or other numbers are asked anew; nothing is kept of other workers."""
    program = small()
    exam = prepare(program, batches_for(program), 6)
    other = dataclasses.replace(exam, start=random_start(program.network, 2))
    longer = dataclasses.replace(sound, text=f"{sound.text}# more\n")
    probes = dict.fromkeys(TWINS[:2], backend("reference").probe)
    with WorkerPool(probes, probes=probes, kept=("one",)) as pool:

        def ask(exam: Exam, emission: Emission) -> dict[str, object]:
            given = pool.folder / "given"
            exam.write(given)
            cases = {n: exam.double(emission, given, pool.folder / n) for n in probes}
            return {**pool.run(cases)}

        first, again = ask(exam, sound), ask(exam, sound)
        assert again["one"] is first["one"]
        assert again["two"] is not first["two"]
        assert ask(exam, longer)["one"] is not first["one"]
        assert ask(other, sound)["one"] is not first["one"]
        assert ask(exam, sound)["one"] is first["one"]
