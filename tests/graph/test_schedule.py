"""The learning rate over a training is that which training uses."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pictures import EXAMPLES, SVG, read_svg, spec_of

from specc.api import Fault, Spec, SpecError, load
from specc.cli.init import FIRST
from specc.live import load as module_of
from specc.pictures.rates import Rates, evenly, rates
from specc.pictures.schedule import plot, table


def with_rate(schedule: str, epochs: int = 10) -> Spec:
    text = FIRST.replace("adam(0.001)", f"sgd({schedule})")
    return spec_of(text.replace("epochs = 10\n", f"epochs = {epochs}\n"))


def rates_of(spec: Spec, steps: int, name: str | None = None) -> Rates:
    checked = spec.program(name)
    assert checked.program.training is not None
    return rates(checked.program.training, steps, checked.origins)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_rates_are_those_of_the_emitted_program(path: Path) -> None:
    spec = load(path)
    program = module_of(spec.compile("reference", path.stem), "specc_test_rates")
    found = rates_of(spec, 11, path.stem)
    for step in range(found.steps):
        assert found.at(step) == program.learning_rate(step, 11)


def test_what_a_callback_does_to_a_rate_is_said_and_not_drawn() -> None:
    spec = spec_of(
        FIRST.replace("adam(0.001)", "sgd(0.5)").replace(
            "epochs = 10\n", "epochs = 10\n  reduce_on_plateau(patience = 2 epochs)\n"
        )
    )
    found = rates_of(spec, 5)
    assert {found.at(step) for step in range(found.steps)} == {0.5}
    said = "drawn without reduce_on_plateau, whose decisions are not known beforehand"
    assert said in table(found)
    assert said in plot(found)


def test_exponential_decay_follows_its_formula() -> None:
    smooth = rates_of(
        with_rate("exponential_decay(0.1, rate = 0.5, every = 2 epochs)"), 5
    )
    for step in range(50):
        assert smooth.at(step) == pytest.approx(0.1 * 0.5 ** (step / 10), rel=1e-14)
    by_epoch = "exponential_decay(0.1, rate = 0.5, every = 10 steps, update = epoch)"
    for step in range(50):
        due = 0.1 * 0.5 ** (step // 5 * 5 / 10)
        assert rates_of(with_rate(by_epoch), 5).at(step) == pytest.approx(
            due, rel=1e-14
        )


PIECES = "piecewise_constant(0.1 for 3 epochs, 0.02 for 7 steps, 0.001)"


def test_pieces_end_where_they_say() -> None:
    found = rates_of(with_rate(PIECES), 4)
    due = [0.1] * 12 + [0.02] * 7 + [0.001] * 21
    assert [found.at(step) for step in range(found.steps)] == due


def test_steps_of_an_epoch_come_from_the_data() -> None:
    # 1797 digits, 20 % and then 10 % of the rest kept apart, in batches of 32.
    rest = 1797 - math.floor(1797 * 0.2 + 0.5)
    examples = rest - math.floor(rest * 0.1 + 0.5)
    text = spec_of(FIRST).schedule()
    assert f"{math.ceil(examples / 32)} steps an epoch, 10 epochs" in text
    assert "9 steps an epoch" in spec_of(FIRST).schedule(steps_per_epoch=9)


def test_without_its_data_a_schedule_asks_for_steps(tmp_path: Path) -> None:
    file = tmp_path / "a.nnspec"
    fields = 'input image = array("a")\n  target output = array("b")'
    text = FIRST.replace("source = digits", f'source = npz("gone.npz")\n  {fields}')
    file.write_text(text)
    with pytest.raises(Fault) as caught:
        load(file).schedule()
    assert caught.value.status == 3
    (problem,) = caught.value.problems
    assert problem.span is not None
    assert "--steps-per-epoch N" in problem.notes[-1].message
    assert "learning rate of first" in load(file).schedule(steps_per_epoch=5)


def test_a_model_alone_has_no_schedule() -> None:
    spec = spec_of("model A {\n  input x: float32[4]\n  Dense(4)\n}\n")
    with pytest.raises(SpecError, match="no-training"):
        spec.schedule(steps_per_epoch=3)


def test_the_table_joins_epochs_with_one_rate() -> None:
    lines = table(rates_of(with_rate(PIECES), 4)).splitlines()
    assert lines[0] == f"learning rate of first: {PIECES}"
    assert lines[1] == "4 steps an epoch, 10 epochs, 40 in all"
    assert [line.split() for line in lines[4:]] == [
        ["1–3", "0", "0.1", "0.1"],
        ["4", "12", "0.02", "0.02"],
        ["5", "16", "0.02", "0.001"],
        ["6–10", "20", "0.001", "0.001"],
    ]


def test_of_many_epochs_some_are_shown() -> None:
    lines = table(rates_of(with_rate("0.1", 1_000_000), 1000)).splitlines()
    assert lines[2] == "100 of 1,000,000 epochs:"
    assert len(lines) == 105
    assert [line.split()[0] for line in lines[5:7]] == ["1", "10,102"]
    assert lines[-1].split()[:2] == ["1,000,000", "999,999,000"]


@pytest.mark.parametrize(("count", "most"), [(0, 5), (3, 5), (5, 5), (6, 5), (999, 7)])
def test_samples_hold_both_ends(count: int, most: int) -> None:
    found = list(evenly(count, most))
    assert len(found) == len(set(found)) == min(count, most)
    assert not count or (found[0], found[-1]) == (0, count - 1)


def labels(text: str) -> list[str]:
    return [item.text or "" for item in read_svg(text).iter(f"{SVG}text")]


def test_the_plot_has_axes_and_a_line() -> None:
    text = plot(
        rates_of(with_rate("exponential_decay(0.1, rate = 0.5, every = 2 epochs)"), 5)
    )
    said = labels(text)
    assert "learning rate of first" in said
    assert "exponential_decay(0.1, rate = 0.5, every = 2 epochs)" in said
    assert "learning rate" in said
    assert "epoch (5 steps each)" in said
    assert {"0", "0.05", "0.1", "2", "4", "10"} <= set(said)
    root = read_svg(text)
    (line,) = root.iter(f"{SVG}polyline")
    points = [
        tuple(map(float, p.split(","))) for p in (line.get("points") or "").split()
    ]
    heights = [y for _, y in points]
    assert len(points) == 100
    assert heights == sorted(heights)
    tips = [item.findtext(f"{SVG}title") for item in root.iter(f"{SVG}circle")]
    assert len(tips) == 10
    assert tips[1] is not None
    assert tips[1].startswith("epoch 2, step 5, ")


def test_beyond_two_decades_the_scale_is_logarithmic() -> None:
    near = with_rate("piecewise_constant(0.1 for 5 epochs, 0.001)")
    far = with_rate("piecewise_constant(0.1 for 5 epochs, 0.0009)")
    assert "1e-2" not in labels(plot(rates_of(near, 5)))
    assert {"1e-4", "1e-3", "1e-2", "1e-1"} <= set(labels(plot(rates_of(far, 5))))


@pytest.mark.parametrize(
    "schedule",
    [
        "0",
        "1e-300",
        "1e300",
        "exponential_decay(1.0, rate = 1e300, every = 1 steps)",
        "exponential_decay(0.0, rate = 0.5, every = 1 steps)",
        "piecewise_constant(0.0 for 1 epochs, 1e-9)",
    ],
)
@pytest.mark.parametrize("form", ["text", "svg", "mermaid"])
def test_rates_of_any_size_are_shown(schedule: str, form: str) -> None:
    text = with_rate(schedule, 3).schedule(format=form, steps_per_epoch=4)
    assert text
    if form == "svg":
        assert "nan" not in text
        read_svg(text)


def test_a_schedule_that_no_backend_knows_is_refused() -> None:
    from specc.catalog.families import Schedule

    class Odd(Schedule):
        """A rate of its own."""

        keyword = "odd"

    checked = spec_of(FIRST).program()
    training = checked.program.training
    assert training is not None
    (phase,) = training.phases
    optimizer = phase.optimizer.model_copy(update={"learning_rate": Odd()})
    phase = phase.model_copy(update={"optimizer": optimizer})
    training = training.model_copy(update={"phases": (phase,)})
    with pytest.raises(Fault, match="no installed backend computes odd") as caught:
        rates(training, 3, checked.origins)
    (problem,) = caught.value.problems
    assert (problem.rule, problem.span is not None) == ("refused", True)
